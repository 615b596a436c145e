"""The informant vault (举报人保密): who keeps an identity, who may open it, and for how long.

刑事诉讼法第111条、防范和处置非法集资条例第16条、信访工作条例第30条: who reports is kept secret, and
neither told nor passed on to whom the report is about.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID

from api.domain.kit.actors import Actor
from api.domain.kit.flow import REASON, Flow, Predicate, Record, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P
from api.domain.words import identifiers
from api.domain.words.forms_of_address import LEFT_OUT, addressed, given, surname

#: Stands in a text where the informant named themself.
HIDDEN = "〔举报人〕"


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands in a text in place of an informant's name, and of their phone."""

    name: str = HIDDEN
    phone: str = HIDDEN


#: In the lead itself it is no secret that the narrator reported it.
OF_THE_LEAD = Marks()
#: In other records a mark that says 举报人 would tell which of the victims, or of the suspects, it was.
#: What an office writes of somebody whom it does not name tells nothing.
ELSEWHERE = Marks("某某", "〔略〕")
#: How long an approved opening lasts, and until when a request is to be decided (time_rules.csv).
OPEN_RULE, DECIDE_RULE = "LEAD-INF-OPEN", "LEAD-INF-ASK"


class CustodyPlace(Labelled):
    """The two people who may know who an informant is."""

    HANDLER = "handler", "保密经办人"
    SUPERVISOR = "supervisor", "保密监督人"


class CustodyAction(Labelled):
    """What is done about the keeping of an identity, beside the openings themselves."""

    ASK = "ask", "申请查看身份"
    NAME = "name", "指定保管人"
    RECUSE = "recuse", "登记回避"
    ACCUSE = "accuse", "标明被反映单位"
    RETURN = "return", "退回镇专项办"


class OpeningStatus(Labelled):
    """Where a request to open an identity stands."""

    WAITING = "waiting", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "不予批准"
    WITHDRAWN = "withdrawn", "已撤回"
    CLOSED = "closed", "已关闭"


class OpeningAction(Labelled):
    """What people do with a request."""

    APPROVE = "approve", "批准"
    REFUSE = "refuse", "不予批准"
    WITHDRAW = "withdraw", "撤回申请"
    CLOSE = "close", "提前关闭"


class Opening(Record, Protocol):
    """What decides about an opening."""

    requested_by_id: UUID
    decided_by_id: UUID | None
    expires_at: datetime | None


def _is_requester(actor: Actor, record: Record) -> bool:
    return cast("Opening", record).requested_by_id == actor.id


ANOTHER = Predicate(
    "own_request",
    "申请人不能批准自己的申请，请由另一人办理",
    lambda actor, record: not _is_requester(actor, record),
)
REQUESTER = Predicate("not_requester", "只有申请人可以撤回", _is_requester)
EITHER = Predicate(
    "not_requester",
    "只有申请人或有批准权限的人可以关闭",
    lambda actor, record: _is_requester(actor, record) or actor.may(P.INFORMANT_APPROVE),
)

S, A = OpeningStatus, OpeningAction
OPENING_FLOW: Flow[OpeningStatus, OpeningAction] = Flow(
    "informant_opening",
    S.WAITING,
    {
        A.APPROVE: Step(frozenset({S.WAITING}), S.APPROVED, P.INFORMANT_APPROVE, when=(ANOTHER,)),
        A.REFUSE: Step(
            frozenset({S.WAITING}),
            S.REFUSED,
            P.INFORMANT_APPROVE,
            fields=(REASON,),
            when=(ANOTHER,),
        ),
        A.WITHDRAW: Step(frozenset({S.WAITING}), S.WITHDRAWN, P.INFORMANT_OPEN, when=(REQUESTER,)),
        A.CLOSE: Step(frozenset({S.APPROVED}), S.CLOSED, P.INFORMANT_READ, when=(EITHER,)),
    },
)


def is_open(opening: Opening, at: datetime) -> bool:
    """Whether an opening was approved by another person, and its time is not over."""
    return (
        opening.status is S.APPROVED
        and opening.decided_by_id is not None
        and opening.decided_by_id != opening.requested_by_id
        and opening.expires_at is not None
        and at < opening.expires_at
    )


def may_see(actor: Actor, opening: Opening, keepers: Collection[UUID], at: datetime) -> bool:
    """The whole rule of who gets an identity: a keeper, by their own opening, while it is open."""
    return (
        actor.may(P.INFORMANT_OPEN)
        and actor.id in keepers
        and _is_requester(actor, opening)
        and is_open(opening, at)
    )


_BETWEEN = re.compile(r"[；;、，,/]")
#: One character alone stands everywhere.
_SHORTEST = 2


def _names(said: str) -> list[str]:
    """The names in what a form or a ledger says of the informant; `单位：…` is no name."""
    parts = [part.strip() for part in _BETWEEN.split(said)]
    found = [
        re.sub(r"[（(].*$", "", part).strip() for part in parts if not re.search("[：:]", part)
    ]
    return sorted({name for name in found if len(name) >= _SHORTEST}, key=len, reverse=True)


_GAPS = re.compile(r"[\s·]+")
_NO_DIGIT = re.compile(r"[^0-9]+")
#: Whoever is called so is the accused; that a reporter bears the same surname says nothing of them.
_AS_ACCUSED = re.compile(
    r"(?:嫌疑人|嫌犯|被告人?|罪犯|被(?:反映|举报|检举|控告|投诉|调查)(?:人|对象))[\s：:“”\"]*$"
)
#: No such word is longer.
_NEAR = 8
#: Nobody's name any more: 贾某, 吴某某.
_LEFT_OUT = re.compile(f".{{1,2}}(?:{LEFT_OUT})")


def hide(text: str, name: str, phone: str, accused: str = "") -> str:
    """A text without the informant: the name (however it is spaced), the ways in which people
    address whoever bears it (吴奶奶, 老吴, 吴某) and the phone, however it is written, give way to a
    word. What the accused is called stays."""
    return hiding(name, phone, accused)(text)


def hiding(
    name: str, phone: str, accused: str = "", marks: Marks = OF_THE_LEAD
) -> Callable[[str], str]:
    """The same for several texts about one informant. Who stands in a text as the accused
    (嫌疑人贾某) is never marked as the informant: a name of the same letters gives way to 某某."""
    told = [(each, _GAPS.sub("", each).lower()) for each in _names(name)]
    called = {(found, given(each)) for each, _ in told if (found := surname(each))}
    forms = [(addressed(*each), each) for each in sorted(called)]
    digits = _NO_DIGIT.sub("", phone)

    def instead(found: re.Match[str]) -> str:
        if _part_of(found, accused):
            return found[0]
        if not _AS_ACCUSED.search(found.string, max(0, found.start() - _NEAR), found.start()):
            return marks.name
        return found[0] if _LEFT_OUT.fullmatch(found[0]) else ELSEWHERE.name

    def hide(text: str) -> str:
        if not text:
            return text
        for form, words in forms:
            if not any(word and word in text for word in words):  # most texts hold neither name
                continue
            text = form.sub(lambda found: found[0] if found[0] in accused else instead(found), text)
        written = _GAPS.sub("", text).lower()
        for each, bare in told:
            if bare not in written:  # most texts name nobody
                continue
            spaced = r"[\s·]*".join(re.escape(c) for c in each if not c.isspace() and c != "·")
            text = re.sub(spaced, instead, text, flags=re.IGNORECASE)
        return _without_phone(text, phone, digits, marks.phone)

    return hide


def _part_of(found: re.Match[str], accused: str) -> bool:
    """Whether what was found is a piece of the longer name of the accused: 安康 of 安康养老服务中心."""
    at = accused.find(found[0])
    return (
        at >= 0
        and len(accused) > len(found[0])
        and found.string.startswith(accused, max(0, found.start() - at))
    )


def _without_phone(text: str, phone: str, digits: str, mark: str) -> str:
    if phone and digits in _NO_DIGIT.sub("", identifiers.as_digits(text)):
        for found in reversed(identifiers.detect(text)):
            if phone in found.value_normalised:
                text = text[: found.start] + mark + text[found.end :]
    return text
