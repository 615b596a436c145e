"""Entries that wait for a second person: whose turn it is, since when, and how many a book has."""

from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    and_,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from api.access import visibility
from api.domain.kit.actors import Actor
from api.domain.recovery.ledger import POSTING_RULES
from api.models.cases import Case
from api.models.ledger import Transfer

_LATER = aliased(Transfer)


def is_named_by(column: Any) -> ColumnElement[bool]:
    """Whether another entry names this one, as what it confirms or reverses."""
    return exists(select(literal_column("1")).where(column == Transfer.id))


IS_CONFIRMED = is_named_by(_LATER.confirms_id)
IS_REVERSED = is_named_by(_LATER.reverses_id)
#: Neither let go by a second person nor taken back.
AWAITS = and_(Transfer.target.is_not(None), ~IS_CONFIRMED, ~IS_REVERSED)
SINCE = cast(func.timezone(literal_column("'Asia/Shanghai'"), Transfer.recorded_at), Date)


def for_actor(actor: Actor) -> ColumnElement[bool]:
    """What this person may confirm: by their post's rules, and never what they posted themselves."""
    ways = [
        and_(Transfer.credit_kind == source.value, Transfer.target == target.value)
        for (source, target), rule in POSTING_RULES.items()
        if rule.via is not None and actor.role in rule.confirmed_by
    ]
    return and_(
        AWAITS,
        or_(false(), *ways),
        Transfer.posted_by_id.is_distinct_from(actor.id),
        visibility.seen(actor, Transfer),
    )


def of_case(column: Any) -> Any:
    """A figure over the entries of a case that wait."""
    return select(column).where(Transfer.book_id == Case.id, AWAITS).scalar_subquery()


COUNT: ColumnElement[int] = of_case(func.count())
OLDEST: ColumnElement[date] = of_case(func.min(SINCE))
