"""Where a record stands, and whose turn it is: a table beside each flow.

A way is the stages that a record goes through when all goes well, in order. In each status it waits
for somebody, by one or several turns, or for nobody: then it is over. What goes back or aside is no
stage; it shows in the dates. A test walks every status of every flow.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from api.domain.kit.actors import Actor, Holder
from api.domain.kit.duties import DutyKind
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
    #: The record stood there, and went on or ended without what the stage is for.
    UNFINISHED = "unfinished", "没有办完"
    #: It never came there.
    PASSED_BY = "passed_by", "没有经过"


class Whose(Labelled):
    """Who has the turn."""

    OWNER = "owner", "承办单位"
    OFFICE = "office", "镇专项办"
    #: The unit that the record was handed to.
    RECEIVER = "receiver", "接收单位"
    #: The unit that handed the record over.
    SENDER = "sender", "移送、移交的单位"
    #: Whoever holds the right of the act in this town.
    HOLDER = "holder", "有权办理的人员"
    #: The person who did the step before: who uploaded a file, who asked.
    SAME_PERSON = "same_person", "原经办人"
    #: Not people: the house itself is at it.
    MACHINE = "machine", "系统"


#: What one person of several may take upon themselves.
SHARED = frozenset({Whose.OWNER, Whose.SENDER, Whose.OFFICE, Whose.RECEIVER, Whose.HOLDER})


def sender_of(record: Any) -> Any:
    """The unit that handed a record over: who has it, unless another one was given it since."""
    return getattr(record, "transfer_sender_id", None) or record.owner_unit_id


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
    #: How it is said of whoever has the turn, to others: 等派出所 接收移送、移交的线索.
    to_others: str = ""
    #: It comes when its time does, and not before: until then the head tells of it, and it is
    #: nobody's turn yet.
    shown_late: bool = False
    #: Something else comes first: until then the head tells of it, and it is nobody's turn yet.
    not_yet: Callable[[Any], bool] | None = None
    #: One person of several may take it upon themselves; not where the row keeps another unit's.
    is_shared: bool = True
    #: Decided, it goes on with the unit in charge: whoever of them had it in hand has it still.
    returns: bool = False
    #: Who is named as having it, where the right alone would name too many, or others.
    named: Callable[[Any], str] | None = None

    @property
    def label(self) -> str:
        """What is to be done, in words."""
        if self.says:
            return self.says
        return self.what.label if isinstance(self.what, DutyKind) else self.what

    def is_early(self, record: Any, *, before_its_time: bool) -> bool:
        """Whether it is nobody's turn yet: its time has not come, or something else comes first."""
        early = self.shown_late and before_its_time
        return early or (self.not_yet is not None and self.not_yet(record))

    def told(self, *, is_mine: bool) -> str:
        """The same as whoever has the turn reads it, or somebody else."""
        return self.label if is_mine or not self.to_others else self.to_others

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
    #: By which acts it was done, wherever the record stood; without them by those of its own turns
    #: which go on from it. Going on by any other act leaves it undone.
    by: frozenset[A] = frozenset()
    #: Going on from its other statuses does not do it: there it had not begun.
    only: frozenset[S] = frozenset()


@dataclass(frozen=True, slots=True)
class Way(Generic[S, A]):
    """The stages of a noun, and the statuses in which its records wait for nobody."""

    flow: Flow[S, A]
    stages: tuple[Stage[S, A], ...]
    #: Over as it should be.
    done: frozenset[S] = frozenset()
    #: Over before its end: what was ahead is not to come any more.
    stopped: frozenset[S] = frozenset()
    #: What was done when the record was made, where no status waits for it: 送出, 提出.
    begins: str = ""
    #: What the act that ends it is, where that is another thing than the stage it stands at: 导入.
    ends: str = ""
    #: What is still somebody's turn with a record that is over: it stands in no stage.
    after: Mapping[S, tuple[Turn[A], ...]] = field(default_factory=dict[S, tuple[Turn[A], ...]])
    _at: Mapping[Labelled, int] = field(init=False, repr=False, compare=False)
    #: The acts that lead from one status to another.
    _between: Mapping[tuple[Labelled, Labelled], frozenset[Labelled]] = field(
        init=False, repr=False, compare=False
    )

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
        between: defaultdict[tuple[Labelled, Labelled], set[Labelled]] = defaultdict(set)
        for act, row in self.flow.steps.items():
            for frm in row.frm:
                if row.to is not None:
                    between[frm, row.to].add(act)
        made = {pair: frozenset(acts) for pair, acts in between.items()}
        object.__setattr__(self, "_between", made)

    def turns(self, record: Any) -> Iterator[Turn[A]]:
        """Whose turns it is with a record."""
        place = self._at.get(record.status)
        found = self.after if place is None else self.stages[place].turns
        for turn in found.get(record.status, ()):
            if turn.applies(record):
                yield turn

    def steps(
        self, status: Labelled, moves: Sequence[Move], created: tuple[str, str] = ("", "")
    ) -> list[tuple[str, StepState, str, str]]:
        """Label, state, day and unit of each stage, from what the record went through.

        `moves`: in order of time. A stage was done on the day of the act that does it; what came in
        further on was brought there when it was `created`, by day and unit. What the record went
        back behind is to be done again.
        """
        kind = type(self.flow.initial)
        went = [(kind(each.frm), kind(each.to), each) for each in self._whole(status, moves)]
        first = went[0][0] if went else status
        place, start = self._at.get(status), self._at.get(first)
        if start is None:  # it came in when it was over
            start = 1 if first in self.done else 0
        been = {start, place, *(self._at.get(frm) for frm, _, _ in went)}
        shown: list[tuple[str, StepState, str, str]] = []
        if self.begins:
            shown.append((self.begins, StepState.DONE, *created))
        for each, stage in enumerate(self.stages):
            done, left = self._walked(each, went, created if each < start else None)
            on, unit = done or left or ("", "")
            if each == place:
                state, on, unit = StepState.NOW, "", ""
            elif place is not None and each > place:
                state, on, unit = StepState.AHEAD, "", ""
            elif done is not None:
                state = StepState.DONE
            else:
                state = StepState.PASSED_BY if left is None else StepState.UNFINISHED
            if not stage.aside or (each in been and state is not StepState.AHEAD):
                shown.append((stage.label, state, on, unit))
        return [*shown, self._end(status, went)] if self.ends else shown

    def _end(
        self, status: Labelled, went: Sequence[tuple[Labelled, Labelled, Move]]
    ) -> tuple[str, StepState, str, str]:
        if status in self.done:
            last = next((move for _, to, move in reversed(went) if to is status), None)
            return self.ends, StepState.DONE, last.on if last else "", last.unit if last else ""
        over = status in self.stopped
        return self.ends, StepState.PASSED_BY if over else StepState.AHEAD, "", ""

    def _whole(self, status: Labelled, moves: Sequence[Move]) -> Iterator[Move]:
        """What the record went through, with what nobody wrote down between two moves."""
        at = moves[0].frm if moves else status.value
        for each in moves:
            if each.frm != at:
                yield Move(at, each.frm, "", "")
            yield each
            at = each.to
        if moves and at != status.value:
            yield Move(at, status.value, "", "")

    def _walked(
        self,
        stage: int,
        went: Sequence[tuple[Labelled, Labelled, Move]],
        brought: tuple[str, str] | None,
    ) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
        """When and by whom a stage was done, and when the record went on from it, where nothing led
        back behind it since."""
        done, left = brought, None
        for frm, to, move in went:
            back = self._at.get(to)
            if self._does(stage, frm, to, is_written=bool(move.on)):
                done = move.on, move.unit
            elif back is not None and back <= stage:
                done = left = None
            elif self._at.get(frm) == stage:
                left = move.on, move.unit
        return done, left

    def _does(self, stage: int, frm: Labelled, to: Labelled, *, is_written: bool) -> bool:
        """Whether a change of status did a stage: by one of its acts; or by the house itself, which
        lets a term run out, or reads a file."""
        here, there = self._at.get(frm), self._at.get(to)
        own = self.stages[stage]
        acts = self._between.get((frm, to), frozenset())
        if own.by:
            return bool(acts & own.by)
        forth = there is None or there > stage
        if here != stage or not forth or (own.only and frm not in own.only):
            return False
        turns = own.turns[cast("S", frm)]
        if not acts:
            return is_written or any(turn.whose is Whose.MACHINE for turn in turns)
        return any(act in acts for turn in turns for act in turn.acts)

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
                    if not each.is_personal and not each.holds(actor, record)
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
        keeps from being taken; never one that goes back, nor one that ends what might go on."""
        offered = {each.action for each in available}
        for place, act in enumerate(turn.acts):
            row = self.flow.steps[act]
            if act not in offered or (row.danger and place):
                continue
            if all(each.holds(actor, record) for each in row.when):
                return act.value
        if turn.onward and turn.elsewhere and turn.elsewhere(actor, record):
            return turn.onward(record)
        return None

    def rights(self, record: Any) -> frozenset[Permission]:
        """The rights by which a record can be brought on from where it stands; while others decide,
        whatever those had who have it in hand."""
        if any(turn.returns for turn in self.turns(record)):
            return frozenset(step.needs for step in self.flow.steps.values())
        return frozenset(self.flow.steps[act].needs for t in self.turns(record) for act in t.acts)

    def is_held(self, holder: Holder | None, record: Any, turn: Turn[A]) -> bool:
        """Whether a turn is one that whoever holds the record may take."""
        # what flows ask of an actor, a holder answers, too
        return (
            holder is not None
            and turn.is_shared
            and self.is_mine(cast("Actor", holder), record, turn)
        )

    def is_mine(self, actor: Actor, record: Any, turn: Turn[A]) -> bool:
        """Whether the actor is who has a turn: holds the right of one of its acts, and is of the
        unit, or no person that the act leaves out."""
        if turn.whose is Whose.MACHINE:
            return False
        if turn.whose is Whose.OWNER and actor.unit_id != record.owner_unit_id:
            return False
        if turn.whose is Whose.SENDER and actor.unit_id != sender_of(record):
            return False
        if turn.whose is Whose.RECEIVER and actor.unit_id != record.transfer_receiver_id:
            return False
        if turn.elsewhere is not None and turn.elsewhere(actor, record):
            return True
        return any(
            actor.may(row.needs)
            and all(each.holds(actor, record) for each in row.when if each.is_personal)
            for act in turn.acts
            for row in [self.flow.steps[act]]
            if record.status in row.frm
        )
