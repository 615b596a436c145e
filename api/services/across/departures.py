"""Who may not go yet: a unit, a post or a person with open work that nobody else would do.

Work belongs to units and posts (ADR 0008): it stays when a person goes, as long as somebody is left
who may do it. Where nobody is, the one who goes names a successor, or hands the work over first.
What is confidential is never counted here: administrators are told these numbers (ADR 0022).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.core.base.clock import today
from api.domain.cases.cases import CaseStatus
from api.domain.entities.inspections import InspectionStatus
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_entities import EntityStatus
from api.domain.imports.imports import ImportStatus
from api.domain.kit.actors import Actor, seated
from api.domain.kit.division_codes import town_of
from api.domain.kit.duties import DutyKind
from api.domain.kit.errors import Conflict
from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission, Role
from api.domain.leads.lead_assists import AssistStatus
from api.domain.leads.leads import OPEN_STAGES, LeadStatus, TransferStage
from api.domain.organisation.handing_over import LEFT_TO_SENDER, OPEN
from api.domain.organisation.organisation import MACHINES, UNIT_ROLES
from api.domain.recovery.distributions import DistributionStatus
from api.domain.recovery.property_measures import MeasureStatus
from api.domain.rewards.rewards import RewardStatus
from api.models.cases import Case
from api.models.distributions import Distribution
from api.models.imports import Import
from api.models.inspections import Inspection
from api.models.lead_assists import LeadAssist
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.property_measures import PropertyMeasure
from api.models.rectifications import Rectification
from api.models.rewards import Reward
from api.models.risk_entities import RiskEntity
from api.models.units import Post, Unit
from api.models.users import PostHolder, User
from api.schemas.posts import HolderCreate, PostUpdate
from api.schemas.units import UnitUpdate
from api.schemas.users import UserUpdate
from api.services.across import duties, turns
from api.services.kit import time_rules
from api.services.kit._duty_source import MOST_COUNTED, Source
from api.services.leads import lead_assists, leads
from api.services.organisation import posts, units, users
from api.services.reporters import confidential_duties

P = Permission
#: In a sentence nobody reads more kinds than these.
_MOST_KINDS: Final = 4


@dataclass(frozen=True, slots=True)
class _Work:
    """Something that may be open: what it is called and counted in, who does it, which it is."""

    label: str
    measure: str
    needs: Permission
    model: Any
    is_open: ColumnElement[bool]
    #: It waits for a town's post of some right, whichever unit owns the record.
    of_town: bool = False
    #: Whose it is, where that is not the unit in charge.
    owner: str = "owner_unit_id"


_L, _D, _R = LeadStatus, DistributionStatus, RewardStatus
#: What waits for whoever hands the town's leads out.
_OFFICES = (_L.RECEIVED, _L.REGISTERED, _L.DISPUTED, _L.FED_BACK)
_CASES_OVER = (
    CaseStatus.NOT_FILED,
    CaseStatus.NOT_INDICTED,
    CaseStatus.CLOSED,
    CaseStatus.WITHDRAWN,
    CaseStatus.DIVERTED_CIVIL,
    CaseStatus.DIVERTED_ADMINISTRATIVE,
)
_WORK: Final[tuple[_Work, ...]] = (
    _Work(
        "未办结的线索", "条", P.LEAD_HANDLE, Lead,
        and_(
            Lead.status.in_([each for each in leads.OPEN if each is not _L.FED_BACK]),
            Lead.merged_into_id.is_(None),
        ),
    ),
    _Work(
        "移送、移交来的待接收、待答复的线索", "条", P.LEAD_HANDLE, Lead,
        or_(Lead.transfer_stage.in_(OPEN_STAGES), Lead.kept_stage.is_not(None)),
        owner="transfer_receiver_id",
    ),
    _Work(
        "未答复的协办", "件", P.LEAD_ASSIST, LeadAssist,
        and_(
            LeadAssist.status.in_([AssistStatus.ASKED, AssistStatus.ACKNOWLEDGED]),
            exists().where(Lead.id == LeadAssist.lead_id, Lead.status.in_(lead_assists.LIVE)),
        ),
    ),
    _Work(
        "移送、移交来的待接收、待答复的案件、风险主体", "件", P.LEAD_HANDLE, LeadTransfer,
        LeadTransfer.status.in_(OPEN), owner="receiver_unit_id",
    ),
    _Work(
        "移送、移交出去还没有了结的案件、风险主体", "件", P.LEAD_HANDLE, LeadTransfer,
        LeadTransfer.status.in_(OPEN | LEFT_TO_SENDER),
    ),
    _Work("未结的案件", "件", P.CASE_HANDLE, Case, Case.status.not_in(_CASES_OVER)),
    _Work(
        "执行中的查扣冻措施", "项", P.PROPERTY_HANDLE, PropertyMeasure,
        PropertyMeasure.status == MeasureStatus.ACTIVE,
    ),
    _Work(
        "在管的风险主体", "家", P.RISK_ENTITY_HANDLE, RiskEntity,
        RiskEntity.status.not_in([EntityStatus.DELISTED, EntityStatus.SHUT_DOWN]),
    ),
    _Work(
        "未完成的检查", "次", P.INSPECTION_HANDLE, Inspection,
        Inspection.status == InspectionStatus.PLANNED,
    ),
    _Work(
        "未销号的整改", "项", P.INSPECTION_HANDLE, Rectification,
        Rectification.status.not_in([RectificationStatus.CLOSED, RectificationStatus.WITHDRAWN]),
    ),
    _Work(
        "未确认的台账导入", "份", P.IMPORT_RUN, Import,
        Import.status.in_(
            [ImportStatus.PARSING, ImportStatus.NEEDS_MAPPING, ImportStatus.PREVIEW]
        ),
    ),
    _Work(
        "待登记、交办、办结的线索", "条", P.LEAD_ASSIGN, Lead,
        and_(Lead.status.in_(_OFFICES), Lead.merged_into_id.is_(None)), of_town=True,
    ),
    _Work(
        "待批准的移送", "件", P.LEAD_APPROVE_TRANSFER, Lead,
        Lead.transfer_stage == TransferStage.PROPOSED, of_town=True,
    ),
    _Work(
        "未完成的清退方案", "个", P.DISTRIBUTION_PREPARE, Distribution,
        Distribution.status.in_([_D.DRAFT, _D.APPROVED]), of_town=True,
    ),
    _Work(
        "待审批的清退方案", "个", P.DISTRIBUTION_APPROVE, Distribution,
        Distribution.status == _D.COMPUTED, of_town=True,
    ),
    _Work(
        "待发放的清退方案", "个", P.DISTRIBUTION_PAY, Distribution,
        Distribution.status.in_([_D.PUBLISHED, _D.PAYING, _D.PARTLY_PAID]), of_town=True,
    ),
    _Work(
        "待审批的奖励", "项", P.REWARD_APPROVE, Reward, Reward.status == _R.PROPOSED, of_town=True
    ),
    _Work("待发放的奖励", "项", P.REWARD_PAY, Reward, Reward.status == _R.APPROVED, of_town=True),
)  # fmt: skip


#: What is confidential, what anybody of the unit takes over from who brought it, and a warning of what
#: the unit has anyhow.
_NOT_TURNS: Final = frozenset(
    {source.kind for source in confidential_duties.SOURCES}
    | {DutyKind.IMPORT_MAP, DutyKind.IMPORT_COMMIT, DutyKind.IMPORT_BARE}
    | {DutyKind.MEASURE_EXPIRING}
)


@dataclass(frozen=True, slots=True)
class _Seat:
    """A post that somebody sits in."""

    role: Role
    unit_id: UUID
    division_code: str

    @property
    def town(self) -> str:
        return town_of(self.division_code)

    #: Nobody and none: whoever might sit in a unit that is closed.
    user_id: UUID | None = None
    post_id: UUID | None = None

    @property
    def actor(self) -> Actor:
        """Whoever sits here, as what waits for them is asked; no login is behind it."""
        nobody = UUID(int=0)
        who, post = self.user_id or nobody, self.post_id or nobody
        return seated(who, post, self.unit_id, self.role, self.division_code)

    def does(self, work: _Work, of: "_Seat") -> bool:
        """Whether whoever sits here may go on with the work of another seat."""
        near = self.town == of.town if work.of_town else self.unit_id == of.unit_id
        return near and work.needs in ROLE_PERMISSIONS[self.role]


async def change_post(
    session: AsyncSession, actor: Actor, post_id: UUID, body: PostUpdate
) -> dict[str, Any]:
    """Correct a post; closed it is only when its work is somebody else's too. Raises Conflict
    (`work_open`) beside what `posts.change` raises."""
    leaving = await _seated(session, Post.id == post_id) if body.is_active is False else []
    changed = await posts.change(session, actor, post_id, body)
    await _nothing_left(session, leaving, "停用该岗位")
    await turns.give_back_left(session, actor)
    return changed


async def hand_over(
    session: AsyncSession, actor: Actor, post_id: UUID, body: HolderCreate
) -> dict[str, Any]:
    """Give a post to another person; vacant it is left only when its work is somebody else's too,
    and so is the post that whoever takes it over acted in until now.
    Raises Conflict (`work_open`) beside what `posts.hand_over` raises."""
    leaving = await _seated(session, or_(Post.id == post_id, PostHolder.user_id == body.user_id))
    handed = await posts.hand_over(session, actor, post_id, body)
    await _nothing_left(session, leaving, "由该人员接任" if body.user_id else "空出该岗位")
    await turns.give_back_left(session, actor)
    return handed


async def change_user(
    session: AsyncSession, actor: Actor, user_id: UUID, body: UserUpdate
) -> dict[str, Any]:
    """Correct a person; who closes an account names who takes its posts over, or leaves no work
    that nobody else would do. Raises Conflict (`work_open`) beside what `users.change` raises."""
    gone = [user_id, body.successor_id] if body.is_active is False else []
    leaving = await _seated(session, PostHolder.user_id.in_(gone)) if gone else []
    changed = await users.change(session, actor, user_id, body)
    act = "由该人员接任" if body.successor_id else "停用该人员"
    await _nothing_left(session, leaving, act)
    await turns.give_back_left(session, actor)
    return changed


async def change_unit(
    session: AsyncSession, actor: Actor, unit_id: UUID, body: UnitUpdate
) -> dict[str, Any]:
    """Correct a unit; closed it is only when nothing of it is open. Raises Conflict (`work_open`)
    beside what `units.change` raises."""
    changed = await units.change(session, actor, unit_id, body)
    if body.is_active is False:
        await _nothing_open(session, await session.get_one(Unit, unit_id))
        await turns.give_back_left(session, actor)
    return changed


async def _nothing_open(session: AsyncSession, unit: Unit) -> None:
    """Raises Conflict when a unit owns what is not finished, or its town's work has nobody else."""
    owned = [
        (work, await _number(session, work, unit.id, "")) for work in _WORK if not work.of_town
    ]
    if found := [f"{w.label} {number} {w.measure}" for w, number in owned if number]:
        message = f"{unit.name}还有{_listed(found)}，请先改派、移交或者办结，再停用"
        raise Conflict(message, code="work_open")
    seats = [
        _Seat(role, unit.id, unit.division_code) for role in UNIT_ROLES[unit.behaviour] - MACHINES
    ]
    await _nothing_left(session, seats, f"停用{unit.name}")


async def _number(session: AsyncSession, work: _Work, unit_id: UUID, town: str) -> int:
    owner = getattr(work.model, work.owner, None)
    whose = work.model.town_code == town if work.of_town else owner == unit_id
    found = select(func.count()).select_from(work.model).where(whose, work.is_open)
    return await session.scalar(found) or 0


async def _seated(session: AsyncSession, *which: ColumnElement[bool]) -> list[_Seat]:
    """The posts that people act in: a login is of the last one that a person took, and of no other
    (services/organisation/auth.py), so that what waits for an earlier one has nobody."""
    other, holding = aliased(Post), aliased(PostHolder)
    acts_in = (
        select(holding.id)
        .join(other, other.id == holding.post_id)
        .where(
            holding.user_id == User.id,
            holding.until.is_(None),
            holding.since <= today(),
            other.is_active,
        )
        .order_by(holding.since.desc(), holding.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Post.role, Post.unit_id, Post.division_code, User.id, Post.id)
        .join(PostHolder, and_(PostHolder.post_id == Post.id, PostHolder.until.is_(None)))
        .join(User, and_(User.id == PostHolder.user_id, User.is_active))
        .where(Post.is_active, PostHolder.id == acts_in, *which)
    )
    return [_Seat(*row) for row in rows]


async def _nothing_left(session: AsyncSession, left: Sequence[_Seat], act: str) -> None:
    """Raises Conflict when one of the seats that were left has open work that nobody else does."""
    others = await _seated(session) if left else []
    for seat in left:
        alone = [
            work
            for work in _WORK
            if work.needs in ROLE_PERMISSIONS[seat.role]
            and not any(other.does(work, seat) for other in others)
        ]
        counted = [(w, await _number(session, w, seat.unit_id, seat.town)) for w in alone]
        found = [(f"{w.label} {number} {w.measure}") for w, number in counted if number]
        if found := found or await _turns_left(session, seat, others):
            name = await session.scalar(select(Unit.name).where(Unit.id == seat.unit_id))
            raise Conflict(
                f"{name}还有{_listed(found)}，没有别人可以接着办；请先指定接任人，或者改派、办结，再{act}",
                code="work_open",
            )


def _alone(source: Source, seat: _Seat, others: Sequence[_Seat]) -> Any:
    """How many of a kind wait for a seat and for none of the others."""
    able = [other for other in others if source.needs in ROLE_PERMISSIONS[other.role]]
    elsewhere = [source.waits(other.actor).is_not(true()) for other in able]
    some = select(source.model.id).where(source.waits(seat.actor), *elsewhere).limit(MOST_COUNTED)
    return select(literal(source.kind.value, Text()), func.count()).select_from(some.subquery())


async def _turns_left(session: AsyncSession, seat: _Seat, others: Sequence[_Seat]) -> list[str]:
    """What waits for a seat and for none of the others, whatever became of the record: a case that
    is over may ask for something yet. As home calls it, each with its number."""
    counts = [
        _alone(source, seat, others)
        for source in duties.SOURCES
        if source.kind not in _NOT_TURNS and seat.actor.may(source.needs)
    ]
    if not counts:
        return []
    days = duties.bound_days(await time_rules.clock(session))
    rows = (await session.execute(union_all(*counts), days)).all()
    return [f"{DutyKind(row[0]).label} {row[1]} 件" for row in rows if row[1]]


def _listed(said: Sequence[str]) -> str:
    found = said[:_MOST_KINDS]
    return "、".join(found) + (f"等 {len(said)} 类" if len(said) > _MOST_KINDS else "")
