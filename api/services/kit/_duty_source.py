"""What a kind of duty is; the kinds themselves stand in the files `*_duties.py`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Text,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)

from api.access import visibility
from api.core.base.statements import param
from api.domain.across.step_terms import STEP_TERMS
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.permissions import Permission as P
from api.models.base import Waits

#: Counting stops here.
MOST_COUNTED = 1_000

_NO_RULE = NO_DETAIL = literal_column("''", Text())
NO = literal_column("false")
_NEVER = cast(null(), Date)
_NO_VERSION = cast(null(), BigInteger)
_NOBODY = cast(null(), Uuid())


class InHands(NamedTuple):
    """Which of the duties of a unit: in the hands of one person, of nobody, or all of them; of all
    records, or of one."""

    by: bool = False
    by_nobody: bool = False
    of_one: bool = False

    def condition(self, holder: Any, subject: Any) -> Iterator[ColumnElement[bool]]:
        """What a source asks for it."""
        if self.of_one:
            yield subject == param("subject_id", Uuid())
        if self.by:
            yield holder == param("holder_id", Uuid())
        if self.by_nobody:
            yield holder.is_(None)


IN_ANY_HANDS = InHands()


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of duty: which records wait, for whom, until when."""

    kind: DutyKind
    noun: str
    model: Any
    needs: P
    waits: Callable[[Actor], ColumnElement[bool]]
    title: Any
    number: Any
    due_on: Any = _NEVER
    provisional: Any = NO
    rule: Any = _NO_RULE
    #: What else the name of the duty needs.
    detail: Any = _NO_RULE
    #: The record that the duty opens, where it is another than the one that waits.
    subject: Any = None
    #: Whether one person of the unit may take it upon themselves: what the head of a record tells
    #: as a turn, not what only a panel of it asks for.
    shared: bool = True
    #: Who has it in hand, where another row than the model's says so.
    held: Any = None
    #: The day on which the term begins that the table of steps gives; the last one is counted
    #: whenever it is read.
    since: Any = None

    @property
    def starts(self) -> str:
        """The rule of that term."""
        return STEP_TERMS[self.kind] if self.since is not None else ""

    @property
    def day(self) -> Any:
        """By what the duties of all kinds are put in order. What is counted on reading is taken for
        as long as it is today: holidays aside, that is its last day."""
        if self.since is None:
            return self.due_on
        return self.since + param(f"length {self.starts}", Integer())

    @property
    def is_shared(self) -> bool:
        """Whether the row that waits knows who has it in hand."""
        return self.shared and issubclass(self.model, Waits)

    @property
    def holder(self) -> Any:
        """Who of the reader's unit has it in hand."""
        if not self.is_shared:
            return _NOBODY
        if self.held is not None:
            return self.held
        own = self.model.turn_unit_id == param("unit_id", Uuid())
        return case((own, self.model.turn_user_id))

    def _told(self, name: str, kind: Any) -> Any:
        """A fact of the record that waits, if it has it; of what single people alone know nothing
        is told."""
        found = getattr(self.model, name, None) if issubclass(self.model, Waits) else None
        return cast(null(), kind) if found is None else found

    def rows(
        self, actor: Actor, limit: int, held: InHands = IN_ANY_HANDS, *, after: bool = False
    ) -> Any:
        """The first duties of this kind, the most urgent first; `after` a place in the whole list
        (`PLACE`) that is bound at the call."""
        behind = [self._is_behind()] if after else []
        # an index knows the first day
        first = self.due_on if self.since is None else self.since
        detail = self.detail if self.since is None else self.since
        subject = self.model.id if self.subject is None else self.subject
        return (
            select(
                literal(self.kind.value, Text()).label("kind"),
                subject.label("subject_id"),
                self.number.label("number"),
                self.title.label("title"),
                self.day.label("due_on"),
                self.provisional.label("provisional"),
                self.rule.label("rule"),
                version_of(self.model, self.rule).label("rule_version"),
                cast(detail, Text).label("detail"),
                self.holder.label("holder_id"),
                self.model.id.label("row_id"),
                self._told("division_code", Text()).label("place"),
                self._told("amount_involved", BigInteger()).label("amount"),
                self._told("owner_unit_id", Uuid()).label("of_unit"),
                self._told("created_by_post_id", Uuid()).label("by_post"),
            )
            .where(self.waits(actor), *held.condition(self.holder, subject), *behind)
            .order_by(first.asc().nulls_last(), self.model.id)
            .limit(limit)
        )

    def _is_behind(self) -> ColumnElement[bool]:
        """Whether a duty comes after the place, in the order of `PLACE`; none without a day comes
        before one that has one."""
        day, row, kind = param("after_due", Date()), self.model.id, literal(self.kind.value, Text())
        tie = or_(
            row > param("after_row", Uuid()),
            and_(row == param("after_row", Uuid()), kind > param("after_kind", Text())),
        )
        own = self.day
        later = or_(own > day, own.is_(None), and_(own == day, tie))
        return or_(and_(day.is_not(None), later), and_(day.is_(None), own.is_(None), tie))

    def count(self, actor: Actor) -> Any:
        """How many there are, counted up to a thousand: more is not worked through one by one."""
        some = select(self.model.id).where(self.waits(actor)).limit(MOST_COUNTED)
        return select(
            literal(self.kind.value, Text()).label("kind"), func.count().label("waiting")
        ).select_from(some.subquery())


def version_of(model: Any, rule: Any) -> Any:
    """The version that stands beside a record's rule (`due_rule`, `due_rule_version`)."""
    key = getattr(rule, "key", "")
    name = {"rule_id": "rule_version"}.get(key, f"{key}_version")
    return getattr(model, name, _NO_VERSION) if key else _NO_VERSION


def in_status(column: Any, status: Any) -> ColumnElement[bool]:
    """A status as a literal, so that PostgreSQL can prove the partial index fits."""
    return column == literal_column(f"'{status.value}'", Text())


def other_than(*columns: Any) -> Callable[[Actor], Sequence[ColumnElement[bool]]]:
    """Not for whoever did one of the steps before."""
    return lambda actor: [column.is_distinct_from(actor.id) for column in columns]


def unit_record(
    kind: DutyKind,
    noun: str,
    model: Any,
    needs: P,
    waits: Callable[[Actor], Sequence[ColumnElement[bool]]],
    **shown: Any,
) -> Source:
    """A record that waits for the unit that owns it."""
    return Source(
        kind,
        noun,
        model,
        needs,
        lambda actor: and_(model.owner_unit_id == actor.unit_id, *waits(actor)),
        **shown,
    )


def seen_record(
    kind: DutyKind,
    noun: str,
    model: Any,
    needs: P,
    waits: ColumnElement[bool],
    others: Callable[[Actor], Sequence[ColumnElement[bool]]] = lambda _: (),
    **shown: Any,
) -> Source:
    """A record that waits for whoever sees it and holds the right of what is to be done."""
    return Source(
        kind,
        noun,
        model,
        needs,
        lambda actor: and_(visibility.seen(actor, model), waits, *others(actor)),
        **shown,
    )
