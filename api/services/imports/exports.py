"""Ledgers as .xlsx in the columns of the reporting forms (facts 3.5): masked as on the screen,
streamed from a cursor of the database's own, and written into the audit before a byte leaves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from api.core.base.clock import TIMEZONE, now
from api.core.database.db import database
from api.core.events import events
from api.core.events.events import Event
from api.core.listing.pagination import Listing
from api.core.sheets.sheets import Cell, SheetColumn, xlsx_stream
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_entities import EntityStatus, Industry, Registration, RiskTier
from api.domain.entities.risk_measures import LegalActor, RiskMeasureKind
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.kit.labels import Labelled
from api.domain.leads.categories import LeadCategory
from api.domain.leads.channels import LeadChannel
from api.domain.leads.leads import FeedbackMode, LeadConclusion, ReporterKind
from api.domain.rewards.rewards import PAYABLE, ClaimBy, RewardStatus
from api.models.leads import Lead
from api.models.rectifications import Rectification
from api.models.rewards import Reward
from api.models.risk_entities import RiskEntity, RiskMeasure
from api.models.units import Unit
from api.models.users import User
from api.schemas.leads import LeadQuery
from api.schemas.rewards import RewardQuery
from api.schemas.risk_entities import RiskEntityQuery
from api.services.entities import risk_entities
from api.services.kit import protect
from api.services.leads import leads
from api.services.rewards import rewards

_BATCH = 500
#: One at a time in a process: writing a workbook is work for a whole core.
_turn = asyncio.Semaphore(1)


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of a form and how a row of the statement fills it."""

    sheet: SheetColumn
    cell: Callable[[Any], Cell]
    #: Its fen are added up in a last row.
    summed: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A reporting form over one ledger."""

    resource: str
    title: str
    statement: Any
    columns: Sequence[Column]
    listing: Listing
    order: Any


def column(
    label: str,
    cell: Callable[[Any], Cell],
    width: int = 12,
    kind: Any = "text",
    *,
    summed: bool = False,
) -> Column:
    """One column of a form."""
    return Column(SheetColumn(label, width, kind), cell, summed)


def ten_thousand(fen: int | None) -> Decimal | None:
    """万元, as reporting forms want it."""
    return None if fen is None else Decimal(fen) / 1_000_000


def told(kind: type[Labelled], value: Any) -> str:
    """The label of a stored value; the value itself when a later version stored it."""
    if value is None:
        return ""
    try:
        return kind(value).label
    except ValueError:
        return str(value)


def _day(at: Any) -> Any:
    return at.astimezone(TIMEZONE).date() if at else None


# --- F1 -------------------------------------------------------------------------------------------

_action = Event.data["action"].astext


def _last(*actions: str) -> Any:
    return func.max(Event.at).filter(_action.in_(actions))


#: What the ledger of events knows and the lead does not repeat: one probe of an index a row.
_course = (
    select(
        _last("assign").label("assigned_at"),
        _last("transfer_police", "report_police").label("to_police_at"),
        _last("transfer_department").label("to_department_at"),
        _last("close").label("closed_at"),
        func.count().filter(_action == "recheck").label("rechecks"),
    )
    .where(Event.subject_id == Lead.id, Event.name == EventName.LEAD_TRANSITIONED.value)
    .lateral("course")
)
_Owner = aliased(Unit)


def _transfer(row: Any) -> str:
    parts = [
        f"{name} {_day(at).isoformat()}"
        for name, at in (("公安机关", row.to_police_at), ("主管部门", row.to_department_at))
        if at
    ]
    return "；".join(parts)


def _feedback(row: Any) -> str:
    mode = told(FeedbackMode, row.feedback_mode)
    return f"{mode}：{row.feedback_note}" if mode and row.feedback_note else mode


def _received(row: Any) -> str:
    at = row.received_at.astimezone(TIMEZONE)
    return at.strftime("%Y-%m-%d %H:%M" if row.received_has_time else "%Y-%m-%d")


F1 = Form(
    leads.RESOURCE,
    "线索台账",
    select(
        Lead.number, Lead.channel, Lead.batch_no, Lead.received_at, Lead.received_has_time,
        Lead.reporter_kind, Lead.subject_name, Lead.primary_category, Lead.categories,
        Lead.people_involved, Lead.amount_involved, leads.owned(_Owner.name).label("owner"), Lead.due_on,
        Lead.due_is_provisional, Lead.conclusion, Lead.feedback_mode, Lead.feedback_note, Lead.note,
        Lead.status, literal_column("course.assigned_at").label("assigned_at"),
        literal_column("course.to_police_at").label("to_police_at"),
        literal_column("course.to_department_at").label("to_department_at"),
        literal_column("course.closed_at").label("closed_at"),
        literal_column("course.rechecks").label("rechecks"),
    )
    .join(_Owner, _Owner.id == Lead.owner_unit_id)
    .join(_course, true()),
    (
        column("编号", lambda r: r.number, 24),
        column("来源", lambda r: told(LeadChannel, r.channel), 14),
        column("批次", lambda r: r.batch_no, 10),
        column("接收时间", _received, 17),
        column("举报方式", lambda r: told(ReporterKind, r.reporter_kind), 9),
        column("反映对象", lambda r: r.subject_name, 28, "long"),
        column(
            "类别",
            lambda r: "、".join(told(LeadCategory, c) for c in r.categories or [r.primary_category]),
            22,
            "long",
        ),
        column("涉及人数", lambda r: r.people_involved, 9, "number"),
        column("涉案金额（万元）", lambda r: ten_thousand(r.amount_involved), 14, "yuan"),
        column("承办单位", lambda r: r.owner, 16),
        column("交办时间", lambda r: _day(r.assigned_at), 12, "date"),
        column("办理期限", lambda r: r.due_on, 12, "date"),
        column("核查结论", lambda r: told(LeadConclusion, r.conclusion), 16),
        column("是否移送", lambda r: bool(r.to_police_at or r.to_department_at), 9),
        column("移送单位及时间", _transfer, 22, "long"),
        column("办结时间", lambda r: _day(r.closed_at), 12, "date"),
        column("反馈情况", _feedback, 24, "long"),
        column("是否二次核查", lambda r: r.rechecks > 0, 12),
        column("备注", lambda r: r.note, 30, "long"),
    ),
    leads.LISTING,
    Lead.id,
)  # fmt: skip


async def lead_ledger(actor: Actor, query: LeadQuery) -> AsyncIterator[bytes]:
    """Form F1 of the leads that the list shows for the same query."""
    return await export(actor, F1, await leads.filters(actor, query), _asked(query))


# --- F2 -------------------------------------------------------------------------------------------

_taken = (
    select(
        func.array_agg(aggregate_order_by(RiskMeasure.kind, RiskMeasure.id)).label("kinds"),
        func.array_agg(aggregate_order_by(RiskMeasure.legal_actor, RiskMeasure.id)).label("actors"),
    )
    .where(RiskMeasure.entity_id == RiskEntity.id)
    .lateral("taken")
)
_rectify_by = (
    select(func.max(Rectification.due_on))
    .where(
        Rectification.entity_id == RiskEntity.id,
        Rectification.status != RectificationStatus.WITHDRAWN,
    )
    .scalar_subquery()
)


def each(kind: type[Labelled], values: Any) -> str:
    """The labels of several stored values, each once."""
    return "、".join(dict.fromkeys(told(kind, value) for value in values or [] if value))


F2 = Form(
    risk_entities.RESOURCE,
    "风险管控名单",
    select(
        RiskEntity.number, RiskEntity.name, RiskEntity.uscc, RiskEntity.address,
        RiskEntity.responsible_person_mask, RiskEntity.industry, RiskEntity.registration,
        RiskEntity.elders_served, RiskEntity.prepaid_amount, RiskEntity.problems, RiskEntity.tier,
        RiskEntity.status, _Owner.name.label("owner"), _rectify_by.label("rectify_by"),
        literal_column("taken.kinds").label("kinds"), literal_column("taken.actors").label("actors"),
    )
    .join(_Owner, _Owner.id == RiskEntity.owner_unit_id)
    .join(_taken, true()),
    (
        column("名称", lambda r: r.name, 30, "long"),
        column("统一社会信用代码", lambda r: r.uscc, 21),
        column("地址", lambda r: r.address, 22, "long"),
        column("法定代表人/负责人", lambda r: r.responsible_person_mask, 16),
        column("行业领域", lambda r: told(Industry, r.industry), 16),
        column("登记/备案情况", lambda r: told(Registration, r.registration), 14),
        column("服务老人数", lambda r: r.elders_served, 11, "number"),
        column("预收费金额（元）", lambda r: r.prepaid_amount, 16, "yuan"),
        column("问题描述", lambda r: r.problems, 34, "long"),
        column("风险等级", lambda r: told(RiskTier, r.tier), 9),
        column("处置措施", lambda r: each(RiskMeasureKind, r.kinds), 28, "long"),
        column("实施主体", lambda r: each(LegalActor, r.actors), 22, "long"),
        column("责任人", lambda r: r.owner, 16),
        column("整改时限", lambda r: r.rectify_by, 12, "date"),
        column("进展", lambda r: told(EntityStatus, r.status), 12),
        column("是否销号", lambda r: r.status == EntityStatus.DELISTED, 9),
    ),
    risk_entities.LISTING,
    RiskEntity.id,
)  # fmt: skip


async def risk_list(actor: Actor, query: RiskEntityQuery) -> AsyncIterator[bytes]:
    """Form F2 of the entities that the list shows for the same query."""
    return await export(actor, F2, await risk_entities.filters(actor, query), _asked(query))


# --- payment list of rewards ----------------------------------------------------------------------

_Proposer, _Approver, _Payer = aliased(User), aliased(User), aliased(User)

#: What the cash desk pays by. It joins neither leads nor informants: no name could come with it.
REWARDS = Form(
    rewards.RESOURCE,
    "举报奖励发放清单",
    select(
        Reward.number, Reward.amount, Reward.status, rewards.CLAIM_BY.label("claim_by"),
        rewards.IS_CLAIMABLE.label("is_claimable"), Reward.document_no, Reward.approved_at,
        Reward.voucher_no, Reward.paid_at, _Proposer.name.label("proposer"),
        _Approver.name.label("approver"), _Payer.name.label("payer"),
    )
    .join(_Proposer, _Proposer.id == Reward.proposed_by_id)
    .outerjoin(_Approver, _Approver.id == Reward.approved_by_id)
    .outerjoin(_Payer, _Payer.id == Reward.paid_by_id),
    (
        column("奖励编号", lambda r: r.number, 24),
        column("奖励金额（元）", lambda r: r.amount, 15, "yuan", summed=True),
        column("状态", lambda r: told(RewardStatus, r.status), 10),
        column("领取凭据", lambda r: told(ClaimBy, r.claim_by), 12),
        column("凭据是否已发出", lambda r: r.is_claimable or r.status == RewardStatus.PAID, 11),
        column("批准文书", lambda r: r.document_no, 24, "long"),
        column("批准时间", lambda r: _day(r.approved_at), 12, "date"),
        column("付款凭证号", lambda r: r.voucher_no, 18, "long"),
        column("发放时间", lambda r: _day(r.paid_at), 12, "date"),
        column("提出", lambda r: r.proposer, 10),
        column("审批", lambda r: r.approver, 10),
        column("经手发放", lambda r: r.payer, 10),
    ),
    rewards.LISTING,
    Reward.id,
)  # fmt: skip


async def reward_list(actor: Actor, query: RewardQuery) -> AsyncIterator[bytes]:
    """The rewards to be paid and those paid, of what the list shows for the same query."""
    wanted = [each for each in query.status or PAYABLE if each in PAYABLE]
    filters = await rewards.filters(query) | {"status": wanted}
    return await export(actor, REWARDS, filters, _asked(query))


# --- any form -------------------------------------------------------------------------------------


def _asked(query: LeadQuery | RiskEntityQuery | RewardQuery) -> dict[str, Any]:
    """What was asked for, as the audit may know it: masked, a person's name left out."""
    asked = query.model_dump(
        mode="json",
        exclude_none=True,
        exclude={"cursor", "limit", "with_total", "with_sums", "responsible_person"},
    )
    if query.q:
        asked["q"] = protect.told(query.q)
    return asked


async def export(
    actor: Actor, form: Form, filters: Mapping[str, object], asked: dict[str, Any]
) -> AsyncIterator[bytes]:
    """The workbook of a form. Its rows are read and the audit is written before this returns."""
    statement = form.statement.where(
        and_(form.listing.visible(actor), *form.listing.conditions(filters))
    ).order_by(form.order)
    note = (
        f"导出人：{actor.name}　导出时间：{now():%Y-%m-%d %H:%M}　个人信息已脱敏，请按内部资料管理"
    )
    sheet = [SheetColumn("序号", 6, "number"), *(column.sheet for column in form.columns)]
    pieces = xlsx_stream(sheet, _rows(actor, form, statement, asked), title=form.title, note=note)
    async with _turn:
        first = await anext(pieces)  # the workbook is complete when its first byte appears

    async def all_pieces() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return all_pieces()


async def _rows(
    actor: Actor, form: Form, statement: Any, asked: dict[str, Any]
) -> AsyncIterator[Sequence[Cell]]:
    """Numbered rows from a server-side cursor; the audit event when all of them are read."""
    number, sums = 0, [0] * len(form.columns)
    async with database().session() as session:
        result = await session.stream(statement, execution_options={"yield_per": _BATCH})
        async for row in result:
            number += 1
            cells = [column.cell(row) for column in form.columns]
            for at, (one, cell) in enumerate(zip(form.columns, cells, strict=True)):
                if one.summed and isinstance(cell, int):
                    sums[at] += cell
            yield [number, *cells]
    if any(one.summed for one in form.columns):
        yield [
            "合计",
            *(total if one.summed else None for one, total in zip(form.columns, sums, strict=True)),
        ]
    await events.record_apart(
        actor,
        EventName.EXPORTED,
        form.resource,
        None,
        {"form": form.title, "filters": asked, "rows": number, "format": "xlsx"},
        result="ok",
    )
