"""A search finds the same rows in the same order, whichever way it is run."""

import json

import pytest

from api.core.database import db
from api.core.listing import word_stats
from api.core.listing.pagination import EXACT_TOTAL, Words
from api.domain.kit.actors import Actor
from api.schemas.leads import LeadQuery
from api.services.leads import leads
from tests.actors import actor_of
from tests.factories import assign, make_lead

WORD = "金丝楠木摆件"
WANTED = "'金丝' & '丝楠' & '楠木' & '木摆' & '摆件'"
#: The order in which the list is read → the order of the leads as they were made.
ORDERS = {"-id": True, "id": False, "-received_at": True, "received_at": False}
#: How the word is looked for: by the index; so many rows in order first; in order alone.
WAYS = {
    "by the index": {"words": Words(WANTED)},
    "two rows ahead": {"words": Words(WANTED, 2)},
    "sixteen rows ahead": {"words": Words(WANTED, 16)},
    "further than the table reaches": {"words": Words(WANTED, 1_000_000)},
    "in order alone": {},
}


@pytest.fixture(scope="module")
def found(client) -> dict[str, list[str]]:
    """Who sees which leads with the word, in the order in which they were made; the twelve newest
    of all do not hold it."""
    office, police = client("office"), client("police")
    seen = {"office": [], "police": []}
    for number in range(30):
        said = f"推销{WORD}，称可保值。" if number % 3 == 0 and number < 18 else "推销字画。"
        made = make_lead(office, narrative=said)
        if number % 2 == 0:
            assign(office, made, police)
        if WORD in said:
            seen["office"].append(made["id"])
            if number % 2 == 0:
                seen["police"].append(made["id"])
    return seen


@pytest.fixture
async def actors(session, client):
    """Office and police as the services know them."""

    yield {name: await actor_of(session, client, name) for name in ("office", "police")}
    await db.dispose()


async def page(actor: Actor, way: dict, sort: str, **query) -> dict:
    filters = way | {"phrase": WORD}
    answer = await leads.LISTING.page(actor, LeadQuery(limit=2, **query), filters, sort)
    return json.loads(answer.body)


@pytest.mark.parametrize("who", ["office", "police"])
@pytest.mark.parametrize("sort", ORDERS)
@pytest.mark.parametrize("way", WAYS)
async def test_every_way_finds_the_same_forwards_and_back(found, actors, way, sort, who):
    wanted = found[who][::-1] if ORDERS[sort] else found[who]
    assert len(wanted) > 2, "more than a page"
    got, cursor, last = [], None, None
    while True:
        last = await page(actors[who], WAYS[way], sort, cursor=cursor, with_total=True)
        got += [item["id"] for item in last["items"]]
        assert last["total"] == len(wanted)
        cursor = last["next_cursor"]
        if cursor is None:
            break
    assert got == wanted
    back = [item["id"] for item in last["items"]]
    while last["prev_cursor"]:
        last = await page(actors[who], WAYS[way], sort, cursor=last["prev_cursor"])
        back = [item["id"] for item in last["items"]] + back
    assert back == wanted


@pytest.mark.parametrize(
    ("rows", "share", "ahead"),
    [
        (0, 0.0, 0),
        (10_000, 0.5, 5_000),
        (1_000_000, 0.5, None),
        (1_000_000, 0.01, 10_000),
        (1_000_000, 0.001, 0),
        (1_000_000, 0.0, 0),
    ],
)
async def test_the_way_follows_from_how_common_the_word_is(monkeypatch, rows, share, ahead):
    """`ahead` is what the index would have to read; None: even counting goes faster in order."""
    known = word_stats._Stats(rows, dict.fromkeys(("翡翠", "翠手", "手镯"), share))
    monkeypatch.setitem(word_stats._known, "leads", known)
    way = await word_stats.filters("leads", "翡翠手镯")
    assert way.pop("phrase") == "翡翠手镯"
    wanted = "'翡翠' & '翠手' & '手镯'"
    assert way == ({} if ahead is None else {"words": Words(wanted, ahead)})


def test_a_share_breaks_even_at_the_root_of_what_is_wanted():
    stats = word_stats._Stats(1_000_000, {})
    assert not stats.worth_reading(0.1, EXACT_TOTAL)
    assert stats.worth_reading(0.1001, EXACT_TOTAL)
