"""The time limits in force and the holiday notices, as an office may add to them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.database.db import Base
from api.domain.law.time_rules import Confidence, Roll, RuleGroup, TimeUnit
from api.models.base import DivisionCode, Versioned


class TimeRuleVersion(Base):
    """One version of one rule. Rows are added, never changed, except that a release may correct
    what it ships itself: a deadline names the version that it rests on."""

    __tablename__ = "time_rules"
    __table_args__ = (
        CheckConstraint("(term IS NULL) = (unit IS NULL)", name="term_has_unit"),
        CheckConstraint("term >= 0", name="term"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        # The two kinds never meet in one number: see services/kit/time_rules.py.
        CheckConstraint("is_builtin = (version <= 1000)", name="origin"),
    )

    rule_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    group: Mapped[RuleGroup] = mapped_column("rule_group")
    trigger: Mapped[str]
    term: Mapped[int | None]
    unit: Mapped[TimeUnit | None]
    roll: Mapped[Roll]
    maximum: Mapped[int | None]
    extension_term: Mapped[int | None]
    extension_unit: Mapped[TimeUnit | None]
    extension_approver: Mapped[str] = mapped_column(default="")
    next_rule: Mapped[str | None]
    effect: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    confidence: Mapped[Confidence]
    note: Mapped[str] = mapped_column(default="")
    is_builtin: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by_post_id: Mapped[UUID | None] = mapped_column(ForeignKey("posts.id"))


class TownTermVersion(Base):
    """A shorter term that a town set itself. Rows are added, never changed."""

    __tablename__ = "town_terms"
    __table_args__ = (CheckConstraint("term > 0", name="term"),)

    town_code: Mapped[str] = mapped_column(DivisionCode, primary_key=True)
    rule_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: In the unit of the rule; none: the town keeps to the rule again.
    term: Mapped[int | None]
    valid_from: Mapped[date]
    source: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by_post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))


class HolidayYear(Versioned, Base):
    """A year's notice as the office entered it; it stands before the one shipped with the
    program. Not published: a draft, which no deadline is counted by."""

    __tablename__ = "holiday_years"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    days_off: Mapped[list[date]] = mapped_column(ARRAY(Date))
    days_worked: Mapped[list[date]] = mapped_column(ARRAY(Date))
    published: Mapped[bool]
    source: Mapped[str] = mapped_column(default="")
