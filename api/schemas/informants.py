"""The informant vault on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from api.domain.leads.leads import ReporterKind
from api.domain.reporters.informants import OPENING_FLOW, CustodyPlace, OpeningStatus
from api.schemas.common import AvailableAction, Named, Shown, Wire, printable, transition_union

Reason = Annotated[str, StringConstraints(min_length=4, max_length=500), AfterValidator(printable)]

OpeningTransition = transition_union(OPENING_FLOW, "Opening")


class OpeningCreate(Wire):
    """A request to open an identity."""

    reason: Reason = Field(description="为什么需要知道举报人是谁")


class CustodianName(Wire):
    """Who is to keep an identity, in one of the two places."""

    place: CustodyPlace = Field(description="保密经办人或保密监督人")
    user_id: UUID = Field(description="保管人")
    version: Annotated[int, Field(ge=1)]


class RecusalCreate(Wire):
    """A keeper withdraws, and another one comes in their place."""

    place: CustodyPlace = Field(description="由谁回避")
    reason: Reason = Field(description="回避的理由")
    replacement_id: UUID = Field(description="接替的人")
    version: Annotated[int, Field(ge=1)]


class AccusedUnitCreate(Wire):
    """A unit that the lead is about."""

    unit_id: UUID = Field(description="被反映的单位")
    reason: Reason = Field(description="为什么认为反映的是这个单位")


class LeadReturn(Wire):
    """The county gives a lead back to the town."""

    reason: Reason = Field(description="为什么不需要回避")


class OpeningShown(Shown):
    """A request, and what may be done with it."""

    id: UUID
    status: OpeningStatus
    status_label: str = Field(description="状态；批准的时限已过则为“已到期”")
    reason: str
    requested_by: Named = Field(description="申请人")
    requested_at: datetime = Field(description="申请时间")
    due_at: datetime = Field(description="应在此前批准或者不予批准")
    decided_by: Named | None = Field(description="批准人")
    decided_at: datetime | None = Field(description="批准或者不予批准的时间")
    refusal: str = Field(description="不予批准的理由")
    expires_at: datetime | None = Field(description="到此时自动关闭")
    times_seen: int = Field(description="已查看次数")
    can_see: bool = Field(description="当前用户现在能否凭它查看")
    version: int
    available_actions: list[AvailableAction]


class RecusalShown(Shown):
    """Who withdrew, why, and who came instead."""

    person: Named = Field(description="回避的人")
    place: CustodyPlace = Field(description="原为")
    reason: str
    replaced_by: Named = Field(description="接替的人")
    at: datetime = Field(description="回避时间")


class InformantShown(Shown):
    """How the identity behind a lead is kept; never the identity."""

    kind: ReporterKind
    is_kept: bool = Field(description="是否留有可查看的身份")
    version: int | None = Field(description="保管人的版本号；没有留下身份时为空")
    handler: Named | None = Field(description="保密经办人")
    supervisor: Named | None = Field(description="保密监督人")
    accused_units: list[Named] = Field(description="被反映的单位")
    openings: list[OpeningShown] = Field(description="查看申请，新的在前；无关的人看不到")
    recusals: list[RecusalShown] = Field(description="回避记录；无关的人看不到")
    available_actions: list[AvailableAction]


class Identity(Shown):
    """Who reported, for the one person who was let see it."""

    name: str = Field(description="姓名")
    phone: str
    narrative: str = Field(description="原文；举报人在其中自报身份的才有")
    other_leads: int = Field(description="同一电话另外举报、且当前用户看得见的线索数")
    expires_at: datetime = Field(description="到此时自动关闭")


class Routed(Shown):
    """What became of a lead when a unit was marked as the one that it is about."""

    routed: bool = Field(description="是否已转县专项办；转出后本镇各单位都看不到这条线索")
