"""One record of every noun of the demo's town, made as people make them, each with a mark of its own:
whoever must not know of them must not meet the mark anywhere."""

from dataclasses import dataclass, field
from uuid import uuid4

from api.core.base.clock import today
from tests import factories
from tests.conftest import Client
from tests.database import run_sql
from tests.ledgers import book, row, upload
from tests.money import done, made, make_item, make_victim, measure


@dataclass
class World:
    """Ids by noun, who made each, and the request that made it."""

    client: object
    mark: str = field(default_factory=lambda: "乙" + uuid4().hex[:10])
    ids: dict[str, str] = field(default_factory=dict)
    #: noun → (who, path, body, key): sent again, it is the same request.
    sent: dict[str, tuple[Client, str, dict, str]] = field(default_factory=dict)
    answers: dict[str, dict] = field(default_factory=dict)

    def post(self, noun: str, who: str, path: str, body: dict) -> dict:
        sender, key = self.client(who), uuid4().hex
        answer = sender.post(path, json=body, headers={"Idempotency-Key": key})
        assert answer.status_code in {200, 201}, (noun, answer.text)
        self.sent[noun] = sender, path, body, key
        self.answers[noun] = answer.json()
        if "id" in answer.json():
            self.ids[noun] = answer.json()["id"]
        return answer.json()


def build(client) -> World:
    """Everything once."""
    world = World(client)
    _leads(world)
    _money(world)
    _field_work(world)
    _others(world)
    return world


def _leads(world: World) -> None:
    client, mark = world.client, world.mark
    reporter = {"kind": "real_name", "name": f"举报{uuid4().hex[:6]}", "phone": "13905510078"}
    body = factories.lead(
        subject_name=f"某养生馆{mark}",
        narrative=f"有人卖床{mark}。请回电13905519871。",
        reporter=reporter,
    )
    lead = world.post("leads", "office", "/leads", body)
    url = f"/leads/{lead['id']}"
    lead = factories.assign(client("office"), lead, client("market"))
    world.post(
        "leads transitions", "market", f"{url}/transitions",
        {"action": "acknowledge", "version": lead["version"]},
    )  # fmt: skip
    world.post("openings", "office", f"{url}/informants/openings", {"reason": "回访举报人"})
    shown = client("office").get(f"{url}/informants").json()
    world.ids["informant-openings"] = shown["openings"][0]["id"]
    lead = client("office").get(url).json()
    lead = done(
        client("market").act(
            url, "ask_assist", lead["version"], assisting_unit_id=client("culture").me["unit"]["id"],
            assist_task=f"查{mark}",
        )
    )  # fmt: skip
    world.ids["assists"] = lead["assists"][0]["id"]
    world.ids["identifiers"] = lead["identifiers"][0]["id"]
    other = factories.make_lead(client("office"), subject_name=f"某养生馆{mark}")
    merged = world.post(
        "merges", "office", f"{url}/merges",
        {"lead_id": other["id"], "version": other["version"], "reason": "同一件事"},
    )  # fmt: skip
    world.ids["merges"] = merged["items"][0]["id"]
    upload_ = {"file": (f"照片{mark}.txt", f"what I saw {mark}".encode())}
    world.ids["attachments"] = made(client("market").post(f"{url}/attachments", files=upload_))[
        "id"
    ]
    world.post("hints", "office", "/restricted-files/hints",
               {"lead_id": lead["id"], "kind": "umbrella", "text": f"有人通风报信{mark}"})  # fmt: skip
    listed = client("county").get("/restricted-files", params={"limit": 200}).json()["items"]
    world.ids["restricted-files"] = next(
        each["id"] for each in listed if each["lead_number"] == lead["number"]
    )
    reported = factories.conclude(client("office"), client("market"), "illegal", reporter=reporter,
                                  amount_involved="150000.00", narrative=uuid4().hex * 2,
                                  subject_name=uuid4().hex[:8])  # fmt: skip
    rule = client("office").get("/reward-rules").json()["items"][0]
    world.post(
        "rewards",
        "office",
        "/rewards",
        {"lead_id": reported["id"], "rule_version": rule["version"]},
    )


def _money(world: World) -> None:
    client, mark = world.client, world.mark
    case = world.post("cases", "police", "/cases",
                      {"title": f"某养老诈骗案{mark}", "primary_category": "C1"})  # fmt: skip
    case_id = case["id"]
    other = made(
        client("police").post(
            "/cases", json={"title": f"某消费纠纷{mark}", "primary_category": "C1"}
        )
    )
    other = done(client("police").act(
        f"/cases/{other['id']}", "divert_administrative", other["version"], organ="market",
        receiver_unit_id=factories.unit_of(client("market")), materials=f"卷宗{mark}",
        reason=f"不构成犯罪{mark}",
    ))  # fmt: skip
    world.ids["handovers"] = other["handovers"][-1]["id"]
    filed = "UPDATE cases SET status = 'investigating', filed_on = '2022-05-01' WHERE id = $1"
    run_sql(client("police").running, filed, case_id)
    world.post("victims", "office", "/victims", {"case_id": case_id, "name": f"王某{mark}",
                                                 "principal": "10000.00"})  # fmt: skip
    make_victim(client("office"), case_id)
    world.post("property-items", "police", "/property-items",
               {"case_id": case_id, "kind": "deposit", "title": f"归集账户{mark}",
                "institution": "某银行", "account": f"62220213{uuid4().int % 10**11:011d}",
                "amount": "120000.00"})  # fmt: skip
    item = make_item(client("police"), case_id)
    world.post("property-measures", "police", "/property-measures", measure(item))
    world.post("ledger", "finance", "/ledger/entries",
               {"book_id": case_id, "credit": "surrender_source", "debit": "in_custody",
                "amount": "600.00", "reason": f"归集{mark}", "document_no": f"财{mark}"})  # fmt: skip
    plan = world.post("distributions", "office", "/distributions",
                      {"case_id": case_id, "title": f"第一次清退{mark}", "pool": "600.00",
                       "base_rule": "net_of_returns"})  # fmt: skip
    done(client("office").act(f"/distributions/{plan['id']}", "compute", plan["version"]))


def _field_work(world: World) -> None:
    mark = world.mark
    entity = world.post("risk-entities", "market", "/risk-entities",
                        {"name": f"某保健品经营部{mark}", "kind": "site", "industry": "other"})  # fmt: skip
    world.post("inspections", "market", "/inspections",
               {"entity_id": entity["id"], "inspectors": f"钱某{mark}"})  # fmt: skip
    order = world.post("rectifications", "market", "/rectifications",
                       {"entity_id": entity["id"], "requirements": f"停止虚假宣传{mark}"})  # fmt: skip
    world.post("papers", "market", "/papers",
               {"kind": "rectification_notice", "subject_id": order["id"]})  # fmt: skip


def _others(world: World) -> None:
    client, mark = world.client, world.mark
    world.post("outcomes", "market", "/outcomes",
               {"kind": "education", "title": f"宣讲{mark}", "issued_on": today().isoformat(),
                "medium": "村委会", "audience": 12})  # fmt: skip
    sheet = book([row(1, 问题描述=f"某店{mark}")])
    world.ids["imports"] = upload(client("office"), sheet)["id"]
    world.post("saved-filters", "office", "/saved-filters",
               {"noun": "leads", "name": mark[:12], "query": "status=registered"})  # fmt: skip
    day = today().isoformat()
    open_ = client("office").get("/rule-sets/rewards").json()["open"]
    if open_:  # of one kind of rule one version is drafted at a time
        path = f"/rule-set-versions/{open_['id']}"
        done(client("office").act(path, "withdraw", open_["version"], reason="另行起草"))
    world.post("rule-set-versions", "office", "/rule-sets/rewards/versions",
               {"valid_from": day, "source": f"专〔{mark}〕", "note": mark})  # fmt: skip
    world.post("leads/recheck-samples", "office", "/leads/recheck-samples",
               {"period_from": day, "period_to": day, "size": 1,
                "conclusions": ["illegal", "unfounded", "suspected_crime"]})  # fmt: skip
