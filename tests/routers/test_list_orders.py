"""Lists in the order of what a row holds, page by page, and what their money comes to."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.core.base.clock import today
from api.core.database import db
from api.core.listing import listing_rows, pagination
from api.core.listing.pagination import PageQuery
from api.domain.kit.permissions import Role
from api.schemas.leads import LeadQuery
from api.services.leads import leads
from tests import money
from tests.actors import actor_of
from tests.cases import make_case
from tests.conftest import Client
from tests.entities import assess, register
from tests.factories import make_lead

MARK = f"次序{uuid4().hex[:10]}"
AMOUNTS = [None, "0.00", "0.01", "36000.00", "36000.00", "757423.48", None, "999999999.99"]
DAYS = [None, 9, 3, 3, None, 14, 5, None]
#: Orders, and the field that they are by.
ORDERED = [
    ("leads", "amount_involved"),
    ("leads", "due_on"),
    ("leads", "received_at"),
    ("cases", "amount_involved"),
    ("cases", "due_on"),
    ("risk-entities", "tier"),
    ("risk-entities", "prepaid_amount"),
    ("risk-entities", "next_inspection_due"),
    ("property-items", "amount"),
    ("property-measures", "amount"),
    ("property-measures", "starts_on"),
    ("property-measures", "expires_on"),
    ("victims", "principal"),
    ("ledger/entries", "amount"),
    ("ledger/entries", "happened_at"),
]
TIERS = ["green", "yellow", "orange", "red"]


def key(field: str, value: str):
    """What rows are compared by."""
    if field == "tier":
        return TIERS.index(value)
    return Decimal(value) if value.replace(".", "").isdigit() else value


def make_leads(office: Client, police: Client) -> None:
    for amount, days in zip(AMOUNTS, DAYS, strict=True):
        made = make_lead(office, amount_involved=amount, batch_no=MARK)
        if days is not None:
            due = (today() + timedelta(days=days)).isoformat()
            unit = police.me["unit"]["id"]
            url = f"/leads/{made['id']}"
            money.done(office.act(url, "assign", made["version"], unit_id=unit, due_on=due))


@pytest.fixture(scope="module")
def mine(running, client) -> dict[str, dict]:
    """Rows that hold something, rows that hold the same, and rows that hold nothing: by the list,
    the filter that leaves them alone."""
    office, police, market = client("office"), client("police"), client("market")
    make_leads(office, police)
    book = money.make_case(running)
    for number, amount in enumerate(AMOUNTS):
        made = register(market, prepaid_amount=amount, name=f"{MARK}经营部{number}")
        if number % 3:
            assess(market, made, TIERS[number % 4])
        case = make_case(police, title=f"{MARK}案{number}", amount_involved=amount)
        if number % 2:
            accepted = (today() - timedelta(days=number % 3)).isoformat()
            money.done(
                police.act(f"/cases/{case['id']}", "accept", case["version"], accepted_on=accepted)
            )
        item = money.make_item(police, book, amount=amount)
        starts = (today() - timedelta(days=number % 4)).isoformat()
        money.made(
            police.post(
                "/property-measures",
                json=money.measure(
                    item, amount=amount, starts_on=starts, document_no=f"{MARK}{number}号"
                ),
            )
        )
        money.make_victim(office, book, verify=False, principal=amount or "12.30")
        if amount and amount > "0.00":
            money.made(money.post_entry(police, book, "traced_source", "traced", amount))
    return {
        "leads": {"batch_no": MARK},
        "cases": {"q": MARK},
        "risk-entities": {"q": MARK},
        "property-items": {"case_id": book},
        "property-measures": {"case_id": book},
        "victims": {"case_id": book},
        "ledger/entries": {"book_id": book},
    }


def walked(
    who: Client, path: str, sort: str, limit: int, **filters
) -> tuple[list[dict], list[dict]]:
    """All rows, there and back again."""
    asked = {"sort": sort, "limit": limit} | filters
    page = who.get(f"/{path}", params=asked).json()
    there, last = list(page["items"]), page
    while page["next_cursor"]:
        page = who.get(f"/{path}", params=asked | {"cursor": page["next_cursor"]}).json()
        there += page["items"]
        last = page
    back = list(last["items"])
    while last["prev_cursor"]:
        last = who.get(f"/{path}", params=asked | {"cursor": last["prev_cursor"]}).json()
        back = last["items"] + back
    return there, back


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(2, 9), down=st.booleans())
@pytest.mark.parametrize(("path", "field"), ORDERED)
def test_rows_come_in_their_order_and_what_holds_nothing_comes_last(
    client, mine, path, field, limit, down
):
    sort = f"-{field}" if down else field
    who = client("market" if path == "risk-entities" else "police")
    there, back = walked(who, path, sort, limit, **mine[path])
    ids = [row["id"] for row in there]
    assert len(ids) == len(set(ids)) > 4
    assert [row["id"] for row in back] == ids
    values = [row[field] for row in there]
    held = [value for value in values if value is not None]
    # an empty value has no place among the others, whichever way they are read
    assert values[: len(held)] == held
    assert held == sorted(held, key=lambda value: key(field, value), reverse=down)


def test_a_cursor_of_one_order_is_refused_by_another(client):
    office = client("office")
    cursor = office.get("/leads", params={"sort": "due_on", "limit": 2}).json()["next_cursor"]
    answer = office.get("/leads", params={"sort": "-due_on", "cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")


@pytest.mark.parametrize("sort", ["narrative", "-number", "amount", "", "due_on,id", "--due_on"])
def test_an_order_that_there_is_not_is_refused(client, sort):
    answer = client("office").get("/leads", params={"sort": sort})
    assert answer.status_code == (200 if not sort else 422), answer.text


def test_red_entities_come_first_where_nothing_is_said(client, mine):
    page = client("market").get("/risk-entities", params=mine["risk-entities"]).json()
    ranks = [TIERS.index(row["tier"]) if row["tier"] else -1 for row in page["items"]]
    assert {3, -1} <= set(ranks)
    assert ranks == sorted(ranks, reverse=True)


SUMMED = [
    ("leads", {"amount_involved"}),
    ("cases", {"amount_involved"}),
    ("risk-entities", {"prepaid_amount"}),
    ("property-items", {"amount", "appraised_value"}),
    ("victims", {"principal", "returns", "refunds"}),
    ("rewards", {"amount"}),
    ("distributions", {"pool", "total_pay", "total_set_aside"}),
]


@pytest.mark.parametrize("who", ["office", "village01", "county"])
@pytest.mark.parametrize(("path", "fields"), SUMMED)
def test_the_sum_is_that_of_all_rows_that_the_reader_sees(client, path, fields, who):
    reader = client(who)
    answer = reader.get(f"/{path}", params={"with_sums": True, "with_total": True, "limit": 2})
    if answer.status_code == 403:
        return
    page = answer.json()
    if not page["total_is_exact"]:
        assert page["sums"] is None
        return
    assert set(page["sums"]) == fields
    rows, _ = walked(reader, path, "-id", 200)
    for field in fields:
        held = [Decimal(row[field]) for row in rows if row[field] is not None]
        said = page["sums"][field]
        assert Decimal(said["amount"]) == sum(held)
        assert said["filled"] == len(held)


def test_a_sum_follows_the_filter_and_not_the_page(client):
    office = client("office")
    batch = f"合计{MARK}"
    for amount in ("0.10", "0.20", None):
        make_lead(office, amount_involved=amount, batch_no=batch)
    asked = {"batch_no": batch, "with_sums": True, "limit": 1, "sort": "-amount_involved"}
    page = office.get("/leads", params=asked).json()
    assert page["sums"] == {"amount_involved": {"amount": "0.30", "filled": 2}}
    following = office.get("/leads", params=asked | {"cursor": page["next_cursor"]}).json()
    assert following["sums"] == page["sums"]
    # nobody asked
    assert office.get("/leads", params={"batch_no": batch}).json()["sums"] is None
    none = office.get("/leads", params={"batch_no": "没有的批次", "with_sums": True}).json()
    assert none["sums"] == {"amount_involved": {"amount": "0.00", "filled": 0}}


async def test_more_rows_than_are_counted_have_no_sum(client, session, monkeypatch):
    """Nothing is better than a wrong sum."""
    office = await actor_of(session, client, Role.OFFICE.value)
    batch = f"多少{MARK}"
    for _ in range(3):
        make_lead(client("office"), batch_no=batch)
    for most, is_summed in ((3, True), (2, False)):
        for module in (listing_rows, pagination):
            monkeypatch.setattr(module, "EXACT_TOTAL", most)
        asked = await leads.filters(office, LeadQuery(batch_no=batch))
        listing = replace(leads.LISTING)  # with no statement of another limit
        page = orjson.loads((await listing.page(office, PageQuery(with_sums=True), asked)).body)
        assert (page["sums"] is not None) is is_summed
    await db.dispose()
