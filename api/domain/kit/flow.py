"""A life cycle as data: which action leads from where to where, who may take it, what it needs.

A flow is keyed by *action*: the action is what people do, what the permission guards, what the
timeline names and what the button says. Every condition stands in the table, none beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from api.domain.kit.actors import Actor
from api.domain.kit.days import DayKind
from api.domain.kit.errors import (
    DomainError,
    FieldError,
    Forbidden,
    Invalid,
    RuleViolated,
    TransitionNotAllowed,
    together,
)
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission

S = TypeVar("S", bound=Labelled)
A = TypeVar("A", bound=Labelled)


class FieldKind(Labelled):
    """How a form asks for a field, and how the wire carries it."""

    TEXT = "text", "单行文字"
    LONG_TEXT = "long_text", "多行文字"
    INTEGER = "integer", "整数"
    MONEY = "money", "金额（元）"
    DATE = "date", "日期"
    DATETIME = "datetime", "时间"
    BOOLEAN = "boolean", "是否"
    ENUM = "enum", "选项"
    MULTI_ENUM = "multi_enum", "多个选项"
    DIVISION = "division", "行政区划"
    UNIT = "unit", "单位"
    UNITS = "units", "多个单位"
    RECORD = "record", "关联记录"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that an action asks for. `rule` names the time rule that offers a default date."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    options: type[Labelled] | None = None
    rule: str | None = None
    #: Asked for, and then required as said above, only where another field of the form has this
    #: value.
    only_with: tuple[str, Labelled] | None = None
    #: What is stored is shown behind a mask: a form can't begin with it, only replace it.
    masked: bool = False
    #: Asked for, and then required as said above, only where the record stands in one of these
    #: statuses.
    only_from: frozenset[Labelled] = frozenset()
    #: Where what may be left empty must be filled in: said beside the label in place of 选填.
    needed_for: str = ""
    #: How a day or moment stands to the present one; every field for one says so.
    day: DayKind | None = None

    def __post_init__(self) -> None:
        """A day that may be any day is a slip waiting to happen."""
        if (self.kind in {FieldKind.DATE, FieldKind.DATETIME}) is (self.day is None):
            raise TypeError(f"{self.name}: which days are taken")

    def asked_from(self, status: Labelled) -> bool:
        """Whether a record in this status is asked for the field at all."""
        return not self.only_from or status in self.only_from

    def applies(self, given: Any) -> bool:
        """Whether a form filled in like this asks for the field at all."""
        return self.only_with is None or getattr(given, self.only_with[0]) is self.only_with[1]


REASON = Field("reason", "理由", FieldKind.LONG_TEXT)
#: So many of what stands in the way are named in a sentence; the page lists all.
_MOST_NAMED = 6


class Record(Protocol):
    """What a flow must know of a record; predicates may read more of their own aggregate."""

    @property
    def status(self) -> Labelled:
        """Where the record stands."""
        ...

    @property
    def owner_unit_id(self) -> UUID:
        """The unit that answers for it."""
        ...


@dataclass(frozen=True, slots=True)
class Predicate:
    """A named condition beyond permission and status, with the sentence for whoever fails it."""

    name: str
    sentence: str
    holds: Callable[[Actor, Record], bool]
    error: type[DomainError] = Forbidden
    article: str | None = None
    #: The field of the record that is empty: whoever has the turn fills it in, and goes on.
    field: str = ""
    #: Who may act, and nothing about the record, whatever refusal it is: not said as what is missing.
    of_actor: bool = False
    #: What of the record stands in the way, by name: the sentence goes on with it.
    names: Callable[[Record], Sequence[str]] | None = None

    @property
    def is_personal(self) -> bool:
        """Whether it asks who acts, and not how the record stands."""
        return self.of_actor or issubclass(self.error, Forbidden)

    def said(self, record: Record | None) -> str:
        """The sentence, with what stands in the way of this record."""
        if self.names is None or record is None:
            return self.sentence
        named = self.names(record)
        more = f"等 {len(named)} 项" if len(named) > _MOST_NAMED else ""
        return f"{self.sentence}：{'、'.join(named[:_MOST_NAMED])}{more}"

    def ensure(self, actor: Actor, record: Any) -> None:
        """Raises the refusal where it does not hold, for whoever asks beside a flow."""
        if not self.holds(actor, record):
            raise self.refusal(record)

    def refusal(self, record: Record | None = None) -> DomainError:
        """The error for a failed condition, naming the field that is empty, and the article where the
        law asks for it."""
        sentence = self.said(record)
        errors = [FieldError(f"/{self.field}", self.name, sentence)] if self.field else []
        refusal = self.error(sentence, code=self.name, errors=errors)
        if self.article:
            refusal.extra["article"] = self.article
        return refusal


OWN_UNIT = Predicate(
    "not_own_unit",
    "只有承办单位可以办理",
    lambda actor, record: actor.unit_id == record.owner_unit_id,
)


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """One row of the table. `to=None` keeps the status (an act that is only recorded)."""

    frm: frozenset[S]
    to: S | None
    needs: Permission
    fields: tuple[Field, ...] = ()
    when: tuple[Predicate, ...] = ()
    danger: bool = False
    #: By which law the act stands at this place; told to whoever tries it at another. None: by the
    #: flow's own; empty: by none.
    article: str | None = None

    def check(self, given: Any, status: S | None = None) -> None:
        """What the wire's types cannot say: fields that another field, or the status of the
        record, asks for or leaves out.

        Raises Invalid naming each of them.
        """
        faults: list[FieldError] = []
        for each in self.fields:
            missing = getattr(given, each.name, None) in (None, "")
            if each.only_from and status is not None:
                faults += _by_status(each, missing=missing, asked=each.asked_from(status))
            if each.only_with is None:
                continue
            if each.applies(given) and each.required and missing:
                faults.append(FieldError(f"/{each.name}", "missing", f"请填写{each.label}"))
            if not each.applies(given) and not missing:
                value = each.only_with[1].label
                message = f"只有选择“{value}”时才填写{each.label}"
                faults.append(FieldError(f"/{each.name}", "not_asked", message))
        if faults:
            raise Invalid(faults[0].message, errors=faults)


def _by_status(each: Field, *, missing: bool, asked: bool) -> list[FieldError]:
    if asked and each.required and missing:
        return [FieldError(f"/{each.name}", "missing", f"请填写{each.label}")]
    if not asked and not missing:
        return [FieldError(f"/{each.name}", "not_asked", f"现在不用填写{each.label}")]
    return []


def _refuse(failing: Predicate, record: Record) -> None:
    raise failing.refusal(record)


class Correction(Labelled):
    """The action that changes what a record says, and not where it stands."""

    EDIT = "edit", "修改"


@dataclass(frozen=True, slots=True)
class Edit(Generic[S]):
    """The row of the table by which a record is corrected: while it stands in one of these
    statuses. What may be changed is the schema of the correction; it goes by PATCH."""

    frm: frozenset[S]
    needs: Permission
    #: What is said of a record in another status, and by which kind of refusal.
    closed: str
    when: tuple[Predicate, ...] = ()
    error: type[DomainError] = Forbidden


@dataclass(frozen=True, slots=True, eq=False)
class Available:
    """An action that may be taken, and what it asks for: made once per row, the same object each
    time."""

    action: Labelled
    needs: tuple[Field, ...]
    danger: bool


@dataclass(frozen=True, slots=True)
class _Start:
    """What decides whether a row is offered to someone, and what is offered."""

    needs: Permission
    conditions: tuple[Callable[[Actor, Record], bool], ...]
    shown: Available


@dataclass(frozen=True, slots=True)
class Flow(Generic[S, A]):
    """The life cycle of one aggregate."""

    name: str
    initial: S
    #: By which law the noun is worked on at all: told where a step or a condition names no other.
    law: str = field(default="", kw_only=True)
    steps: Mapping[A, Step[S]] = field(default_factory=dict[A, Step[S]])
    edit: Edit[S] | None = None
    #: The rows by the status they start from, in the order of the table: every record that is read
    #: asks for them.
    _starting: Mapping[Labelled, tuple[_Start, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the table by status once."""
        found: dict[Labelled, list[_Start]] = {}
        for action, row in self.steps.items():
            shown = tuple(p.holds for p in row.when if p.error is not RuleViolated)
            forms: dict[tuple[Field, ...], _Start] = {}
            for status in row.frm:
                asked = tuple(each for each in row.fields if each.asked_from(status))
                if asked not in forms:
                    forms[asked] = _Start(row.needs, shown, Available(action, asked, row.danger))
                found.setdefault(status, []).append(forms[asked])
        if self.edit is not None:  # the last of all: nothing goes on by it
            holds = tuple(p.holds for p in self.edit.when)
            start = _Start(self.edit.needs, holds, Available(Correction.EDIT, (), danger=False))
            for status in self.edit.frm:
                found.setdefault(status, []).append(start)
        starting = {status: tuple(rows) for status, rows in found.items()}
        object.__setattr__(self, "_starting", starting)

    def step(
        self,
        action: A,
        actor: Actor,
        record: Record,
        form: Sequence[Callable[[], object]] = (),
    ) -> Step[S]:
        """The row that applies, or the refusal. `form`: what else is asked of the form.

        Raises Forbidden before anything else, so that a refusal never tells an outsider the
        state; then TransitionNotAllowed with the allowed actions; then what a predicate says. What
        can be filled in is told together with what is wrong in the form.
        """
        row = self.steps[action]
        if not actor.may(row.needs):
            raise Forbidden
        if record.status not in row.frm:
            allowed = [
                each.action.value
                for each in self.available(actor, record)
                if each.action is not Correction.EDIT
            ]
            refusal = TransitionNotAllowed(
                f"当前状态为“{record.status.label}”，不能{action.label}", allowed=allowed
            )
            raise self._by_law(refusal, row.article)
        failing = [each for each in row.when if not each.holds(actor, record)]
        for predicate in failing:
            if not predicate.field:
                raise self._by_law(predicate.refusal(record))
        together(*(partial(_refuse, each, record) for each in failing), *form)
        return row

    def _by_law(self, refusal: DomainError, article: str | None = None) -> DomainError:
        """The refusal with what it follows from: its own article, the step's, or the noun's, where
        it is about whose it is or where it stands; other conditions name theirs or have none."""
        if article is None and isinstance(refusal, Forbidden | TransitionNotAllowed):
            article = self.law
        if article and "article" not in refusal.extra:
            refusal.extra["article"] = article
        return refusal

    def check_edit(self, actor: Actor, record: Record) -> None:
        """Raises Forbidden, what a predicate says, or that the record is beyond correction."""
        row = self.edit
        if row is None or not actor.may(row.needs):
            raise Forbidden
        for predicate in row.when:
            if not predicate.holds(actor, record):
                raise self._by_law(predicate.refusal(record))
        if record.status not in row.frm:
            raise row.error(row.closed, code="closed")

    def available(self, actor: Actor, record: Record) -> Sequence[Available]:
        """What this person may do with this record now, in the order of the table. What only the law
        forbids is shown: whoever tries learns the article."""
        return [
            start.shown
            for start in self._starting.get(record.status, ())
            if actor.may(start.needs) and all(holds(actor, record) for holds in start.conditions)
        ]
