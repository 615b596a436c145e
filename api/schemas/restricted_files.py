"""Restricted files on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from api.core.listing.pagination import PageQuery
from api.domain.restricted.restricted_files import (
    RESTRICTED_FLOW,
    Addressee,
    HandOffOrgan,
    HintKind,
    RestrictedStatus,
)
from api.schemas.common import (
    AvailableAction,
    Named,
    Shown,
    Wire,
    WorkingDaysLeft,
    printable,
    transition_union,
)
from api.schemas.standing import Standing

Reason = Annotated[str, StringConstraints(min_length=4, max_length=500), AfterValidator(printable)]


class HintRaise(Wire):
    """A hint on a lead; the lead's id stands here and not in the address, which proxies log."""

    lead_id: UUID
    kind: HintKind = Field(title="反映的问题")
    addressee: Addressee = Field(
        Addressee.COUNTY, title="交给谁", description="先交给谁；反映的是县专项办的人时选督导组"
    )
    text: Annotated[
        str, StringConstraints(min_length=5, max_length=5000), AfterValidator(printable)
    ] = Field(title="什么人、什么事", description="反映什么人、什么事")


class HintQuery(Wire):
    """Whose hints: one's own, on this lead."""

    lead_id: UUID


class OwnHint(Shown):
    """What the reporter is told of their own hint: that it was taken."""

    kind: HintKind
    raised_at: datetime


class OwnHints(Shown):
    """The actor's own hints on a lead, and nobody else's."""

    items: list[OwnHint]


class RestrictedLead(Shown):
    """What a file tells of its lead, whose page its members may not see."""

    id: UUID
    number: str
    subject_name: str
    narrative: str = Field(description="电话、证件号等已打码")
    received_at: datetime
    visible: bool = Field(description="当前用户能否打开线索本身")


class Hint(Shown):
    """A hint as those on the list read it."""

    id: UUID
    kind: HintKind
    text: str
    raised_at: datetime
    raised_by: str
    raised_by_unit: str


class HandOff(Shown):
    """A hand-off and its answer."""

    id: UUID
    organ: HandOffOrgan = Field(title="接收机关")
    organ_name: str
    document_no: str
    handed_on: date
    receipt: str = Field(title="签收人或者回执号")
    reminded_on: date | None = Field(title="最近一次催办日期")
    answered_on: date | None
    answer_document_no: str
    answer: str


class Member(Shown):
    """Somebody on the list."""

    user: Named
    post_name: str
    unit_name: str
    since: datetime
    is_owner: bool
    is_able: bool = Field(description="是否仍在可以知情的岗位上")


class FileEvent(Shown):
    """What was done with the file."""

    id: UUID
    at: datetime
    label: str
    actor_name: str
    about: str
    reason: str


class RestrictedFileListed(Shown):
    """A line of the list of one's files."""

    id: UUID
    lead_number: str
    kinds: list[HintKind]
    addressee: Addressee
    status: RestrictedStatus
    opened_at: datetime
    due_on: date | None
    working_days_left: WorkingDaysLeft
    owner: Named = Field(title="管理人")


class RestrictedFileRead(RestrictedFileListed):
    """The whole file, for those on its list."""

    version: int
    due_is_provisional: bool
    due_rule: str
    lead: RestrictedLead = Field(title="线索")
    hints: list[Hint]
    hand_offs: list[HandOff]
    members: list[Member]
    history: list[FileEvent]
    may_manage: bool = Field(description="当前用户能否维护知情人名单")
    standing: Standing
    available_actions: list[AvailableAction]


class RestrictedFileQuery(PageQuery):
    """Conditions of the list."""


class MemberAdd(Wire):
    """Another person who has to know."""

    user_id: UUID = Field(title="知情人")
    reason: Reason
    version: Annotated[int, Field(ge=1)]


class MemberRemove(Wire):
    """Somebody who need not know any more."""

    reason: Reason
    version: Annotated[int, Field(ge=1)]


class OwnerChange(Wire):
    """Another member keeps the list from now on."""

    user_id: UUID = Field(title="新的管理人")
    reason: Reason
    version: Annotated[int, Field(ge=1)]


class Candidate(Shown):
    """Somebody who could be named."""

    user: Named
    post_name: str
    unit_name: str


class Candidates(Shown):
    """Who could be named."""

    items: list[Candidate]


RestrictedFileTransition = transition_union(RESTRICTED_FLOW, "RestrictedFile")
