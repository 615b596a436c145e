"""Overdue is told by the application's clock in every list: the database's may stand elsewhere."""

from tests.conftest import own_town
from tests.database import run_sql
from tests.entities import act, assess, register, visit

#: The machine's own day is years later, so whatever is due after this one has passed by that.
NOW = "2022-05-13T09:00:00+08:00"


running, as_ = own_town(YINLING_NOW=NOW)


def listed(who, noun: str, **params) -> set[str]:
    answer = who.get(f"/{noun}", params=params | {"limit": 200})
    assert answer.status_code == 200, answer.text
    return {each["id"] for each in answer.json()["items"]}


def test_a_case_is_overdue_by_the_clock(as_):
    police = as_("police")
    body = {"title": "某案", "primary_category": "C1"}
    made = police.post("/cases", json=body).json()
    made = police.act(f"/cases/{made['id']}", "accept", made["version"]).json()
    assert made["due_on"].startswith("2022")
    assert made["id"] not in listed(police, "cases", overdue=True)
    assert made["id"] in listed(police, "cases", overdue=False)


def test_inspections_rectifications_and_entities_are_overdue_by_the_clock(running, as_):
    market = as_("market")
    made = assess(market, register(market), "orange")
    assert made["next_inspection_due"].startswith("2022")
    assert made["id"] not in listed(market, "risk-entities", inspection_overdue=True)
    assert made["id"] in listed(market, "risk-entities", inspection_overdue=False)

    coming = visit(market, entity_id=made["id"], planned_on="2022-06-01")
    assert coming["id"] not in listed(market, "inspections", overdue=True)
    assert coming["id"] in listed(market, "inspections", overdue=False)
    other = assess(market, register(market), "orange")
    missed = visit(market, entity_id=other["id"])
    run_sql(
        running,
        "UPDATE inspections SET planned_on = '2022-05-12' WHERE id = $1",
        missed["id"],
    )
    assert missed["id"] in listed(market, "inspections", overdue=True)

    act(market, "risk-entities", made, "order_rectification", requirements="公示收费标准")
    (order,) = market.get("/rectifications", params={"entity_id": made["id"]}).json()["items"]
    assert order["due_on"].startswith("2022")
    assert order["is_overdue"] is False
    assert order["id"] not in listed(market, "rectifications", overdue=True)
    assert market.get(f"/rectifications/{order['id']}").json()["is_overdue"] is False
