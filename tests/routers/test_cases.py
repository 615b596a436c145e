"""Cases over HTTP: opened from leads, walked from intake to archive, refused where the law says."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from api.core.base.clock import now, today
from api.core.base.security import hash_password
from api.core.database import db
from api.core.events.events import Event
from api.domain.kit.permissions import Role
from api.domain.organisation.organisation import UnitBehaviour
from api.models.units import Post, Unit
from api.models.users import PostHolder, User
from tests import factories
from tests.cases import COUNTY, TODAY, YESTERDAY, act, case, filed, make_case
from tests.conftest import PASSWORD, Client, Running, log_in
from tests.factories import assign, conclude, make_lead

BEFORE = str(TODAY - timedelta(days=30))
TOMORROW = str(TODAY + timedelta(days=1))


def prosecuted(police: Client) -> dict:
    made = act(police, filed(police), "conclude_investigation")
    return act(police, made, "send_to_procuratorate", **COUNTY)


@pytest.fixture(scope="module")
def gateway(running: Running) -> Client:
    """The police's own system."""
    answer = httpx.post(
        f"{running.api}/auth/token",
        data={"grant_type": "client_credentials"},
        auth=("police-gateway", PASSWORD),
    )
    assert answer.status_code == 200, answer.text
    bearer = f"Bearer {answer.json()['access_token']}"
    return Client(base_url=running.api, headers={"Authorization": bearer}, timeout=60)


async def _second_station(running: Running, username: str) -> None:
    opened = db.Database(running.app_url)
    async with opened.session() as session, session.begin():
        unit = Unit(
            name=f"第二派出所{username}",
            kind="police",
            behaviour=UnitBehaviour.POLICE,
            division_code="341522118",
        )
        session.add(unit)
        await session.flush()
        post = Post(
            code=username,
            name="办案岗",
            role=Role.POLICE,
            unit_id=unit.id,
            division_code="341522118",
        )
        user = User(
            username=username,
            name="孙立案",
            password_hash=await hash_password(PASSWORD),
            password_changed_at=now(),
            must_change_password=False,
        )
        session.add_all([post, user])
        await session.flush()
        session.add(PostHolder(post_id=post.id, user_id=user.id, since=today()))
    await opened.dispose()


@pytest.fixture(scope="module")
def other_police(running: Running) -> Client:
    """A policeman of another station of the same town."""
    username = f"police_{uuid4().hex[:6]}"
    asyncio.run(_second_station(running, username))
    return log_in(running, username)


def asked_to_file(case):
    """What 立案 asks for now, by field."""
    (offer,) = [each for each in case["available_actions"] if each["action"] == "file"]
    return {need["field"]: need for need in offer["needs"]}


class TestCreate:
    def test_anonymous_is_refused(self, anonymous):
        assert anonymous.post("/cases", json=case()).status_code == 401

    @pytest.mark.parametrize(
        "who", ["office", "leader", "finance", "market", "village01", "grid01", "county"]
    )
    def test_only_the_police_open_cases(self, client, who):
        assert client(who).post("/cases", json=case()).status_code == 403

    def test_it_begins_as_received_with_a_number(self, police):
        made = make_case(police, flags=["mass_victims", "mass_victims"], amount_involved="36000.5")
        assert made["status"] == "received"
        assert made["number"].startswith("AJ-341522118-")
        assert made["flags"] == ["mass_victims"]
        assert made["amount_involved"] == "36000.50"
        assert made["is_backlog"] is False
        assert made["owner_unit"]["name"] == "派出所"

    @pytest.mark.parametrize(
        ("field", "value", "pointer"),
        [
            ("title", None, "/title"),
            ("title", "", "/title"),
            ("primary_category", None, "/primary_category"),
            ("primary_category", "C9", "/primary_category"),
            ("charges", ["murder"], "/charges/0"),
            ("flags", ["urgent"], "/flags/0"),
            ("amount_involved", "-1", "/amount_involved"),
            ("amount_involved", 12.5, "/amount_involved"),
            ("victims_count", -1, "/victims_count"),
            ("division_code", "341522118999", "/division_code"),
            ("source_lead_ids", ["x"], "/source_lead_ids/0"),
            ("source_lead_ids", [str(uuid4())], "/source_lead_ids/0"),
            ("status", "closed", "/status"),
            ("summary", "a\u0000b", "/summary"),
        ],
    )
    def test_bad_fields_are_named(self, police, field, value, pointer):
        answer = police.post("/cases", json=case(**{field: value}))
        assert answer.status_code == 422, answer.text
        assert pointer in [e["pointer"] for e in answer.json()["errors"]]

    def test_identifiers_in_texts_are_masked_found_and_revealed_with_a_reason(self, police, client):
        phone = factories.phone()
        made = make_case(police, summary=f"嫌疑人电话{phone}。")
        assert phone not in str(made)
        found = police.get("/cases", params={"q": phone}).json()["items"]
        assert [item["id"] for item in found] == [made["id"]]
        url = f"/cases/{made['id']}/reveals"
        asked = {"fields": ["summary", "identifiers"], "reason": "核对嫌疑人电话"}
        values = police.post(url, json=asked).json()["values"]
        assert values["summary"] == f"嫌疑人电话{phone}。"
        assert phone in values["identifiers"]
        assert client("office").post(url, json=asked).status_code == 403
        other = make_case(police)
        assert police.post(f"/cases/{other['id']}/reveals", json=asked).status_code == 403

    def test_the_same_key_makes_one_case(self, police):
        key, body = {"Idempotency-Key": uuid4().hex}, case()
        first = police.post("/cases", json=body, headers=key)
        again = police.post("/cases", json=body, headers=key)
        other = police.post("/cases", json=case(), headers=key)
        assert (again.status_code, again.json()) == (201, first.json())
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


class TestPoliceCaseNumber:
    def test_a_replay_answers_with_the_case_that_is_there(self, police):
        body = case(police_case_no=f"A{uuid4().int % 10**22:022d}")
        first = police.post("/cases", json=body)
        again = police.post("/cases", json=body)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json()["id"] == first.json()["id"]

    def test_many_at_once_make_one(self, police):
        body = case(police_case_no=f"霍公经{uuid4().hex[:10]}")
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: police.post("/cases", json=body), range(6)))
        assert sorted(a.status_code for a in answers) == [200] * 5 + [201]
        assert len({a.json()["id"] for a in answers}) == 1

    def test_another_case_under_the_same_number_is_refused(self, police):
        number = uuid4().hex
        made = make_case(police, police_case_no=number)
        answer = police.post("/cases", json=case(police_case_no=number))
        assert (answer.status_code, answer.json()["code"]) == (409, "police_case_no_taken")
        assert answer.json()["number"] == made["number"]
        other = make_case(police)
        change = {"version": 1, "police_case_no": number}
        assert police.patch(f"/cases/{other['id']}", json=change).status_code == 409

    @pytest.mark.parametrize(
        "again",
        [
            "霍公立字[{}]888号", "霍公立字(２０２６){}８８８号", "霍公立字【{}】 888 号",
            "霍公立字〔{}〕888号", " 霍公立字〔 {} 〕８８８号 ",
        ],
    )  # fmt: skip
    def test_a_number_is_the_same_however_it_is_written(self, police, again):
        year = f"{2026}{uuid4().int % 10**9:09d}"
        made = make_case(police, police_case_no=f"霍公立字〔{year}〕888号")
        if "(２０２６)" in again:
            again = again.replace("(２０２６){}", "（{}）")
        number = again.format(year)
        answer = police.post("/cases", json=case(police_case_no=number))
        assert (answer.status_code, answer.json()["code"]) == (409, "police_case_no_taken")
        assert answer.json()["number"] == made["number"]
        other = make_case(police)
        change = {"version": 1, "police_case_no": number}
        assert police.patch(f"/cases/{other['id']}", json=change).status_code == 409
        own = {"version": 1, "police_case_no": number}
        assert police.patch(f"/cases/{made['id']}", json=own).status_code == 200

    def test_digits_apart_are_other_numbers(self, police):
        serial = uuid4().int % 10**9
        make_case(police, police_case_no=f"霍公立字〔{serial}1〕23号")
        make_case(police, police_case_no=f"霍公立字〔{serial}〕123号")

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("summary", "另一段案情", "简要案情"), ("amount_involved", "5.00", "涉案金额"),
            ("victims_count", 3, "受害人数"), ("charges", ["fraud"], "涉嫌罪名"),
            ("primary_category", "C2", "主要类别"), ("is_backlog", True, "存案"),
        ],
    )  # fmt: skip
    def test_the_same_number_with_other_contents_drops_nothing_in_silence(
        self, police, field, value, said
    ):
        body = case(
            police_case_no=uuid4().hex, summary="嫌疑人王某电话13912345678", amount_involved="4.00"
        )
        made = make_case(police, **body)
        assert police.post("/cases", json=body).status_code == 200
        answer = police.post("/cases", json=body | {field: value})
        assert (answer.status_code, answer.json()["code"]) == (409, "police_case_no_taken")
        assert (answer.json()["id"], answer.json()["number"]) == (made["id"], made["number"])
        assert said in answer.json()["detail"]

    def test_cases_without_a_number_do_not_collide(self, police):
        assert make_case(police)["id"] != make_case(police)["id"]


class TestFromLeads:
    def test_the_case_takes_what_the_lead_knows_and_each_shows_the_other(self, police, client):
        lead = conclude(client("office"), police)
        answer = police.post("/cases", json={"source_lead_ids": [lead["id"]]})
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert lead["subject_name"] in made["title"]
        assert made["primary_category"] == lead["primary_category"]
        assert made["division_code"] == lead["division_code"]
        assert made["source_lead_ids"] == [lead["id"]]
        assert made["source_leads"] == [
            {"id": lead["id"], "number": lead["number"], "subject_name": lead["subject_name"]}
        ]
        linked = [{"id": made["id"], "number": made["number"]}]
        assert police.get(f"/leads/{lead['id']}").json()["cases"] == linked
        assert client("office").get(f"/leads/{lead['id']}").json()["cases"] == linked
        found = police.get("/cases", params={"source_lead_id": lead["id"]}).json()["items"]
        assert [item["id"] for item in found] == [made["id"]]

    def test_it_is_filled_in_with_what_the_lead_says_numbers_and_all(self, police, client):
        phone = factories.phone()
        lead = conclude(
            client("office"), police, amount_involved="42500.00", people_involved=7,
            narrative=f"收款人电话{phone}，骗了七位老人。",
        )  # fmt: skip
        made = police.post("/cases", json={"source_lead_ids": [lead["id"]]}).json()
        assert (made["amount_involved"], made["victims_count"]) == ("42500.00", 7)
        assert made["summary"] == lead["narrative"], "as it stands in the lead, masked"
        asked = {"fields": ["summary"], "reason": "核对收款人"}
        plain = police.post(f"/cases/{made['id']}/reveals", json=asked).json()["values"]
        assert plain["summary"] == f"收款人电话{phone}，骗了七位老人。"

    def test_what_was_taken_away_stays_away(self, police, client):
        lead = conclude(client("office"), police, amount_involved="42500.00", people_involved=7)
        body = {"source_lead_ids": [lead["id"]], "summary": "", "amount_involved": None}
        made = police.post("/cases", json=body | {"victims_count": 3}).json()
        assert (made["summary"], made["amount_involved"], made["victims_count"]) == ("", None, 3)

    def test_a_village_sees_the_lead_but_not_that_there_is_a_case(self, police, client):
        lead = conclude(client("office"), police)
        police.post("/cases", json={"source_lead_ids": [lead["id"]]})
        seen = client("village01").get(f"/leads/{lead['id']}")
        assert seen.status_code == 200
        assert seen.json()["cases"] == []

    async def test_the_lead_s_timeline_tells_of_it_without_the_number(
        self, police, client, session
    ):
        lead = conclude(client("office"), police)
        made = police.post("/cases", json={"source_lead_ids": [lead["id"]]}).json()
        rows = await session.scalars(
            select(Event.data).where(
                Event.subject_id == UUID(lead["id"]), Event.name == "lead.linked"
            )
        )
        assert rows.all() == [{"to": "case", "case_id": made["id"]}]

    async def test_no_event_of_a_case_holds_a_phone(self, police, session):
        phone = factories.phone()
        made = make_case(police, title=f"电话{phone}诈骗案", summary=phone)
        made = act(police, made, "accept")
        made = act(police, made, "decline_to_file", reason=f"{phone}无法查证", **COUNTY)
        assert phone not in str(made)
        told = await session.scalars(
            select(Event.data).where(Event.subject_id == UUID(made["id"])).order_by(Event.id)
        )
        found = told.all()
        assert [t.get("action") for t in found] == [None, "accept", "decline_to_file"]
        assert phone not in str(found)

    def test_several_leads_become_one_case(self, police, client):
        leads = [conclude(client("office"), police)["id"] for _ in range(2)]
        made = police.post("/cases", json={"source_lead_ids": [*leads, leads[0]]}).json()
        assert set(made["source_lead_ids"]) == set(leads)

    @pytest.mark.parametrize("conclusion", ["illegal", "civil_dispute", "unfounded"])
    def test_a_lead_that_is_no_suspected_crime_is_refused(self, police, client, conclusion):
        lead = conclude(client("office"), police, conclusion)
        answer = police.post("/cases", json={"source_lead_ids": [lead["id"]]})
        assert (answer.status_code, answer.json()["code"]) == (422, "lead_not_suspected_crime")
        assert answer.json()["article"]

    def test_a_lead_without_a_conclusion_is_refused(self, police, client):
        lead = assign(client("office"), make_lead(client("office")), police)
        answer = police.post("/cases", json={"source_lead_ids": [lead["id"]]})
        assert answer.json()["code"] == "lead_not_suspected_crime"

    def test_a_lead_that_is_not_visible_is_as_good_as_none(self, police, client):
        lead = conclude(client("office"), client("market"))
        answer = police.post("/cases", json={"source_lead_ids": [lead["id"]]})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "lead_unknown"


class TestVisibility:
    def test_who_reads_a_case(self, client, police):
        made = make_case(police)
        seen = {
            who: client(who).get(f"/cases/{made['id']}").status_code
            for who in (
                "police", "office", "leader", "supervisor", "finance", "market", "civil",
                "village01", "grid01", "county", "system_admin", "audit_admin",
            )
        }  # fmt: skip
        assert {who for who, status in seen.items() if status == 200} == {
            "police",
            "office",
            "leader",
            "supervisor",
        }
        assert set(seen.values()) == {200, 403}

    def test_the_gateway_acts_for_its_unit(self, gateway, police):
        made = make_case(gateway)
        assert police.get(f"/cases/{made['id']}").status_code == 200
        assert act(gateway, made, "accept")["status"] == "under_review"

    def test_a_case_of_another_unit_does_not_exist(self, other_police, police):
        made = make_case(police)
        url = f"/cases/{made['id']}"
        assert other_police.get(url).status_code == 404
        assert other_police.act(url, "accept", 1).status_code == 404
        assert other_police.patch(url, json={"version": 1, "title": "x"}).status_code == 404
        asked = {"fields": ["summary"], "reason": "看看内容"}
        assert other_police.post(f"{url}/reveals", json=asked).status_code == 404
        ids = [i["id"] for i in other_police.get("/cases", params={"limit": 200}).json()["items"]]
        assert made["id"] not in ids

    def test_a_number_of_another_unit_is_refused_without_saying_whose(self, other_police, police):
        number = uuid4().hex
        make_case(police, police_case_no=number)
        answer = other_police.post("/cases", json=case(police_case_no=number))
        assert answer.status_code == 409
        assert "number" not in answer.json()

    def test_nothing_is_not_found(self, police):
        assert police.get(f"/cases/{uuid4()}").status_code == 404

    def test_those_who_only_read_are_offered_nothing_and_refused(self, client, police):
        made = make_case(police)
        seen = client("office").get(f"/cases/{made['id']}").json()
        assert seen["available_actions"] == []
        assert client("office").act(f"/cases/{made['id']}", "accept", 1).status_code == 403
        change = {"version": 1, "title": "改"}
        assert client("office").patch(f"/cases/{made['id']}", json=change).status_code == 403


class TestWalk:
    def test_from_intake_to_archive(self, police):
        made = make_case(police)
        made = act(police, made, "accept", accepted_on=YESTERDAY, document_no="受案1号")
        assert (made["status"], made["due_rule"]) == ("under_review", "INT-04")
        assert made["due_on"] > YESTERDAY
        assert made["due_rule_version"] == 1
        made = act(police, made, "file", filed_on=YESTERDAY, **COUNTY)
        assert (made["status"], made["filed_on"], made["due_on"]) == (
            "investigating",
            YESTERDAY,
            None,
        )
        made = act(police, made, "solve", solved_on=str(TODAY))
        assert (made["status"], made["solved_on"]) == ("investigating", str(TODAY))
        made = act(police, made, "conclude_investigation")
        made = act(police, made, "send_to_procuratorate", **COUNTY)
        made = act(police, made, "return_for_investigation", reason="补证", document_no="退1号")
        assert (made["returns_count"], made["due_rule"]) == (1, "PRO-02")
        made = act(police, made, "conclude_investigation")
        assert made["due_rule"] == "PRO-02", "the month runs until the case is sent again"
        made = act(police, made, "send_to_procuratorate", **COUNTY)
        assert made["due_on"] is None
        made = act(police, made, "indict", document_no="霍检刑诉〔2022〕9号")
        made = act(police, made, "adjudge", document_no="（2022）皖1522刑初123号")
        made = act(police, made, "enforce")
        made = act(police, made, "close", reason="执行完毕")
        assert (made["status"], made["closed_on"]) == ("closed", str(TODAY))
        assert [d["action"] for d in made["decisions"]] == [
            "accept", "file", "solve", "conclude_investigation", "send_to_procuratorate",
            "return_for_investigation", "conclude_investigation", "send_to_procuratorate",
            "indict", "adjudge", "enforce", "close",
        ]  # fmt: skip
        assert made["decisions"][1]["document_no"] == COUNTY["document_no"]
        assert made["decisions"][1]["authority_level"] == "county_psb"
        assert made["decisions"][1]["charges"] == ["illegal_deposits"]
        assert [a["action"] for a in made["available_actions"]] == ["enforce", "reopen"]

    def test_a_third_return_is_refused_by_the_law(self, police):
        made = prosecuted(police)
        for _ in range(2):
            made = act(police, made, "return_for_investigation", reason="补证", document_no="退")
            made = act(police, made, "conclude_investigation")
            made = act(police, made, "send_to_procuratorate", **COUNTY)
        answer = police.act(
            f"/cases/{made['id']}",
            "return_for_investigation",
            made["version"],
            reason="再补证",
            document_no="退3号",
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "returned_twice")
        assert "第一百七十五条" in answer.json()["article"]

    def test_no_filing_then_filing_on_new_facts(self, police):
        made = act(police, make_case(police), "accept")
        made = act(police, made, "decline_to_file", reason="没有犯罪事实", **COUNTY)
        assert (made["status"], made["due_on"]) == ("not_filed", None)
        url = f"/cases/{made['id']}"
        bare = police.act(url, "file", made["version"], filed_on=str(TODAY), **COUNTY)
        assert bare.status_code == 422
        assert bare.json()["errors"][0]["pointer"] == "/reason"
        made = act(police, made, "file", filed_on=str(TODAY), reason="检察机关通知立案", **COUNTY)
        assert made["status"] == "investigating"

    def test_withdrawing_a_filed_case_needs_the_county_and_refiling_a_reason(self, police):
        made = act(police, filed(police), "solve", solved_on=str(TODAY))
        url = f"/cases/{made['id']}"
        low = police.act(url, "withdraw", made["version"], reason="不应追究刑事责任")
        assert (low.status_code, low.json()["code"]) == (422, "authority_too_low")
        made = act(police, made, "withdraw", reason="不应追究刑事责任", **COUNTY)
        assert (made["status"], made["solved_on"]) == ("withdrawn", None)
        assert asked_to_file(made)["reason"]["required"] is True
        silent = police.act(url, "file", made["version"], filed_on=str(TODAY), **COUNTY)
        assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (422, "/reason")
        made = act(police, made, "file", filed_on=str(TODAY), reason="发现新的证据", **COUNTY)
        assert made["status"] == "investigating"

    def test_a_first_filing_asks_for_no_reason_of_refiling(self, police):
        made = act(police, make_case(police), "accept")
        assert "reason" not in asked_to_file(made)
        given = police.act(
            f"/cases/{made['id']}", "file", made["version"], filed_on=str(TODAY),
            reason="发现新的证据", **COUNTY,
        )  # fmt: skip
        assert (given.status_code, given.json()["errors"][0]["code"]) == (422, "not_asked")

    def test_a_record_made_by_mistake_is_taken_back_and_cannot_be_filed(self, police):
        made = act(police, make_case(police), "withdraw", reason="重复登记")
        answer = police.act(
            f"/cases/{made['id']}", "file", made["version"], filed_on=str(TODAY), **COUNTY
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "not_accepted")

    def test_no_indictment_is_closed_or_reviewed_again(self, police):
        made = act(
            police, prosecuted(police), "decline_to_indict",
            document_no="霍检不诉1号", ground="insufficient_evidence", reason="证据不足",
        )  # fmt: skip
        assert made["not_indicted_ground"] == "insufficient_evidence"
        made = act(police, made, "close", reason="不起诉")
        made = act(police, made, "reopen", reason="发现新的证据")
        assert (made["status"], made["closed_on"], made["returns_count"]) == (
            "under_review",
            None,
            0,
        )

    def test_property_found_later_is_still_pursued(self, police):
        made = act(police, prosecuted(police), "indict", document_no="诉1号")
        made = act(police, made, "adjudge", document_no="判1号")
        made = act(police, made, "close", reason="财产部分执行完毕")
        made = act(police, made, "enforce")
        assert (made["status"], made["closed_on"]) == ("enforcing", None)


class TestRefusals:
    def test_the_wrong_state_names_what_is_allowed(self, police):
        made = make_case(police)
        answer = police.act(f"/cases/{made['id']}", "indict", 1, document_no="诉1号")
        assert (answer.status_code, answer.json()["code"]) == (409, "transition_not_allowed")
        assert answer.json()["allowed"] == [
            "accept", "withdraw", "divert_civil", "divert_administrative",
        ]  # fmt: skip
        offered = [a["action"] for a in made["available_actions"]]
        assert [*answer.json()["allowed"], "edit"] == offered

    def test_a_stale_version(self, police):
        made = make_case(police)
        act(police, made, "accept")
        url = f"/cases/{made['id']}"
        stale = police.act(url, "withdraw", 1, reason="重复")
        assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
        assert police.patch(url, json={"version": 1, "title": "改"}).status_code == 409
        missing = police.post(f"{url}/transitions", json={"action": "accept"})
        assert missing.status_code == 428

    @pytest.mark.parametrize(
        "level", ["police_station", "township", "county_court", "county_procuratorate"]
    )
    @pytest.mark.parametrize("action", ["file", "decline_to_file"])
    def test_the_station_cannot_decide(self, police, action, level):
        made = act(police, make_case(police), "accept")
        extra = {"filed_on": str(TODAY)} if action == "file" else {"reason": "无犯罪事实"}
        answer = police.act(
            f"/cases/{made['id']}",
            action,
            made["version"],
            document_no="所立字1号",
            authority_level=level,
            **extra,
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "authority_too_low")
        assert "第一百七十八条" in answer.json()["article"]
        assert police.get(f"/cases/{made['id']}").json()["status"] == "under_review"

    @pytest.mark.parametrize(
        ("fields", "pointer"),
        [
            ({"filed_on": TOMORROW}, "/filed_on"),
            ({"filed_on": "2022-05-01"}, "/filed_on"),
            ({"filed_on": "2022-02-30"}, "/filed_on"),
            ({"filed_on": None}, "/filed_on"),
            ({"document_no": ""}, "/document_no"),
            ({"document_no": None}, "/document_no"),
            ({"authority_level": "me"}, "/authority_level"),
            ({"authority_level": None}, "/authority_level"),
            ({"charges": ["fraud"]}, "/charges"),
        ],
    )
    def test_a_filing_that_is_not_in_order(self, police, fields, pointer):
        made = act(police, make_case(police), "accept", accepted_on=YESTERDAY)
        body = {"action": "file", "version": made["version"], "filed_on": YESTERDAY} | COUNTY
        body = {k: v for k, v in (body | fields).items() if v is not None}
        answer = police.post(f"/cases/{made['id']}/transitions", json=body)
        assert answer.status_code == 422, answer.text
        assert pointer in [e["pointer"] for e in answer.json()["errors"]]

    def test_filing_needs_a_charge(self, police):
        made = act(police, make_case(police, charges=[]), "accept")
        assert made["due_rule"] == "INT-02"
        answer = police.act(
            f"/cases/{made['id']}", "file", made["version"], filed_on=str(TODAY), **COUNTY
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "charges_missing")

    def test_all_that_is_wrong_with_a_filing_is_told_at_once(self, police):
        made = act(police, make_case(police, charges=[]), "accept", accepted_on=YESTERDAY)
        answer = police.act(
            f"/cases/{made['id']}", "file", made["version"], document_no="某号", filed_on=BEFORE,
            authority_level="police_station", reason="现在不问",
        )  # fmt: skip
        told = answer.json()
        assert (answer.status_code, told["code"]) == (422, "charges_missing"), told
        assert told["article"]
        assert {e["pointer"]: e["code"] for e in told["errors"]} == {
            "/charges": "charges_missing",
            "/reason": "not_asked",
            "/authority_level": "authority_too_low",
            "/filed_on": "too_early",
        }
        assert act(police, made, "decline_to_file", **COUNTY, reason="某")["status"] == "not_filed"

    def test_a_withdrawal_without_its_paper_says_both(self, police):
        made = filed(police)
        answer = police.act(f"/cases/{made['id']}", "withdraw", made["version"], reason="某")
        assert [e["pointer"] for e in answer.json()["errors"]] == [
            "/authority_level", "/document_no",
        ]  # fmt: skip

    def test_an_accepted_day_to_come_is_refused(self, police):
        made = make_case(police)
        answer = police.act(f"/cases/{made['id']}", "accept", 1, accepted_on=TOMORROW)
        assert answer.json()["errors"][0]["code"] == "in_future"

    def test_solving_before_filing_or_twice(self, police):
        made = filed(police)
        url = f"/cases/{made['id']}"
        early = police.act(url, "solve", made["version"], solved_on="2022-05-14")
        assert early.json()["errors"][0]["code"] == "too_early"
        made = act(police, made, "solve", solved_on=YESTERDAY)
        again = police.act(url, "solve", made["version"], solved_on=str(TODAY))
        assert (again.status_code, again.json()["code"]) == (409, "already_solved")

    def test_two_at_once_one_wins(self, police):
        made = act(police, make_case(police), "accept")
        url = f"/cases/{made['id']}"

        def decide(n: int):
            if n % 2:
                return police.act(url, "file", made["version"], filed_on=str(TODAY), **COUNTY)
            return police.act(url, "decline_to_file", made["version"], reason="无事实", **COUNTY)

        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(decide, range(6)))
        assert sorted(a.status_code for a in answers) == [200] + [409] * 5
        assert len(police.get(url).json()["decisions"]) == 2

    def test_the_same_transition_sent_twice_with_one_key_happens_once(self, police):
        made = make_case(police)
        key = {"Idempotency-Key": uuid4().hex}
        body = {"action": "accept", "version": 1}
        url = f"/cases/{made['id']}/transitions"
        answers = [police.post(url, json=body, headers=key) for _ in range(2)]
        assert [a.status_code for a in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()


class TestUpdate:
    def test_what_is_left_out_stays(self, police):
        made = make_case(police, flags=["major"], victims_count=12)
        body = {"version": 1, "summary": "补充案情", "is_backlog": True, "amount_involved": "1"}
        changed = police.patch(f"/cases/{made['id']}", json=body).json()
        assert (changed["version"], changed["summary"]) == (2, "补充案情")
        assert (changed["is_backlog"], changed["amount_involved"]) == (True, "1.00")
        assert (changed["flags"], changed["victims_count"]) == (["major"], 12)

    def test_a_new_qualification_moves_the_review_clock(self, police):
        made = act(police, make_case(police, charges=["fraud"]), "accept", accepted_on=YESTERDAY)
        assert made["due_rule"] == "INT-02"
        body = {"version": made["version"], "charges": ["fraud", "fundraising_fraud"]}
        changed = police.patch(f"/cases/{made['id']}", json=body).json()
        assert changed["due_rule"] == "INT-04"
        assert changed["due_on"] > made["due_on"]

    def test_a_filed_case_keeps_a_charge(self, police):
        made = filed(police)
        body = {"version": made["version"], "charges": []}
        assert police.patch(f"/cases/{made['id']}", json=body).status_code == 422

    def test_a_closed_case_is_not_changed(self, police):
        made = act(police, prosecuted(police), "indict", document_no="诉1号")
        made = act(police, made, "adjudge", document_no="判1号")
        made = act(police, made, "close", reason="执行完毕")
        body = {"version": made["version"], "title": "改"}
        answer = police.patch(f"/cases/{made['id']}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "closed")

    @pytest.mark.parametrize("field", ["status", "filed_on", "owner_unit_id", "number"])
    def test_decisions_are_not_patched(self, police, field):
        made = make_case(police)
        answer = police.patch(f"/cases/{made['id']}", json={"version": 1, field: "x"})
        assert answer.status_code == 422


class TestPages:
    def test_filters_find_just_what_they_say(self, police):
        made = filed(police, flags=["collapse_risk"], is_backlog=True, primary_category="C6")

        def finds(**query) -> bool:
            answer = police.get("/cases", params={"limit": 200} | query)
            assert answer.status_code == 200, answer.text
            return made["id"] in [item["id"] for item in answer.json()["items"]]

        for yes in (
            {"status": "investigating"},
            {"status": ["closed", "investigating"]},
            {"primary_category": "C6"},
            {"flag": "collapse_risk"},
            {"charge": "illegal_deposits"},
            {"is_backlog": True},
            {"is_solved": False},
            {"overdue": False},
            {"owner_unit_id": made["owner_unit"]["id"]},
            {"division_code": "341522"},
            {"filed_from": YESTERDAY, "filed_to": YESTERDAY},
            {"q": made["number"].lower()},
            {"q": made["title"][-9:]},
        ):
            assert finds(**yes), yes
        for no in (
            {"status": "closed"},
            {"primary_category": "C1"},
            {"flag": "major"},
            {"charge": "fraud"},
            {"is_backlog": False},
            {"is_solved": True},
            {"overdue": True},
            {"owner_unit_id": str(uuid4())},
            {"division_code": "341523"},
            {"filed_from": TOMORROW},
            {"filed_to": "2022-01-01"},
            {"solved_from": "2022-01-01"},
            {"due_from": "2022-01-01"},
            {"due_to": "2022-01-01"},
            {"q": "没有这样的案件"},
        ):
            assert not finds(**no), no

    @pytest.mark.parametrize("sort", ["-id", "id", "-filed_on", "filed_on"])
    def test_walking_forth_sees_every_case_once_in_order(self, police, sort):
        mine = {make_case(police)["id"], make_case(police)["id"], filed(police)["id"]}
        seen, cursor = [], None
        while True:
            query = {"limit": 3, "sort": sort} | ({"cursor": cursor} if cursor else {})
            answer = police.get("/cases", params=query)
            assert answer.status_code == 200, answer.text
            seen += answer.json()["items"]
            cursor = answer.json()["next_cursor"]
            if cursor is None:
                break
        ids = [item["id"] for item in seen]
        assert len(ids) == len(set(ids))
        assert mine <= set(ids)
        field = sort.removeprefix("-")
        keys = [(item[field] or "", item["id"]) for item in seen]
        assert keys == sorted(keys, reverse=sort.startswith("-"))

    @pytest.mark.parametrize("query", [{"flag": "x"}, {"limit": 0}, {"nope": 1}, {"sort": "title"}])
    def test_bad_queries(self, police, query):
        assert police.get("/cases", params=query).status_code == 422
