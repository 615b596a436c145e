"""Human numbers such as `XS-341522118-2026-0001`: serials may have gaps and more than four digits.

A serial is taken in a statement of its own, so that nobody waits for somebody else's transaction.
"""

from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import today
from api.core.database.db import Base, database
from api.domain.kit.division_codes import town_of


class NumberSeries(Base):
    """The last serial of one prefix, town and year."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


def taking(rows: str) -> str:
    """The SQL that takes serials: `rows` selects a series and how many are wanted."""
    return (
        f"INSERT INTO number_series (series, last) {rows} "
        "ON CONFLICT (series) DO UPDATE SET last = number_series.last + excluded.last "
        "RETURNING last"
    )


_TAKE = taking("VALUES ($1, $2)")


def series_of(prefix: str, division_code: str) -> str:
    """The series of a prefix for a town in the present year."""
    return f"{prefix}-{town_of(division_code)}-{today().year}"


async def take(prefix: str, division_code: str, count: int = 1) -> list[str]:
    """The next `count` numbers of a prefix for a town in the present year."""
    series = series_of(prefix, division_code)
    row = await database().fetchrow(_TAKE, series, count)
    last: int = row["last"]
    return [of(series, serial) for serial in range(last - count + 1, last + 1)]


def of(series: str, serial: int) -> str:
    """How a serial of a series is written."""
    return f"{series}-{serial:04d}"
