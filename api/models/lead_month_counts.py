"""Counts of a town's leads that are kept, so that figures need not read every lead (ADR 0044)."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from api.core.database.db import Base
from api.core.events.events import Xid8


class LeadMonthCount(Base):
    """Leads received in a month, or on a day of it, with one value of one dimension; of the
    dimension `''` there is one row, of all. Amounts in fen."""

    __tablename__ = "lead_month_counts"

    town_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), primary_key=True)
    is_month: Mapped[bool] = mapped_column(primary_key=True)
    #: The day, or the first of the month, by Beijing time.
    on_day: Mapped[date] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]
    #: Those of them that count in the figures.
    counted: Mapped[int]
    amount: Mapped[int]


class LeadCountsMark(Base):
    """Until where a town's counts are right: they hold every transaction below `xid`. A month of
    which an event of this one or a later one tells is read from the leads themselves."""

    __tablename__ = "lead_counts_marks"

    town_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), primary_key=True)
    xid: Mapped[int] = mapped_column(Xid8)
