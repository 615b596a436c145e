"""A drawn lead is verified by others before it goes anywhere, and nobody chooses what is drawn."""

import asyncio
import hashlib
import subprocess
import sys
from datetime import date, timedelta

import asyncpg
import pytest

from api.core.database.migrations import connect
from api.domain.kit.sampling import commitment
from tests import factories
from tests.access.towns import other_town
from tests.conftest import ROOT
from tests.jobs import run_job
from tests.leads import fed_back
from tests.money import done, made
from tests.public import hand_in, show

pytestmark = pytest.mark.days


def written(running, statement: str, *values: object, url: str = "") -> None:
    async def write() -> None:
        connection = await connect(url or running.owner_url)
        try:
            await connection.execute(statement, *values)
        finally:
            await connection.close()

    asyncio.run(write())


#: A day of its own for every sample, so that nothing else is drawn with it.
_DAYS = iter(date(2020, 3, 2) + timedelta(days=n) for n in range(365))


def drawn(client, running, lead: dict, **over) -> dict:
    """The sample that drew this lead and nothing else."""
    day = next(_DAYS)
    written(running, "UPDATE leads SET concluded_on = $1 WHERE id = $2", day, lead["id"])
    body = {
        "period_from": str(day),
        "period_to": str(day),
        "size": 9,
        "conclusions": ["unfounded", "civil_dispute"],
    }
    return made(client("office").post("/leads/recheck-samples", json=body | over))


SEAL = "/leads/recheck-samples/seal"


def sealed_by_worker() -> None:
    run_job("recheck_seeds.seal")


def concluded(client, handler: str = "market") -> dict:
    office = client("office")
    lead = factories.assign(office, factories.make_lead(office), client(handler))
    url = f"/leads/{lead['id']}"
    lead = done(client(handler).act(url, "acknowledge", lead["version"]))
    return done(
        client(handler).act(
            url, "conclude", lead["version"], conclusion="unfounded", findings="未发现问题。"
        )
    )


def refused(answer, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


class TestDrawnLeads:
    def test_it_is_not_closed_archived_or_merged_away_in_any_order(self, client, running):
        office, market = client("office"), client("market")
        lead = concluded(client)
        drawn(client, running, lead)
        url = f"/leads/{lead['id']}"
        lead = done(office.get(url))
        assert lead["recheck_drawn"] is True
        main = concluded(client)
        joined = {"lead_id": lead["id"], "version": lead["version"], "reason": "同一件事"}
        refused(office.post(f"/leads/{main['id']}/merges", json=joined), 409, "recheck_pending")
        told = {"feedback_mode": "impossible", "feedback_note": "匿名，无法反馈"}
        lead = done(market.act(url, "feed_back", lead["version"], **told))
        assert "close" not in {a["action"] for a in done(office.get(url))["available_actions"]}
        solved = {"solved": "yes", "solved_note": "已退款。"}
        refused(office.act(url, "close", lead["version"], **solved), 409, "recheck_pending")
        police = client("police")
        lead = done(
            office.act(
                url, "recheck", lead["version"], unit_id=police.me["unit"]["id"], reason="抽中"
            )
        )
        merging = joined | {"version": lead["version"]}
        refused(office.post(f"/leads/{main['id']}/merges", json=merging), 409, "recheck_pending")
        lead = done(
            police.act(
                url, "conclude", lead["version"], conclusion="unfounded", findings="属实核查。"
            )
        )
        lead = done(police.act(url, "feed_back", lead["version"], **told))
        assert lead["recheck_drawn"] is False
        lead = done(office.act(url, "close", lead["version"], **solved))
        assert lead["status"] == "closed"

    def test_a_closed_one_that_is_drawn_is_not_archived(self, client, running):
        office, market = client("office"), client("market")
        lead = concluded(client)
        url = f"/leads/{lead['id']}"
        told = {"feedback_mode": "impossible", "feedback_note": "匿名，无法反馈"}
        lead = done(market.act(url, "feed_back", lead["version"], **told))
        lead = factories.close(office, lead)
        drawn(client, running, lead)
        lead = done(office.get(url))
        refused(office.act(url, "archive", lead["version"]), 409, "recheck_pending")
        # opened anew it still waits for the others
        lead = done(office.act(url, "reopen", lead["version"], reason="有新情况"))
        refused(office.act(url, "withdraw", lead["version"], reason="撤回"), 409, "recheck_pending")
        refused(
            office.act(url, "reject", lead["version"], reason="不予受理"), 409, "recheck_pending"
        )


class TestSomebodyElse:
    def test_the_unit_that_concluded_has_no_second_say_and_the_office_none_for_it(self, client):
        office, market = client("office"), client("market")
        lead = concluded(client)
        url = f"/leads/{lead['id']}"
        again = {"unit_id": market.me["unit"]["id"], "reason": "存疑"}
        refused(office.act(url, "recheck", lead["version"], **again), 422, "validation_failed")
        unit = client("police").me["unit"]["id"]
        lead = done(office.act(url, "recheck", lead["version"], unit_id=unit, reason="存疑"))
        body = {"conclusion": "unfounded", "findings": "未发现问题。"}
        for who in (office, market):
            refused(who.act(url, "conclude", lead["version"], **body), 403, "not_own_unit")

    def test_who_assisted_takes_no_part_and_does_not_come_back_by_assisting(self, client):
        office, market, civil = client("office"), client("market"), client("civil")
        lead = factories.make_lead(office)
        url = f"/leads/{lead['id']}"
        helping = {"unit_id": market.me["unit"]["id"], "assist_task": "核对",
                   "assisting_unit_ids": [civil.me["unit"]["id"]]}  # fmt: skip
        lead = done(office.act(url, "assign", lead["version"], **helping))
        lead = done(market.act(url, "acknowledge", lead["version"]))
        assist = f"{url}/assists/{lead['assists'][0]['id']}"
        shown = done(civil.act(assist, "acknowledge", lead["assists"][0]["version"]))["assists"][0]
        done(civil.act(assist, "answer", shown["version"], answer="已核对。"))
        lead = done(office.get(url))
        body = {"conclusion": "unfounded", "findings": "未发现问题。"}
        lead = done(market.act(url, "conclude", lead["version"], **body))
        again = {"unit_id": civil.me["unit"]["id"], "reason": "存疑"}
        assert office.act(url, "recheck", lead["version"], **again).status_code == 422
        police = client("police")
        lead = done(
            office.act(
                url, "recheck", lead["version"], unit_id=police.me["unit"]["id"], reason="存疑"
            )
        )
        for who in (market, civil):
            asked = {"assisting_unit_id": who.me["unit"]["id"], "assist_task": "请协助"}
            answer = police.act(url, "ask_assist", lead["version"], **asked)
            assert answer.status_code == 422, answer.text
            assert answer.json()["errors"][0]["code"] == "same_unit"
        lead = done(police.act(url, "conclude", lead["version"], **body))
        # nor does a third round go to whom the first one was
        for who in (market, civil, police):
            again = {"unit_id": who.me["unit"]["id"], "reason": "再查"}
            assert office.act(url, "recheck", lead["version"], **again).status_code == 422


class TestSeed:
    def test_nobody_brings_their_own(self, client):
        body = {"period_from": "2020-01-01", "period_to": "2020-01-01", "size": 1, "seed": "mine"}
        answer = client("office").post("/leads/recheck-samples", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/seed"

    def test_it_was_sealed_before_the_draw_and_fits_its_seal(self, client, running):
        first = drawn(client, running, concluded(client))
        second = drawn(client, running, concluded(client))
        assert first["seed_commitment"] == commitment(first["seed"])
        assert first["next_commitment"] == second["seed_commitment"] == commitment(second["seed"])
        assert first["seed"] not in (second["seed"], "")
        assert second["seed_committed_at"] <= second["created_at"]
        assert second["reproduced"] is True
        independent = hashlib.sha256(f"yinling-seed|{second['seed']}".encode()).hexdigest()
        assert independent == second["seed_commitment"]

    def test_the_first_draw_has_a_seal_from_before_too(self, client, running):
        office, lead = client("office"), concluded(client)
        day = next(_DAYS)
        written(running, "UPDATE leads SET concluded_on = $1 WHERE id = $2", day, lead["id"])
        body = {"period_from": str(day), "period_to": str(day), "size": 1}
        written(running, "DELETE FROM recheck_seeds WHERE used_by_id IS NULL")
        refused(office.post("/leads/recheck-samples", json=body), 409, "seed_not_sealed")
        # neither asking again nor looking makes one
        refused(office.post("/leads/recheck-samples", json=body), 409, "seed_not_sealed")
        assert done(office.get(SEAL)) == {"commitment": "", "committed_at": None}

        sealed_by_worker()
        seal = done(office.get(SEAL))
        assert len(seal["commitment"]) == 64
        sealed_by_worker()
        concluded(client)
        assert done(office.get(SEAL)) == seal, "what waits is not exchanged"
        sample = made(office.post("/leads/recheck-samples", json=body))
        assert sample["seed_commitment"] == seal["commitment"] == commitment(sample["seed"])
        assert sample["seed_committed_at"] == seal["committed_at"]
        assert done(office.get(SEAL))["commitment"] not in {"", seal["commitment"]}

    def test_the_first_conclusion_seals(self, client, running):
        written(running, "DELETE FROM recheck_seeds WHERE used_by_id IS NULL")
        concluded(client)
        assert done(client("office").get(SEAL))["commitment"]
        assert client("audit_admin").get(SEAL).status_code == 403

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM recheck_seeds",
            "UPDATE recheck_seeds SET seed_enc = '\\x00'",
            "UPDATE recheck_seeds SET commitment = 'mine'",
            "INSERT INTO recheck_seeds (id, town_code, commitment, seed_enc, committed_at) "
            "SELECT gen_random_uuid(), town_code, 'mine', '\\x00', now() FROM recheck_seeds",
            "UPDATE recheck_seeds SET used_by_id = (SELECT max(used_by_id::text)::uuid"
            " FROM recheck_seeds) WHERE used_by_id IS NULL",
            "UPDATE recheck_samples SET seed = 'mine'",
        ],
    )
    def test_no_seed_is_exchanged_passed_over_or_used_twice(self, client, running, statement):
        """By raw SQL as the application's role."""
        drawn(client, running, concluded(client))
        with pytest.raises(asyncpg.PostgresError):
            written(running, statement, url=running.app_url)

    def test_an_exchanged_seed_is_seen(self, client, running):
        sample = drawn(client, running, concluded(client))
        statement = "UPDATE recheck_samples SET seed = 'chosen' WHERE id = $1"
        written(running, statement, sample["id"])
        shown = done(client("office").get(f"/leads/recheck-samples/{sample['id']}"))
        assert shown["reproduced"] is False


class TestAnswers:
    @pytest.mark.parametrize("mode", ["phone", "in_person", "letter", "online"])
    def test_an_anonymous_reporter_is_not_called(self, client, mode):
        lead = concluded(client)
        offered = next(a for a in lead["available_actions"] if a["action"] == "feed_back")
        ways = next(n for n in offered["needs"] if n["field"] == "feedback_mode")
        assert [o["value"] for o in ways["options"]] == ["impossible"]
        answer = client("market").act(
            f"/leads/{lead['id']}", "feed_back", lead["version"],
            feedback_mode=mode, feedback_note="已告知",
        )  # fmt: skip
        assert answer.status_code == 422
        assert answer.json()["errors"][0] | {"message": ""} == {
            "pointer": "/feedback_mode", "code": "way_missing", "message": "", "label": "反馈方式",
        }  # fmt: skip

    def test_who_has_a_receipt_reads_the_answer_there(self, client, anonymous):
        office, market = client("office"), client("market")
        receipt = hand_in(anonymous)
        (lead,) = [
            each
            for each in done(office.get("/leads", params={"limit": 50}))["items"]
            if each["channel"] == "public_web" or each["status"] == "received"
        ][:1]
        url = f"/leads/{lead['id']}"
        lead = done(office.act(url, "register", lead["version"]))
        lead = factories.assign(office, lead, market)
        lead = done(market.act(url, "acknowledge", lead["version"]))
        body = {"conclusion": "unfounded", "findings": "未发现问题。"}
        lead = done(market.act(url, "conclude", lead["version"], **body))
        for mode in ("phone", "impossible"):
            told = {"feedback_mode": mode, "feedback_note": "已告知"}
            assert market.act(url, "feed_back", lead["version"], **told).status_code == 422
        told = {"feedback_mode": "online", "feedback_note": "押金已经退给您。"}
        lead = done(market.act(url, "feed_back", lead["version"], **told))
        assert lead["first_response_at"] is not None
        assert show(anonymous, receipt).json()["answer"] == "押金已经退给您。"
        units = done(office.get("/statistics/units"))
        row = next(r for r in units["rows"] if r["unit"]["id"] == market.me["unit"]["id"])
        rows = done(
            office.get("/leads", params=row["responded"]["query"]["params"] | {"limit": 200})
        )["items"]
        assert len(rows) == row["responded"]["value"] >= 1
        assert lead["id"] in {each["id"] for each in rows}
        assert row["response_hours_mean"] is not None


class TestExclusions:
    """Nobody draws what they concluded themselves; who is left out is told with the reason."""

    def asked(self, running, *leads: dict, **over) -> dict:
        day = next(_DAYS)
        for lead in leads:
            written(running, "UPDATE leads SET concluded_on = $1 WHERE id = $2", day, lead["id"])
        return {"period_from": str(day), "period_to": str(day), "size": 9} | over

    def by_the_office(self, client) -> dict:
        """What the office looked into itself."""
        return concluded(client, "office")

    def test_ones_own_is_left_out_and_listed(self, client, running):
        office = client("office")
        own, other = self.by_the_office(client), concluded(client)
        sample = made(office.post("/leads/recheck-samples", json=self.asked(running, own, other)))
        assert sample["excluded"] == [{"reason": "own", "count": 1}]
        assert (sample["population_size"], sample["drawn"], sample["reproduced"]) == (1, 1, True)
        url = f"/leads/recheck-samples/{sample['id']}"
        members = office.get(f"{url}/lines").json()["items"]
        assert [each["lead_id"] for each in members] == [other["id"]]
        left_out = office.get(f"{url}/lines", params={"excluded": True}).json()["items"]
        assert [(each["lead_id"], each["excluded"]) for each in left_out] == [(own["id"], "own")]

    def test_nothing_but_ones_own_is_no_draw_and_says_why(self, client, running):
        own = self.by_the_office(client)
        answer = client("office").post("/leads/recheck-samples", json=self.asked(running, own))
        refused(answer, 409, "population_empty")
        assert "1 条结论由抽取人本人作出" in answer.json()["detail"]

    def test_what_waits_from_before_is_left_out(self, client, running):
        waits, other = concluded(client), concluded(client)
        drawn(client, running, waits)
        asked = self.asked(running, waits, other, conclusions=["unfounded"])
        sample = made(client("office").post("/leads/recheck-samples", json=asked))
        assert sample["excluded"] == [{"reason": "waiting", "count": 1}]

    def test_whatever_else_keeps_a_lead_out_is_told(self, client, running):
        office = client("office")
        archived, merged, busy, other = (concluded(client) for _ in range(4))
        for lead, change in (
            (archived, "status = 'archived', feedback_mode = 'phone'"),
            (merged, "merged_into_id = '" + other["id"] + "'"),
            (busy, "status = 'recheck'"),
        ):
            written(running, f"UPDATE leads SET {change} WHERE id = $1", lead["id"])
        asked = self.asked(running, archived, merged, busy, other, conclusions=["unfounded"])
        sample = made(office.post("/leads/recheck-samples", json=asked))
        assert sample["excluded"] == [
            {"reason": reason, "count": 1} for reason in ("merged", "archived", "elsewhere")
        ]
        written(running, "UPDATE leads SET merged_into_id = NULL WHERE id = $1", merged["id"])

    def test_with_the_county_it_is_looked_into_by_others_anyhow(self, client, running):
        """Who concluded it must keep off: nobody of the town can order the second verification."""
        office, county = client("office"), client("county")
        lead = concluded(client)
        sample = drawn(client, running, lead)
        body = {"unit_id": factories.unit_of(office), "reason": "反映该单位包庇"}
        assert office.post(f"/leads/{lead['id']}/accused-units", json=body).status_code < 300
        url = f"/leads/{lead['id']}"
        assert office.get(url).status_code == 404
        seen = done(county.get(url))
        assert all("已抽中" not in each["what"] for each in seen["standing"]["now"])
        assert [each["is_mine"] for each in seen["standing"]["now"]] == [True]
        seen = done(
            county.act(url, "conclude", seen["version"], conclusion="irregular", findings="属实。")
        )
        seen = fed_back(county, seen)
        closing = {"solved": "yes", "solved_note": "已整改。"}
        assert done(county.act(url, "close", seen["version"], **closing))["status"] == "closed"
        row = next(
            each
            for each in done(office.get("/leads/recheck-samples", params={"limit": 200}))["items"]
            if each["id"] == sample["id"]
        )
        assert (row["done"], row["overturned"]) == (1, 1)

    def test_the_record_is_drawn_again_by_another_program(self, client, running, tmp_path):
        office = client("office")
        leads = [self.by_the_office(client), *(concluded(client) for _ in range(4))]
        sample = made(
            office.post("/leads/recheck-samples", json=self.asked(running, *leads, size=2))
        )
        answer = office.get(f"/leads/recheck-samples/{sample['id']}/protocol")
        assert answer.status_code == 200, answer.text
        file = tmp_path / "record.json"
        file.write_bytes(answer.content)
        command = [sys.executable, "-I", str(ROOT / "scripts" / "redraw_sample.py"), str(file)]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (said.returncode, said.stdout.strip()) == (0, "agrees: 2 of 4")
        assert len(answer.json()["excluded"]) == 1
        # nothing of what the leads are about
        assert all(lead["subject_name"] not in answer.text for lead in leads)

    def test_of_another_town_there_is_none(self, client, running):
        sample = drawn(client, running, concluded(client))
        theirs = other_town(running, client("system_admin")).people["office"]
        for path in ("", "/lines", "/protocol"):
            url = f"/leads/recheck-samples/{sample['id']}{path}"
            assert client("office").get(url).status_code == 200, path
            assert theirs.get(url).status_code == 404, path
