"""What a row of a list says of its term is what the rules say, however its end is remembered."""

from datetime import timedelta

import orjson
import pytest

from api.core.base.clock import today
from api.services.kit import terms
from api.services.leads import leads

DAYS = (None, -9, -1, 0, 1, 7, 300)
RULES = (("LEAD-01", 1), ("LEAD-ACK", None), ("", None))


def row(**over) -> dict:
    term = {"due_on": None, "due_is_provisional": False, "due_rule": "", "due_rule_version": None}
    return {
        "id": "x",
        "subject_name": ',"due_on":"2020-01-01"',
        **term,
        "unowned_since": None,
    } | over


def rows() -> list[dict]:
    """All sorts of terms, and again, so that their ends are known."""
    made = []
    for days in DAYS:
        for rule, version in RULES:
            on = None if days is None else (today() + timedelta(days=days)).isoformat()
            made.append(row(due_on=on, due_rule=rule, due_rule_version=version))
            made.append(row(unowned_since=(today() - timedelta(days=3)).isoformat(), due_on=on))
    return made * 2


async def test_each_row_ends_with_the_days_that_are_left(session):
    known = await terms.known()
    close = known.closing(said=leads._at_the_desk)
    for given in rows():
        wanted = dict(given)
        leads._at_the_desk(wanted, known.clock)
        wanted["working_days_left"] = known.of(wanted)
        assert orjson.loads(close(orjson.dumps(given).decode())) == wanted


async def test_what_belongs_to_something_within_the_row_is_not_its_term(session):
    close = (await terms.known()).closing()
    on = (today() + timedelta(days=400)).isoformat()
    whole = row(due_on=today().isoformat(), due_rule="LEAD-01", due_rule_version=1)
    given = whole | {"order": {"number": 1, "due_on": on, "due_rule": "LEAD-01"}}
    for _ in range(2):
        assert orjson.loads(close(orjson.dumps(given).decode()))["working_days_left"] == 0


async def test_no_more_ends_are_kept_than_are_worth_it(session, monkeypatch):
    monkeypatch.setattr(terms, "_MOST_ENDS", 2)
    known = await terms.known()
    known._ends.clear()
    close = known.closing()
    for given in rows():
        close(orjson.dumps(given).decode())
        [kept] = known._ends.values()
        assert 1 <= len(kept) <= 2


@pytest.mark.parametrize("columns", [leads.LISTING.item_columns])
def test_a_lead_ends_with_its_term_alone(columns):
    """Else the end of each row is another one, and none is ever met again."""
    names = list(columns)
    assert set(names[names.index("due_on") :]) == {
        "due_on", "due_is_provisional", "due_rule", "due_rule_version", "unowned_since",
    }  # fmt: skip
