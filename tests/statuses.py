"""A record of a town in any status of its flow, whatever it would take to bring it there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from typing import Any

from api.domain.kit.nouns import PATHS
from tests import ledgers, restricted
from tests.conftest import Client, Running
from tests.database import run_sql
from tests.factories import make_lead

#: Rows that no other file has.
_serial = count(760_000)
#: What else a row must say to stand in a status.
BESIDES = {
    ("inspection", "done"): "done_on = current_date, finding = 'problem'",
    ("risk_entity", "transferred_police"): "evidence_fixed_on = current_date",
}
_KEPT = (
    "status", "done_on", "finding", "evidence_fixed_on", "turn_since", "objection_until",
)  # fmt: skip


def table_of(noun: str) -> str:
    """Where its records are kept; of a lead a hand-over is a part."""
    if noun == "handover":
        return "lead_transfers"
    return PATHS[noun].replace("-", "_")


def one_of(town: Running, office: Client, noun: str) -> dict[str, Any]:
    """A record of the noun from a town that has them all, but what each brings for themselves."""
    if noun == "import":
        ledgers.upload(office, ledgers.book([ledgers.row(next(_serial))]))
    if noun == "restricted_file":
        restricted.hint(office, make_lead(office), addressee="supervisor")
    whole = " WHERE lead_id IS NULL" if noun == "handover" else ""
    rows = run_sql(town, f"SELECT * FROM {table_of(noun)}{whole} ORDER BY id ASC LIMIT 1")
    assert rows, f"no {noun} in the town"
    return dict(rows[0])


@contextmanager
def standing_in(
    town: Running, noun: str, record: dict[str, Any], status: str, **days: date
) -> Iterator[None]:
    """The record as it would be in a status, for as long as something is read of it."""
    table, more = table_of(noun), BESIDES.get((noun, status), "")
    days = {name: day for name, day in days.items() if name in record}
    said = "".join(f", {name} = ${n}" for n, name in enumerate(days, 3))
    run_sql(
        town,
        f"UPDATE {table} SET status = $2{', ' * bool(more)}{more}{said} WHERE id = $1",
        record["id"],
        status,
        *days.values(),
    )
    before = {name: record[name] for name in _KEPT if name in record}
    try:
        yield
    finally:
        put = ", ".join(f"{name} = ${n}" for n, name in enumerate(before, 2))
        run_sql(town, f"UPDATE {table} SET {put} WHERE id = $1", record["id"], *before.values())
