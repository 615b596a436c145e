"""Who may not go yet: a unit, a post or a person with open work that nobody else would do.

Work belongs to units and posts (ADR 0008): it stays when a person goes, as long as somebody is left
who may do it. Where nobody is, the one who goes names a successor, or hands the work over first.
What is confidential is never counted here: administrators are told these numbers (ADR 0022).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.cases.cases import CaseStatus
from api.domain.entities.inspections import InspectionStatus
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_entities import EntityStatus
from api.domain.imports.imports import ImportStatus
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.errors import Conflict
from api.domain.kit.permissions import ROLE_PERMISSIONS, ROLE_SCOPE, Permission, Role, RowScope
from api.domain.leads.lead_assists import AssistStatus
from api.domain.organisation.organisation import MACHINES, UNIT_ROLES
from api.domain.recovery.property_measures import MeasureStatus
from api.models.cases import Case
from api.models.imports import Import
from api.models.inspections import Inspection
from api.models.lead_assists import LeadAssist
from api.models.leads import Lead
from api.models.property_measures import PropertyMeasure
from api.models.rectifications import Rectification
from api.models.risk_entities import RiskEntity
from api.models.units import Post, Unit
from api.models.users import PostHolder, User
from api.schemas.posts import HolderCreate, PostUpdate
from api.schemas.units import UnitUpdate
from api.schemas.users import UserUpdate
from api.services.across import duties
from api.services.leads import lead_assists, leads
from api.services.organisation import posts, units, users
from api.services.reporters import confidential_duties

_CONFIDENTIAL: Final = frozenset(source.kind.value for source in confidential_duties.SOURCES)
_NEEDS: Final[dict[DutyKind, Permission]] = {each.kind: each.needs for each in duties.SOURCES}
#: In a sentence nobody reads more kinds than these.
_MOST_KINDS = 4

_OVER = {
    CaseStatus.NOT_FILED,
    CaseStatus.NOT_INDICTED,
    CaseStatus.CLOSED,
    CaseStatus.WITHDRAWN,
    CaseStatus.DIVERTED_CIVIL,
    CaseStatus.DIVERTED_ADMINISTRATIVE,
}
#: What a unit owns and has not finished: what it is called, how many of it, and which.
_OWNED: tuple[tuple[str, str, Any, ColumnElement[bool]], ...] = (
    ("未办结的线索", "条", Lead, and_(Lead.status.in_(leads.OPEN), Lead.merged_into_id.is_(None))),
    (
        "未答复的协办",
        "件",
        LeadAssist,
        and_(
            LeadAssist.status.in_([AssistStatus.ASKED, AssistStatus.ACKNOWLEDGED]),
            exists().where(Lead.id == LeadAssist.lead_id, Lead.status.in_(lead_assists.LIVE)),
        ),
    ),
    ("未结的案件", "件", Case, Case.status.not_in(_OVER)),
    (
        "执行中的查扣冻措施",
        "项",
        PropertyMeasure,
        PropertyMeasure.status == MeasureStatus.ACTIVE,
    ),
    (
        "在管的风险主体",
        "家",
        RiskEntity,
        RiskEntity.status.not_in([EntityStatus.DELISTED, EntityStatus.SHUT_DOWN]),
    ),
    ("未完成的检查", "次", Inspection, Inspection.status == InspectionStatus.PLANNED),
    (
        "未销号的整改",
        "项",
        Rectification,
        Rectification.status.not_in([RectificationStatus.CLOSED, RectificationStatus.WITHDRAWN]),
    ),
    (
        "未确认的台账导入",
        "份",
        Import,
        Import.status.in_([ImportStatus.PARSING, ImportStatus.NEEDS_MAPPING, ImportStatus.PREVIEW]),
    ),
)


@dataclass(frozen=True, slots=True)
class _Seat:
    """A post that somebody sits in."""

    id: UUID
    role: Role
    unit_id: UUID
    division_code: str
    holder_id: UUID

    def actor(self) -> Actor:
        """Whoever sits there, as duties see them."""
        return Actor(
            "user", self.holder_id, "", self.id, self.unit_id, self.role, self.division_code,
            self.holder_id,
        )  # fmt: skip

    def stands_in_for(self, other: "_Seat", needs: Permission) -> bool:
        """Whether it sees the other's work, and may do it."""
        if needs not in ROLE_PERMISSIONS[self.role]:
            return False
        if self.unit_id == other.unit_id:
            return True
        whole_town = ROLE_SCOPE.get(self.role) is ROLE_SCOPE.get(other.role) is RowScope.TOWN
        return whole_town and self.actor().town == other.actor().town


async def change_post(
    session: AsyncSession, actor: Actor, post_id: UUID, body: PostUpdate
) -> dict[str, Any]:
    """Correct a post; closed it is only when its work is somebody else's too. Raises Conflict
    (`work_open`) beside what `posts.change` raises."""
    leaving = await _seated(session, Post.id == post_id) if body.is_active is False else []
    changed = await posts.change(session, actor, post_id, body)
    await _nothing_left(session, leaving, "停用该岗位")
    return changed


async def hand_over(
    session: AsyncSession, actor: Actor, post_id: UUID, body: HolderCreate
) -> dict[str, Any]:
    """Give a post to another person; vacant it is left only when its work is somebody else's too.
    Raises Conflict (`work_open`) beside what `posts.hand_over` raises."""
    leaving = await _seated(session, Post.id == post_id) if body.user_id is None else []
    handed = await posts.hand_over(session, actor, post_id, body)
    await _nothing_left(session, leaving, "空出该岗位")
    return handed


async def change_user(
    session: AsyncSession, actor: Actor, user_id: UUID, body: UserUpdate
) -> dict[str, Any]:
    """Correct a person; who closes an account names who takes its posts over, or leaves no work
    that nobody else would do. Raises Conflict (`work_open`) beside what `users.change` raises."""
    goes = body.is_active is False and body.successor_id is None
    leaving = await _seated(session, PostHolder.user_id == user_id) if goes else []
    changed = await users.change(session, actor, user_id, body)
    await _nothing_left(session, leaving, "停用该人员")
    return changed


async def change_unit(
    session: AsyncSession, actor: Actor, unit_id: UUID, body: UnitUpdate
) -> dict[str, Any]:
    """Correct a unit; closed it is only when nothing of it is open. Raises Conflict (`work_open`)
    beside what `units.change` raises."""
    changed = await units.change(session, actor, unit_id, body)
    if body.is_active is False:
        await _nothing_open(session, await session.get_one(Unit, unit_id))
    return changed


async def _nothing_open(session: AsyncSession, unit: Unit) -> None:
    """Raises Conflict when a unit owns what is not finished, or its town's work has nobody else."""
    found = [
        f"{label} {number} {measure}"
        for label, measure, model, is_open in _OWNED
        if (number := await _number(session, model, unit.id, is_open))
    ]
    if found:
        message = f"{unit.name}还有{_listed(found)}，请先改派、移交或者办结，再停用"
        raise Conflict(message, code="work_open")
    nobody = UUID(int=0)
    seats = [
        _Seat(nobody, role, unit.id, unit.division_code, nobody)
        for role in UNIT_ROLES[unit.behaviour] - MACHINES
        if ROLE_SCOPE.get(role) is RowScope.TOWN
    ]
    await _nothing_left(session, seats, f"停用{unit.name}")


async def _number(session: AsyncSession, model: Any, unit_id: UUID, is_open: Any) -> int:
    owned = select(func.count()).select_from(model).where(model.owner_unit_id == unit_id, is_open)
    return await session.scalar(owned) or 0


async def _seated(session: AsyncSession, *which: ColumnElement[bool]) -> list[_Seat]:
    """The posts that people sit in."""
    rows = await session.execute(
        select(Post.id, Post.role, Post.unit_id, Post.division_code, PostHolder.user_id)
        .join(PostHolder, and_(PostHolder.post_id == Post.id, PostHolder.until.is_(None)))
        .join(User, and_(User.id == PostHolder.user_id, User.is_active))
        .where(Post.is_active, *which)
    )
    return [_Seat(*row) for row in rows]


async def _nothing_left(session: AsyncSession, left: Iterable[_Seat], act: str) -> None:
    """Raises Conflict when one of the seats that were left has open work that no other would do."""
    others: list[_Seat] | None = None
    for seat in left:
        waiting = await duties.waiting(session, seat.actor(), 1)
        counts = [each for each in waiting["counts"] if each["kind"] not in _CONFIDENTIAL]
        if not counts:
            continue
        others = await _seated(session) if others is None else others
        needs = {each["kind"]: _NEEDS[DutyKind(each["kind"])] for each in counts}
        nobodys = [
            each
            for each in counts
            if not any(other.stands_in_for(seat, needs[each["kind"]]) for other in others)
        ]
        if nobodys:
            raise await _refusal(session, seat, nobodys, act)


async def _refusal(
    session: AsyncSession, seat: _Seat, left: list[dict[str, Any]], act: str
) -> Conflict:
    name = await session.scalar(select(Unit.name).where(Unit.id == seat.unit_id))
    total = sum(each["count"] for each in left)
    kinds = _listed([f"{each['what']} {each['count']} 件" for each in left])
    return Conflict(
        f"{name}有 {total} 件待办没有别人可以接着办（{kinds}），请先指定接任人，或者办完、改派，再{act}",
        code="work_open",
    )


def _listed(found: list[str]) -> str:
    more = f"等 {len(found)} 类" if len(found) > _MOST_KINDS else ""
    return "、".join(found[:_MOST_KINDS]) + more
