"""Figures from kept counts, and from the leads themselves."""

from datetime import date, timedelta
from random import Random

from api.core.base.clock import today
from tests.database import run_sql
from tests.figures import overview

DAY = timedelta(days=1)


def periods(random: Random, first: date) -> list[dict[str, str]]:
    """All time, the named ones, whole months, and pieces of months."""
    span = (today() - first).days
    found: list[dict[str, str]] = [
        {},
        {"period": "month"},
        {"period": "quarter"},
        {"period": "year"},
    ]
    for _ in range(4):
        since, until = sorted(first + random.randint(0, span) * DAY for _ in range(2))
        found.append({"date_from": since.isoformat(), "date_to": until.isoformat()})
        found.append({"date_from": since.replace(day=1).isoformat()})
        whole = until.replace(day=1) - DAY
        if whole >= since:
            found.append({"date_from": since.isoformat(), "date_to": whole.isoformat()})
    return found


def close_by(running, random: Random) -> list[dict[str, str]]:
    """Pieces of months that begin or end on a day with leads, or just miss it."""
    rows = run_sql(
        running,
        "SELECT DISTINCT (received_at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM leads",
    )
    days = sorted(row["day"] for row in rows)
    found: list[dict[str, str]] = []
    for day in random.sample(days, min(2, len(days))):
        for since, until in ((day, day), (day + DAY, day + 9 * DAY), (day - 9 * DAY, day - DAY)):
            found.append({"date_from": since.isoformat(), "date_to": until.isoformat()})
    return found


def assert_kept_is_exact(running, reader, random: Random, first: date = date(2021, 6, 1)) -> None:
    """Whatever period is asked for, what is kept and what changed since make what the leads make."""
    asked = periods(random, first) + close_by(running, random)
    kept = [_figures(reader, period) for period in asked]
    assert run_sql(running, "SELECT FROM lead_counts_marks"), "nothing was kept"
    run_sql(running, "DELETE FROM lead_counts_marks")
    for period, found in zip(asked, kept, strict=True):
        assert found == _figures(reader, period), period


def _figures(reader, period: dict[str, str]) -> dict:
    return {**overview(reader, **period), "as_of": None}
