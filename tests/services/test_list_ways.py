"""Wherever a page is looked for, it is the page that a plain query finds: for every noun, filter,
order and reader, forwards and back, however few rows are looked through in each place."""

import asyncio
import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import asyncpg
import pytest
from asyncpg.pgproto.pgproto import UUID
from sqlalchemy import select

from api.core.base.clock import today
from api.core.base.security import sign, unsign
from api.core.database import db
from api.core.listing import pagination
from api.core.listing.pagination import PageQuery, Shape
from api.core.listing.ways import MOST_PARTS
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Role, RowScope
from api.services.across import handovers
from api.services.cases import cases, victims
from api.services.entities import inspections, rectifications, risk_entities
from api.services.imports import imports
from api.services.leads import lead_figures, leads
from api.services.outcomes.outcomes import OUTCOMES
from api.services.recovery import distributions, ledger_entries, property_items, property_measures
from api.services.rewards import rewards
from tests.actors import actor_of
from tests.conftest import own_town
from tests.factories import assign, make_lead

pytestmark = pytest.mark.slow

#: Every page of every list is walked: of this file's own rows, not of all that others have made.
running, client = own_town()

NOBODY = "00000000-0000-7000-8000-000000000000"
WHO = [Role.OFFICE, Role.POLICE, Role.VILLAGE, Role.COUNTY, Role.GRID]
LONG_AGO, LATER = date(1990, 1, 1), date(2090, 1, 1)
#: Filters whose values are not those of a column of the same name.
ODD = {
    "leads": {
        "solved_said": [True],
        "solved_unsaid": [True],
        "rated": [True],
        "unrated": [True],
        "counted": [True],
        "left_out": [True],
        "owing": [True],
        "waived": [True],
        "fast_track": [True],
        "no_fast_track": [True],
        "mark": [["major"], ["key_area", "high_attention"]],
        "overdue": [True],
        "in_time": [True],
        "handover_overdue": [True],
        "handover_in_time": [True],
        "answer_in_time": [True],
        "open": [True],
        "done": [True],
        "unowned": [True],
        "owned": [True],
        "receiver_outside": [True, False],
        "unowned_until": [LATER],
        "division": ["341522118", "341522118201", "341522118999"],
        "division_only": ["341522118201", "341522118"],
        "received": ["week", "month", "all", "since", "below"],
        "due": ["week", "all", "since", "to"],
        "phrase": ["养老"],
    },
    "cases": {
        "is_backlog": [True, False],
        "is_solved": [True, False],
        "overdue": [True, False],
        "division": ["341522118", "341522118201"],
        "charge": ["fraud", "illegal_fundraising"],
        "flag": ["typical"],
        "filed": ["week", "all", "since", "to"],
        "solved_days": ["week", "all", "since", "to"],
        "due": ["week", "all", "since", "to"],
    },
    "risk_entities": {
        "division": ["341522118", "341522118201"],
        "on_list": [True, False],
        "inspection_overdue": [True, False],
        "inspection_due_to": [LATER, LONG_AGO],
    },
    "victims": {"is_elder": [True, False]},
    "property_measures": {"expires_before": [LATER, LONG_AGO]},
    "inspections": {
        "division": ["341522118", "341522118201"],
        "is_reinspection": [True, False],
        "overdue": [True, False],
        "planned": ["week", "all", "since", "to"],
        "done_days": ["week", "all", "since", "to"],
        "named": [["养老"]],
    },
    "rectifications": {
        "division": ["341522118", "341522118201"],
        "overdue": [True, False],
        "due": ["week", "all", "since", "to"],
        "ordered": ["week", "all", "since", "to"],
        "named": [["养老"]],
    },
    "outcomes": {"issued": ["week", "all", "since", "to"], "q": ["养老"]},
    "rewards": {"q": ["a"]},
    "handovers": {
        "overdue": [True, False],
        "receiver_outside": [True, False],
        "named": [["养老"]],
    },
    "ledger_entries": {
        "account": [["restrained"], ["external"]],
        "status": [["awaits"], ["posted", "voided"]],
        "happened": ["week", "all", "since", "below"],
    },
}
#: Filters that have tests of their own, and lead to few rows wherever they are looked for.
NARROW = {"words", "identifier", "number", "key", "account", "person", "uscc", "batch_no"}
LISTINGS = {
    "leads": leads.LISTING,
    "cases": cases.LISTING,
    "risk_entities": risk_entities.LISTING,
    "victims": victims.LISTING,
    "property_items": property_items.LISTING,
    "property_measures": property_measures.LISTING,
    "inspections": inspections.LISTING,
    "rectifications": rectifications.LISTING,
    "outcomes": OUTCOMES.LISTING,
    "rewards": rewards.LISTING,
    "handovers": handovers.LISTING,
    "distributions": distributions.LISTING,
    "imports": imports.LISTING,
    "ledger_entries": ledger_entries.LISTING,
}


#: Lists of a part of a noun, whose order is all that they have of their own.
PARTS = {
    "left out": lead_figures._LISTINGS[True],
    "left out, no reason": lead_figures._LISTINGS[False],
}


@pytest.mark.parametrize("noun", [*LISTINGS, *PARTS])
def test_an_order_goes_the_way_that_its_name_says(noun):
    """The newest first is what a list without an order begins with."""
    sorts = (LISTINGS | PARTS)[noun].sorts
    assert {key: sort.descending for key, sort in sorts.items()} == {
        key: key.startswith("-") for key in sorts
    }


@pytest.fixture(scope="module")
def more_leads(client, running):
    """Leads of several days, channels and units, so that the demo's are not alone; some of them late,
    on several days, and with one that was not taken up and whose reporter is not told."""
    office, police = client("office"), client("police")
    late = []
    for number in range(24):
        day = today() - timedelta(days=number % 5 + 1)
        made = make_lead(
            office,
            received_at=f"{day.isoformat()}T08:{number:02}:00+08:00",
            fast_track=number % 6 == 0,
        )
        if number % 3 == 0:
            assign(office, made, police)
            late.append((made["id"], today() - timedelta(days=1 + number % 4)))
    reason = {"reason": "不属于养老领域。"}
    rejected = office.act(f"/leads/{made['id']}", "reject", made["version"], **reason).json()
    late.append((rejected["id"], today() - timedelta(days=2)))

    async def grow_late() -> None:
        owner = await asyncpg.connect(running.owner_url.replace("+asyncpg", ""))
        await owner.executemany("UPDATE leads SET due_on = $2 WHERE id = $1", late)
        await owner.close()

    asyncio.run(grow_late())


@pytest.fixture
async def actors(session, client, more_leads):
    """Those who read, as the services know them."""
    await db.dispose()  # what another file has left open is another town's
    names = {Role.GRID: "grid01", Role.VILLAGE: "village01"}
    yield {role: await actor_of(session, client, names.get(role, role.value)) for role in WHO}
    await db.dispose()


def span(name: str, since: str, until: str) -> dict[str, date]:
    """A range of days under two names of filters."""
    ranges = {
        "week": (today() - timedelta(days=4), today() - timedelta(days=1)),
        "month": (today() - timedelta(days=40), today()),
        "all": (LONG_AGO, LATER),
        "since": (today() - timedelta(days=3), None),
        "to": (None, today() - timedelta(days=2)),
        "below": (None, today() - timedelta(days=2)),
    }
    begins, ends = ranges[name]
    return {n: v for n, v in ((since, begins), (until, ends)) if v is not None}


SPANS = {
    "received": ("received_from", "received_below"),
    "filed": ("filed_from", "filed_to"),
    "planned": ("planned_from", "planned_to"),
    "due": ("due_from", "due_to"),
    "issued": ("issued_from", "issued_to"),
    "solved_days": ("solved_from", "solved_to"),
    "done_days": ("done_from", "done_to"),
    "ordered": ("ordered_from", "ordered_to"),
    "happened": ("happened_from", "happened_below"),
}


async def single_filters(session, noun: str) -> list[dict[str, object]]:
    """Every filter of a noun alone: with a value that many rows have, with one of few, with several
    values, and with one that none has."""
    listing, found = LISTINGS[noun], []
    covered = {n for pair in SPANS.values() for n in pair} | {"division_from", "division_below"}
    for name, values in ODD.get(noun, {}).items():
        for value in values:
            if name in SPANS:
                found.append(span(value, *SPANS[name]))
            elif name == "division":
                end = value[:-1] + chr(ord(value[-1]) + 1)
                found.append({"division_from": value, "division_below": end})
            else:
                found.append({name: value})
    model = listing.id.class_
    for name in set(listing.filters) - set(ODD.get(noun, {})) - covered - NARROW:
        column = getattr(model, name, None)
        if column is None:
            continue
        held = [
            v for v in await session.scalars(select(column).distinct().limit(4)) if v is not None
        ]
        many = "ARRAY" in repr(listing.filters[name][0])
        if many:
            found += [{name: [held[0]]}, {name: held}] if held else [{name: ["nothing"]}]
        else:
            found += [{name: value} for value in held[:2]] or [{name: NOBODY}]
    if noun == "leads":
        units = await session.scalars(select(leads.HANDLED_BY).distinct().limit(2))
        found += [{"handled_unit_id": unit} for unit in (*units, NOBODY)]
    return found


async def naive(session, listing, actor: Actor, filters: dict, sort: str) -> list[str]:
    """All that fit, by a query that no way leads."""
    order = listing.sorts[sort]
    keys = [listing.id] if order.column is listing.id else [order.column, listing.id]
    statement = (
        select(listing.id)
        .select_from(listing.source)
        .where(listing.visible(actor), *listing.conditions(filters))
        .order_by(*(key.desc() if order.descending else key.asc() for key in keys))
    )
    return [str(each) for each in await session.scalars(statement)]


async def walked(listing, actor, filters, sort, limit) -> tuple[list[str], list[str]]:
    """All pages to the end, and back again."""
    there: list[str] = []
    cursor, last = None, None
    while True:
        answer = await listing.page(
            actor, PageQuery(cursor=cursor, limit=limit, with_total=cursor is None), filters, sort
        )
        last = json.loads(answer.body)
        if cursor is None:
            total = last["total"]
        there += [item["id"] for item in last["items"]]
        cursor = last["next_cursor"]
        if cursor is None:
            break
    assert total == len(there)
    back = [item["id"] for item in last["items"]]
    while last["prev_cursor"]:
        answer = await listing.page(
            actor, PageQuery(cursor=last["prev_cursor"], limit=limit), filters, sort
        )
        last = json.loads(answer.body)
        back = [item["id"] for item in last["items"]] + back
    return there, back


@pytest.mark.parametrize("noun", LISTINGS)
async def test_every_list_is_what_a_plain_query_finds(session, actors, monkeypatch, noun):
    listing = LISTINGS[noun]
    singles = await single_filters(session, noun)
    pairs = [a | b for a, b in list(combinations(singles, 2))[::7] if not a.keys() & b.keys()]
    monkeypatch.setattr(pagination, "_SIZES", (2, 7, 50))
    for number, filters in enumerate([{}, *singles, *pairs[:12]]):
        monkeypatch.setattr(pagination, "FIRST_LOOK", 1 + number % 4)
        monkeypatch.setattr(pagination, "LONG_LOOK", 3 + number % 9)
        for at, role in enumerate(WHO[: 2 if len(filters) > 1 else None]):
            # every order for one of the readers, one of them in turn for the others
            all_orders = at == 0 and len(filters) < 2
            sorts = list(listing.sorts) if all_orders else [list(listing.sorts)[number % 2 - 1]]
            for sort in sorts:
                wanted = await naive(session, listing, actors[role], filters, sort)
                # a few pages each: what goes wrong goes wrong where one ends and the next begins
                limit = 2 if len(wanted) < 6 else 7 if len(wanted) < 28 else 50
                there, back = await walked(listing, actors[role], filters, sort, limit)
                assert there == wanted, (noun, role, sort, filters)
                assert back == wanted, (noun, role, sort, filters)


@pytest.mark.parametrize("noun", LISTINGS)
async def test_every_place_that_is_sure_of_its_page_has_the_page(session, actors, noun):
    """Each place by itself, which a page of many rows would never come to; every way of a noun is
    used, and gives a page where it is looked through to its end."""
    listing, used = LISTINGS[noun], set()
    for number, filters in enumerate(await single_filters(session, noun)):
        # every order for every filter, for one reader and the other in turn
        for at, sort in enumerate(listing.sorts):
            actor = actors[WHO[(number + at) % 2]]
            wanted = (await naive(session, listing, actor, filters, sort))[:3]
            shape = Shape(actor.scope, sort, tuple(sorted(filters)), limit=3)
            values = listing._bound(actor)
            values |= {name: pagination._plain(value) for name, value in filters.items()}
            for place in listing.places(shape):
                for rows in (1, 5, 100_000):
                    look = replace(shape, way=place)
                    row = await listing._fetch(look, values | {"rows": rows})
                    if row["done"]:
                        ids = [json.loads(item)["id"] for item in row["items"] or ()]
                        assert ids == wanted, (place, rows, actor.role, sort, filters)
                used |= {place} if row["done"] else set()
    given_up = {"received", "filed", "planned", "due", "issued"}  # where there are too many days
    assert set(listing.ways) - used - given_up == set()


@pytest.mark.parametrize("noun", LISTINGS)
async def test_what_no_place_gives_is_collected_and_counted(session, actors, noun):
    """The last resort, which a small town never comes to: with the words of rows and without."""
    listing, actor = LISTINGS[noun], actors[Role.OFFICE]
    singles = await single_filters(session, noun)
    pairs = [a | b for a, b in combinations(singles, 2) if not a.keys() & b.keys()]
    asked_words = set()
    for number, filters in enumerate([*singles, *pairs[:: max(1, len(pairs) // 40)]]):
        sort = list(listing.sorts)[number % len(listing.sorts)]
        wanted = await naive(session, listing, actor, filters, sort)
        words = listing.facets.asked(actor.town, filters) if listing.facets else {}
        asked_words |= set(words)
        values = listing._bound(actor) | {n: pagination._plain(v) for n, v in filters.items()}
        values |= {f"{name}_facet": each for name, each in words.items()}
        for facets in {(), tuple(words)}:
            shape = Shape(actor.scope, sort, tuple(sorted(filters)), limit=3, facets=facets)
            row = await listing._fetch(shape, values)
            ids = [json.loads(item)["id"] for item in row["items"] or ()]
            assert ids == wanted[:3], (noun, sort, filters, facets)
            total = await listing._counted(shape, values, soon=False)
            assert total == len(wanted), (noun, filters, facets)
    if listing.facets:
        assert asked_words >= set(listing.facets.of), "every kind of word is asked for"


async def test_a_place_with_too_many_parts_is_given_up(session, actors, client):
    old = today() - timedelta(days=MOST_PARTS + 100)
    make_lead(client("office"), received_at=f"{old.isoformat()}T08:00:00+08:00")
    shape = Shape(
        RowScope.TOWN, "-id", ("received_below", "received_from"), limit=51, way="received"
    )
    values = leads.LISTING._bound(actors[Role.OFFICE])
    for days, done in ((10, True), (MOST_PARTS + 50, False)):
        first = today() - timedelta(days=days)
        given = {"received_from": first, "received_below": LATER, "rows": 100_000}
        row = await leads.LISTING._fetch(shape, values | given)
        assert bool(row["done"]) is done, days


def test_what_is_kept_is_bounded_and_the_oldest_goes_first():
    kept = pagination.Kept(2)
    made = [kept.get(key, lambda key: key.upper()) for key in "abacbd"]
    assert made == ["A", "B", "A", "C", "B", "D"]
    assert len(kept) == 2
    assert list(kept._made) == ["b", "d"]


async def test_a_limit_between_two_sizes_is_cut_off(actors):
    for limit in (1, 19, 21, 50, 51):
        answer = await leads.LISTING.page(actors[Role.OFFICE], PageQuery(limit=limit), {})
        assert len(json.loads(answer.body)["items"]) <= limit
    sizes = {shape.limit for shape in leads.LISTING._compiled._made if shape.limit}
    assert sizes <= {21, 51, 201} | {3, 8}


def test_a_cursor_carries_an_id_as_the_driver_gives_it():
    """The driver's ids are of a type of its own: the second page of a list ordered by one failed."""
    made = UUID("01a227b8-58a4-7f4f-b398-f081b986f33f")
    told = unsign("keyset:lines", sign("keyset:lines", [False, made]))
    assert told == [False, "01a227b8-58a4-7f4f-b398-f081b986f33f"]
