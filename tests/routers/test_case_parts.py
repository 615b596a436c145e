"""What hangs on a case: each number is that of the list it opens, each sum that of its rows."""

from decimal import Decimal

import pytest

from tests.figures import count, rows
from tests.money import (
    balances,
    done,
    made,
    make_case,
    make_item,
    make_plan,
    make_victim,
    measure,
    post_entry,
)

SUMS = {
    "property-items": "amount",
    "property-measures": "amount",
    "distributions": "total_pay",
}


@pytest.fixture(scope="module")
def case(client, running) -> str:
    """A case with something in each of its ledgers, and something withdrawn in some."""
    office, police = client("office"), client("police")
    case_id = make_case(running)
    make_victim(office, case_id, principal="10000.00", returns="1200.50", refunds="0.00")
    other = make_victim(office, case_id, principal="500.00", returns="900.00", verify=False)
    gone = make_victim(office, case_id, principal="77.00", verify=False)
    done(office.act(f"/victims/{gone['id']}", "withdraw", gone["version"], reason="登记有误"))
    assert other["id"] != gone["id"]
    item = make_item(police, case_id)
    made(police.post("/property-measures", json=measure(item, amount="5000.01")))
    made(post_entry(police, case_id, "surrender_source", "in_custody", "600.00"))
    make_plan(office, case_id)
    return case_id


@pytest.mark.parametrize("who", ["office", "police", "supervisor", "leader"])
def test_every_part_opens_what_it_counts(client, case, who):
    reader = client(who)
    shown = done(reader.get(f"/cases/{case}"))["parts"]
    for part in shown:
        assert part["query"]["resource"] == part["resource"]
        assert count(reader, part["query"]) == part["count"], part
        found = rows(reader, part["query"])
        if part["resource"] in SUMS:
            name = SUMS[part["resource"]]
            assert Decimal(part["amount"]) == sum(Decimal(row[name] or 0) for row in found)
        if part["resource"] == "victims":
            lost = [
                Decimal(row["principal"]) - Decimal(row["returns"]) - Decimal(row["refunds"])
                for row in found
            ]
            assert Decimal(part["amount"]) == sum(max(each, Decimal()) for each in lost)
        if part["resource"] == "ledger/entries":
            assert part["amount"] is None


def test_each_tells_how_many_and_how_much(client, case):
    shown = {
        part["resource"]: part for part in done(client("police").get(f"/cases/{case}"))["parts"]
    }
    told = {name: (part["count"], part["word"]) for name, part in shown.items()}
    assert told["victims"] == (2, "人")
    assert shown["victims"]["amount"] == "8799.50", "who got back more than was paid lost nothing"
    assert told["property-items"] == (1, "件")
    assert told["property-measures"] == (1, "项")
    assert shown["property-measures"]["amount"] == "5000.01"
    assert told["ledger/entries"] == (1, "笔")
    assert balances(client("police"), case)["in_custody"] == "600.00"


def test_only_what_the_reader_may_open(client, case):
    for who in ("leader", "supervisor", "police"):
        reader = client(who)
        parts = {part["resource"] for part in done(reader.get(f"/cases/{case}"))["parts"]}
        for resource in ("victims", "property-items", "distributions", "ledger/entries"):
            allowed = reader.get(f"/{resource}", params={"limit": 1}).status_code == 200
            assert (resource in parts) is allowed, (who, resource)
