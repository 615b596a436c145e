"""One rule, one calendar: whoever is asked gives the same day, and stored days follow a change.

A town of its own on the eve of a Spring Festival whose notice is not out yet.
"""

import asyncio
import time
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.domain.recovery.property_items import PropertyKind
from api.domain.recovery.property_measures import (
    AUTHORITIES,
    MEASURE_RULES,
    AuthorityLevel,
    rule_for,
)
from tests.conftest import logged_in, started
from tests.database import run_sql
from tests.duties import duties
from tests.factories import assign, make_lead
from tests.leads import act
from tests.money import done, made, make_case, make_item, measure

#: The second half publishes the year that the first finds unpublished.
pytestmark = pytest.mark.steps

TODAY = date(2027, 2, 3)
#: 6 February 2027 is 正月初一: nine days off, two weekends worked for them.
FREE = [date(2027, 2, 5) + timedelta(days=n) for n in range(9)]
AWAY = {
    "organ": "other", "department": "县民政局", "materials": "线索材料", "reason": "属其职责",
}  # fmt: skip
NOTICE = {
    "version": 0,
    "days_off": [day.isoformat() for day in FREE],
    "days_worked": ["2027-01-31", "2027-02-20"],
    "source": "国办发明电〔2026〕某号",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    home = tmp_path_factory.mktemp("law-home")
    with (
        started(home, YINLING_NOW=f"{TODAY}T09:00:00+08:00") as running,
        logged_in(running) as as_,
    ):
        yield running, as_


def settled(read, is_settled) -> dict:
    """What is read once the worker has counted anew."""
    for _ in range(1200):
        found = read()
        if is_settled(found):
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def term_of(client, rule_id: str, start: date | str) -> dict:
    return done(client.get(f"/time-rules/{rule_id}/due", params={"start": str(start)}))


#: One measure a row of the law, and the kind of thing that it lies on.
ROWS = [
    (rule, next(iter(sorted(rule.measures))), kind, level)
    for rule in MEASURE_RULES
    for kind in PropertyKind
    for level in AuthorityLevel
    if rule_for(rule.regime, next(iter(sorted(rule.measures))), kind, level) is rule
    and AUTHORITIES[level][0] in rule.bodies
]
SEEN = {id(row[0]): row for row in ROWS}
DAYS = st.dates(date(2004, 1, 1), date(2035, 12, 31))


@pytest.fixture(scope="module")
def items(town):
    running, as_ = town
    case_id, police = make_case(running), as_("police")
    kinds = {kind for _, _, kind, _ in SEEN.values()}
    over = {kind: {"kind": kind.value, "title": kind.label} for kind in kinds}
    for kind, body in over.items():
        if kind is not PropertyKind.DEPOSIT:
            body |= {"account": "", "institution": ""}
    return {kind: make_item(police, case_id, **body)["id"] for kind, body in over.items()}


class TestOneAnswer:
    """Before any year is published by hand; the class below changes the calendar."""

    @pytest.mark.parametrize(
        "row", SEEN.values(), ids=lambda row: f"{row[0].rule_id}-{row[0].regime}"
    )
    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(start=DAYS)
    @example(start=date(2026, 12, 31))
    @example(start=date(2024, 2, 29))
    @example(start=date(2027, 2, 4))
    @example(start=date(2027, 2, 6))
    def test_a_measure_ends_on_the_day_that_its_rule_gives(self, town, items, row, start):
        rule, kind, property_kind, level = row
        police = town[1]("police")
        query = {
            "property_item_id": items[property_kind],
            "kind": kind.value,
            "regime": rule.regime.value,
            "authority_level": level.value,
            "starts_on": start.isoformat(),
        }
        offered = done(police.get("/property-measures/term", params=query))
        if offered["rule_id"] == "ARR-01":  # hours: the rules' endpoint gives days alone
            assert offered["expires_on"] == (start + timedelta(hours=48)).isoformat()
            return
        rules = term_of(police, offered["rule_id"], start)
        assert offered["expires_on"] == rules["on"]
        assert offered["rule_version"] == rules["rule_version"]
        assert offered["is_provisional"] == rules["is_provisional"]

    @pytest.mark.parametrize("rule_id", ["FRZ-01", "FRZ-02", "SEA-01", "CUS-03", "CUS-05"])
    def test_custody_and_freezes_end_on_a_holiday_too(self, town, rule_id):
        client = town[1]("grid01")
        for start in (date(2026, 8, 6), date(2025, 10, 1), date(2024, 2, 29), date(2026, 12, 31)):
            found = term_of(client, rule_id, start)
            assert found["is_provisional"] is False
        assert term_of(client, "CUS-03", "2025-10-01")["on"] == "2025-10-04"


class TestAfterTheNotice:
    async def test_every_date_follows_and_a_papers_stays(self, town):
        running, as_ = town
        office, police, market = as_("office"), as_("police"), as_("market")
        item = make_item(police, make_case(running), kind="vehicle", title="车辆", account="")
        papers = {"regime": "administrative", "authority_level": "county_psb"}
        kept = made(
            police.post(
                "/property-measures",
                json=measure(item, kind="registration", starts_on=str(TODAY), **papers),
            )
        )
        seal = measure(item, kind="seal", starts_on=str(TODAY), expires_on="2028-02-03")
        given_day = made(police.post("/property-measures", json=seal))
        lead = assign(office, make_lead(office), police)
        named = office.act(
            f"/leads/{make_lead(office)['id']}", "assign", 1,
            unit_id=police.me["unit"]["id"], due_on="2027-02-26",
        )  # fmt: skip
        by_hand = done(named)
        # with somebody else, a day that was given stands still and is not counted anew either
        waits = office.act(
            f"/leads/{make_lead(office)['id']}", "assign", 1,
            unit_id=police.me["unit"]["id"], due_on="2027-02-26",
        )  # fmt: skip
        held = act(police, act(police, done(waits), "acknowledge"), "transfer_department", **AWAY)
        before = term_of(office, "LEAD-01", TODAY)
        assert (kept["expires_on"], kept["expires_is_provisional"]) == ("2027-02-16", True)
        assert kept["expires_is_given"] is False
        assert (given_day["expires_on"], given_day["expires_is_given"]) == ("2028-02-03", True)
        assert (lead["due_on"], lead["due_is_provisional"]) == (before["on"], True)

        assert as_("county").put("/holiday-years/2027", json=NOTICE).status_code == 200
        moved = settled(
            lambda: done(police.get(f"/property-measures/{kept['id']}")),
            lambda found: not found["expires_is_provisional"],
        )
        assert moved["expires_on"] == term_of(office, "SEA-07", TODAY)["on"] == "2027-02-20"
        assert moved["version"] == kept["version"] + 1
        lead = settled(
            lambda: done(office.get(f"/leads/{lead['id']}")),
            lambda found: not found["due_is_provisional"],
        )
        after = term_of(office, "LEAD-01", TODAY)
        assert lead["due_on"] == after["on"] != before["on"]
        assert done(office.get(f"/leads/{by_hand['id']}"))["due_on"] == "2027-02-26"
        held_on = "SELECT due_held_on FROM leads WHERE id = $1"
        [row] = await asyncio.to_thread(run_sql, running, held_on, held["id"])
        assert row["due_held_on"] == date(2027, 2, 26)
        stays = done(police.get(f"/property-measures/{given_day['id']}"))
        assert stays["expires_on"] == "2028-02-03"
        assert stays["version"] == given_day["version"]
        # the warnings before the end are working days of the same notice
        assert set(moved["alert_days"]).isdisjoint(day.isoformat() for day in FREE)
        assert duties(police, lead["id"])[0]["due_on"] == term_of(office, "LEAD-ACK", TODAY)["on"]
        assert market.get(f"/property-measures/{kept['id']}").status_code in {403, 404}

    async def test_a_rule_that_is_set_anew_moves_what_began_from_its_day_on(self, town):
        running, as_ = town
        office, police = as_("office"), as_("police")
        item = make_item(police, make_case(running), kind="vehicle", title="车辆", account="")
        seal = measure(item, kind="seal", starts_on=str(TODAY))
        today_s = made(police.post("/property-measures", json=seal))
        older = measure(
            make_item(police, item["case"]["id"], kind="vehicle", title="车辆二", account=""),
            kind="seal", starts_on="2027-02-02",
        )  # fmt: skip
        yesterday_s = made(police.post("/property-measures", json=older))
        lead = assign(office, make_lead(office), police)
        for rule_id, term, unit in (("SEA-01", 1, "year"), ("LEAD-01", 3, "working_day")):
            body = {
                "version": done(office.get(f"/time-rules/{rule_id}"))["latest_version"],
                "term": term, "unit": unit, "valid_from": str(TODAY), "source": "县专办〔2027〕1号",
            }  # fmt: skip
            assert (
                as_("county").post(f"/time-rules/{rule_id}/versions", json=body).status_code == 201
            )
        moved = settled(
            lambda: done(police.get(f"/property-measures/{today_s['id']}")),
            lambda found: found["version"] > today_s["version"],
        )
        assert moved["expires_on"] == term_of(office, "SEA-01", TODAY)["on"] == "2028-02-03"
        assert moved["rule_version"] > 1000
        lead = settled(
            lambda: done(office.get(f"/leads/{lead['id']}")),
            lambda found: found["due_on"] == term_of(office, "LEAD-01", TODAY)["on"],
        )
        unmoved = done(police.get(f"/property-measures/{yesterday_s['id']}"))
        assert unmoved["expires_on"] == yesterday_s["expires_on"] == "2029-02-02"
        offered = done(
            police.get(
                "/property-measures/term",
                params={
                    "property_item_id": item["id"], "kind": "seal", "regime": "criminal",
                    "authority_level": "county_psb", "starts_on": str(TODAY),
                },
            )
        )  # fmt: skip
        assert offered["expires_on"] == moved["expires_on"]
