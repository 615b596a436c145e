"""Where a record stands, and whose turn it is: a table beside each flow.

A way is the stages that a record goes through when all goes well, in order. In each status it waits
for somebody, by one or several turns, or for nobody: then it is over. What goes back or aside is no
stage; it shows in the dates. A test walks every status of every flow.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from api.domain.kit.actors import Actor, Holder
from api.domain.kit.duties import DutyKind
from api.domain.kit.errors import Forbidden
from api.domain.kit.flow import Available, Flow, Predicate
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission

S = TypeVar("S", bound=Labelled)
A = TypeVar("A", bound=Labelled)


class StepState(Labelled):
    """How far the record is with one stage."""

    DONE = "done", "已办"
    NOW = "now", "正在办"
    AHEAD = "ahead", "未到"
    PASSED_BY = "passed_by", "没有经过"


class Whose(Labelled):
    """Who has the turn."""

    OWNER = "owner", "承办单位"
    OFFICE = "office", "镇专项办"
    #: The unit that the record was handed to.
    RECEIVER = "receiver", "接收单位"
    #: Whoever holds the right of the act in this town.
    HOLDER = "holder", "有权办理的人员"
    #: The person who did the step before: who uploaded a file, who asked.
    SAME_PERSON = "same_person", "原经办人"
    #: Not people: the house itself is at it.
    MACHINE = "machine", "系统"


#: What one person of several may take upon themselves.
SHARED = frozenset({Whose.OWNER, Whose.OFFICE, Whose.RECEIVER, Whose.HOLDER})


@dataclass(frozen=True, slots=True)
class Turn(Generic[A]):
    """What is to be done next, by whom, and by which acts it is done."""

    #: As home calls it; what the machine does by itself is nobody's duty.
    what: DutyKind | str
    #: In the order of what is sensible; the first that its holder may take is the filled button.
    acts: tuple[A, ...]
    whose: Whose = Whose.OWNER
    #: Whether it is anybody's turn at all, where the status alone does not say it.
    when: Callable[[Any], bool] | None = None
    #: Whose it is as well, though what they do about it is done on another page.
    elsewhere: Callable[[Actor, Any], bool] | None = None
    #: What that is, while it can be done: the button which leads there.
    onward: Callable[[Any], str | None] | None = None
    #: How the record's own page says it, where home says it otherwise.
    says: str = ""
    #: At home it comes when its time does, and not before.
    shown_late: bool = False

    @property
    def label(self) -> str:
        """What is to be done, in words."""
        if self.says:
            return self.says
        return self.what.label if isinstance(self.what, DutyKind) else self.what

    def applies(self, record: Any) -> bool:
        """Whether a record in its status waits for this."""
        return self.when is None or self.when(record)


def _only_fields(failing: Sequence[Predicate]) -> bool:
    """Whether nothing is missing, or only what can be filled in at once."""
    return all(each.field for each in failing)


@dataclass(frozen=True, slots=True)
class Move:
    """One change of status: from where to where, on which day, by which unit."""

    frm: str
    to: str
    on: str
    unit: str


@dataclass(frozen=True, slots=True)
class Stage(Generic[S, A]):
    """One step of the strip: the statuses in which a record stands at it, and who has the turn."""

    label: str
    turns: Mapping[S, tuple[Turn[A], ...]]
    #: Shown only where the record stands at it, or came through it.
    aside: bool = False
    #: By coming to which statuses it was done, from wherever the record came; without them by going
    #: on from it.
    ends: frozenset[S] = frozenset()


@dataclass(frozen=True, slots=True)
class Way(Generic[S, A]):
    """The stages of a noun, and the statuses in which its records wait for nobody."""

    flow: Flow[S, A]
    stages: tuple[Stage[S, A], ...]
    #: Over as it should be.
    done: frozenset[S] = frozenset()
    #: Over before its end: what was ahead is not to come any more.
    stopped: frozenset[S] = frozenset()
    _at: Mapping[Labelled, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Each status stands in one place. Raises TypeError where the table says otherwise."""
        found: dict[Labelled, int] = {}
        for place, stage in enumerate(self.stages):
            for status in stage.turns:
                if status in found:
                    raise TypeError(f"{self.flow.name}: {status} stands in two stages")
                found[status] = place
        over = self.done | self.stopped
        every = set(type(self.flow.initial))
        wrong = every ^ (set(found) | over) | set(found) & over | self.done & self.stopped
        if wrong:
            raise TypeError(f"{self.flow.name}: {sorted(each.value for each in wrong)}")
        object.__setattr__(self, "_at", found)

    def turns(self, record: Any) -> Iterator[Turn[A]]:
        """Whose turns it is with a record."""
        place = self._at.get(record.status)
        if place is not None:
            for turn in self.stages[place].turns[record.status]:
                if turn.applies(record):
                    yield turn

    def steps(
        self, status: Labelled, moves: Sequence[Move], created: tuple[str, str] = ("", "")
    ) -> list[tuple[str, StepState, str, str]]:
        """Label, state, day and unit of each stage, from what the record went through.

        `moves`: in order of time. A stage was done on the day on which the record went on from it
        to a later one, or to its end; or came to what ends it. What came in further on was brought
        there when it was `created`, by day and unit.
        """
        kind = type(self.flow.initial)
        went = [(self._at.get(kind(each.frm)), self._at.get(kind(each.to)), each) for each in moves]
        place, over = self._at.get(status), status in self.done
        start = went[0][0] if went else place
        been = {0, start, place, *(at for frm, to, _ in went for at in (frm, to))}
        shown: list[tuple[str, StepState, str, str]] = []
        for each, stage in enumerate(self.stages):
            left = [move for frm, to, move in went if self._did(each, frm, to, kind(move.to))][-1:]
            on, unit = (left[0].on, left[0].unit) if left else ("", "")
            brought = start is not None and each < start
            if each == place:
                state, on, unit = StepState.NOW, "", ""
            elif place is not None and each > place:
                state, on, unit = StepState.AHEAD, "", ""
            elif (
                left or brought or (not stage.ends and each in been and (over or place is not None))
            ):
                state = StepState.DONE
                on, unit = (on, unit) if left else created if brought else ("", "")
            else:
                state = StepState.PASSED_BY
            if not stage.aside or (each in been and state is not StepState.AHEAD):
                shown.append((stage.label, state, on, unit))
        return shown

    def _did(self, stage: int, frm: int | None, to: int | None, status: Labelled) -> bool:
        """Whether a change of status did a stage."""
        if ends := self.stages[stage].ends:
            return status in ends
        return frm == stage and (to is None or to > stage)

    def blocked(self, actor: Actor, record: Any) -> list[str]:
        """What is missing before the record can go on, a sentence each: conditions of the record
        itself that keep every act of a turn from being taken, or empty fields that keep the first
        one. Who may act is no such condition."""
        sentences: list[str] = []
        for turn in self.turns(record):
            missing: list[str] = []
            for act in turn.acts:
                row = self.flow.steps[act]
                if record.status not in row.frm:
                    continue
                failing = [
                    each
                    for each in row.when
                    if not issubclass(each.error, Forbidden) and not each.holds(actor, record)
                ]
                if not failing:
                    break
                if _only_fields(failing):  # what can be filled in is not got around
                    sentences += [each.said(record) for each in failing]
                    break
                missing += [each.said(record) for each in failing]
            else:
                sentences += missing
        return list(dict.fromkeys(sentences))

    def act_of(
        self, actor: Actor, record: Any, available: Sequence[Available], turn: Turn[A]
    ) -> str | None:
        """The one act by which this reader takes a turn that is theirs, if there is one that nothing
        but empty fields keeps from being taken; never one that goes back, nor one that ends what
        might go on."""
        offered = {each.action for each in available}
        for place, act in enumerate(turn.acts):
            row = self.flow.steps[act]
            if act not in offered or (row.danger and place):
                continue
            if _only_fields([each for each in row.when if not each.holds(actor, record)]):
                return act.value
        if turn.onward and turn.elsewhere and turn.elsewhere(actor, record):
            return turn.onward(record)
        return None

    def rights(self, record: Any) -> frozenset[Permission]:
        """The rights by which a record can be brought on from where it stands."""
        return frozenset(self.flow.steps[act].needs for t in self.turns(record) for act in t.acts)

    def is_held(self, holder: Holder | None, record: Any, turn: Turn[A]) -> bool:
        """Whether a turn is one that whoever holds the record may take."""
        # what flows ask of an actor, a holder answers, too
        return holder is not None and self.is_mine(cast("Actor", holder), record, turn)

    def is_mine(self, actor: Actor, record: Any, turn: Turn[A]) -> bool:
        """Whether the actor is who has a turn: holds the right of one of its acts, and is of the
        unit, or no person that the act leaves out."""
        if turn.whose is Whose.MACHINE:
            return False
        if turn.whose is Whose.OWNER and actor.unit_id != record.owner_unit_id:
            return False
        if turn.whose is Whose.RECEIVER and actor.unit_id != record.transfer_receiver_id:
            return False
        if turn.elsewhere is not None and turn.elsewhere(actor, record):
            return True
        return any(
            actor.may(row.needs)
            and all(
                each.holds(actor, record) for each in row.when if issubclass(each.error, Forbidden)
            )
            for act in turn.acts
            for row in [self.flow.steps[act]]
            if record.status in row.frm
        )
