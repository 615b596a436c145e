"""Time rules and holiday notices over HTTP."""

import asyncio
from datetime import timedelta

import pytest

from api.core.base.clock import today
from api.core.database.migrations import connect
from tests.conftest import Client, own_town
from tests.factories import assign, make_lead
from tests.leads import proposed, running_clock
from tests.restricted import file_of, hint

#: What is changed here holds for everybody.
running, client = own_town()
#: A year whose notice is not out; nothing else in the tests depends on it.
FAR = 2036


@pytest.fixture
def county(client) -> Client:
    """Whose the rules and years are: they hold in every town."""
    return client("county")


def newest(client: Client, rule_id: str) -> int:
    return client.get(f"/time-rules/{rule_id}").json()["latest_version"]


class TestRead:
    def test_needs_a_login(self, running):
        import httpx

        assert httpx.get(f"{running.api}/time-rules").status_code == 401

    def test_refuses_those_without_the_right(self, client):
        answer = client("grid01").get("/time-rules")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    def test_lists_every_rule_once_with_its_present_version(self, office):
        seen, cursor = [], None
        while True:
            query = {"limit": 60, "with_total": True} | ({"cursor": cursor} if cursor else {})
            page = office.get("/time-rules", params=query).json()
            seen += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        ids = [rule["rule_id"] for rule in seen]
        assert ids == sorted(set(ids))
        assert page["total"] == len(ids) >= 135
        frozen = next(rule for rule in seen if rule["rule_id"] == "FRZ-01")
        assert frozen["term_label"] == "6个月"
        assert frozen["is_configurable"] is False

    def test_pages_back(self, office):
        first = office.get("/time-rules", params={"limit": 10}).json()
        second = office.get("/time-rules", params={"limit": 10, "cursor": first["next_cursor"]})
        back = office.get(
            "/time-rules", params={"limit": 10, "cursor": second.json()["prev_cursor"]}
        )
        assert back.json()["items"] == first["items"]
        assert back.json()["prev_cursor"] is None

    def test_refuses_a_forged_cursor(self, office):
        answer = office.get("/time-rules", params={"cursor": "AAAAAAAAAAAAAAAA"})
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")

    def test_finds_by_group_and_word(self, office):
        rows = office.get("/time-rules", params={"group": "lead", "q": "LEAD-0"}).json()["items"]
        assert [row["rule_id"] for row in rows] == ["LEAD-01"]
        assert office.get("/time-rules", params={"q": "%"}).json()["items"] == []

    def test_unknown_rule_is_not_there(self, office):
        assert office.get("/time-rules/NO-SUCH").status_code == 404
        assert (
            office.get("/time-rules/NO-SUCH/due", params={"start": "2026-01-05"}).status_code == 404
        )


class TestDue:
    def test_counts_working_days_over_the_holidays(self, client):
        """15 working days from 16 September 2025 run over National Day (1 to 8 October)."""
        answer = client("grid01").get("/time-rules/LEAD-01/due", params={"start": "2025-09-16"})
        assert answer.status_code == 200
        assert answer.json()["is_provisional"] is False
        assert answer.json()["on"] == "2025-10-13"

    def test_marks_dates_of_unpublished_years(self, office):
        answer = office.get("/time-rules/LEAD-01/due", params={"start": f"{FAR}-03-02"}).json()
        assert answer["is_provisional"] is True

    @pytest.mark.parametrize("rule_id", ["INT-05", "CNT-01"])
    def test_refuses_rules_that_are_not_in_days(self, office, rule_id):
        answer = office.get(f"/time-rules/{rule_id}/due", params={"start": "2026-01-05"})
        assert (answer.status_code, answer.json()["code"]) == (422, "no_day_term")

    @pytest.mark.parametrize("start", ["", "2026-02-30", "99999-01-01", "0001-01-01"])
    def test_refuses_what_is_no_date(self, office, start):
        assert office.get("/time-rules/LEAD-01/due", params={"start": start}).status_code == 422


class TestNewVersion:
    def body(self, client: Client, rule_id: str, **over):
        return {
            "version": newest(client, rule_id),
            "term": 3,
            "unit": "working_day",
            "valid_from": today().isoformat(),
            "source": "众办〔2026〕7号",
        } | over

    def test_counts_from_its_day_on_and_leaves_the_old_one(self, county):
        body = self.body(county, "LEAD-ACK")
        before = county.get("/time-rules/LEAD-ACK").json()
        answer = county.post("/time-rules/LEAD-ACK/versions", json=body)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert made["version"] > 1000
        assert made["term"] == 3
        assert made["roll"] == before["roll"]
        assert len(made["versions"]) == len(before["versions"]) + 1
        start = today()
        due = county.get("/time-rules/LEAD-ACK/due", params={"start": start.isoformat()}).json()
        assert due["rule_version"] == made["version"]
        past = (start - timedelta(days=1)).isoformat()
        earlier = county.get("/time-rules/LEAD-ACK/due", params={"start": past}).json()
        assert earlier["rule_version"] != made["version"]

    def test_refuses_a_term_fixed_by_law_and_says_why(self, county):
        answer = county.post(
            "/time-rules/FRZ-01/versions", json=self.body(county, "FRZ-01", term=7, unit="month")
        )
        assert answer.status_code == 422
        assert answer.json()["code"] == "statutory_term"
        assert "240" in answer.json()["article"]

    def test_refuses_a_stale_base(self, county):
        answer = county.post(
            "/time-rules/LEAD-DISPUTE/versions", json=self.body(county, "LEAD-DISPUTE", version=999)
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")

    @pytest.mark.parametrize(
        ("over", "pointer"),
        [
            ({"valid_from": "2020-01-01"}, "/valid_from"),
            ({"unit": "hour"}, "/unit"),
            ({"term": -1}, "/term"),
            ({"term": 10**12}, "/term"),
            ({"unit": "fortnight"}, "/unit"),
            ({"source": ""}, "/source"),
            ({"confidence": "H"}, "/confidence"),
        ],
    )
    def test_refuses_faulty_terms(self, county, over, pointer):
        answer = county.post(
            "/time-rules/LEAD-DISPUTE/versions", json=self.body(county, "LEAD-DISPUTE", **over)
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer

    @pytest.mark.parametrize(
        "who", ["office", "police", "leader", "system_admin", "security_admin", "village01"]
    )
    def test_is_the_countys_alone(self, client, county, who):
        body = self.body(county, "LEAD-DISPUTE")
        assert client(who).post("/time-rules/LEAD-DISPUTE/versions", json=body).status_code == 403


class TestHolidays:
    def test_lists_what_is_shipped(self, client):
        years = {y["year"]: y for y in client("grid01").get("/holiday-years").json()["items"]}
        assert years[2026]["is_builtin"] is True
        assert "2026-10-01" in years[2026]["days_off"]

    async def test_a_notice_settles_provisional_deadlines(self, office, county, client, running):
        """The clock of a lead starts when it is assigned, and is counted anew from that day."""
        made = assign(office, make_lead(office), client("police"))
        owner = await connect(running.owner_url)
        await owner.execute(
            "UPDATE leads SET due_on = due_on + 5, due_is_provisional = true WHERE id = $1",
            made["id"],
        )
        await owner.close()
        body = {"version": 0, "days_off": [], "days_worked": [], "source": "国办发明电"}
        assert county.put(f"/holiday-years/{FAR + 3}", json=body).status_code == 200
        for _ in range(1200):
            settled = office.get(f"/leads/{made['id']}").json()
            if settled["version"] > made["version"]:
                break
            await asyncio.sleep(0.1)
        # as it was before, which in a year that is not published either is provisional
        assert settled["due_is_provisional"] == made["due_is_provisional"]
        assert settled["due_on"] == made["due_on"]
        assert settled["version"] == made["version"] + 1
        told = office.get(f"/leads/{made['id']}/timeline").json()["items"][0]
        assert told["label"] == "放假安排公布后重算期限"
        assert told["actor_name"] == "系统"

    async def test_so_does_it_those_of_hand_overs_and_restricted_files(
        self, office, client, running
    ):
        made, kept = proposed(client), make_lead(office)
        assert hint(office, kept).status_code == 201
        county, before = client("county"), running_clock(made)
        file = file_of(county, kept)
        owner = await connect(running.owner_url)
        await owner.execute(
            "UPDATE lead_transfer_clocks SET due_at = due_at + interval '2 days',"
            " due_on = due_on + 2, is_provisional = true WHERE lead_id = $1",
            made["id"],
        )
        await owner.execute(
            "UPDATE restricted_files SET due_on = due_on + 2, due_is_provisional = true"
            " WHERE id = $1",
            file["id"],
        )
        await owner.close()
        body = {"version": 0, "days_off": [], "days_worked": [], "source": "国办发明电"}
        assert county.put(f"/holiday-years/{FAR + 4}", json=body).status_code == 200
        for _ in range(1200):
            settled = file_of(county, kept)
            if settled["due_on"] == file["due_on"]:
                break
            await asyncio.sleep(0.1)
        assert (settled["due_on"], settled["due_is_provisional"]) == (
            file["due_on"],
            file["due_is_provisional"],
        )
        assert settled["version"] == file["version"] + 1
        assert "放假安排公布后重算期限" in str(settled["history"])
        assert running_clock(office.get(f"/leads/{made['id']}").json()) == before
        told = office.get(f"/leads/{made['id']}/timeline").json()["items"][0]
        assert told["label"] == "放假安排公布后重算期限"
        silent = office.get(f"/leads/{kept['id']}/timeline").json()["items"]
        assert "放假安排公布后重算期限" not in str(silent)

    def test_a_draft_counts_for_nothing(self, office, county):
        body = {"version": 0, "days_off": [f"{FAR}-03-03"], "days_worked": [], "published": False}
        answer = county.put(f"/holiday-years/{FAR}", json=body)
        assert answer.status_code == 200, answer.text
        due = office.get("/time-rules/LEAD-01/due", params={"start": f"{FAR}-03-02"}).json()
        assert due["is_provisional"] is True
        again = county.put(f"/holiday-years/{FAR}", json=body)
        assert (again.status_code, again.json()["code"]) == (409, "stale_version")

    @pytest.mark.parametrize(
        ("year", "over", "code"),
        [
            (FAR + 1, {"days_off": ["2030-01-01"]}, "validation_failed"),
            (FAR + 1, {"days_worked": [f"{FAR + 1}-03-02"]}, "validation_failed"),
            (1999, {}, "year_out_of_range"),
            (FAR + 1, {"days_off": ["x"]}, "validation_failed"),
        ],
    )
    def test_refuses_tables_that_cannot_be_meant(self, county, year, over, code):
        body = {"version": 0, "days_off": [], "days_worked": []} | over
        answer = county.put(f"/holiday-years/{year}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    @pytest.mark.parametrize("who", ["police", "office", "system_admin", "security_admin"])
    def test_is_the_countys_alone(self, client, who):
        body = {"version": 0, "days_off": [], "days_worked": []}
        assert client(who).put(f"/holiday-years/{FAR + 2}", json=body).status_code == 403
