"""The steps of a noun that have a term by the table of domain/across/step_terms.py: when a record is
at one of them, since when, who should act. Home, the lists, what is brought before those above and the
overview all read them here, from columns of the row itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Text, and_, func, literal_column, select
from sqlalchemy.types import TypeEngine

from api.domain.across.step_terms import STEP_TERMS
from api.domain.kit.duties import DutyKind
from api.domain.kit.errors import FieldError, Invalid
from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission, Role
from api.domain.kit.standing import Turn
from api.models.units import Post, Unit
from api.models.users import PostHolder
from api.services.kit import time_rules
from api.services.kit.standing import Until

#: The parameter of a list by which the late ones of a kind are opened.
FILTER = "late_step"


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of turn of a noun."""

    kind: DutyKind
    #: Whether a record is at it, whoever asks.
    waits: ColumnElement[bool]
    #: The day on which its term begins.
    since: Any
    #: Who should act; else the unit in charge.
    unit: Any = None

    @property
    def rule(self) -> str:
        """The rule by which it is to be done."""
        return STEP_TERMS[self.kind]


def holder_unit(needs: Permission, town: Any, owner: Any, *but: Any) -> Any:
    """Who should do what anybody with the right may: the unit in charge if somebody in it has the
    right, else another of the town where somebody has who is none of `but`."""
    roles = [role for role in Role if needs in ROLE_PERMISSIONS[role]]
    found = (
        select(Unit.id)
        .join(Post, Post.unit_id == Unit.id)
        .join(PostHolder, PostHolder.post_id == Post.id)
        .where(
            Unit.is_active,
            Unit.division_code == town,
            Post.is_active,
            PostHolder.until.is_(None),
            Post.role.in_([literal_column(f"'{role.value}'", Text()) for role in roles]),
            *(PostHolder.user_id.is_distinct_from(one) for one in but),
        )
        .order_by(Unit.id != owner, Unit.id)
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    return func.coalesce(found, owner)


def late_filters(steps: Sequence[Step]) -> dict[str, tuple[TypeEngine[Any], Callable[[Any], Any]]]:
    """A list's filters, one for each step: at it since a day, or longer. Each by itself, so that an
    index may begin with the few rows that wait for it."""

    def of(one: Step) -> Callable[[Any], ColumnElement[bool]]:
        return lambda day: and_(one.waits, day >= one.since)

    return {key(one.kind): (Date(), of(one)) for one in steps}


def key(kind: DutyKind) -> str:
    """What the filter of a step is called, and the day that it is bound to."""
    return f"late_{kind.value}"


async def late(steps: Sequence[Step], asked: DutyKind | None) -> dict[str, date]:
    """What a query asks of those filters. Raises Invalid for a step that the list does not know."""
    if asked is None:
        return {}
    if all(one.kind is not asked for one in steps):
        message = "这个列表没有这一项待办的期限"
        fault = FieldError(f"#query/{FILTER}", "unknown_step", message)
        raise Invalid(message, code="unknown_step", errors=[fault])
    return {key(asked): (await time_rules.known()).last_start(STEP_TERMS[asked])}


def term(since: date) -> Callable[[Turn[Any], time_rules.Clock], Until]:
    """Until when each turn of a record is to be taken that came to its step on a day."""

    def until(turn: Turn[Any], clock: time_rules.Clock) -> Until:
        rule = STEP_TERMS.get(turn.what) if isinstance(turn.what, DutyKind) else None
        return counted(clock, rule, since) if rule else Until()

    return until


def counted(clock: time_rules.Clock, rule: str, since: date) -> Until:
    """A term that is counted from a day whenever it is read."""
    due = clock.due_on(rule, since)
    return Until(due.on, due.is_provisional, due.rule_id, due.rule_version, since)
