"""Money is said again before it is moved, and summed wherever it is listed."""

import json

import pytest

from api.domain.recovery import restated
from api.domain.recovery.property_items import PROPERTY_FLOW
from api.domain.recovery.property_measures import MeasureAction, MeasureKind
from api.domain.rewards import rewards
from tests import money
from tests.conftest import ROOT

#: Lists whose money is no column that adds up, and why.
_NO_SUM = {
    "/api/v1/distributions": {"undistributed"},  # the rest of the pool that stands beside it
    "/api/v1/ledger/entries": {"amount"},  # money that goes there and back would count twice
    "/api/v1/property-measures": {"held"},  # one account may stand behind several measures
    "/api/v1/rewards": {"computed"},  # the most that the rule allows, not what is paid
}


@pytest.mark.parametrize(
    ("flow", "told"),
    [
        (PROPERTY_FLOW.steps, restated.of_item(128_640_000)),
        (MeasureAction, restated.of_measure(MeasureKind.FREEZE, 128_640_000)),
        (rewards.RewardAction, rewards.restated(128_640_000, 128_640_000)),
    ],
)
def test_every_step_over_money_says_how_much(flow, told):
    assert {action.value for action in flow} == told.keys()
    assert all("1,286,400.00 元" in sentence for sentence in told.values())


def test_the_dialogs_of_an_item_and_its_measure_say_the_sum(client, running):
    police = client("police")
    case_id = money.make_case(running)
    item = money.make_item(police, case_id, amount="1286400.00")
    shown = police.get(f"/property-items/{item['id']}").json()["available_actions"]
    told = {each["action"]: each["restates"] for each in shown if each["action"] != "edit"}
    assert {"determine", "withdraw"} <= told.keys()
    assert all("1,286,400.00 元" in (said or "") for said in told.values()), told
    made = police.post("/property-measures", json=money.measure(item, amount="1286400.00"))
    assert made.status_code == 201, made.text
    shown = police.get(f"/property-measures/{made.json()['id']}").json()["available_actions"]
    assert {each["action"] for each in shown} >= {"renew", "release"}
    assert all("1,286,400.00 元" in each["restates"] for each in shown), shown
    answer = police.get(
        "/property-measures", params={"case_id": case_id, "with_sums": "true"}
    ).json()
    assert answer["sums"] == {"amount": {"amount": "1286400.00", "filled": 1}}


def _lists() -> dict[str, set[str]]:
    """By list that sums, the columns of money in its rows."""
    document = json.loads((ROOT / "openapi.json").read_text())
    schemas, shared = document["components"]["schemas"], document["components"]["parameters"]

    def meant(node: dict, table: dict) -> dict:
        return table[node["$ref"].rpartition("/")[2]] if "$ref" in node else node

    found: dict[str, set[str]] = {}
    for path, operations in document["paths"].items():
        listed = operations.get("get", {})
        names = {meant(each, shared)["name"] for each in listed.get("parameters", ())}
        content = listed.get("responses", {}).get("200", {}).get("content", {})
        if "with_sums" not in names or "{" in path or "application/json" not in content:
            continue
        page = meant(content["application/json"]["schema"], schemas)
        row = meant(page["properties"]["items"]["items"], schemas)
        sums = {
            name
            for name, told in row["properties"].items()
            if any(r"\d+\.\d{2}" in str(e.get("pattern")) for e in (told, *told.get("anyOf", ())))
        }
        if sums:
            found[path] = sums
    return found


def test_every_list_with_money_in_its_rows_sums_it(client):
    lists = _lists()
    assert len(lists) > 6
    for path, columns in lists.items():
        asked = (
            client(who).get(path.removeprefix("/api/v1"), params={"with_sums": "true", "limit": 1})
            for who in ("office", "police", "finance", "leader")
        )
        answer = next(each for each in asked if each.status_code != 403)
        if answer.status_code == 422:  # of a book or a case that has to be named
            continue
        assert answer.status_code == 200, (path, answer.text)
        summed = set(answer.json()["sums"] or ())
        assert columns - _NO_SUM.get(path, set()) == summed, path
