"""The informant vault over HTTP: asked for, approved by another, seen for a while by one person."""

import random
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from api.core.base import clock
from tests.answers import done
from tests.conftest import Client
from tests.database import run_sql
from tests.duties import duties as waiting
from tests.factories import assign, make_lead
from tests.papers import said as said_on
from tests.public import hand_in
from tests.vault import REASON, ask, decide, name, offered, panel, person, see


def recuse(who: Client, lead: dict, place: str, to: Client, reason: str = "与被举报人是亲属"):
    shown = panel(who, lead)
    return who.post(
        f"/leads/{lead['id']}/informants/recusals",
        json={
            "place": place,
            "reason": reason,
            "replacement_id": to.me["user"]["id"],
            "version": shown["version"],
        },
    )


@pytest.fixture
def opened(client):
    """A lead whose identity the office asked for and the leader approved."""
    reporter = person()
    lead = make_lead(client("office"), reporter=reporter)
    waiting = ask(client("office"), lead).json()["openings"][0]
    answer = decide(client("leader"), waiting)
    assert answer.status_code == 200, answer.text
    return lead, reporter, answer.json()["openings"][0]


class TestOpening:
    def test_asked_approved_by_another_and_seen_by_the_one_who_asked(self, client, opened):
        lead, reporter, opening = opened
        assert opening["decided_by"]["name"] == client("leader").me["user"]["name"]
        shown = see(client("office"), opening)
        assert shown.status_code == 200, shown.text
        told = shown.json()
        assert (told["name"], told["phone"]) == (reporter["name"], reporter["phone"])
        assert panel(client("office"), lead)["openings"][0]["times_seen"] == 1
        for other in ("leader", "police", "county", "supervisor", "civil", "audit_admin"):
            assert see(client(other), opening).status_code in (403, 404), other

    def test_every_look_is_an_event_with_two_people(self, client, opened):
        lead, _, opening = opened
        see(client("office"), opening)
        see(client("office"), opening)
        items = (
            client("audit_admin")
            .get("/audit/events", params={"name": "informant.opened", "limit": 50})
            .json()["items"]
        )
        mine = [i for i in items if i["data"]["opening_id"] == opening["id"]]
        assert len(mine) == 2
        for each in mine:
            assert each["actor_id"] == client("office").me["user"]["id"]
            assert each["data"]["approved_by_id"] == client("leader").me["user"]["id"]
            assert each["actor_id"] != each["data"]["approved_by_id"]
        timeline = client("office").get(f"/leads/{lead['id']}/timeline").text
        assert "informant." not in timeline, "who looked is the audit's"

    def test_nobody_approves_their_own_request(self, client):
        lead = make_lead(client("office"), reporter=person())
        waiting = ask(client("office"), lead).json()["openings"][0]
        assert [a["action"] for a in waiting["available_actions"]] == ["withdraw"]
        answer = decide(client("office"), waiting)
        assert (answer.status_code, answer.json()["code"]) == (403, "own_request")
        refused = see(client("office"), waiting)
        assert (refused.status_code, refused.json()["code"]) == (403, "opening_not_open")

    def test_the_database_itself_refuses_a_lonely_approval(self, client, running):
        lead = make_lead(client("office"), reporter=person())
        waiting = ask(client("office"), lead).json()["openings"][0]
        with pytest.raises(asyncpg.CheckViolationError):
            run_sql(
                running,
                "UPDATE informant_openings SET status = 'approved', expires_at = requested_at,"
                " decided_by_id = requested_by_id WHERE id = $1",
                waiting["id"],
            )

    def test_the_time_runs_out(self, client, running, opened):
        lead, _, opening = opened
        run_sql(
            running,
            "UPDATE informant_openings SET expires_at = $2 WHERE id = $1",
            opening["id"],
            clock.now() - timedelta(seconds=1),
        )
        answer = see(client("office"), opening)
        assert (answer.status_code, answer.json()["code"]) == (403, "opening_not_open")
        shown = panel(client("office"), lead)["openings"][0]
        assert shown["status_label"] == "已到期"
        assert not shown["can_see"]
        assert ask(client("office"), lead).status_code == 200, "a new request is needed"

    @pytest.mark.parametrize(
        ("who", "action", "fields"),
        [
            ("leader", "refuse", {"reason": "理由不充分"}),
            ("office", "withdraw", {}),
        ],
    )
    def test_what_is_not_approved_opens_nothing(self, client, who, action, fields):
        lead = make_lead(client("office"), reporter=person())
        waiting = ask(client("office"), lead).json()["openings"][0]
        answer = decide(client(who), waiting, action, **fields)
        assert answer.status_code == 200, answer.text
        assert see(client("office"), waiting).status_code == 403

    def test_either_closes_it_early(self, client, opened):
        _, _, opening = opened
        assert decide(client("leader"), opening, "close").status_code == 200
        assert see(client("office"), opening).status_code == 403

    def test_a_repeated_request_does_not_replay_the_name(self, client, opened, running):
        _, reporter, opening = opened
        key = {"Idempotency-Key": uuid4().hex}
        url = f"/informant-openings/{opening['id']}/identities"
        assert reporter["name"] in client("office").post(url, headers=key).text
        assert decide(client("leader"), opening, "close").status_code == 200
        again = client("office").post(url, headers=key)
        assert again.status_code == 403
        assert reporter["name"] not in again.text

    def test_one_request_at_a_time(self, client):
        lead = make_lead(client("office"), reporter=person())
        assert ask(client("office"), lead).status_code == 200
        again = ask(client("office"), lead)
        assert (again.status_code, again.json()["code"]) == (409, "already_asked")

    def test_a_stale_version_is_refused(self, client):
        lead = make_lead(client("office"), reporter=person())
        waiting = ask(client("office"), lead).json()["openings"][0]
        answer = decide(client("leader"), waiting | {"version": 9})
        assert answer.json()["code"] == "stale_version"

    def test_plain_reveals_are_no_way_around(self, client):
        lead = make_lead(client("office"), reporter=person())
        for field in ("reporter.name", "reporter.phone", "reporter", "name_enc"):
            answer = client("office").post(
                f"/leads/{lead['id']}/reveals", json={"fields": [field], "reason": REASON}
            )
            assert answer.status_code == 403, field

    def test_an_anonymous_report_has_nothing_to_open(self, client):
        lead = make_lead(client("office"))
        shown = panel(client("office"), lead)
        assert not shown["is_kept"]
        assert ask(client("office"), lead).json()["code"] == "no_identity"

    def test_other_reports_by_the_same_phone_are_counted(self, client, opened):
        _, reporter, opening = opened
        make_lead(client("office"), reporter=reporter)
        assert see(client("office"), opening).json()["other_leads"] == 1

    def test_the_approver_has_a_duty_and_the_requester_has_not(self, client):
        lead = make_lead(client("office"), reporter=person())
        ask(client("office"), lead)

        def duties(who: str) -> list[dict]:
            return waiting(client(who), lead["id"], "informant_decide")

        (duty,) = duties("leader")
        assert duty["url_hint"] == f"/leads/{lead['id']}"
        assert duty["due_on"]
        assert duties("office") == []
        decide(client("leader"), panel(client("leader"), lead)["openings"][0])
        assert duties("leader") == []


class TestKeepers:
    def test_who_takes_a_report_in_keeps_it(self, client):
        lead = make_lead(client("office"), reporter=person())
        shown = panel(client("office"), lead)
        assert shown["handler"]["name"] == client("office").me["user"]["name"]
        assert shown["supervisor"] is None

    def test_a_village_hands_in_and_the_office_names_somebody(self, client):
        answer = client("village01").post(
            "/leads",
            json={
                "channel": "village_report",
                "narrative": "有人上门推销保健品。",
                "subject_name": "某健康公司",
                "primary_category": "C5",
                "reporter": person(),
            },
        )
        assert answer.status_code == 201, answer.text
        lead = answer.json()
        assert client("village01").get(f"/leads/{lead['id']}/informants").status_code == 403
        assert panel(client("office"), lead)["handler"] is None
        assert ask(client("office"), lead).json()["code"] == "not_keeper"
        assert name(client("leader"), lead, "handler", client("office")).status_code == 200
        assert ask(client("office"), lead).status_code == 200

    def test_two_places_two_people(self, client):
        lead = assign(
            client("office"), make_lead(client("office"), reporter=person()), client("police")
        )
        same = name(client("leader"), lead, "supervisor", client("office"))
        assert same.status_code == 422
        assert same.json()["errors"][0]["code"] == "two_people"
        assert name(client("leader"), lead, "supervisor", client("police")).status_code == 200
        assert ask(client("police"), lead).status_code == 200

    def test_who_does_not_work_on_it_cannot_keep_it(self, client):
        lead = make_lead(client("office"), reporter=person())
        for other in ("police", "leader", "village01", "market"):
            answer = name(client("leader"), lead, "handler", client(other))
            assert answer.status_code == 422, other

    def test_who_is_replaced_is_out_at_once(self, client, opened):
        lead, _, opening = opened
        lead = assign(client("office"), lead, client("police"))
        assert name(client("leader"), lead, "handler", client("police")).status_code == 200
        answer = see(client("office"), opening)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_keeper")

    def test_who_withdraws_is_replaced_and_never_comes_back(self, client, opened):
        lead, _, opening = opened
        lead = assign(client("office"), lead, client("police"))
        answer = recuse(client("office"), lead, "handler", client("police"))
        assert answer.status_code == 200, answer.text
        assert answer.json()["openings"] == [], "what goes on is no longer theirs to see"
        refused = see(client("office"), opening)
        assert (refused.status_code, refused.json()["code"]) == (403, "recused")
        back = name(client("leader"), lead, "handler", client("office"))
        assert back.status_code == 422
        waiting = ask(client("police"), lead).json()["openings"][0]
        assert decide(client("office"), waiting).json()["code"] == "recused"
        shown = decide(client("leader"), waiting).json()
        assert shown["recusals"][0]["person"]["name"] == client("office").me["user"]["name"]
        assert shown["recusals"][0]["replaced_by"]["name"] == client("police").me["user"]["name"]
        assert see(client("police"), waiting).status_code == 200

    def test_the_county_can_be_named_and_then_sees_the_lead(self, client):
        lead = make_lead(client("office"), reporter=person())
        url = f"/leads/{lead['id']}"
        assert client("county").get(url).status_code == 404
        assert recuse(client("office"), lead, "handler", client("county")).status_code == 200
        assert client("county").get(url).status_code == 200


class TestConflict:
    def subject(self, who: Client, subject: str, **over) -> dict:
        return make_lead(who, subject_name=subject, reporter=person(), **over)

    @pytest.mark.parametrize(
        "subject", ["平安办", "众兴集镇党委政府", "众兴集镇政府某领导", "镇专项办主任"]
    )
    def test_what_is_about_the_office_or_above_it_goes_to_the_county(self, client, subject):
        lead = self.subject(client("office"), subject)
        url = f"/leads/{lead['id']}"
        assert lead["status"] == "escalated"
        assert lead["available_actions"] == []
        for town in ("office", "leader", "supervisor", "police", "village01"):
            assert client(town).get(url).status_code == 404, town
            assert client(town).get(f"{url}/timeline").status_code == 404, town
            listed = client(town).get("/leads", params={"q": lead["number"]}).json()["items"]
            assert listed == [], town
        assert client("county").get(url).status_code == 200
        assert name(client("county"), lead, "handler", client("county")).status_code == 200
        assert "lead.routed" in client("county").get(f"{url}/timeline").text

    @pytest.mark.parametrize(
        "subject", ["平安养老服务有限公司", "派出所旁边的养生馆", "新桥村某超市"]
    )
    def test_a_company_is_no_unit(self, client, subject):
        lead = self.subject(client("office"), subject)
        assert lead["status"] == "registered"
        assert panel(client("office"), lead)["accused_units"] == []

    def test_what_is_about_a_unit_is_not_given_to_it(self, client):
        lead = self.subject(client("office"), "派出所民警赵某")
        assert client("office").get(f"/leads/{lead['id']}").status_code == 200
        refused = client("office").act(
            f"/leads/{lead['id']}", "assign", lead["version"],
            unit_id=client("police").me["unit"]["id"],
        )  # fmt: skip
        assert (refused.status_code, refused.json()["code"]) == (422, "conflict_of_interest")
        refused = client("office").act(
            f"/leads/{lead['id']}", "assign", lead["version"],
            unit_id=client("market").me["unit"]["id"],
            assisting_unit_ids=[client("police").me["unit"]["id"]],
        )  # fmt: skip
        assert refused.json()["code"] == "conflict_of_interest"
        assign(client("office"), lead, client("market"))

    def test_a_village_does_not_see_what_is_about_itself(self, client):
        lead = self.subject(client("office"), "新桥村村委会会计", division_code="341522118201")
        assert client("village01").get(f"/leads/{lead['id']}").status_code == 404
        assert client("grid01").get(f"/leads/{lead['id']}").status_code == 404

    def test_a_person_says_whom_it_is_about(self, client):
        lead = make_lead(client("office"), reporter=person())
        lead = assign(client("office"), lead, client("police"))
        url = f"/leads/{lead['id']}"
        answer = client("office").post(
            f"{url}/accused-units",
            json={"unit_id": client("police").me["unit"]["id"], "reason": "举报材料点名该所民警"},
        )
        assert answer.json() == {"routed": True}
        for town in ("police", "office", "leader"):
            assert client(town).get(url).status_code == 404, town
        shown = panel(client("county"), lead)
        assert [u["name"] for u in shown["accused_units"]] == [client("police").me["unit"]["name"]]
        assert (shown["handler"], shown["supervisor"]) == (None, None)

    def test_the_county_gives_back_what_is_no_conflict(self, client):
        lead = self.subject(client("office"), "平安办")
        url = f"/leads/{lead['id']}"
        assert "return" in offered(panel(client("county"), lead))
        answer = client("county").post(f"{url}/returns", json={"reason": "是同名的商户"})
        assert answer.status_code == 204, answer.text
        back = client("office").get(url).json()
        assert back["status"] == "registered"
        assert "assign" in [a["action"] for a in back["available_actions"]]

    def test_whoever_asked_loses_it_with_the_lead(self, client, opened):
        lead, _, opening = opened
        client("leader").post(
            f"/leads/{lead['id']}/accused-units",
            json={"unit_id": client("office").me["unit"]["id"], "reason": "反映本办工作人员"},
        )
        assert see(client("office"), opening).status_code == 404

    def test_who_it_is_about_cannot_ask_whether_it_is_there(self, client):
        """The suggestion of similar leads counts what one may not see; not this."""
        body = {
            "subject_name": "众兴集镇平安办",
            "narrative": f"记号{uuid4().hex}，收了好处费不查。",
        }
        lead = make_lead(client("office"), reporter=person(), **body)
        assert lead["status"] == "escalated"
        told = client("office").post("/leads/similar", json=body)
        assert told.status_code == 200, told.text
        assert lead["number"] not in told.text
        assert told.json()["hidden"] == 0

    def test_a_public_report_goes_there_as_well(self, client, anonymous):
        mark = uuid4().hex[:10]
        hand_in(anonymous, subject_name="众兴集镇政府", narrative=f"截留养老补贴，记号{mark}。")
        assert client("office").get("/leads", params={"q": mark}).json()["items"] == []
        (found,) = client("county").get("/leads", params={"q": mark}).json()["items"]
        told = client("county").get(f"/leads/{found['id']}/timeline").json()["items"]
        assert sorted(each["name"] for each in told) == ["lead.created", "lead.routed"]

    def test_the_county_takes_it_to_its_end(self, client):
        lead = self.subject(client("office"), "平安办")
        url, county = f"/leads/{lead['id']}", client("county")

        def offered_now() -> set[str]:
            return {a["action"] for a in county.get(url).json()["available_actions"]}

        def to_close(who: str) -> list[str]:
            page = client(who).get("/me/duties", params={"kind": "lead_close", "limit": 200}).json()
            return [duty["subject_id"] for duty in page["items"]]

        assert not {"close", "archive"} & offered_now()
        lead = county.act(
            url, "conclude", lead["version"], conclusion="irregular", findings="已核查。"
        ).json()
        lead = county.act(
            url, "feed_back", lead["version"], feedback_mode="letter", feedback_note="已答复。"
        ).json()
        assert lead["status"] == "fed_back"
        assert "close" in offered_now()
        assert lead["id"] in to_close("county")
        assert lead["id"] not in to_close("office")
        refused = client("office").act(
            url, "close", lead["version"], solved="yes", solved_note="已解决。"
        )
        assert refused.status_code == 404
        lead = county.act(
            url, "close", lead["version"], solved="partly", solved_note="已退一半。"
        ).json()
        assert (lead["status"], lead["solved"]) == ("closed", "partly")
        assert lead["id"] not in to_close("county")
        assert offered_now() == {"archive", "reopen_county"}
        lead = county.act(url, "archive", lead["version"]).json()
        assert lead["status"] == "archived"
        assert offered_now() == {"reopen_county"}
        for town in ("office", "leader", "supervisor"):
            assert client(town).get(url).status_code == 404, town

    def test_the_county_closes_nothing_of_the_towns(self, client):
        """It sees what the office sends up, and the office closes that."""
        office, county = client("office"), client("county")
        lead = make_lead(office, reporter=person())
        url = f"/leads/{lead['id']}"
        lead = office.act(url, "escalate", lead["version"], reason="跨镇").json()
        lead = office.act(
            url, "feed_back", lead["version"], feedback_mode="phone", feedback_note="已告知。"
        ).json()
        shown = county.get(url).json()
        assert not {"close", "archive"} & {a["action"] for a in shown["available_actions"]}
        closing = {"solved": "yes", "solved_note": "已解决。"}
        receipt = {"receipt_no": "1", "received_by": "某某", "received_at": clock.now().isoformat()}
        lead = county.act(url, "record_receipt", lead["version"], **receipt).json()
        said = {
            "result": "handled",
            "result_on": clock.today().isoformat(),
            "result_note": "已协调",
        }
        lead = county.act(url, "record_result", lead["version"], **said).json()
        refused = county.act(url, "close", lead["version"], **closing)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_own_unit")
        page = county.get("/me/duties", params={"kind": "lead_close", "limit": 200}).json()
        assert lead["id"] not in {duty["subject_id"] for duty in page["items"]}
        found = {"conclusion": "irregular", "findings": "县里协调，已整改。"}
        lead = office.act(url, "conclude", lead["version"], **found).json()
        answer = {"feedback_mode": "phone", "feedback_note": "已告知结论。"}
        lead = office.act(url, "feed_back", lead["version"], **answer).json()
        lead = office.act(url, "close", lead["version"], **closing).json()
        assert county.act(url, "archive", lead["version"]).json()["code"] == "not_own_unit"


class TestTexts:
    def test_the_informant_leaves_every_text(self, client):
        office, police = client("office"), client("police")
        named = person("诸葛清风")
        phone = named["phone"]
        spaced = f"{phone[:3]} {phone[3:7]} {phone[7:]}"
        said = f"我是诸葛 清风，电话{spaced}，对方电话13800138000。"
        lead = make_lead(
            office, narrative=said, note="诸葛清风来访", reporter=named,
            identifiers=[{"kind": "phone", "value": phone}],
        )  # fmt: skip
        url = f"/leads/{lead['id']}"
        assert lead["narrative"].startswith("我是〔举报人〕，电话〔举报人〕，对方电话138****8000")
        assert lead["note"] == "〔举报人〕来访"
        assert [i["value_mask"] for i in lead["identifiers"]] == ["138****8000"]
        plain = office.post(
            f"{url}/reveals", json={"fields": ["narrative", "identifiers"], "reason": REASON}
        ).text
        assert "13800138000" in plain
        for canary in ("诸葛", phone):
            assert canary not in plain
        assert office.get("/leads", params={"q": phone}).json()["items"] == []
        lead = assign(office, lead, police)
        lead = police.act(url, "acknowledge", lead["version"]).json()
        lead = police.act(
            url, "conclude", lead["version"], conclusion="illegal",
            findings=f"经向诸葛清风（{phone}）核实，属实。",
        ).json()  # fmt: skip
        assert lead["findings"] == "经向〔举报人〕（〔举报人〕）核实，属实。"
        lead = police.act(
            url, "feed_back", lead["version"], feedback_mode="phone", feedback_note="已答复诸葛清风"
        ).json()
        assert lead["feedback_note"] == "已答复〔举报人〕"
        paper = {"kind": "assignment_slip", "subject_id": lead["id"]}
        slip = done(office.get("/papers/preview", params=paper))
        for canary in ("诸葛", "清风", phone):
            assert canary not in str(slip)
            assert canary not in office.get(f"{url}/timeline").text

        # a text from before the vault: on paper it says nothing either
        run_sql(
            client("office").running,
            "UPDATE leads SET narrative = '诸葛清风来电' WHERE id = $1",
            lead["id"],
        )
        slip = done(office.get("/papers/preview", params=paper))
        assert "反映内容：〔举报人〕来电" in said_on(slip["blocks"])

        waiting = ask(office, lead, f"回访诸葛清风{phone}").json()["openings"][0]
        assert waiting["reason"] == "回访〔举报人〕〔举报人〕"
        decide(client("leader"), waiting)
        assert see(office, waiting).json()["narrative"] == said


WATCHERS = ["office", "leader", "police", "county", "supervisor", "market", "village01",
            "audit_admin", "security_admin"]  # fmt: skip
KEEPERS, APPROVERS = ["office", "police", "county"], ["office", "leader", "county"]


class Walk:
    """Random acts by random people on one lead, beside a second, naive account of the rules."""

    def __init__(self, client, running, rng: random.Random) -> None:
        self.client, self.running, self.rng = client, running, rng
        self.reporter = person()
        made = make_lead(client("office"), reporter=self.reporter)
        self.lead = assign(client("office"), made, client("police"))
        self.keepers: dict[str, str | None] = {"handler": "office", "supervisor": "police"}
        assert name(client("leader"), self.lead, "supervisor", client("police")).status_code == 200
        self.gone: set[str | None] = set()
        self.openings: list[dict] = []
        self.let_in = 0

    def step(self) -> None:
        acts = [self.ask] * 5 + [self.approve] * 8
        self.rng.choice([*acts, self.close, self.expire, self.name, self.recuse])()

    def ask(self) -> None:
        named = [each for each in self.keepers.values() if each]
        who = self.rng.choice([*named, *named, *WATCHERS[:4]])
        answer = ask(self.client(who), self.lead)
        if answer.status_code == 200:
            assert who in set(named) - self.gone
            new = answer.json()["openings"][0]
            self.openings.append({"id": new["id"], "by": who, "state": "waiting", "approver": None})

    def _decided(self, who: str, state: str, action: str) -> dict | None:
        there = [o for o in self.openings if o["state"] == state]
        if not there:
            return None
        target = self.rng.choice(there)
        (row,) = run_sql(
            self.running, "SELECT version FROM informant_openings WHERE id = $1", target["id"]
        )
        answer = decide(self.client(who), target | {"version": row["version"]}, action)
        return target if answer.status_code == 200 else None

    def approve(self) -> None:
        who = self.rng.choice([*APPROVERS, *WATCHERS[:4]])
        done = self._decided(who, "waiting", "approve")
        if done:
            assert who in set(APPROVERS) - {done["by"]} - self.gone
            done |= {"state": "approved", "approver": who}

    def close(self) -> None:
        done = self._decided(self.rng.choice(WATCHERS[:4]), "approved", "close")
        if done:
            done["state"] = "closed"

    def expire(self) -> None:
        for each in [o for o in self.openings if o["state"] == "approved"][:1]:
            run_sql(
                self.running,
                "UPDATE informant_openings SET expires_at = $2 WHERE id = $1",
                each["id"],
                clock.now() - timedelta(minutes=1),
            )
            each["state"] = "over"

    def name(self) -> None:
        self._replace(name)

    def recuse(self) -> None:
        before = self._replace(recuse)
        self.gone |= {before} - {None}

    def _replace(self, act) -> str | None:
        who, to = self.rng.choice(["office", "leader", "police"]), self.rng.choice(KEEPERS)
        place = self.rng.choice(["handler", "supervisor"])
        before = self.keepers[place]
        answer = act(self.client(who), self.lead, place, self.client(to))
        if answer.status_code != 200:
            return None
        assert to not in self.gone
        self.keepers[place] = to
        for each in self.openings:
            if before and each["by"] == before and each["state"] != "over":
                each["state"] = "closed"
        return before

    def check(self) -> None:
        """Everybody tries every door."""
        for opening in self.openings:
            for who in WATCHERS:
                answer = see(self.client(who), opening)
                allowed = (
                    opening["state"] == "approved"
                    and who == opening["by"] != opening["approver"]
                    and who in self.keepers.values()
                )
                said = (who, opening, self.keepers, self.gone, answer.text)
                assert (answer.status_code == 200) == allowed, said
                assert (self.reporter["name"] in answer.text) == allowed, said
                self.let_in += allowed


def test_only_a_keeper_by_an_open_request_ever_gets_it(client, running):
    rng = random.Random(20261123)  # can be walked again
    let_in = 0
    for _ in range(5):
        walk = Walk(client, running, rng)
        for _ in range(20):
            walk.step()
            walk.check()
        let_in += walk.let_in
    assert let_in > 10, "the walks must open something"
