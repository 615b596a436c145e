"""Restricted files: raised by anybody who sees the lead, known to the few on the list, handed off."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.core.base.clock import today
from api.domain.restricted.restricted_files import MAX_MEMBERS, RESTRICTED_FLOW, RestrictedAction
from tests.database import run_sql
from tests.factories import make_lead
from tests.jobs import run_job
from tests.restricted import TEXT, file_of, hint

#: Everybody who may be named and is not by the rule; and everybody who never can be.
NAMEABLE = ("leader", "office", "police", "supervisor")
NEVER = ("justice", "culture", "finance", "civil", "market", "village01", "village02", "grid01")
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


def user_id(client, who: str) -> str:
    return client(who).me["user"]["id"] if "user" in client(who).me else client(who).me["id"]


def hand_off(who, file: dict, **over) -> httpx.Response:
    fields = {
        "organ": "discipline",
        "organ_name": "霍邱县纪委监委",
        "document_no": "移〔2026〕1号",
        "handed_on": today().isoformat(),
        "receipt": "信访室 签收",
    } | over
    return who.act(f"/restricted-files/{file['id']}", "hand_off", file["version"], **fields)


@pytest.fixture
def lead(client) -> dict:
    return make_lead(client("office"))


@pytest.fixture
def opened(client, lead) -> dict:
    assert hint(client("office"), lead).status_code == 201
    return file_of(client("county"), lead)


def listed(client) -> set[str]:
    """The numbers of the leads whose files somebody's list shows."""
    shown = client.get("/restricted-files", params={"limit": 200}).json()["items"]
    return {each["lead_number"] for each in shown}


class TestRaising:
    def test_it_opens_a_file_for_the_county_alone(self, client, lead):
        answer = hint(client("office"), lead)
        assert answer.status_code == 201, answer.text
        assert set(answer.json()) == {"kind", "raised_at"}
        file = file_of(client("county"), lead)
        assert [each["text"] for each in file["hints"]] == [TEXT]
        assert file["status"] == "opened"
        assert file["due_rule"] == "RST-01"
        assert date.fromisoformat(file["due_on"]) > today()
        assert [each["user"]["name"] for each in file["members"]] == ["何县安"]
        assert file["may_manage"] is True
        # the county's people do not see the lead itself: they read of it here
        assert file["lead"]["subject_name"] == lead["subject_name"]
        assert file["lead"]["visible"] is False
        for who in (*NAMEABLE, *NEVER, *ADMINISTRATORS):
            assert client(who).get(f"/restricted-files/{file['id']}").status_code in {403, 404}

    def test_a_second_hint_is_answered_like_the_first(self, client, lead):
        first = hint(client("office"), lead)
        second = hint(client("leader"), lead, kind="corruption")
        again = hint(client("office"), lead)
        for each in (second, again):
            assert each.status_code == first.status_code
            assert set(each.json()) == set(first.json())
        file = file_of(client("county"), lead)
        assert len(file["hints"]) == 3
        assert file["kinds"] == ["corruption", "umbrella"]

    def test_the_raiser_sees_that_they_raised_it_and_no_more(self, client, lead):
        hint(client("office"), lead)
        params = {"lead_id": lead["id"]}
        mine = client("office").get("/restricted-files/hints", params=params).json()
        assert [set(each) for each in mine["items"]] == [{"kind", "raised_at"}]
        assert client("leader").get("/restricted-files/hints", params=params).json() == {
            "items": []
        }
        assert lead["number"] not in listed(client("office"))

    def test_about_the_county_it_goes_to_the_supervisors(self, client, lead):
        assert hint(client("office"), lead, addressee="supervisor").status_code == 201
        assert file_of(client("supervisor"), lead)["owner"]["name"] == "胡正清"
        assert lead["number"] not in listed(client("county"))

    def test_only_on_leads_that_one_sees(self, client, lead):
        for who in ("market", "village02"):
            assert hint(client(who), lead).status_code == 404
            params = {"lead_id": lead["id"]}
            assert client(who).get("/restricted-files/hints", params=params).status_code == 404
        own = make_lead(client("grid01"), division_code="341522118201")
        assert hint(client("grid01"), own).status_code == 201
        assert hint(client("village01"), own).status_code == 201
        assert hint(client("finance"), lead).status_code == 403

    def test_the_same_request_twice_is_one_hint(self, client, lead):
        key = {"Idempotency-Key": uuid4().hex}
        body = {"lead_id": lead["id"], "kind": "umbrella", "text": TEXT}
        for _ in range(2):
            client("office").post("/restricted-files/hints", json=body, headers=key)
        assert len(file_of(client("county"), lead)["hints"]) == 1

    @pytest.mark.parametrize(
        "over", [{"text": ""}, {"text": "短"}, {"kind": "x"}, {"lead_id": "x"}]
    )
    def test_nonsense_is_refused(self, client, lead, over):
        assert hint(client("office"), lead, **over).status_code == 422


class TestHandingOff:
    def test_there_is_no_way_round_it(self, client, opened):
        county = client("county")
        url = f"/restricted-files/{opened['id']}"
        assert [each["action"] for each in opened["available_actions"]] == ["hand_off"]
        early = county.act(url, "close", opened["version"], reason="不用移交了")
        assert (early.status_code, early.json()["code"]) == (409, "transition_not_allowed")
        assert "hand_off" in early.json()["allowed"]
        handed = hand_off(county, opened).json()
        assert (handed["status"], handed["due_rule"]) == ("handed_off", "RST-02")
        done = county.act(
            url, "record_answer", handed["version"],
            answered_on=today().isoformat(), answer="已受理，正在初核。",
        ).json()  # fmt: skip
        assert done["status"] == "answered"
        assert done["hand_offs"][0]["answer"] == "已受理，正在初核。"
        assert done["hand_offs"][0]["document_no"] == "移〔2026〕1号"
        closed = county.act(url, "close", done["version"], reason="纪委已立案").json()
        assert (closed["status"], closed["due_on"]) == ("closed", None)
        assert closed["available_actions"] == []
        labels = [each["label"] for each in closed["history"]]
        for label in ("建立专档", "反映问题", "查看", "移交", "记录答复", "办结"):
            assert label in labels
        assert "纪委已立案" in [each["reason"] for each in closed["history"]]

    def test_not_in_charge_goes_to_the_next_organ(self, client, opened):
        county = client("county")
        url = f"/restricted-files/{opened['id']}"
        file = hand_off(county, opened).json()
        file = county.act(
            url, "record_answer", file["version"],
            answered_on=today().isoformat(), answer="不属于本机关管辖",
        ).json()  # fmt: skip
        file = hand_off(county, file, organ="anti_gang", organ_name="县扫黑办").json()
        assert [each["organ"] for each in file["hand_offs"]] == ["discipline", "anti_gang"]

    def test_days_that_cannot_be(self, client, opened):
        tomorrow = (today() + timedelta(days=1)).isoformat()
        before = (today() - timedelta(days=1)).isoformat()
        for day, code in ((tomorrow, "in_future"), (before, "too_early")):
            answer = hand_off(client("county"), opened, handed_on=day)
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)

    def test_a_recount_begins_where_the_term_began(self, client, opened, running):
        """After an answer on the day of the answer, however long before it was handed on."""
        county, url = client("county"), f"/restricted-files/{opened['id']}"
        handed = hand_off(county, opened).json()
        answered = county.act(
            url,
            "record_answer",
            handed["version"],
            answered_on=today().isoformat(),
            answer="受理。",
        ).json()
        long_ago = "UPDATE restricted_hand_offs SET handed_on = handed_on - 40 WHERE file_id = $1"
        run_sql(running, long_ago, opened["id"])
        run_job("deadlines.recompute")
        assert county.get(url).json()["due_on"] == answered["due_on"]
        run_sql(
            running, "UPDATE restricted_files SET due_on = due_on - 7 WHERE id = $1", opened["id"]
        )
        run_job("deadlines.recompute")
        told = county.get(url).json()
        assert told["due_on"] == answered["due_on"], "a wrong day is put right"
        assert told["version"] == answered["version"] + 1

    def test_a_stale_version_is_refused(self, client, opened):
        hand_off(client("county"), opened)
        again = hand_off(client("county"), opened)
        assert (again.status_code, again.json()["code"]) == (409, "stale_version")

    def test_after_it_was_closed_a_hint_opens_another_one(self, client, lead, opened):
        county = client("county")
        url = f"/restricted-files/{opened['id']}"
        file = hand_off(county, opened).json()
        file = county.act(
            url, "record_answer", file["version"], answered_on=today().isoformat(), answer="查否。"
        ).json()
        county.act(url, "close", file["version"], reason="已经答复")
        assert hint(client("office"), lead).status_code == 201
        listed = county.get("/restricted-files", params={"limit": 200}).json()["items"]
        mine = [each for each in listed if each["lead_number"] == lead["number"]]
        assert sorted(each["status"] for each in mine) == ["closed", "opened"]


class TestReminding:
    def test_the_organ_is_asked_and_its_term_goes_on(self, client, opened):
        county = client("county")
        url = f"/restricted-files/{opened['id']}"
        early = county.act(url, "remind", opened["version"], reason="请尽快答复")
        assert (early.status_code, early.json()["code"]) == (409, "transition_not_allowed")
        handed = hand_off(county, opened).json()
        assert handed["hand_offs"][0]["reminded_on"] is None
        asked = county.act(url, "remind", handed["version"], reason="请尽快答复").json()
        assert asked["status"] == "handed_off"
        assert asked["hand_offs"][0]["reminded_on"] == today().isoformat()
        assert (asked["due_on"], asked["due_rule"]) == (handed["due_on"], "RST-02")
        assert ("催办", "请尽快答复") in [(e["label"], e["reason"]) for e in asked["history"]]
        again = county.act(url, "remind", asked["version"], reason="再次催办")
        assert again.status_code == 200, again.text


PAPER = ("录音说明.txt", "金丝雀附件正文".encode())


def attach(who, file: dict, paper: tuple[str, bytes] = PAPER) -> httpx.Response:
    return who.post(
        f"/restricted-files/{file['id']}/attachments",
        files={"file": paper},
        data={"note": "反映人提供"},
    )


class TestPapers:
    def test_for_the_people_on_the_list_and_nobody_else(self, client, opened):
        county = client("county")
        made = attach(county, opened)
        assert made.status_code == 201, made.text
        shown = made.json()
        assert (shown["name"], shown["note"]) == (PAPER[0], "反映人提供")
        assert shown["uploaded_by"] == "何县安"
        url = f"/restricted-files/{opened['id']}/attachments"
        assert county.get(url).json()["items"] == [shown]
        content = county.get(f"{url}/{shown['id']}/content")
        assert content.content == PAPER[1]
        history = county.get(f"/restricted-files/{opened['id']}").json()["history"]
        assert {"上传附件", "下载附件"} <= {each["label"] for each in history}
        # elsewhere there is no such attachment, for those on the list either
        assert county.get(f"/attachments/{shown['id']}/content").status_code == 404
        nothing = str(uuid4())
        for who in (*NAMEABLE, *NEVER, *ADMINISTRATORS):
            for at, none in (
                (url, f"/restricted-files/{nothing}/attachments"),
                (f"{url}/{shown['id']}/content", f"{url}/{nothing}/content"),
                (f"/attachments/{shown['id']}/content", f"/attachments/{nothing}/content"),
            ):
                seen, unseen = client(who).get(at), client(who).get(none)
                assert seen.status_code in {403, 404}, (who, at)
                told = [{k: v for k, v in each.json().items() if k != "request_id"}
                        for each in (seen, unseen)]  # fmt: skip
                assert told[0] == told[1], "as if it were not there"
            assert attach(client(who), opened).status_code in {403, 404}, who
        assert len(county.get(url).json()["items"]) == 1

    def test_named_people_add_theirs_and_those_removed_fetch_none(self, client, opened):
        leader = user_id(client, "leader")
        url = f"/restricted-files/{opened['id']}"
        body = {"user_id": leader, "reason": "需要核对情况", "version": opened["version"]}
        file = client("county").post(f"{url}/members", json=body).json()
        paper = attach(client("leader"), opened).json()
        at = f"{url}/attachments/{paper['id']}/content"
        assert client("county").get(at).status_code == 200
        body = {"reason": "不再需要知情", "version": file["version"]}
        client("county").post(f"{url}/members/{leader}/removals", json=body)
        assert client("leader").get(at).status_code == 404

    def test_a_paper_of_another_file_is_not_fetched_through_ones_own(self, client, lead, opened):
        paper = attach(client("county"), opened).json()
        other = make_lead(client("office"))
        hint(client("office"), other)
        file = file_of(client("county"), other)
        at = f"/restricted-files/{file['id']}/attachments/{paper['id']}/content"
        assert client("county").get(at).status_code == 404

    @pytest.mark.parametrize(
        ("paper", "status"), [(("空.txt", b""), 422), (("病毒.exe", b"MZ\x90\x00" * 20), 415)]
    )
    def test_what_is_not_taken(self, client, opened, paper, status):
        assert attach(client("county"), opened, paper).status_code == status

    def test_none_after_it_is_closed(self, client, opened):
        county = client("county")
        url = f"/restricted-files/{opened['id']}"
        file = hand_off(county, opened).json()
        file = county.act(
            url, "record_answer", file["version"], answered_on=today().isoformat(), answer="查否。"
        ).json()
        county.act(url, "close", file["version"], reason="已经答复")
        late = attach(county, opened)
        assert (late.status_code, late.json()["code"]) == (409, "closed")


class TestDuties:
    def kinds(self, who) -> dict[str, int]:
        return {each["kind"]: each["count"] for each in who.get("/me/duties").json()["counts"]}

    def test_they_wait_for_the_people_on_the_list(self, client, lead):
        others = ("office", "leader", "police", "supervisor")
        before = {who: self.kinds(client(who)) for who in others}
        at_first = self.kinds(client("county")).get("restricted_hand_off", 0)
        hint(client("office"), lead)
        assert self.kinds(client("county"))["restricted_hand_off"] == at_first + 1
        assert {who: self.kinds(client(who)) for who in others} == before
        duties = client("county").get("/me/duties?kind=restricted_hand_off&limit=200").json()
        (mine,) = [each for each in duties["items"] if each["number"] == lead["number"]]
        assert mine["title"] == "专档"
        assert mine["rule"] == "RST-01"
        file = file_of(client("county"), lead)
        hand_off(client("county"), file)
        assert self.kinds(client("county")).get("restricted_hand_off", 0) == at_first


class TestTheList:
    def change(self, client, file: dict, path: str, **body) -> httpx.Response:
        sent = {"reason": "需要核对情况", "version": file["version"]} | body
        return client("county").post(f"/restricted-files/{file['id']}{path}", json=sent)

    def test_named_people_read_and_those_removed_do_not(self, client, opened):
        leader = user_id(client, "leader")
        url = f"/restricted-files/{opened['id']}"
        assert client("leader").get(url).status_code == 404
        named = self.change(client, opened, "/members", user_id=leader)
        assert named.status_code == 201, named.text
        seen = client("leader").get(url)
        assert seen.status_code == 200
        assert seen.json()["may_manage"] is False
        assert ("加入知情人", "周建民", "需要核对情况") in [
            (each["label"], each["about"], each["reason"]) for each in seen.json()["history"]
        ]
        assert "周建民" in {
            each["actor_name"]
            for each in client("county").get(url).json()["history"]
            if each["label"] == "查看"
        }
        # who is named reads and hands off, and does not name others
        refused = client("leader").post(
            f"{url}/members",
            json={
                "user_id": user_id(client, "office"),
                "reason": "我想让他知道",
                "version": seen.json()["version"],
            },
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "not_file_owner")
        gone = self.change(client, named.json(), f"/members/{leader}/removals")
        assert gone.status_code == 200, gone.text
        assert client("leader").get(url).status_code == 404
        assert opened["lead_number"] not in listed(client("leader"))

    def test_the_list_is_handed_on(self, client, opened):
        supervisor = user_id(client, "supervisor")
        county = user_id(client, "county")
        stays = self.change(client, opened, f"/members/{county}/removals")
        assert stays.json()["code"] == "owner_stays"
        stranger = self.change(client, opened, "/owners", user_id=supervisor)
        assert stranger.status_code == 422
        file = self.change(client, opened, "/members", user_id=supervisor).json()
        file = self.change(client, file, "/owners", user_id=supervisor).json()
        assert file["owner"]["name"] == "胡正清"
        assert file["may_manage"] is False
        assert client("supervisor").get(f"/restricted-files/{file['id']}").json()["may_manage"]

    def test_who_cannot_be_named(self, client, opened):
        for who in ("market", "grid01", "county"):
            answer = self.change(client, opened, "/members", user_id=user_id(client, who))
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_nameable")
        offered = client("county").get(f"/restricted-files/{opened['id']}/candidates").json()
        names = {each["user"]["name"] for each in offered["items"]}
        assert {"周建民", "李晓芸", "赵卫国", "胡正清"} <= names
        assert names.isdisjoint({"何县安", "钱立新", "张小满"})
        assert len(names) < 50 < MAX_MEMBERS * 10

    def test_refusals_inside_leave_no_trace_in_the_audit(self, client, running, opened):
        """A refused access is written where the audit administrator reads; a file's are not."""

        async def refused() -> int:
            connection = await asyncpg.connect(running.owner_url.replace("+asyncpg", ""))
            try:
                return await connection.fetchval(
                    "SELECT count(*) FROM events WHERE data::text LIKE $1", f"%{opened['id']}%"
                )
            finally:
                await connection.close()

        client("county").act(
            f"/restricted-files/{opened['id']}", "close", opened["version"], reason="不移交"
        )
        client("leader").get(f"/restricted-files/{opened['id']}")
        client("leader").act(f"/restricted-files/{opened['id']}", "close", 1, reason="不移交")
        assert asyncio.run(refused()) == 0


ROLES = (*NAMEABLE, *NEVER, *ADMINISTRATORS)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=st.lists(st.tuples(st.booleans(), st.sampled_from(NAMEABLE)), max_size=8))
def test_exactly_those_named_may_know_whatever_was_done_with_the_list(client, moves):
    """Whatever the owner adds and removes: who is on the list reads, and nobody else finds it."""
    lead = make_lead(client("office"))
    hint(client("office"), lead)
    file = file_of(client("county"), lead)
    url = f"/restricted-files/{file['id']}"
    named: set[str] = set()
    for add, who in moves:
        path = "/members" if add else f"/members/{user_id(client, who)}/removals"
        body = {"reason": "工作需要", "version": file["version"]}
        if add:
            body["user_id"] = user_id(client, who)
        answer = client("county").post(f"{url}{path}", json=body)
        assert (answer.status_code < 300) == (add != (who in named)), answer.text
        if answer.status_code < 300:
            (named.add if add else named.discard)(who)
            file = answer.json()
    for who in ROLES:
        seen = client(who).get(url).status_code
        assert seen == 200 if who in named else seen in {403, 404}, who
        action = client(who).act(url, "close", file["version"], reason="不移交就办结")
        assert action.status_code == 409 if who in named else action.status_code in {403, 404}
        listed = client(who).get("/restricted-files", params={"limit": 200})
        if listed.status_code == 200:
            ids = {each["id"] for each in listed.json()["items"]}
            assert (file["id"] in ids) == (who in named)


def test_every_step_but_the_first_comes_after_a_hand_off():
    for action, step in RESTRICTED_FLOW.steps.items():
        if action is not RestrictedAction.HAND_OFF:
            assert RESTRICTED_FLOW.initial not in step.frm
