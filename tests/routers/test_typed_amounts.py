"""One reader of sums wherever a person types one: read where certain, asked about where not."""

import json
import re
from uuid import uuid4

import pytest

from tests import factories, money
from tests.conftest import ROOT

#: What a field is called that holds money.
_MONEY = re.compile(r"（元|金额$")


def _bodies() -> dict[str, dict]:
    """Every shape that clients send, by its name."""
    document = json.loads((ROOT / "openapi.json").read_text())
    shapes, found = document["components"]["schemas"], {}

    def follow(node: object) -> None:
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found[name] = shapes[name]
                follow(shapes[name])
            for each in node.values():
                follow(each)
        elif isinstance(node, list):
            for each in node:
                follow(each)

    for operations in document["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict):
                follow(operation.get("requestBody", {}))
    return found


def test_every_sum_that_is_sent_is_read_by_the_one_reader():
    sums = 0
    for name, shape in _bodies().items():
        for field, told in shape.get("properties", {}).items():
            if not any(_MONEY.search(told.get(words, "")) for words in ("title", "description")):
                continue
            kinds = [told, *told.get("anyOf", [])]
            if name == "AmountAsk" or "boolean" in {each.get("type") for each in kinds}:
                continue
            patterns = {each.get("pattern") for each in kinds} - {None}
            assert patterns == {r"^\d{1,10}(\.\d{1,2})?$"}, f"{name}.{field}"
            sums += 1
    assert sums > 15


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("三万", "30000.00"),
        ("12.3万", "123000.00"),
        ("１２，３４５", "12345.00"),
        ("2千万元", "20000000.00"),
    ],
)
def test_a_sum_in_words_is_recorded_in_figures(client, running, said, amount):
    office = client("office")
    lead = factories.make_lead(office, amount_involved=said)
    assert lead["amount_involved"] == amount
    other = factories.make_lead(office)
    changed = office.patch(
        f"/leads/{other['id']}", json={"version": other["version"], "amount_involved": said}
    )
    assert (changed.status_code, changed.json()["amount_involved"]) == (200, amount)
    draft = {"subject_name": "某某养老服务部", "amount_involved": said}
    assert office.post("/leads/similar", json=draft).status_code == 200
    case_id = money.make_case(running)
    victim = money.make_victim(office, case_id, verify=False, principal=said, returns="0")
    read = office.get(f"/victims/{victim['id']}").json()
    assert read["principal"] == amount
    verified = office.post(
        f"/victims/{victim['id']}/transitions",
        json={"action": "verify", "version": read["version"], "principal": said}
        | {"returns": "一百", "refunds": "0", "basis": "与银行流水一致"},
    )
    assert verified.status_code == 200, verified.text
    assert office.get(f"/victims/{victim['id']}").json()["returns"] == "100.00"


def test_a_vague_sum_is_asked_about_wherever_it_is_typed(client):
    office = client("office")
    lead = factories.make_lead(office)
    asked = [
        office.post("/leads", json=factories.lead(amount_involved="3万多")),
        office.patch(
            f"/leads/{lead['id']}", json={"version": lead["version"], "amount_involved": "3万多"}
        ),
        office.post("/leads/similar", json={"subject_name": "某", "amount_involved": "3万多"}),
    ]
    for answer in asked:
        assert answer.status_code == 422
        (fault,) = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == ("/amount_involved", "amount_unsettled")
        assert "按 30,000 元登记？是就写 30000" in fault["message"]
        assert "涉案金额" in answer.json()["detail"]
    assert office.get(f"/leads/{lead['id']}").json()["amount_involved"] == lead["amount_involved"]


@pytest.mark.parametrize("said", ["几万", "3万美元", "3000 5000", "不知道", "-3万", "六" * 70])
def test_what_is_no_sum_is_refused_at_its_field(client, said):
    answer = client("office").post(
        "/leads",
        json=factories.lead(amount_involved=said),
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["pointer"] == "/amount_involved"
