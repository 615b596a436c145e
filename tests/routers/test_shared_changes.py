"""What all towns share: the county's, or two people's where there is no county; a town is only
stricter with itself."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest

from api.core.base.clock import today
from tests.conftest import Client, own_town
from tests.database import run_sql
from tests.entities import assess, register, visit
from tests.factories import assign, make_lead

#: What is changed here holds for everybody.
running, client = own_town()
YEAR = 2047


def done(answer, status: int = 200) -> dict:
    assert answer.status_code == status, answer.text
    return answer.json()


def refused(answer, status: int, code: str) -> dict:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return answer.json()


def due(who: Client, rule_id: str, start: date) -> dict:
    return done(who.get(f"/time-rules/{rule_id}/due", params={"start": start.isoformat()}))


def rule(who: Client, rule_id: str) -> dict:
    return done(who.get(f"/time-rules/{rule_id}"))


def term(who: Client, rule_id: str, **over) -> dict:
    return {
        "version": rule(who, rule_id)["latest_version"],
        "term": 4,
        "unit": "working_day",
        "valid_from": today().isoformat(),
        "source": "众办〔2026〕7号",
    } | over


def year(**over) -> dict:
    return {"version": 0, "days_off": [], "days_worked": [], "source": "国办发明电"} | over


@pytest.fixture
def no_county(running) -> Iterator[None]:
    """Nobody holds a post of the county for a while."""
    left = run_sql(
        running,
        "UPDATE post_holders SET until = CURRENT_DATE WHERE until IS NULL AND post_id IN"
        " (SELECT id FROM posts WHERE role = 'county') RETURNING id",
    )
    yield
    for row in left:
        run_sql(running, "UPDATE post_holders SET until = NULL WHERE id = $1", row["id"])


def propose(who: Client, **what):
    return who.post("/shared-changes", json={"reason": "按上级文件执行"} | what)


def decide(who: Client, change: dict, *, agree: bool = True, **over):
    body = {"version": change["version"], "agree": agree} | over
    return who.post(f"/shared-changes/{change['id']}/decisions", json=body)


class TestWhoChanges:
    def test_no_town_changes_what_others_live_by(self, client):
        office = client("office")
        body = term(office, "LEAD-UNOWNED")
        refused(office.post("/time-rules/LEAD-UNOWNED/versions", json=body), 403, "forbidden")
        refused(office.put(f"/holiday-years/{YEAR}", json=year()), 403, "forbidden")
        for code, name in (("341522", "改了名的县"), ("341522118000", "众兴集镇")):
            rows = [{"code": code, "name": name}]
            answer = office.post("/divisions/imports", json={"rows": rows})
            if code == "341522":
                assert (
                    refused(answer, 422, "validation_failed")["errors"][0]["code"] == "other_town"
                )
            else:
                assert done(answer)["unchanged"] == 1
        made_up = [{"code": "341522250000", "name": "无中生有镇"}]
        answer = office.post("/divisions/imports", json={"rows": made_up})
        assert refused(answer, 422, "validation_failed")["errors"][0]["code"] == "other_town"

    def test_the_town_keeps_its_own_villages(self, client):
        rows = [{"code": "341522118290", "name": f"某村{uuid4().hex[:4]}"}]
        assert (
            done(client("office").post("/divisions/imports", json={"rows": rows}))["created"] == 1
        )

    def test_the_county_changes_them(self, client, running):
        county = client("county")
        answer = county.post("/time-rules/LEAD-UNOWNED/versions", json=term(county, "LEAD-UNOWNED"))
        assert done(answer, 201)["term"] == 4
        assert done(county.put(f"/holiday-years/{YEAR}", json=year()))["version"] == 1
        rows = [{"code": "341522", "name": "某某县"}]
        before = run_sql(running, "SELECT name FROM divisions WHERE code = '341522'")[0]["name"]
        assert done(county.post("/divisions/imports", json={"rows": rows}))["updated"] == 1
        rows = [{"code": "341522", "name": before}]
        assert done(county.post("/divisions/imports", json={"rows": rows}))["updated"] == 1
        other = [{"code": "110101", "name": "外县"}]
        answer = county.post("/divisions/imports", json={"rows": other})
        assert refused(answer, 422, "validation_failed")["errors"][0]["code"] == "other_county"

    def test_the_administrator_alone_renames_no_county(self, client, system):
        rows = [{"code": "341522", "name": "改了名的县"}]
        answer = system.post("/divisions/imports", json={"rows": rows})
        found = refused(answer, 422, "validation_failed")["errors"][0]
        assert (found["code"], found["pointer"]) == ("county_decides", "/rows/0/code")

    def test_where_there_is_a_county_nobody_stands_in_for_it(self, security):
        answer = propose(security, year=YEAR + 1, holiday_year=year())
        refused(answer, 409, "county_decides")

    @pytest.mark.parametrize("who", ["office", "county", "leader", "police", "audit_admin"])
    def test_the_others_have_no_part_in_it(self, client, who):
        assert client(who).get("/shared-changes").status_code == 403
        assert propose(client(who), year=YEAR, holiday_year=year()).status_code == 403


@pytest.mark.usefixtures("no_county")
class TestTwoPeople:
    def test_a_year_is_there_when_another_confirmed_it(self, security, system):
        change = done(propose(security, year=YEAR + 2, holiday_year=year()), 201)
        assert (change["status"], change["may_confirm"]) == ("waiting", False)
        known = {each["year"] for each in done(security.get("/holiday-years"))["items"]}
        assert YEAR + 2 not in known
        refused(decide(security, change), 403, "same_person")
        shown = done(system.get(f"/shared-changes/{change['id']}"))
        assert shown["may_confirm"] is True
        confirmed = done(decide(system, change))
        assert confirmed["status"] == "confirmed"
        assert confirmed["decided_by"]["id"] != confirmed["proposed_by"]["id"]
        known = {each["year"] for each in done(security.get("/holiday-years"))["items"]}
        assert YEAR + 2 in known
        refused(decide(system, confirmed), 409, "decided")

    def test_they_are_listed_by_where_they_stand(self, security, system):
        change = done(propose(security, year=YEAR + 7, holiday_year=year()), 201)

        def listed(status: str) -> set[str]:
            params = {"status": status, "limit": 200}
            rows = done(system.get("/shared-changes", params=params))["items"]
            assert {each["status"] for each in rows} <= {status}
            return {each["id"] for each in rows}

        assert change["id"] in listed("waiting")
        done(decide(system, change))
        assert change["id"] in listed("confirmed") - listed("waiting")

    def test_a_rule_counts_from_then_on(self, client, security, system):
        before = due(client("office"), "LEAD-UNOWNED-COUNTY", today())
        body = term(security, "LEAD-UNOWNED-COUNTY", term=9)
        change = done(propose(security, rule_id="LEAD-UNOWNED-COUNTY", time_rule=body), 201)
        assert due(client("office"), "LEAD-UNOWNED-COUNTY", today()) == before
        done(decide(system, change))
        assert due(client("office"), "LEAD-UNOWNED-COUNTY", today())["rule_version"] > 1000

    def test_a_name_above_the_town(self, security, system, running):
        before = run_sql(running, "SELECT name FROM divisions WHERE code = '341522'")[0]["name"]
        for name in ("某某县", before):
            rows = {"rows": [{"code": "341522", "name": name}]}
            change = done(propose(security, divisions=rows), 201)
            assert done(decide(system, change))["status"] == "confirmed"
            held = run_sql(running, "SELECT name FROM divisions WHERE code = '341522'")[0]["name"]
            assert held == name

    def test_refused_or_taken_back_with_a_reason_it_is_not_done(self, security, system):
        for who in (security, system):
            change = done(propose(security, year=YEAR + 3, holiday_year=year()), 201)
            refused(decide(who, change, agree=False), 422, "validation_failed")
            told = done(decide(who, change, agree=False, reason="文件还没有下发"))
            assert (told["status"], told["decision"]) == ("refused", "文件还没有下发")
        known = {each["year"] for each in done(security.get("/holiday-years"))["items"]}
        assert YEAR + 3 not in known

    def test_what_changed_meanwhile_is_proposed_anew(self, security, system):
        first, second = (
            done(propose(security, year=YEAR + 4, holiday_year=year()), 201) for _ in range(2)
        )
        done(decide(system, first))
        refused(decide(system, second), 409, "stale_version")
        waiting = done(system.get(f"/shared-changes/{second['id']}"))
        assert waiting["status"] == "waiting"

    def test_what_cannot_be_done_is_not_proposed(self, security):
        body = term(security, "FRZ-01", term=7, unit="month")
        refused(propose(security, rule_id="FRZ-01", time_rule=body), 422, "statutory_term")
        assert propose(security, rule_id="NO-SUCH", time_rule=body).status_code == 404
        bad = year(days_off=["2030-01-01"])
        refused(propose(security, year=YEAR + 5, holiday_year=bad), 422, "validation_failed")
        far = year(days_off=["2150-05-01"], days_worked=[])
        refused(propose(security, year=2150, holiday_year=far), 422, "year_out_of_range")
        for what in (
            {},
            {"year": YEAR},
            {"rule_id": "LEAD-01"},
            {"year": YEAR, "holiday_year": year(), "divisions": {"rows": [{"code": "341522", "name": "某"}]}},
        ):  # fmt: skip
            assert propose(security, **what).status_code == 422, what

    def test_only_the_security_administrator_proposes(self, system):
        assert propose(system, year=YEAR, holiday_year=year()).status_code == 403

    def test_the_database_holds_it_too(self, running, security):
        change = done(propose(security, year=YEAR + 6, holiday_year=year()), 201)
        with pytest.raises(Exception, match="two_people"):
            run_sql(
                running,
                "UPDATE shared_changes SET status = 'confirmed', decided_by_id = proposed_by_id,"
                " decided_at = now() WHERE id = $1",
                change["id"],
            )


class TestTownTerms:
    def tighten(self, who: Client, rule_id: str, days: int | None, **over):
        held = rule(who, rule_id)["town_terms"]
        body = {
            "version": held[0]["version"] if held else 0,
            "term": days,
            "valid_from": today().isoformat(),
            "source": "众办〔2026〕9号",
        }
        return who.post(f"/time-rules/{rule_id}/town-terms", json=body | over)

    def test_a_shorter_term_holds_in_this_town_alone(self, client, running):
        office, police = client("office"), client("police")
        usual = due(client("county"), "LEAD-01", today())
        shown = done(self.tighten(office, "LEAD-01", 6), 201)
        assert [each["term"] for each in shown["town_terms"]] == [6]
        try:
            own = due(office, "LEAD-01", today())
            assert date.fromisoformat(own["on"]) < date.fromisoformat(usual["on"])
            assert due(client("county"), "LEAD-01", today()) == usual
            lead = assign(office, make_lead(office), police)
            assert lead["due_on"] == own["on"]
            assert rule(client("county"), "LEAD-01")["town_terms"] == []
            past = today() - timedelta(days=1)
            assert due(office, "LEAD-01", past) == due(client("county"), "LEAD-01", past)
            elsewhere = run_sql(
                running, "SELECT count(*) FROM town_terms WHERE town_code <> '341522118'"
            )
            assert elsewhere[0]["count"] == 0
        finally:
            done(self.tighten(office, "LEAD-01", None), 201)
        assert due(office, "LEAD-01", today()) == usual

    def test_orders_and_visits_too(self, client):
        office, market = client("office"), client("market")
        done(self.tighten(office, "RECT-01", 3), 201)
        done(self.tighten(office, "TIER-RED", 5), 201)
        try:
            made = register(market)
            order = {"entity_id": made["id"], "requirements": "停止虚假宣传"}
            order = done(market.post("/rectifications", json=order), 201)
            assert order["due_on"] == due(office, "RECT-01", today())["on"]
            assess(market, made, "red")
            shown = done(market.get(f"/risk-entities/{made['id']}"))
            assert shown["next_inspection_due"] == due(office, "TIER-RED", today())["on"]
            visit(market, entity_id=made["id"])
        finally:
            for each in ("RECT-01", "TIER-RED"):
                done(self.tighten(office, each, None), 201)

    def test_never_a_laxer_one(self, client):
        office = client("office")
        for days in (15, 16, 3000):
            found = refused(self.tighten(office, "LEAD-01", days), 422, "validation_failed")
            assert found["errors"][0]["code"] == "not_stricter"
        # and not by the county's becoming stricter than the town's
        done(self.tighten(office, "LEAD-KEY-AREA", 9), 201)
        county = client("county")
        body = term(county, "LEAD-KEY-AREA", term=2)
        done(county.post("/time-rules/LEAD-KEY-AREA/versions", json=body), 201)
        assert (
            due(office, "LEAD-KEY-AREA", today())["on"]
            == due(county, "LEAD-KEY-AREA", today())["on"]
        )

    @pytest.mark.parametrize("rule_id", ["RET-02b", "LEAD-DISPUTE", "FRZ-01", "LEAD-INF-ASK"])
    def test_no_time_that_others_are_given_is_cut(self, client, rule_id):
        refused(self.tighten(client("office"), rule_id, 1), 422, "not_tightened")

    @pytest.mark.parametrize(
        ("over", "pointer"),
        [({"valid_from": "2020-01-01"}, "/valid_from"), ({"term": 0}, "/term"), ({"source": ""}, "/source")],
    )  # fmt: skip
    def test_faulty_terms(self, client, over, pointer):
        answer = self.tighten(client("office"), "LEAD-MAJOR", 2, **over)
        assert refused(answer, 422, "validation_failed")["errors"][0]["pointer"] == pointer

    def test_a_stale_base(self, client):
        refused(self.tighten(client("office"), "LEAD-MAJOR", 2, version=7), 409, "stale_version")

    @pytest.mark.parametrize("who", ["police", "leader", "county", "village01", "security_admin"])
    def test_it_is_the_offices(self, client, who):
        body = {"version": 0, "term": 2, "valid_from": today().isoformat(), "source": "众办"}
        assert client(who).post("/time-rules/LEAD-MAJOR/town-terms", json=body).status_code == 403
