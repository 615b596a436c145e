"""Rule sets in versions: what is decided by a table that people write, and not by this house.

A version is drafted, approved by a second person, in force from a day, and replaced by the next one.
Whatever is decided by a version keeps its number, so that the old one, run again, gives the old
result. Each kind is a row: what it holds, who drafts and approves it, whose book it stands in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol, cast
from uuid import NAMESPACE_URL, UUID, uuid5

from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Forbidden
from api.domain.kit.flow import OWN_UNIT, REASON, Edit, Flow, Predicate, Record, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P
from api.domain.kit.permissions import Role, holders
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel
from api.domain.rewards import rewards
from api.domain.words.rule_content import Content, Entry

# ------------------------------------------------------------------------------ the kinds


class RuleKind(Labelled):
    """What a rule set decides."""

    REWARDS = "rewards", "举报奖励规则"


class RuleOwner(Labelled):
    """In whose book a version stands."""

    BUILTIN = "builtin", "随系统提供"
    SHARED = "shared", "全县共用"
    TOWN = "town", "本镇"


class RuleForce(Labelled):
    """Whether anything is decided by a version today."""

    NONE = "none", "未批准"
    AHEAD = "ahead", "已批准，尚未生效"
    IN_FORCE = "in_force", "现行"
    REPLACED = "replaced", "已被新版本替代"


@dataclass(frozen=True, slots=True)
class Builtin:
    """A version that comes with the system. Released ones are never changed (a test keeps their
    digests): another default is the next number."""

    number: int
    content: Content
    source: str
    #: The kind's id and number name it, in every installation alike.
    id: UUID


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One kind of rule set."""

    kind: RuleKind
    about: str
    entries: tuple[Entry, ...]
    builtin: tuple[Builtin, ...]
    #: Beside the general right: whose subject it is.
    drafts: P
    approves: P
    #: In whose books it may stand; a town's own goes before what all towns share.
    owners: frozenset[RuleOwner]
    #: What is wrong with a content whose entries are each right, by its place in it.
    faults: Callable[[Content], Sequence[FieldError]] = lambda _: ()


def builtin_id(kind: RuleKind, number: int) -> UUID:
    """The id of a version that comes with the system."""
    return uuid5(NAMESPACE_URL, f"yinling:rule-set:{kind.value}:{number}")


def _builtin(kind: RuleKind, *versions: tuple[Content, str]) -> tuple[Builtin, ...]:
    return tuple(
        Builtin(number, content, source, builtin_id(kind, number))
        for number, (content, source) in enumerate(versions, 1)
    )


#: Kind → its row; the one place that a new kind is added to.
RULE_SETS: Final[Mapping[RuleKind, RuleSet]] = {
    each.kind: each
    for each in (
        RuleSet(
            RuleKind.REWARDS,
            "哪些结论给予奖励、各档多少、最低最高；提出奖励时按现行版本测算，已经提出的不变。",
            rewards.ENTRIES,
            _builtin(
                RuleKind.REWARDS, (rewards.content_of(rewards.BUILTIN), rewards.BUILTIN.source)
            ),
            drafts=P.REWARD_MANAGE,
            approves=P.REWARD_APPROVE,
            owners=frozenset({RuleOwner.TOWN}),
            faults=rewards.content_faults,
        ),
    )
}
#: When versions that come with the system count as written: with its first release.
RELEASED: Final = datetime(2022, 1, 1, tzinfo=UTC)
#: A version that comes with the system, by its id.
BUILTINS: Final[Mapping[UUID, tuple[RuleSet, Builtin]]] = {
    each.id: (kind, each) for kind in RULE_SETS.values() for each in kind.builtin
}


def owner_of(book: str) -> RuleOwner:
    """In whose book a version stands, by the code of the division; empty comes with the system."""
    if not book:
        return RuleOwner.BUILTIN
    return RuleOwner.TOWN if len(book) >= LEVEL_DIGITS[DivisionLevel.TOWN] else RuleOwner.SHARED


# ------------------------------------------------------------------------------ the flow


class RuleSetStatus(Labelled):
    """Where a version stands."""

    DRAFT = "draft", "起草中"
    SUBMITTED = "submitted", "待批准"
    APPROVED = "approved", "已批准"
    WITHDRAWN = "withdrawn", "已作废"


class RuleSetAction(Labelled):
    """What people do with a version."""

    SUBMIT = "submit", "提交批准"
    APPROVE = "approve", "批准"
    REFUSE = "refuse", "不予批准，退回修改"
    RECALL = "recall", "收回修改"
    WITHDRAW = "withdraw", "作废"


#: In these it is not decided yet; of one kind and book there is one such version at a time.
OPEN: Final = (RuleSetStatus.DRAFT, RuleSetStatus.SUBMITTED)


class RuleSetRecord(Record, Protocol):
    """What the predicates below read."""

    kind: RuleKind
    town_code: str
    author_ids: Sequence[UUID]


def _version(record: Record) -> RuleSetRecord:
    return cast("RuleSetRecord", record)


def _in_book(actor: Actor, record: Record) -> bool:
    """Whoever holds a turn is of the place already: only who acts now is asked for it."""
    book = _version(record).town_code
    return getattr(actor, "town", book) == book


OWN_BOOK = Predicate(
    "not_own_book", "全县共用的规则由县专项办起草和批准，本镇的由本镇起草和批准", _in_book
)
DRAFTS = Predicate(
    "not_own_subject",
    "这一类规则不由您起草",
    lambda actor, record: actor.may(RULE_SETS[_version(record).kind].drafts),
)
APPROVES = Predicate(
    "not_own_subject",
    "这一类规则不由您批准",
    lambda actor, record: actor.may(RULE_SETS[_version(record).kind].approves),
)
SECOND_PERSON = Predicate(
    "same_person",
    "起草、修改过这一版的人不能自己批准，须由另一人批准",
    lambda actor, record: actor.id not in _version(record).author_ids,
    Forbidden,
    of_actor=True,
)
NOT_PAST = Predicate(
    "past_day",
    "生效日期已经过了：请退回起草人改期以后再批准",
    lambda _, record: not getattr(record, "is_past", False),
    Conflict,
)
S, A = RuleSetStatus, RuleSetAction

RULE_SET_FLOW: Flow[RuleSetStatus, RuleSetAction] = Flow(
    "rule_set_version",
    S.DRAFT,
    {
        A.SUBMIT: Step(
            frozenset({S.DRAFT}), S.SUBMITTED, P.RULE_SET_PREPARE, when=(OWN_UNIT, DRAFTS)
        ),
        A.APPROVE: Step(
            frozenset({S.SUBMITTED}),
            S.APPROVED,
            P.RULE_SET_APPROVE,
            when=(OWN_BOOK, APPROVES, SECOND_PERSON, NOT_PAST),
        ),
        A.REFUSE: Step(
            frozenset({S.SUBMITTED}),
            S.DRAFT,
            P.RULE_SET_APPROVE,
            fields=(REASON,),
            when=(OWN_BOOK, APPROVES),
        ),
        A.RECALL: Step(
            frozenset({S.SUBMITTED}), S.DRAFT, P.RULE_SET_PREPARE, when=(OWN_UNIT, DRAFTS)
        ),
        A.WITHDRAW: Step(
            frozenset({S.DRAFT, S.SUBMITTED}),
            S.WITHDRAWN,
            P.RULE_SET_PREPARE,
            fields=(REASON,),
            when=(OWN_UNIT, DRAFTS),
            danger=True,
        ),
    },
    edit=Edit(
        frozenset({S.DRAFT}),
        P.RULE_SET_PREPARE,
        "只有起草中的版本可以修改：已提交的先收回；已批准的不能改，请起草新的版本",
        when=(OWN_UNIT, DRAFTS),
        error=Conflict,
    ),
)


def approvers(record: Any) -> str:
    """Who approves a version, as a person in the office says it."""
    if owner_of(record.town_code) is RuleOwner.SHARED:
        return Role.COUNTY.label
    return holders(RULE_SETS[record.kind].approves, frozenset())


def day_faults(valid_from: date, this_day: date, latest: date | None) -> list[FieldError]:
    """What is wrong with the first day of a version, beside those that are approved."""
    if valid_from < this_day:
        return [FieldError("/valid_from", "in_past", "生效日期不能早于今天")]
    if latest is not None and valid_from < latest:
        message = f"已有批准的版本自 {latest} 起生效，新版本的生效日期不能更早"
        return [FieldError("/valid_from", "before_another", message)]
    return []
