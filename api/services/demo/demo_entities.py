"""The demo's risk entities: sixty in four tiers, some inspected, three ordered to put things right."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.core.base.clock import now, today
from api.domain.demo import demo, demo_inventor
from api.domain.demo import demo_stories as told
from api.domain.entities.inspections import Finding, ItemResult
from api.domain.entities.risk_entities import Industry, Registration, RiskRoute, RiskTier
from api.domain.entities.risk_measures import LegalActor
from api.domain.leads.leads import PoliceMatter
from api.domain.organisation.handing_over import Department
from api.models.inspections import Inspection
from api.schemas.inspections import InspectionCreate, InspectionUpdate, ItemIn
from api.schemas.rectifications import RectificationCreate
from api.schemas.risk_entities import RiskEntityCreate
from api.services.across import handing_over, handover_decisions, handovers
from api.services.demo.demo_stage import Stage, Story, act
from api.services.entities import inspections, rectifications, risk_entities, risk_entity_intake

#: The post that regulates a field in this town; who has no power of its own is left to the office.
_REGULATOR: dict[Industry, str] = {
    Industry.ELDER_CARE: "civil",
    Industry.SOCIAL_INSURANCE: "civil",
    Industry.VOLUNTEERING: "civil",
    Industry.FOOD_HEALTH_PRODUCTS: "market",
    Industry.FINANCE: "market",
    Industry.MEDICAL: "market",
    Industry.PROPERTY: "market",
    Industry.CULTURE_TOURISM: "culture",
    Industry.ONLINE: "police",
    Industry.OTHER: "office",
}
#: Fields whose regulator may interview, order and stop: the graver fates are theirs.
_WITH_POWER = ("market", "civil")
_ASSESSORS = frozenset({"civil", "market", "police", "office"})

#: What becomes of them: fate, tier, how many, registered how many days ago (from, to). First come
#: those that only a regulator with power can bring about.
_FATES: tuple[tuple[str, RiskTier | None, int, int, int], ...] = (
    ("delisted", RiskTier.ORANGE, 1, 140, 160),
    ("reinspecting", RiskTier.ORANGE, 1, 60, 75),
    ("ordered", RiskTier.ORANGE, 1, 40, 50),
    ("refunding", RiskTier.RED, 4, 70, 110),
    ("transferred_police", RiskTier.RED, 1, 120, 150),
    ("shut_down", RiskTier.RED, 1, 120, 160),
    ("transferred_department", RiskTier.ORANGE, 2, 60, 100),
    ("interviewed", RiskTier.ORANGE, 7, 28, 50),
    ("reminded", RiskTier.YELLOW, 15, 50, 120),
    ("listed", RiskTier.GREEN, 17, 70, 185),
    ("assessed", RiskTier.YELLOW, 4, 8, 20),
    ("swept", None, 2, 3, 12),
    ("pending", None, 4, 0, 8),
)
#: Of those only listed or reminded: planned so many working days from today.
_PLANNED = (3, -2)
#: Visits that found nothing, so many days ago.
_CLEAN = (12, 26, 40)


@dataclass(frozen=True, slots=True)
class Firm:
    """A business of the town."""

    name: str
    uscc: str
    industry: Industry
    regulator: str


def firms() -> list[Firm]:
    """Sixty of them; the leads are about the same."""
    made: list[Firm] = []
    for trade in range(4):
        for industry, forms in told.BUSINESSES.items():
            made += [
                _firm(industry, form, trade) for form in range(len(forms)) if trade < 3 or form == 0
            ]
    return made[:60]


def _firm(industry: Industry, form: int, trade: int) -> Firm:
    return Firm(*demo_inventor.firm(industry, form, trade), industry, _REGULATOR[industry])


@dataclass(slots=True)
class _Entity:
    """One entity on its way."""

    stage: Stage
    firm: Firm
    seen: dict[str, Any]

    @property
    def id(self) -> UUID:
        """Its id."""
        return UUID(self.seen["id"])

    @property
    def assessor(self) -> str:
        """Who decides about its tier."""
        return self.firm.regulator if self.firm.regulator in _ASSESSORS else "office"

    async def take(self, post: str, action: str, **given: Any) -> None:
        """One action."""
        actor = self.stage.actors[post]
        now = await risk_entities.read(actor, self.id, self.stage.session)
        self.seen = await handing_over.entity_transition(
            self.stage.session, actor, self.id, act(action, now, **given)
        )

    async def handed_over(self, post: str, action: str, **given: Any) -> None:
        """One action on its hand-over."""
        actor, session = self.stage.actors[post], self.stage.session
        handover_id = UUID(self.seen["handovers"][-1]["id"])
        now = await handovers.read(actor, handover_id, session)
        await handover_decisions.transition(session, actor, handover_id, act(action, now, **given))


def stories(stage: Stage) -> list[Story]:
    """All of them."""
    chance = stage.random
    by_power: dict[str, list[Firm]] = {regulator: [] for regulator in _WITH_POWER}
    others: list[Firm] = []
    for firm in firms():
        by_power.get(firm.regulator, others).append(firm)
    for several in (*by_power.values(), others):
        chance.shuffle(several)
    # in turn: whatever chance says, each regulator has a visit and an order to go on with
    turns = zip_longest(*by_power.values())
    waiting = [firm for turn in turns for firm in turn if firm is not None] + others
    plans: list[tuple[str, RiskTier | None, Firm, datetime]] = []
    for fate, tier, count, latest, earliest in _FATES:
        for _ in range(count):
            day = stage.ago(chance.randrange(latest, earliest))
            plans.append((fate, tier, waiting.pop(0), stage.moment(day)))
    visits = [stage.day(n) for n in _PLANNED] + [stage.ago(n) for n in _CLEAN]
    made: list[Story] = []
    for fate, tier, firm, at in plans:
        visit = visits.pop() if visits and fate in {"reminded", "listed"} else None
        made.append(_life(stage, fate, tier, firm, at, visit))
    return made


def _body(stage: Stage, firm: Firm, tier: RiskTier | None, creator: str) -> RiskEntityCreate:
    chance = stage.random
    homes = {"village01": demo.VILLAGES[1], "village02": demo.VILLAGES[2]}
    code, village = homes.get(creator) or stage.village()
    grave = tier in {RiskTier.ORANGE, RiskTier.RED}
    prepaid = chance.randrange(40, 900) * 1000 if grave else chance.randrange(0, 30) * 1000
    registered = Registration.REGISTERED if firm.uscc else Registration.UNREGISTERED
    if firm.uscc and firm.industry is Industry.ELDER_CARE and chance.random() < 0.6:
        registered = Registration.FILED
    return RiskEntityCreate.model_validate(
        {
            "name": firm.name,
            "uscc": firm.uscc,
            "industry": firm.industry.value,
            "registration": registered.value,
            "address": f"众兴集镇{village}{chance.randrange(1, 160)}号",
            "division_code": code,
            "responsible_person": stage.person(),
            "responsible_phone": stage.phone(),
            "elders_served": chance.randrange(6, 160),
            "prepaid_amount": f"{prepaid}.00",
            "problems": chance.choice(told.PROBLEMS[tier]) if tier else "",
        }
    )


async def _life(
    stage: Stage,
    fate: str,
    tier: RiskTier | None,
    firm: Firm,
    at: datetime,
    visit: date | None,
) -> Story:
    chance = stage.random
    creator = chance.choice(("village01", "village02")) if fate == "pending" else firm.regulator
    if tier is RiskTier.GREEN and chance.random() < 0.3:
        creator = "office"
    yield at
    body = _body(stage, firm, tier, creator)
    made = await risk_entity_intake.create(stage.session, stage.actors[creator], body)
    entity = _Entity(stage, firm, made)
    if tier is None:
        return
    yield (at := stage.after(at, chance.choice((1, 2, 3))))
    # what proves red later is orange at first sight
    first = RiskTier.ORANGE if tier is RiskTier.RED else tier
    await _assess(entity, "assess", first)
    if fate == "assessed":
        return
    yield (at := stage.after(at, 1))
    await entity.take(entity.assessor, "list", note="纳入镇级管控名单。")
    if visit:
        yield stage.moment(visit if visit <= stage.until.date() else stage.day(-1))
        await _visit(entity, visit)
    if fate == "listed":
        return
    steps = _COURSES[fate](entity, at)
    async for moment in steps:
        yield moment


async def _assess(entity: _Entity, action: str, tier: RiskTier) -> None:
    await entity.take(
        entity.assessor, action, tier=tier,
        factors=entity.stage.random.choice(told.FACTORS[tier]), decided_by="镇专项办研判会",
    )  # fmt: skip


# --- courses ------------------------------------------------------------------------------------


async def _reminded(entity: _Entity, at: datetime) -> Story:
    stage = entity.stage
    yield stage.after(at, stage.random.choice((2, 4, 6)))
    await entity.take(entity.firm.regulator, "remind", note=stage.random.choice(told.REMINDERS))


async def _interviewed(entity: _Entity, at: datetime) -> Story:
    stage = entity.stage
    yield stage.after(at, stage.random.choice((1, 2, 3)))
    await entity.take(
        entity.firm.regulator, "interview", note=stage.random.choice(told.INTERVIEWS),
        document_no=stage.document("众约谈〔{year}〕{n}号"), deadline=stage.day(8),
    )  # fmt: skip


async def _refunding(entity: _Entity, at: datetime) -> Story:
    """Told to pay back, and on its way; reassessed as red when that went badly."""
    stage, post = entity.stage, entity.firm.regulator
    yield (at := stage.after(at, 2))
    await entity.take(
        post, "interview", note=told.INTERVIEWS[0],
        document_no=stage.document("众约谈〔{year}〕{n}号"),
    )  # fmt: skip
    yield (at := stage.after(at, 5))
    due = stage.random.randrange(12, 60) * 10_000_00
    await entity.take(
        post, "urge_refund", amount=due, deadline=stage.day(15),
        document_no=stage.document("众清退〔{year}〕{n}号"), note="按登记名册逐户清退预收款。",
    )  # fmt: skip
    yield (at := stage.after(at, 8))
    paid = due * stage.random.choice((15, 25, 40)) // 100
    await entity.take(post, "record_refund", amount=paid, note="首批退款，老人签收表已收。")
    yield stage.moment(stage.ago(stage.random.choice((3, 5, 9, 12))))
    await _assess(entity, "reassess", RiskTier.RED)


async def _to_police(entity: _Entity, at: datetime) -> Story:
    stage, post = entity.stage, entity.firm.regulator
    yield (at := stage.after(at, 1))
    await _assess(entity, "reassess", RiskTier.RED)
    await entity.take(
        post,
        "choose_route",
        route=RiskRoute.SUSPECTED_CRIME,
        reason="资金去向不明，有集资诈骗嫌疑。",
    )
    yield (at := stage.after(at, 1))
    await entity.take(
        post, "fix_evidence", fixed_on=at.date(), fixed_by="执法人员二名",
        evidence_list="合同三十二份、收据存根二册、宣传录像一段、电脑主机一台（登记保存）。",
    )  # fmt: skip
    yield (at := stage.after(at, 1))
    await entity.take(
        post, "transfer_police", reason=told.POLICE_TRANSFERS[1],
        receiver_unit_id=stage.actors["police"].unit_id, materials="移送书、调查报告、证据清单",
        reported_on=at.date(), investigators="张志强、李卫国", report=told.POLICE_TRANSFERS[1],
        approved_on=at.date(), approved_by="单位负责人",
        document_no=stage.document("众移送〔{year}〕{n}号"),
    )  # fmt: skip
    yield stage.after(at, 1)
    await entity.handed_over(
        "police", "record_receipt", received_at=now(), received_by=stage.actors["police"].name,
        receipt_no=stage.document("众接〔{year}〕{n}号"), matter=PoliceMatter.ECONOMIC_GRAVE,
    )  # fmt: skip


async def _shut(entity: _Entity, at: datetime) -> Story:
    stage, post = entity.stage, entity.firm.regulator
    yield (at := stage.after(at, 2))
    await _assess(entity, "reassess", RiskTier.RED)
    yield (at := stage.after(at, 3))
    await entity.take(
        post, "stop_operations", legal_actor=LegalActor.MARKET, legal_actor_name="霍邱县市场监督管理局",
        document_no=stage.document("霍市监停〔{year}〕{n}号"), note="责令停止预收费和会销活动。",
    )  # fmt: skip
    yield stage.after(at, 15)
    await entity.take(
        post, "shut_down", legal_actor=LegalActor.MARKET, legal_actor_name="霍邱县市场监督管理局",
        document_no=stage.document("霍市监罚〔{year}〕{n}号"), reason="无照经营，拒不改正，依法取缔。",
    )  # fmt: skip


async def _to_department(entity: _Entity, at: datetime) -> Story:
    stage = entity.stage
    yield (at := stage.after(at, 3))
    department, reason = told.TRANSFERS[1 if entity.firm.regulator == "market" else 0]
    await entity.take(
        entity.firm.regulator, "transfer_department", department=department, reason=reason,
        organ=Department.MARKET if entity.firm.regulator != "market" else Department.OTHER,
        materials="检查记录、宣传材料",
        document_no=stage.document("众专办移〔{year}〕{n}号"),
    )  # fmt: skip
    yield stage.after(at, 12)
    await entity.handed_over(
        entity.firm.regulator, "record_receipt", received_at=stage.moment(at.date()),
        received_by="值班人员", receipt_no=stage.document("收〔{year}〕{n}号"),
    )  # fmt: skip


async def _ordered(entity: _Entity, at: datetime) -> Story:
    """Ordered to put things right; the term is over and nothing was handed in."""
    stage = entity.stage
    yield max(stage.moment(stage.ago(27)), stage.after(at, 1))
    await _order(entity, 0)


async def _reinspecting(entity: _Entity, at: datetime) -> Story:
    """Failed once, ordered again, handed in, to be looked at tomorrow."""
    stage = entity.stage
    yield (at := stage.after(at, 2))
    order = await _order(entity, 1)
    yield (at := stage.after(at, 7))
    order = await _hand_in(entity, order)
    yield (at := stage.after(at, 2))
    order = await _look_again(entity, order, Finding.PROBLEM)
    order = await _decide(entity, order, "fail", reason=told.FAILURES)
    yield stage.after(at, 0)
    order = await _decide(
        entity, order, "order_again", due_on=stage.day(4),
        document_no=stage.document("众责改〔{year}〕{n}号"),
    )  # fmt: skip
    yield stage.moment(stage.day(-2))
    order = await _hand_in(entity, order)
    yield stage.moment(stage.day(-1))
    await _decide(
        entity,
        order,
        "reinspect",
        planned_on=stage.day(1),
        inspectors=stage.actors[entity.firm.regulator].name,
    )


async def _delisted(entity: _Entity, at: datetime) -> Story:
    """Put right, accepted and taken off the list."""
    stage = entity.stage
    yield (at := stage.after(at, 2))
    order = await _order(entity, 2)
    yield (at := stage.after(at, 6))
    order = await _hand_in(entity, order)
    yield (at := stage.after(at, 2))
    order = await _look_again(entity, order, Finding.NONE)
    await _decide(entity, order, "close")
    yield (at := stage.after(at, 1))
    await entity.take(entity.assessor, "accept", note="复查合格，予以验收。")
    yield stage.after(at, 20)
    await entity.take(entity.assessor, "delist", reason="连续两个月未发现新的问题，予以销号。")


_COURSES = {
    "reminded": _reminded,
    "interviewed": _interviewed,
    "refunding": _refunding,
    "transferred_police": _to_police,
    "transferred_department": _to_department,
    "shut_down": _shut,
    "ordered": _ordered,
    "reinspecting": _reinspecting,
    "delisted": _delisted,
}


# --- visits and orders --------------------------------------------------------------------------


async def _visit(entity: _Entity, planned: date, note: str = "") -> dict[str, Any]:
    """A visit of that day; one that is over has its finding: nothing, unless a note says what."""
    stage = entity.stage
    session, actor = stage.session, stage.actors[entity.firm.regulator]
    body = InspectionCreate.model_validate(
        {
            "entity_id": entity.id,
            "planned_on": planned,
            "inspectors": f"{actor.name}、{stage.person()}",
        }
    )
    visit = await inspections.create(session, actor, body)
    if planned >= stage.day(-2) and not note:
        return visit
    return await _complete(entity, visit, note)


async def _complete(entity: _Entity, visit: dict[str, Any], note: str) -> dict[str, Any]:
    """Fill in the checklist and close a visit that found nothing."""
    stage = entity.stage
    session, actor = stage.session, stage.actors[entity.firm.regulator]
    ticked = [
        ItemIn(
            code=item["code"],
            result=ItemResult.PROBLEM if note and not number else ItemResult.OK,
            remark="见检查情况" if note and not number else "",
        )
        for number, item in enumerate(visit["checklist"])
    ]
    update = InspectionUpdate(version=visit["version"], checklist=ticked, note=None)
    visit_id = UUID(visit["id"])
    visit = await inspections.update(session, actor, visit_id, update)
    visit = await inspections.transition(
        session, actor, visit_id,
        act("complete", visit, finding=Finding.PROBLEM if note else Finding.NONE,
            note=note or stage.random.choice(told.CLEAN_VISITS)),
    )  # fmt: skip
    if not note:
        visit = await inspections.transition(session, actor, visit_id, act("close", visit))
    return visit


async def _order(entity: _Entity, number: int) -> dict[str, Any]:
    """A visit that found a problem, and the order that follows from it."""
    stage = entity.stage
    visit = await _visit(entity, today(), told.VISIT_NOTES[number])
    body = RectificationCreate.model_validate(
        {
            "inspection_id": visit["id"],
            "requirements": told.REQUIREMENTS[number],
            "document_no": stage.document("众责改〔{year}〕{n}号"),
        }
    )
    return await rectifications.create(stage.session, stage.actors[entity.firm.regulator], body)


async def _decide(
    entity: _Entity, order: dict[str, Any], action: str, **given: Any
) -> dict[str, Any]:
    """One action on a rectification."""
    return await rectifications.transition(
        entity.stage.session,
        entity.stage.actors[entity.firm.regulator],
        UUID(order["id"]),
        act(action, order, **given),
    )


async def _hand_in(entity: _Entity, order: dict[str, Any]) -> dict[str, Any]:
    people = entity.stage.random.randrange(4, 30)
    return await _decide(entity, order, "submit", materials=told.MATERIALS.format(people=people))


async def _look_again(entity: _Entity, order: dict[str, Any], finding: Finding) -> dict[str, Any]:
    """The re-inspection, done on the day on which it is arranged."""
    session, actor = entity.stage.session, entity.stage.actors[entity.firm.regulator]
    order = await _decide(entity, order, "reinspect", inspectors=actor.name)
    visit_id = await session.scalar(
        select(Inspection.id)
        .where(Inspection.rectification_id == UUID(order["id"]))
        .order_by(Inspection.id.desc())
        .limit(1)
    )
    assert visit_id is not None  # noqa: S101  # arranged a line above
    visit = await inspections.read(actor, visit_id, session)
    await _complete(entity, visit, told.FAILURES if finding is Finding.PROBLEM else "")
    return await rectifications.read(actor, UUID(order["id"]), session)
