"""What home shows with a term is brought before those above when it is late: every kind of turn."""

import re
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Column, Select
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.visitors import iterate

from api.domain.across.ways import LEAD_WAY
from api.domain.kit.duties import DutyKind as K
from api.domain.law.escalations import Overdue
from api.domain.leads.leads import LeadStatus
from api.services.across import duties
from api.services.across.watched import WATCHED
from api.services.kit import _duty_source
from api.services.reporters import confidential_duties

#: Kinds that home shows with a day, and that no row of the table watches: why.
SIGNED = {
    K.LEAD_UNOWNED_COUNTY: "it is itself what the county is told of after the second term",
    K.MEASURE_EXPIRING: "measures have a ladder of their own (services/recovery/measure_warnings.py)",
    K.MEASURE_GROUNDLESS: "measures have a ladder of their own",
    K.INFORMANT_DECIDE: "who asks for a reporter's name is told to few, and to nobody above them",
    K.RESTRICTED_HAND_OFF: "restricted files are known to their members alone",
    K.RESTRICTED_ANSWER: "restricted files are known to their members alone",
    K.RESTRICTED_CLOSE: "restricted files are known to their members alone",
}


def days(expression: Any) -> set[str]:
    """The columns whose days an expression gives."""
    if hasattr(expression, "__clause_element__"):
        expression = expression.__clause_element__()
    inner = getattr(expression, "element", None)
    if isinstance(inner, Select):
        return {name for each in inner.selected_columns for name in days(each)}
    return {
        f"{each.table.name}.{each.name}"
        for each in iterate(expression)
        if isinstance(each, Column) and each.type.python_type in {date, datetime}
    }


def terms(source: _duty_source.Source) -> tuple[frozenset[str], str] | None:
    """From which columns home takes the day of a duty, and the rule where its term begins there."""
    if source.since is not None:
        return frozenset(days(source.since)), source.starts
    rule = duties._TERMS.get(source.kind, "")
    if source.kind in duties._TERMS and days(source.detail):
        return frozenset(days(source.detail)), rule
    found = days(source.due_on) if source.due_on is not _duty_source._NEVER else set()
    return (frozenset(found), "") if found else None


WITH_TERM = {
    (source.kind, found) for source in duties.SOURCES if (found := terms(source)) is not None
}
WATCHED_DAYS = {(frozenset(days(each.due)), each.starts) for each in WATCHED}


def _in_order(pair: tuple[K, tuple[frozenset[str], str]]) -> tuple[str, list[str], str]:
    """The same in every process: sets are told in any order."""
    kind, (columns, starts) = pair
    return kind.value, sorted(columns), starts


@pytest.mark.parametrize(
    ("kind", "found"),
    [pytest.param(*pair, id=pair[0].value) for pair in sorted(WITH_TERM, key=_in_order)],
)
def test_every_turn_with_a_term_is_watched(kind, found):
    """By the columns that both read: a turn whose day no row watches would be late for ever, and
    nobody above would hear of it."""
    if kind in SIGNED:
        # the same day may be watched for another kind, as a freeze's is once it has run out
        others = {each for each, days in WITH_TERM if days == found} - SIGNED.keys()
        assert kind in {source.kind for source in confidential_duties.SOURCES} or (
            found not in WATCHED_DAYS or others
        ), "it is watched: take it off the list"
        return
    assert found in WATCHED_DAYS, f"{kind}: {found} is in no row of watched.py"


def test_the_signed_ones_have_a_term():
    assert set(SIGNED) <= {kind for kind, _ in WITH_TERM}


#: Rejected before it was given to anybody, a lead has no day of its own.
NEVER_TERMED = {LeadStatus.REJECTED}


def test_terms_of_leads_are_watched_in_every_status():
    """A row names its statuses: each in which somebody has a turn by the day of the lead."""
    watched = next(each for each in WATCHED if each.what is Overdue.LEAD)
    condition = str(watched.waits.compile(compile_kwargs={"literal_binds": True}))
    by_day = {kind for kind, (columns, _) in WITH_TERM if columns == {"leads.due_on"}}
    for stage in LEAD_WAY.stages:
        for status, turns in stage.turns.items():
            if status not in NEVER_TERMED and any(turn.what in by_day for turn in turns):
                assert f"'{status.value}'" in condition, status


@pytest.mark.parametrize("each", WATCHED, ids=lambda each: each.what.value)
def test_what_is_asked_of_a_row_is_asked_of_that_row(each):
    """A condition two statements further in that reads the table anew asks whether there is any such
    row at all: somebody else is named who should act."""
    asked = each.rows().where(each.waits, each.of_town("341522118"))
    outer = each.model.__tablename__
    said = str(asked.compile(dialect=postgresql.dialect()))
    lists = re.findall(r"FROM (\w+(?: AS \w+)?(?:, \w+(?: AS \w+)?)+)", said)
    assert [tables for tables in lists if outer in re.split(", ", tables)] == []
