"""The life cycle of a lead over HTTP: disputes, civil matters, solved or not, second verification."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import asyncpg
import pytest

from api.core.base.clock import today
from api.core.database import migrations
from api.domain.law.calendar import Calendar
from tests import factories
from tests.answers import done, refused
from tests.duties import count, duties
from tests.leads import fed_back

pytestmark = pytest.mark.days


class TestCivilDispute:
    @pytest.fixture
    def verifying(self, client):
        office, market = client("office"), client("market")
        made = factories.assign(office, factories.make_lead(office), market)
        return done(market.act(f"/leads/{made['id']}", "acknowledge", made["version"]))

    def test_it_goes_somewhere(self, client, verifying):
        market, url = client("market"), f"/leads/{verifying['id']}"
        body = {"conclusion": "civil_dispute", "findings": "双方对退款比例有争议。"}
        without = refused(market.act(url, "conclude", verifying["version"], **body), 422)
        assert {(e["pointer"], e["code"]) for e in without["errors"]} == {
            ("/diversion_route", "missing"), ("/diversion_department", "missing"),
        }  # fmt: skip
        body |= {"diversion_route": "mediation", "diversion_department": "镇人民调解委员会"}
        made = done(market.act(url, "conclude", verifying["version"], **body))
        assert made["diversion_route"] == "mediation"
        assert made["diversion_department"] == "镇人民调解委员会"
        assert made["concluded_unit"]["id"] == market.me["unit"]["id"]

    def test_nothing_else_does(self, client, verifying):
        market, url = client("market"), f"/leads/{verifying['id']}"
        body = {"conclusion": "illegal", "findings": "属实。", "diversion_route": "litigation"}
        answer = refused(market.act(url, "conclude", verifying["version"], **body), 422)
        assert [e["code"] for e in answer["errors"]] == ["not_asked"]

    def test_the_form_says_when_it_asks(self, client, verifying):
        offered = client("market").get(f"/leads/{verifying['id']}").json()["available_actions"]
        needs = {n["field"]: n for a in offered if a["action"] == "conclude" for n in a["needs"]}
        wanted = {"field": "conclusion", "value": "civil_dispute"}
        assert needs["diversion_route"]["only_with"] == wanted
        assert needs["findings"]["only_with"] is None


class TestClosedIsNotSolved:
    def test_closing_asks_and_tells_both(self, client):
        office, police = client("office"), client("police")
        made = fed_back(police, factories.conclude(office, police, "irregular"))
        url = f"/leads/{made['id']}"
        bare = refused(office.act(url, "close", made["version"]), 422)
        assert {e["pointer"] for e in bare["errors"]} == {"/solved", "/solved_note"}
        made = done(
            office.act(
                url, "close", made["version"],
                solved="no", solved_note="款项未追回，回电13800138000",
            )
        )  # fmt: skip
        assert (made["status"], made["solved"]) == ("closed", "no")
        assert "13800138000" not in made["solved_note"]
        unsolved = {"solved": "no", "q": made["number"]}
        assert len(office.get("/leads", params=unsolved).json()["items"]) == 1
        assert office.get("/leads", params=unsolved | {"solved": "yes"}).json()["items"] == []
        made = done(office.act(url, "reopen", made["version"], reason="回头看"))
        assert (made["solved"], made["solved_note"]) == (None, None)


class TestDispute:
    def test_who_instead_is_offered_to_the_office(self, client):
        office, market, civil = client("office"), client("market"), client("civil")
        made = factories.assign(office, factories.make_lead(office), market)
        assert made["assigned_on"] == today().isoformat()
        url, unit = f"/leads/{made['id']}", civil.me["unit"]["id"]
        body = {"reason": "属民政职责", "proposed_unit_id": unit}
        made = done(market.act(url, "dispute", made["version"], **body))
        assert made["proposed_unit"]["id"] == unit
        offered = done(office.get(url))["available_actions"]
        begun = {
            n["field"]: n["value"] for a in offered if a["action"] == "assign" for n in a["needs"]
        }
        assert begun["unit_id"] == unit
        assert begun["due_on"] is None

    @pytest.mark.parametrize(("who", "code"), [("market", "same_unit"), ("village01", "unit_cannot_handle")])  # fmt: skip
    def test_not_just_anybody_instead(self, client, who, code):
        office, market = client("office"), client("market")
        made = factories.assign(office, factories.make_lead(office), market)
        body = {"reason": "属他人职责", "proposed_unit_id": client(who).me["unit"]["id"]}
        answer = market.act(f"/leads/{made['id']}", "dispute", made["version"], **body)
        assert [e["code"] for e in refused(answer, 422)["errors"]] == [code]


@pytest.fixture(scope="module")
def concluded(client):
    """Five leads of two units and two categories, found to be nothing."""
    office = client("office")
    made = []
    for who, category in (("market", "C1"), ("market", "C1"), ("market", "C5"),
                          ("police", "C1"), ("police", "C5")):  # fmt: skip
        lead = factories.make_lead(office, primary_category=category)
        handler = client(who)
        lead = factories.assign(office, lead, handler)
        url = f"/leads/{lead['id']}"
        lead = done(handler.act(url, "acknowledge", lead["version"]))
        body = {"conclusion": "unfounded", "findings": "未发现问题。"}
        made.append(done(handler.act(url, "conclude", lead["version"], **body)))
    return made


@pytest.fixture(scope="module")
def drawn(client, concluded):
    office = client("office")
    body = {"period_from": today().isoformat(), "period_to": today().isoformat(), "size": 500}
    before = count(office, "lead_recheck_drawn")
    made = done(office.post("/leads/recheck-samples", json=body))
    assert count(office, "lead_recheck_drawn") - before == made["drawn"]
    return made


def written(running, statement: str, *values: object) -> None:
    """Move a record's past, as the database's owner."""

    async def write() -> None:
        connection = await asyncpg.connect(migrations.plain(running.owner_url))
        try:
            await connection.execute(statement, *values)
        finally:
            await connection.close()

    asyncio.run(write())


class TestDisputeInTime:
    @pytest.mark.parametrize(("working_days", "status"), [(5, 200), (6, 422)])
    def test_five_working_days_and_no_more(self, client, running, working_days, status):
        office, market = client("office"), client("market")
        made = factories.assign(office, factories.make_lead(office), market)
        given = Calendar.builtin().step(today(), -working_days)
        written(running, "UPDATE leads SET assigned_on = $1 WHERE id = $2", given, made["id"])
        answer = market.act(f"/leads/{made['id']}", "dispute", made["version"], reason="属民政职责")
        assert answer.status_code == status, answer.text
        if status == 422:
            problem = answer.json()
            assert problem["code"] == "dispute_too_late"
            assert (problem["rule"], problem["rule_version"]) == ("LEAD-DISPUTE", 1)
            assert "5个工作日" in problem["detail"]
            assert "《信访工作条例》" in problem["article"]


class TestSamples:
    def test_it_is_drawn_again_from_what_is_kept(self, client, concluded, drawn):
        assert drawn["reproduced"] is True
        assert drawn["population_size"] == drawn["drawn"] >= 5
        lines = done(client("office").get(f"/leads/recheck-samples/{drawn['id']}/lines",
                                          params={"limit": 200}))["items"]  # fmt: skip
        assert {lead["id"] for lead in concluded} <= {line["lead_id"] for line in lines}
        assert len({line["lead_id"] for line in lines}) == len(lines)
        left = done(client("office").get(f"/leads/recheck-samples/{drawn['id']}/lines",
                                         params={"drawn": False}))["items"]  # fmt: skip
        assert left == [], "every one of them was drawn"
        strata = {(s["unit"]["id"], s["category"]): s["drawn"] for s in drawn["strata"]}
        assert sum(strata.values()) == drawn["drawn"]
        assert client("leader").get(f"/leads/recheck-samples/{drawn['id']}").status_code == 200

    def test_others_see_no_sample_and_draw_none(self, client, drawn):
        police = client("police")
        assert police.get("/leads/recheck-samples").status_code == 403
        assert police.get(f"/leads/recheck-samples/{drawn['id']}").status_code == 403
        assert police.get(f"/leads/recheck-samples/{drawn['id']}/lines").status_code == 403
        body = {"period_from": "2026-01-01", "period_to": "2026-12-31", "size": 5}
        assert police.post("/leads/recheck-samples", json=body).status_code == 403

    def test_nothing_is_drawn_twice_while_it_waits(self, client, drawn):
        body = {"period_from": today().isoformat(), "period_to": today().isoformat(), "size": 9}
        answer = client("office").post("/leads/recheck-samples", json=body)
        assert refused(answer, 409)["code"] == "population_empty"

    def test_what_goes_on_in_another_lead_is_not_drawn(self, client, running):
        office, day = client("office"), date(2026, 1, 6)
        made = factories.conclude(office, client("market"), "unfounded")
        main = factories.make_lead(office)
        merging = {"lead_id": made["id"], "version": made["version"], "reason": "同一公司同一事"}
        answer = office.post(f"/leads/{main['id']}/merges", json=merging)
        assert answer.status_code == 201, answer.text
        written(running, "UPDATE leads SET concluded_on = $1 WHERE id = $2", day, made["id"])
        body = {"period_from": day.isoformat(), "period_to": day.isoformat(), "size": 9}
        body |= {"conclusions": ["unfounded", "duplicate"]}
        answer = office.post("/leads/recheck-samples", json=body)
        assert refused(answer, 409)["code"] == "population_empty"

    def test_two_drawn_at_once_do_not_take_the_same(self, client, running):
        office, day = client("office"), date(2026, 1, 5)
        made = factories.conclude(office, client("market"), "unfounded")
        written(running, "UPDATE leads SET concluded_on = $1 WHERE id = $2", day, made["id"])
        body = {"period_from": day.isoformat(), "period_to": day.isoformat(), "size": 9}

        def draw(_: int) -> int:
            return office.post("/leads/recheck-samples", json=body).status_code

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(draw, range(4))) == [201, 409, 409, 409]

    def test_a_period_has_an_order(self, client):
        day = today()
        body = {"period_from": day.isoformat(), "period_to": (day - timedelta(1)).isoformat(),
                "size": 9}  # fmt: skip
        answer = refused(client("office").post("/leads/recheck-samples", json=body), 422)
        assert [e["pointer"] for e in answer["errors"]] == ["/period_to"]

    def test_somebody_else_of_another_unit_verifies_it(self, client, concluded, drawn):
        office, market, police = client("office"), client("market"), client("police")
        lead = concluded[0]
        url = f"/leads/{lead['id']}"
        assert duties(office, lead["id"], "lead_recheck_drawn")
        again = {"unit_id": market.me["unit"]["id"], "reason": "抽中"}
        answer = refused(office.act(url, "recheck", lead["version"], **again), 422)
        assert [e["code"] for e in answer["errors"]] == ["same_unit"]
        unit = police.me["unit"]["id"]
        lead = done(office.act(url, "recheck", lead["version"], unit_id=unit, reason="抽中"))
        assert duties(office, lead["id"]) == []
        assert [d["kind"] for d in duties(police, lead["id"])] == ["lead_recheck"]
        body = {"conclusion": "illegal", "findings": "账目与陈述不符。"}
        own = market.act(url, "conclude", lead["version"], **body)
        assert refused(own, 403)["code"] == "not_own_unit"
        done(police.act(url, "conclude", lead["version"], **body))
        assert duties(office, lead["id"]) == []
        shown = done(office.get(f"/leads/recheck-samples/{drawn['id']}"))
        assert (shown["done"], shown["overturned"]) == (1, 1)
        lines = done(office.get(f"/leads/recheck-samples/{drawn['id']}/lines",
                                params={"drawn": True, "limit": 200}))["items"]  # fmt: skip
        (line,) = [each for each in lines if each["lead_id"] == lead["id"]]
        assert (line["first_conclusion"], line["second_conclusion"]) == ("unfounded", "illegal")
        assert line["second_unit"]["id"] == unit

    def test_the_office_verifies_nothing_that_it_concluded_itself(self, client):
        office = client("office")
        lead = factories.assign(office, factories.make_lead(office), office)
        url = f"/leads/{lead['id']}"
        lead = done(office.act(url, "acknowledge", lead["version"]))
        body = {"conclusion": "unfounded", "findings": "未发现问题。"}
        lead = done(office.act(url, "conclude", lead["version"], **body))
        unit = client("police").me["unit"]["id"]
        lead = done(office.act(url, "recheck", lead["version"], unit_id=unit, reason="存疑"))
        answer = refused(office.act(url, "conclude", lead["version"], **body), 403)
        assert answer["code"] == "not_own_unit"
