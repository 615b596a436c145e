"""The demo's three cases: one in the middle of the money, one paid out, one awaiting its filing."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from api.core.base.clock import now, today
from api.domain.cases.cases import CaseFlag
from api.domain.demo import demo, demo_inventor
from api.domain.demo import demo_stories as told
from api.domain.entities.risk_entities import Industry
from api.domain.law.clocks import add_months
from api.domain.leads.categories import Charge, LeadCategory, RedFlag
from api.domain.leads.channels import LeadChannel
from api.domain.leads.leads import FeedbackMode, LeadConclusion, ReporterKind
from api.domain.recovery.distributions import BaseRule, ClaimStatus
from api.domain.recovery.ledger import AccountKind
from api.domain.recovery.property_items import Disposal, Ownership, PropertyKind
from api.domain.recovery.property_measures import AuthorityLevel, MeasureKind, ReleaseReason
from api.domain.rewards.rewards import BUILTIN
from api.schemas.leads import LeadCreate
from api.schemas.rewards import RewardCreate
from api.services.cases import victims
from api.services.demo.demo_book import PSB, Book
from api.services.demo.demo_leads import Lead, close, come_in
from api.services.demo.demo_stage import Stage, Story, act
from api.services.rewards import rewards

K = AccountKind


def stories(stage: Stage) -> list[Story]:
    """All three."""
    return [_fundraising(stage), _prepaid(stage), _insurance(stage)]


async def _lead(stage: Stage, **given: Any) -> Lead:
    """A lead that the office takes in for the police."""
    body = LeadCreate.model_validate({"received_at": now().isoformat(), "fast_track": True} | given)
    return await come_in(stage, "office", body, "police")


def _named(stage: Stage) -> dict[str, str]:
    return {
        "kind": ReporterKind.REAL_NAME.value,
        "name": stage.person(),
        "phone": stage.phone(),
    }


async def _prove(lead: Lead, findings: str) -> None:
    """What the police found out."""
    await lead.take("police", "acknowledge")
    await lead.take(
        "police", "conclude", conclusion=LeadConclusion.SUSPECTED_CRIME, findings=findings
    )


async def _close(lead: Lead) -> None:
    named = lead.body.reporter.kind is ReporterKind.REAL_NAME
    mode = FeedbackMode.PHONE if named else FeedbackMode.IMPOSSIBLE
    note = told.FEEDBACK[2] if named else told.FEEDBACK_IMPOSSIBLE
    await lead.take("police", "feed_back", feedback_mode=mode, feedback_note=note)
    await close(lead)


async def _reward(lead: Lead, *, approved: bool) -> None:
    """What the office asks for whoever reported first, and the leader's word on it."""
    stage = lead.stage
    body = RewardCreate(
        lead_id=lead.id,
        rule_version=BUILTIN.version,
        amount=None,
        distinct_reason="另有相似线索反映的是别的门店，收款账户不同",
    )
    made = await rewards.create(stage.session, stage.actors["office"], body)
    if approved:
        paper = act("approve", made, document_no=stage.document("众专办奖〔{year}〕{n}号"))
        await rewards.transition(stage.session, stage.actors["leader"], UUID(made["id"]), paper)


# --- one in the middle of the money -------------------------------------------------------------


async def _fundraising(stage: Stage) -> Story:
    """集资诈骗: forty-six victims, accounts frozen for half a year that runs out in three days."""
    ends = stage.day(3)
    froze = _six_months_before(ends)
    filed, begun = stage.step(froze, -3), stage.step(froze, -9)
    firm, uscc = demo_inventor.firm(Industry.ELDER_CARE, 0, 0)
    at = stage.moment(begun)
    yield at
    first = await _lead(
        stage,
        channel=LeadChannel.PLATFORM_12337.value,
        batch_no=f"{begun.year}年第1批",
        subject_name=firm,
        subject_uscc=uscc,
        primary_category=LeadCategory.C2.value,
        categories=[LeadCategory.C1.value],
        division_code=demo.VILLAGES[1][0],
        amount_involved="2860000.00",
        people_involved=46,
        red_flags=[RedFlag.FIXED_RETURN.value, RedFlag.PUBLIC_PITCH.value, RedFlag.REFUSES_REFUND.value],
        reporter=_named(stage),
        narrative=f"{firm}以“预订养老床位、按月返利”为名，承诺年化12%，向新桥、白庙等村老人吸收资金，"
        f"收款账户{stage.account()}，自上月起停止返利，负责人电话{stage.phone()}关机。",
    )  # fmt: skip
    second = await _lead(
        stage,
        channel=LeadChannel.BANK_ALERT.value,
        subject_name=firm,
        primary_category=LeadCategory.C2.value,
        division_code=demo.VILLAGES[2][0],
        amount_involved="120000.00",
        people_involved=1,
        reporter={"kind": ReporterKind.ANONYMOUS.value},
        narrative=f"网点提示：74岁储户要求提前支取定期12万元转{firm}，经劝阻未办，老人称同组多人已交款。",
    )
    yield (at := stage.after(at, 1))
    for lead in (first, second):
        await lead.take("office", "assign", unit_id=stage.unit("police"))
    yield (at := stage.after(at, 2))
    for lead in (first, second):
        await _prove(lead, told.FINDINGS[LeadConclusion.SUSPECTED_CRIME][0].format(people=46))
    yield (at := stage.after(at, 1))
    book = Book(stage)
    await book.open(
        (first, second),
        title=f"{firm}集资诈骗案",
        police_case_no=f"A3415220000{begun.year}050001",
        charges=[Charge.FUNDRAISING_FRAUD.value],
        flags=[CaseFlag.MASS_VICTIMS.value, CaseFlag.COLLAPSE_RISK.value],
        amount_involved="2860000.00",
        victims_count=46,
        summary="嫌疑人贾某以养老床位认购、按月返利为名向不特定老人吸收资金，未用于养老项目。",
    )
    await book.decide("accept", accepted_on=today(), document_no=f"众派受字〔{begun.year}〕1号")
    yield (at := stage.moment(filed))
    await book.file()
    for lead in (first, second):
        await _close(lead)
    await _reward(first, approved=False)
    async for moment in _seize(book, stage.moment(froze), ends):
        yield moment
        at = moment
    async for moment in _register(book, stage.step(at.date(), 4)):
        yield moment
        at = moment
    async for moment in _gather(book, at):
        yield moment


def _six_months_before(end: date) -> date:
    """The day on which a freeze of six months began that ends on that day, or a day later."""
    start = add_months(end, -6)
    return start if add_months(start, 6) >= end else start + timedelta(days=1)


async def _seize(book: Book, at: datetime, ends: date) -> Story:
    """Property found, frozen, seized; what was traced and what was taken hold of are posted."""
    stage = book.stage
    yield at
    await book.post("police", K.TRACED_SOURCE, K.TRACED, "2458000.00", "审计查明的集资款")
    company = await book.item(
        PropertyKind.DEPOSIT, "公司基本账户存款", owner_name="贾有才", institution=told.BANKS[3],
        account=stage.account(), amount="1286400.00",
    )  # fmt: skip
    account = await book.measure(
        company, MeasureKind.FREEZE, "霍公（刑）冻财字〔{year}〕{n}号",
        starts_on=_six_months_before(ends).isoformat(), expires_on=ends.isoformat(),
    )  # fmt: skip
    await book.post("police", K.TRACED, K.RESTRAINED, "1286400.00", "冻结公司基本账户", account)
    cash = await book.item(
        PropertyKind.CASH, "办公室保险柜现金", owner_name="贾有才", custodian="众兴派出所涉案财物室",
        amount="58000.00", quantity="人民币580张",
    )  # fmt: skip
    box = await book.measure(cash, MeasureKind.SEIZE, "霍公（刑）扣字〔{year}〕{n}号")
    await book.post("police", K.TRACED, K.RESTRAINED, "58000.00", "扣押现金", box)
    yield (at := stage.after(at, 2))
    car = await book.item(
        PropertyKind.VEHICLE, "小型轿车一辆", owner_name="贾有才", holder_name="莫翠花",
        custodian="霍邱县公安局停车场", appraised_value="86000.00", appraised_on=at.date(),
        appraiser="霍邱县价格认证中心",
    )  # fmt: skip
    held = await book.measure(car, MeasureKind.SEIZE, "霍公（刑）扣字〔{year}〕{n}号")
    await book.post("police", K.TRACED, K.RESTRAINED, "86000.00", "扣押车辆（按估价）", held)
    shop = await book.item(
        PropertyKind.REAL_ESTATE, "众兴集镇沿街商铺一间", owner_name="莫翠花",
        location="众兴集镇中心街", amount="420000.00",
    )  # fmt: skip
    sealed = await book.measure(shop, MeasureKind.SEAL, "霍公（刑）封字〔{year}〕{n}号")
    await book.post("police", K.TRACED, K.RESTRAINED, "420000.00", "查封商铺（购入价）", sealed)
    yield (at := stage.after(at, 20))
    other = await book.item(
        PropertyKind.DEPOSIT, "业务员个人账户存款", owner_name="卜家旺", institution=told.BANKS[0],
        account=stage.account(), amount="312000.00",
    )  # fmt: skip
    frozen = await book.measure(other, MeasureKind.FREEZE, "霍公（刑）冻财字〔{year}〕{n}号")
    await book.post("police", K.TRACED, K.RESTRAINED, "312000.00", "冻结业务员个人账户", frozen)
    await book.decide("solve", solved_on=today())
    await book.dispose(
        shop, "object", objector="莫翠花", reason="案外人称商铺为婚前购买，提交购房合同一份。"
    )
    yield (at := stage.after(at, 15))
    car = await book.dispose(car, "determine", **_proceeds(stage, "用集资款购置"))
    await book.dispose(
        car, "dispose", disposal=Disposal.SELL, authority=PSB, disposed_on=today(),
        document_no=stage.document("霍公（刑）处字〔{year}〕{n}号"), proceeds=78_500_00,
        has_photos=True, reason="易贬值，经批准先行变卖。",
    )  # fmt: skip
    await book.release(held, ReleaseReason.DISPOSED, "变卖后解除扣押。")
    await book.post("police", K.RESTRAINED, K.REALISED, "78500.00", "车辆变卖所得", held)
    await book.post("police", K.RESTRAINED, K.VALUATION, "7500.00", "变卖所得低于估价的差额", held)
    yield stage.after(at, 3)
    other = await book.dispose(other, "determine", **_proceeds(stage, "业务员提成，应当退缴"))
    await book.release(frozen, ReleaseReason.TRANSFERRED, "划转归集专户后解除冻结。")
    book.measures |= {"frozen": frozen, "box": box}


def _proceeds(stage: Stage, reason: str) -> dict[str, Any]:
    return {
        "ownership": Ownership.PROCEEDS,
        "authority": PSB,
        "document_no": stage.document("霍公（刑）鉴字〔{year}〕{n}号"),
        "reason": reason,
    }


async def _register(book: Book, day: date) -> Story:
    """The victims come forward, ten a day, and are verified a little later."""
    stage, chance = book.stage, book.stage.random
    registered: list[dict[str, Any]] = []
    for batch in range(5):
        yield stage.moment(stage.step(day, 2 * batch))
        for _ in range(10 if batch < 4 else 6):
            principal = chance.choice((10, 20, 20, 30, 50, 50, 60, 80, 100, 120)) * 1000
            returns = principal * chance.choice((0, 3, 6, 9, 12)) // 100
            refunds = chance.choice((0, 0, 0, 2000))
            number = len(registered)
            standing = ClaimStatus.UNREGISTERED if number in {17, 31} else ClaimStatus.REGISTERED
            paid = today() - timedelta(days=chance.randrange(120, 520))
            registered.append(
                await book.victim(
                    principal, returns, refunds, claim_status=standing.value, paid_on=paid
                )
            )
    yield stage.moment(stage.step(day, 18))
    for number, victim in enumerate(registered):
        if number not in {5, 22, 44, 45}:
            await book.verify(victim)
    await victims.transition(
        book.session, stage.actors["office"], UUID(registered[5]["id"]),
        act("exclude", registered[5], reason="系业务员，领取提成，不作为集资参与人。"),
    )  # fmt: skip


async def _gather(book: Book, at: datetime) -> Story:
    """Money comes into custody; the plan for a first return waits for the leader."""
    stage = book.stage
    frozen, box = book.measures["frozen"], book.measures["box"]
    for gap, out_of, under, yuan, why in (
        (4, K.REALISED, None, "78500.00", "车辆变卖款存入归集专户"),
        (1, K.RESTRAINED, frozen, "312000.00", "业务员账户划转归集专户"),
        (3, K.RESTRAINED, box, "58000.00", "扣押现金存入归集专户"),
        (2, K.SURRENDER_SOURCE, None, "300000.00", "嫌疑人家属代为退赃"),
        (1, K.SURRENDER_SOURCE, None, "102000.00", "业务员退缴提成"),
    ):
        yield (at := stage.after(at, gap))
        await book.post("finance", out_of, K.IN_CUSTODY, yuan, why, under)
    yield max(stage.moment(stage.day(-2)), stage.after(at, 1))
    plan = await book.plan(
        "第一批先行返还方案", "800000.00", BaseRule.NET_OF_RETURNS,
        "权属明确、无争议的部分先行返还，其余待判决后分配。",
    )  # fmt: skip
    await book.settle("office", plan, "compute")


# --- one paid out -------------------------------------------------------------------------------


async def _prepaid(stage: Stage) -> Story:
    """合同诈骗: adjudged; the first plan was paid out, the second waits for the finance office."""
    firm, _ = demo_inventor.firm(Industry.ELDER_CARE, 1, 1)
    at = stage.moment(stage.ago(192))
    yield at
    lead = await _lead(
        stage,
        channel=LeadChannel.HOTLINE_12345.value,
        subject_name=firm,
        primary_category=LeadCategory.C1.value,
        division_code=demo.VILLAGES[0][0],
        amount_involved="486000.00",
        people_involved=14,
        red_flags=[RedFlag.EXCESSIVE_PREPAYMENT.value, RedFlag.REFUSES_REFUND.value],
        reporter=_named(stage),
        narrative=f"{firm}收取老人三年床位费后关门，十余名老人要求退款，负责人失联。",
    )
    yield (at := stage.after(at, 1))
    await lead.take("office", "assign", unit_id=stage.unit("police"))
    yield (at := stage.after(at, 1))
    await _prove(lead, told.FINDINGS[LeadConclusion.SUSPECTED_CRIME][1].format(people=14))
    book = Book(stage)
    yield (at := stage.after(at, 1))
    await book.open(
        (lead,),
        title=f"{firm}合同诈骗案",
        police_case_no=f"A3415220000{at.year}050002",
        charges=[Charge.CONTRACT_FRAUD.value],
        amount_involved="486000.00",
        victims_count=14,
        summary="收取床位预付款后停止经营并转移资金，家属代为退赔一部分。",
    )
    await book.decide("accept", accepted_on=today())
    yield (at := stage.after(at, 3))
    await book.file()
    await _close(lead)
    await _reward(lead, approved=True)
    await book.post("police", K.TRACED_SOURCE, K.TRACED, "210000.00", "查明去向的床位预付款")
    async for moment in _prosecute(book, at):
        yield moment
    async for moment in _pay_out(book):
        yield moment


async def _prosecute(book: Book, at: datetime) -> Story:
    stage = book.stage
    registered: list[dict[str, Any]] = []
    yield (at := stage.after(at, 4))
    for number in range(14):
        principal = (24, 36, 48, 30, 36, 42, 24, 60, 36, 30, 24, 36, 36, 24)[number] * 1000
        paid = today() - timedelta(days=200 + 20 * number)
        registered.append(await book.victim(principal, 0, 0, paid_on=paid))
    yield (at := stage.after(at, 6))
    for victim in registered:
        await book.verify(victim)
    await book.decide("solve", solved_on=today())
    yield (at := stage.after(at, 4))
    await book.decide("conclude_investigation")
    await book.post(
        "finance", K.SURRENDER_SOURCE, K.IN_CUSTODY, "180000.00", "家属代为退赔（第一笔）"
    )
    yield (at := stage.after(at, 3))
    await book.decide(
        "send_to_procuratorate", authority_level=AuthorityLevel.COUNTY_PSB,
        document_no=stage.document("霍公（刑）诉字〔{year}〕{n}号"),
    )  # fmt: skip
    yield (at := stage.after(at, 18))
    await book.decide("indict", document_no=stage.document("霍检刑诉〔{year}〕{n}号"))
    yield (at := stage.after(at, 16))
    await book.decide("adjudge", document_no=f"（{at.year}）皖1522刑初301号")
    yield stage.after(at, 4)
    await book.decide("enforce", document_no=f"（{at.year}）皖1522执88号")


async def _pay_out(book: Book) -> Story:
    stage = book.stage
    async for moment in _plan_to_notice(book, 84, "第一批清退方案", "180000.00"):
        yield moment
    plan = book.seen["plan"]
    yield (at := stage.moment(stage.ago(44)))
    plan = await book.settle("finance", plan, "pay", document_no=f"批付{at:%Y%m%d}01")
    yield stage.after(at, 2)
    await book.settle("finance", plan, "confirm", document_no=f"回单{at:%Y%m%d}0001")
    yield stage.moment(stage.ago(41))
    await book.post("finance", K.SURRENDER_SOURCE, K.IN_CUSTODY, "96000.00", "被告人退赔（第二笔）")
    async for moment in _plan_to_notice(book, 39, "第二批清退方案", "96000.00"):
        yield moment


async def _plan_to_notice(book: Book, ago: int, title: str, pool: str) -> Story:
    """A plan from its computation to its public notice; the case remembers it."""
    stage = book.stage
    yield (at := stage.moment(stage.ago(ago)))
    plan = await book.plan(title, pool, BaseRule.GROSS_THEN_DEDUCT, "按生效判决执行。")
    plan = await book.settle("office", plan, "compute")
    yield (at := stage.after(at, 1))
    plan = await book.settle(
        "leader", plan, "approve", document_no=stage.document("众政批〔{year}〕{n}号")
    )
    yield stage.after(at, 0)
    book.seen["plan"] = await book.settle("office", plan, "publish", published_on=today())


# --- one awaiting its filing --------------------------------------------------------------------


async def _insurance(stage: Stage) -> Story:
    """诈骗: accepted yesterday; whether it is filed must be decided within days."""
    firm, _ = demo_inventor.firm(Industry.SOCIAL_INSURANCE, 1, 2)
    at = stage.moment(stage.day(-9))
    yield at
    lead = await _lead(
        stage,
        channel=LeadChannel.LETTER_OR_VISIT.value,
        subject_name=firm,
        primary_category=LeadCategory.C5.value,
        division_code=demo.VILLAGES[4][0],
        amount_involved="187000.00",
        people_involved=9,
        red_flags=[RedFlag.GOVERNMENT_BACKING.value, RedFlag.PERSONAL_COLLECTION.value],
        reporter=_named(stage),
        narrative=f"{firm}称能一次性补缴养老保险，收取东湖村九名超龄村民18.7万元，经办窗口查无缴费记录，"
        f"联系电话{stage.phone()}已停机。",
    )
    yield (at := stage.after(at, 1))
    await lead.take("office", "assign", unit_id=stage.unit("police"))
    yield (at := stage.after(at, 5))
    await _prove(lead, told.FINDINGS[LeadConclusion.SUSPECTED_CRIME][1].format(people=9))
    yield stage.moment(stage.day(-1))
    book = Book(stage)
    await book.open(
        (lead,),
        charges=[Charge.FRAUD.value, Charge.FORGED_DOCUMENTS.value],
        amount_involved="187000.00",
        victims_count=9,
        summary="以代办补缴养老保险为名收取费用，出具伪造缴费凭证。",
    )
    await book.decide("accept", accepted_on=today())
