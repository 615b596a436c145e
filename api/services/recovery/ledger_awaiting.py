"""Entries that wait for a second person: whose turn it is, since when, and how many a book has."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from api.access import case_rows, visibility
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import SEES_TOWN, Role
from api.domain.recovery.ledger import GONE, POSTING_RULES, PostingRule
from api.models.cases import Case
from api.models.ledger import Transfer
from api.models.units import Post, Unit
from api.models.users import PostHolder

_LATER = aliased(Transfer)


def is_named_by(column: Any) -> ColumnElement[bool]:
    """Whether another entry names this one, as what it confirms or reverses."""
    return exists(select(literal_column("1")).where(column == Transfer.id))


IS_CONFIRMED = is_named_by(_LATER.confirms_id)
IS_REVERSED = is_named_by(_LATER.reverses_id)
#: Neither let go by a second person nor taken back.
AWAITS = and_(Transfer.target.is_not(None), ~IS_CONFIRMED, ~IS_REVERSED)
SINCE = cast(func.timezone(literal_column("'Asia/Shanghai'"), Transfer.recorded_at), Date)
#: By when an entry is to be confirmed, from the day on which it was posted.
CONFIRM_RULE = "LEDGER-CONFIRM"
_TARGET = case(
    *((Transfer.target == kind.value, literal_column(f"'{kind.label}'")) for kind in GONE),
    else_=literal_column("''"),
)


def yuan(fen: Any) -> Any:
    """A column of fen as it is read."""
    return func.to_char(fen / 100.0, literal_column("'FM999,999,999,990.00 元'"))


#: What waits, in words: where it goes and how much it is.
TITLE = func.concat(_TARGET, literal_column("' '"), yuan(Transfer.amount))


def of_book(column: Any) -> Any:
    """A fact of the case whose entry it is."""
    return select(column).where(Case.id == Transfer.book_id).scalar_subquery()


def _by_way(confirms: Callable[[PostingRule], ColumnElement[bool]]) -> ColumnElement[bool]:
    """The entries of those ways whose second person it is, as the rules have it."""
    return or_(
        false(),
        *(
            and_(
                Transfer.credit_kind == literal_column(f"'{source.value}'"),
                Transfer.target == literal_column(f"'{target.value}'"),
                confirms(rule),
            )
            for (source, target), rule in POSTING_RULES.items()
            if rule.via is not None
        ),
    )


def for_actor(actor: Actor) -> ColumnElement[bool]:
    """What this person may confirm: by their post's rules, and never what they posted themselves."""
    return and_(
        AWAITS,
        _by_way(lambda rule: true() if actor.role in rule.confirmed_by else false()),
        Transfer.posted_by_id.is_distinct_from(actor.id),
        visibility.seen(actor, Transfer),
    )


#: Whom of those who may confirm it is asked first: who keeps the town's books together.
_ASKED = (Role.OFFICE, Role.FINANCE, Role.POLICE)


def _role_in(roles: Collection[Role]) -> ColumnElement[bool]:
    return Post.role.in_([literal_column(f"'{each}'") for each in sorted(r.value for r in roles)])


def _posted_in(unit_id: Any) -> ColumnElement[bool]:
    """Whether who posted the entry works there; of this entry, two statements further out, which is
    not correlated by itself."""
    found = exists().where(
        _OWN.unit_id == unit_id,
        _HELD.post_id == _OWN.id,
        _HELD.user_id == Transfer.posted_by_id,
        _HELD.until.is_(None),
    )
    return found.correlate(Unit, Transfer)


_OWN, _HELD = aliased(Post), aliased(PostHolder)
#: The unit that should confirm it: of those in the town where somebody else than who posted it sits
#: in a post which may, and sees the case, one that did not post it first; where there is none the
#: unit whose case it is.
SHOULD_CONFIRM = func.coalesce(
    select(Unit.id)
    .join(Post, Post.unit_id == Unit.id)
    .join(PostHolder, PostHolder.post_id == Post.id)
    .join(Case, Case.id == Transfer.book_id)
    .where(
        Unit.is_active,
        Unit.division_code == Case.town_code,
        Post.is_active,
        PostHolder.until.is_(None),
        PostHolder.user_id != Transfer.posted_by_id,
        _by_way(lambda rule: _role_in(rule.confirmed_by)),
        or_(
            _role_in(SEES_TOWN),
            case_rows.is_shown_to(Unit.id, Case.id),
        ),
    )
    .order_by(
        _posted_in(Unit.id),
        *(Post.role != literal_column(f"'{role.value}'") for role in _ASKED),
        Unit.id,
    )
    .limit(literal_column("1"))
    .correlate(Transfer)
    .scalar_subquery(),
    of_book(Case.owner_unit_id),
)


def of_case(column: Any) -> Any:
    """A figure over the entries of a case that wait."""
    return select(column).where(Transfer.book_id == Case.id, AWAITS).scalar_subquery()


COUNT: ColumnElement[int] = of_case(func.count())
OLDEST: ColumnElement[date] = of_case(func.min(SINCE))
