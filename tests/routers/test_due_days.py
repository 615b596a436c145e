"""Days that people name for what is to come: every form of the house has the same furthest one."""

from datetime import date, timedelta

import pytest

from api.core.base.clock import today
from api.schemas.days import bounded_days
from tests.answers import done, refused
from tests.entities import act, assess, register, visit
from tests.factories import assign, make_lead, unit_of
from tests.forms import request_models
from tests.money import make_case, make_item, make_plan, make_victim, measure, post_entry

DAY = timedelta(days=1)
RULE = "DUE-FURTHEST"


@pytest.fixture
def furthest(client) -> date:
    """As the rule table says today."""
    found = done(
        client("office").get(f"/time-rules/{RULE}/due", params={"start": today().isoformat()})
    )
    return date.fromisoformat(found["on"])


def lead_forms(client):
    office, market = client("office"), client("market")
    made = make_lead(office)
    unit = unit_of(market)
    items = [{"id": made["id"], "version": made["version"]}]

    def act_on(action, **more):
        def tried(due_on):
            version = office.get(f"/leads/{made['id']}").json()["version"]
            return office.act(f"/leads/{made['id']}", action, version, due_on=due_on, **more)

        return tried

    body = {"items": items, "unit_id": unit}
    yield (
        "LeadAssignments.due_on",
        lambda on: office.post("/leads/assignments", json=body | {"due_on": on}),
    )
    yield "LeadAssign.due_on", act_on("assign", unit_id=unit)
    assign(office, made, market)
    ask = {"assisting_unit_id": unit_of(client("culture")), "assist_task": "协助"}
    yield "LeadAskAssist.due_on", act_on("ask_assist", **ask)


def entity_forms(client):
    market = client("market")
    fresh, rated = register(market), assess(market, register(market), "orange")
    rated = act(market, "risk-entities", rated, "list")

    def act_on(name, record, action, **more):
        def tried(on):
            url = f"/risk-entities/{record['id']}"
            version = market.get(url).json()["version"]
            return market.act(url, action, version, **{name: on}, **more)

        return tried

    tier = {"tier": "yellow", "factors": "正常"}
    yield "RiskEntityAssess.review_on", act_on("review_on", fresh, "assess", **tier)
    yield "RiskEntityReassess.review_on", act_on("review_on", rated, "reassess", **tier)
    for model, action, more in (
        ("RiskEntityRemind", "remind", {"note": "提醒"}),
        ("RiskEntityInterview", "interview", {"note": "约谈"}),
        ("RiskEntityUrgeRefund", "urge_refund", {"amount": "100.00"}),
        (
            "RiskEntityRecordMeasure",
            "record_measure",
            {"measure": "routine_patrol", "note": "告诫"},
        ),
    ):
        yield f"{model}.deadline", act_on("deadline", rated, action, **more)
    order = {"requirements": "停止会销"}
    yield (
        "RiskEntityOrderRectification.due_on",
        act_on("due_on", rated, "order_rectification", **order),
    )
    body = {"entity_id": rated["id"], "requirements": "停止会销"}
    yield (
        "RectificationCreate.due_on",
        lambda on: market.post("/rectifications", json=body | {"due_on": on}),
    )
    plan = {"entity_id": rated["id"]}
    yield (
        "InspectionCreate.planned_on",
        lambda on: market.post("/inspections", json=plan | {"planned_on": on}),
    )


def visit_forms(client):
    market = client("market")
    rated = assess(market, register(market), "orange")
    seen = visit(market, entity_id=rated["id"])
    at = f"/inspections/{seen['id']}"
    yield (
        "InspectionUpdate.planned_on",
        lambda on: market.patch(at, json={"version": seen["version"], "planned_on": on}),
    )
    act(market, "inspections", seen, "complete", finding="problem", note="会销推销")

    def order(on):
        version = market.get(at).json()["version"]
        return market.act(at, "order_rectification", version, requirements="停止", due_on=on)

    yield "InspectionOrderRectification.due_on", order
    body = {"inspection_id": seen["id"], "requirements": "停止会销"}
    made = market.post("/rectifications", json=body).json()
    url = f"/rectifications/{made['id']}"

    def on_order(action, name):
        def tried(on):
            version = market.get(url).json()["version"]
            return market.act(url, action, version, **{name: on})

        return tried

    made = act(market, "rectifications", made, "submit", materials="已停止")
    yield "RectificationReinspect.planned_on", on_order("reinspect", "planned_on")
    act(market, "rectifications", made, "reinspect")
    [again] = market.get("/inspections", params={"rectification_id": made["id"]}).json()["items"]
    act(market, "inspections", again, "complete", finding="problem", note="仍在会销")
    act(market, "rectifications", made, "fail", reason="没有停止")
    yield "RectificationOrderAgain.due_on", on_order("order_again", "due_on")


def property_forms(client, running):
    police, case = client("police"), make_case(running)
    item = make_item(police, case)
    cash = make_item(police, case, kind="cash", title="现金", account="")
    endless = measure(cash, kind="seize", officers=["李某", "王某"])
    yield (
        "PropertyMeasureCreate.expires_on",
        lambda on: police.post("/property-measures", json=endless | {"expires_on": on}),
    )
    first = done(police.post("/property-measures", json=measure(item)))
    paper = {"kind": "waiting_freeze", "document_no": "轮候1号"}
    second = done(police.post("/property-measures", json=measure(item, **paper)))

    def on_measure(record, action, **more):
        def tried(on):
            url = f"/property-measures/{record['id']}"
            version = police.get(url).json()["version"]
            return police.act(url, action, version, expires_on=on, **more)

        return tried

    decided = {
        "decided_on": today().isoformat(),
        "document_no": "续1号",
        "authority_level": "county_psb",
    }
    yield "PropertyMeasureRenew.expires_on", on_measure(first, "renew", **decided)
    ended = today().isoformat()
    url = f"/property-measures/{first['id']}"
    version = police.get(url).json()["version"]
    done(
        police.act(
            url, "release", version, document_no="解1号", reason="查清",
            released_on=ended, release_reason="unrelated",
        )
    )  # fmt: skip
    yield "PropertyMeasureTakeEffect.expires_on", on_measure(second, "take_effect", starts_on=ended)


def plan_forms(client, running):
    office, case = client("office"), make_case(running)
    make_victim(office, case)
    done(post_entry(client("finance"), case, "surrender_source", "in_custody", "600.00"))
    plan = make_plan(office, case, pool="600.00")
    url = f"/distributions/{plan['id']}"
    plan = done(office.act(url, "compute", office.get(url).json()["version"]))
    plan = done(client("leader").act(url, "approve", plan["version"], document_no="批1号"))

    def publish(until):
        version, on = office.get(url).json()["version"], today().isoformat()
        return office.act(url, "publish", version, published_on=on, objection_until=until)

    yield "DistributionPublish.objection_until", publish


def rule_forms(client):
    office, path = client("office"), "/rule-sets/rewards/versions"
    body = {"source": "众专办〔2026〕9号"}
    yield (
        "RuleSetVersionCreate.valid_from",
        lambda on: office.post(path, json=body | {"valid_from": on}),
    )
    made = office.post(path, json=body | {"valid_from": today().isoformat()}).json()
    url = f"/rule-set-versions/{made.get('id', made.get('open_id'))}"

    def tried(on):
        version = office.get(url).json()["version"]
        return office.patch(url, json={"version": version, "valid_from": on})

    yield "RuleSetVersionUpdate.valid_from", tried
    done(office.act(url, "withdraw", office.get(url).json()["version"], reason="只是试写"))


def test_every_form_has_the_furthest_day(client, running, furthest):
    asked = set()
    for forms in (
        lead_forms(client),
        entity_forms(client),
        visit_forms(client),
        property_forms(client, running),
        plan_forms(client, running),
        rule_forms(client),
    ):
        for form, tried in forms:
            asked.add(form)
            for on in (furthest + DAY, date(2099, 1, 1)):
                answer = refused(tried(on.isoformat()), 422)
                [fault] = answer["errors"]
                assert fault["code"] == "too_far", (form, answer)
                assert fault["pointer"] == "/" + form.rpartition(".")[2]
                assert str(furthest) in fault["message"]
    wanted = {f"{m.__name__}.{name}" for m in request_models() for name in bounded_days(m)}
    assert asked == wanted, "a form with such a day that this test does not try"


def test_the_furthest_day_itself_is_taken(client, furthest):
    market = client("market")
    rated = assess(market, register(market), "orange")
    seen = visit(market, entity_id=rated["id"], planned_on=furthest.isoformat())
    assert seen["planned_on"] == furthest.isoformat()
    made = act(
        market, "risk-entities", rated, "interview", note="约谈", deadline=furthest.isoformat()
    )
    assert made["id"] == rated["id"]


def test_nothing_is_planned_for_a_day_that_is_over(client):
    """What took place before says when it was done."""
    market = client("market")
    rated = assess(market, register(market), "orange")
    body = {"entity_id": rated["id"], "planned_on": (today() - DAY).isoformat()}
    [fault] = refused(market.post("/inspections", json=body), 422)["errors"]
    assert (fault["code"], fault["pointer"]) == ("in_past", "/planned_on")
    seen = visit(market, entity_id=rated["id"])
    before = (today() - DAY).isoformat()
    done_on = act(market, "inspections", seen, "complete", finding="none", done_on=before)[
        "done_on"
    ]
    assert done_on == before


def test_nothing_is_to_be_done_before_it_was_asked_for(client):
    market = client("market")
    rated = assess(market, register(market), "orange")
    url = f"/risk-entities/{rated['id']}"
    asked = {"done_on": today().isoformat(), "note": "约谈"}
    early = (today() - DAY).isoformat()
    answer = market.act(url, "interview", rated["version"], deadline=early, **asked)
    [fault] = refused(answer, 422)["errors"]
    assert (fault["code"], fault["pointer"]) == ("too_early", "/deadline")
    done(market.act(url, "interview", rated["version"], deadline=today().isoformat(), **asked))
    order = act(market, "risk-entities", rated, "order_rectification", requirements="公示收费标准")
    [made] = market.get("/rectifications", params={"entity_id": order["id"]}).json()["items"]
    answer = market.act(
        f"/rectifications/{made['id']}", "submit", made["version"],
        submitted_on=early, materials="已公示",
    )  # fmt: skip
    [fault] = refused(answer, 422)["errors"]
    assert (fault["code"], fault["pointer"]) == ("too_early", "/submitted_on")
