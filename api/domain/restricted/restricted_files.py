"""Hints of organised crime, corruption and "umbrellas" (L7): a file beside the lead that nobody but
a few named people knows of, and that leaves the town for the organ in charge.

Whoever is accused may sit in the very offices that handle the lead. So the file goes upwards, to a
person and not to a post, and nothing outside of it tells that it exists.
"""

from collections.abc import Mapping
from typing import Final

from api.domain.kit.days import DayKind
from api.domain.kit.errors import Conflict
from api.domain.kit.flow import REASON, Field, FieldKind, Flow, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission, Role

P = Permission


class HintKind(Labelled):
    """What somebody hints at."""

    BLACK_EVIL = "black_evil", "涉黑涉恶"
    CORRUPTION = "corruption", "腐败问题"
    UMBRELLA = "umbrella", "充当“保护伞”"


class Addressee(Labelled):
    """Whom the file goes to first. Whoever reports chooses: it may be about the other one."""

    COUNTY = "county", "县专项办"
    SUPERVISOR = "supervisor", "督导组"


#: Whose post the first member of the list holds.
KEEPER_ROLES: Final[Mapping[Addressee, Role]] = {
    Addressee.COUNTY: Role.COUNTY,
    Addressee.SUPERVISOR: Role.SUPERVISOR,
}
#: Who can be named at all: whoever sits in a post with the right to be told.
MEMBER_ROLES: Final = frozenset(
    role for role, held in ROLE_PERMISSIONS.items() if P.RESTRICTED_FILE_HANDLE in held
)
#: A list, not a meeting.
MAX_MEMBERS: Final = 10


class RestrictedStatus(Labelled):
    """Where a restricted file stands."""

    OPENED = "opened", "待移交"
    HANDED_OFF = "handed_off", "已移交，待答复"
    ANSWERED = "answered", "已答复"
    CLOSED = "closed", "已办结"


class RestrictedAction(Labelled):
    """What can be done with it. From `opened` there is no way but handing it off."""

    HAND_OFF = "hand_off", "移交"
    REMIND = "remind", "催办"
    RECORD_ANSWER = "record_answer", "记录答复"
    CLOSE = "close", "办结"


class HandOffOrgan(Labelled):
    """The organ in charge."""

    DISCIPLINE = "discipline", "纪检监察机关"
    ANTI_GANG = "anti_gang", "扫黑除恶斗争领导小组办公室"
    HIGHER_POLICE = "higher_police", "上级公安机关"
    PROCURATORATE = "procuratorate", "人民检察院"


_S, _A = RestrictedStatus, RestrictedAction
RESTRICTED_FLOW: Flow[RestrictedStatus, RestrictedAction] = Flow(
    "restricted_file",
    _S.OPENED,
    {
        _A.HAND_OFF: Step(
            # an organ that is not in charge answers so, and the file goes to the next one
            frozenset({_S.OPENED, _S.ANSWERED}),
            _S.HANDED_OFF,
            P.RESTRICTED_FILE_HANDLE,
            (
                Field("organ", "接收机关", FieldKind.ENUM, options=HandOffOrgan),
                Field("organ_name", "接收机关全称"),
                Field("document_no", "移交文号"),
                Field("handed_on", "移交日期", FieldKind.DATE, day=DayKind.PAST),
                Field("receipt", "签收人或者回执号"),
            ),
        ),
        _A.RECORD_ANSWER: Step(
            frozenset({_S.HANDED_OFF}),
            _S.ANSWERED,
            P.RESTRICTED_FILE_HANDLE,
            (
                Field("answered_on", "答复日期", FieldKind.DATE, day=DayKind.PAST),
                Field("answer_document_no", "答复文号", required=False),
                Field("answer", "答复内容", FieldKind.LONG_TEXT),
            ),
        ),
        _A.REMIND: Step(
            frozenset({_S.HANDED_OFF}),
            None,
            P.RESTRICTED_FILE_HANDLE,
            (Field("reason", "催办内容", FieldKind.LONG_TEXT),),
        ),
        _A.CLOSE: Step(
            frozenset({_S.ANSWERED}),
            _S.CLOSED,
            P.RESTRICTED_FILE_HANDLE,
            (REASON,),
            danger=True,
        ),
    },
)

#: The file's own clock: what is owed in each status, and by which rule.
CLOCKS: Final[Mapping[RestrictedStatus, str]] = {
    _S.OPENED: "RST-01",
    _S.HANDED_OFF: "RST-02",
    _S.ANSWERED: "RST-03",
}


class RestrictedEvent(Labelled):
    """What happened to a file. These stand in a table of their own, which no timeline, feed or
    audit reads (ADR 0022)."""

    OPENED = "opened", "建立专档"
    HINTED = "hinted", "反映问题"
    READ = "read", "查看"
    TRANSITIONED = "transitioned", "办理"
    ATTACHED = "attached", "上传附件"
    DOWNLOADED = "downloaded", "下载附件"
    MEMBER_ADDED = "member_added", "加入知情人"
    MEMBER_REMOVED = "member_removed", "移出知情人"
    OWNER_CHANGED = "owner_changed", "更换管理人"
    RECOUNTED = "recounted", "放假安排公布后重算期限"
    SUCCEEDED = "succeeded", "原知情人都已离岗，由现任接管"


#: Enough for any file; a list of them stays one page.
MAX_ATTACHMENTS: Final = 100


def not_owner() -> Conflict:
    """Not a refused access: those are written where others read them."""
    return Conflict("知情人名单由专档管理人维护", code="not_file_owner")
