"""Reports from the public: handed in, followed, answered, judged; and what is kept of whom."""

from uuid import uuid4

import asyncpg
import pytest

from tests.factories import assign, lead, make_lead, unlocked
from tests.public import TOWN, finish, found, hand_in, proof, report, show


@pytest.fixture
def handed_in(anonymous, client) -> tuple[str, dict]:
    """A receipt and the lead behind it."""
    mark = uuid4().hex[:10]
    receipt = hand_in(anonymous, narrative=f"收了押金不退，记号{mark}。")
    return receipt, found(client("office"), mark)


class TestHandingIn:
    def test_it_waits_for_the_office_and_nobody_recorded_it(self, anonymous, client):
        mark = uuid4().hex[:10]
        receipt = hand_in(anonymous, narrative=f"推销床位，记号{mark}，电话13955512340。")
        assert len(receipt) == 16
        made = found(client("office"), mark)
        assert made["status"] == "received"
        assert made["channel"] == "public_web"
        assert made["primary_category"] == "C0"
        assert made["amount_involved"] == "5000.00"
        assert made["reporter"]["kind"] == "anonymous"
        assert "139****2340" in made["narrative"]
        assert "register" in [each["action"] for each in made["available_actions"]]
        told = client("office").get(f"/leads/{made['id']}/timeline").json()["items"][-1]
        assert told["actor_name"] == "举报人"
        assert told["unit_name"] is None

    def test_the_village_does_not_see_what_may_be_about_itself(self, anonymous, client):
        mark = uuid4().hex[:10]
        hand_in(anonymous, narrative=f"村里有人牵头，记号{mark}。", division_code="341522118201")
        assert found(client("office"), mark)["division_code"] == "341522118201"
        assert client("village01").get("/leads", params={"q": mark}).json()["items"] == []

    def test_a_name_is_kept_apart_and_shown_to_nobody_unasked(self, anonymous, client):
        mark = uuid4().hex[:10]
        hand_in(
            anonymous,
            narrative=f"实名举报，记号{mark}。",
            reporter={"kind": "real_name", "name": "司马举报", "phone": "13955512341"},
        )
        made = found(client("office"), mark)
        assert made["reporter"]["kind"] == "real_name"
        assert "司马举报" not in str(made)
        shown = unlocked(client, made)
        assert (shown["name"], shown["phone"]) == ("司马举报", "13955512341")

    @pytest.mark.parametrize(
        ("over", "code"),
        [
            ({"narrative": "短"}, "validation_failed"),
            ({"division_code": "999999999"}, "validation_failed"),
            ({"reporter": {"kind": "real_name"}}, "validation_failed"),
            (
                {"reporter": {"kind": "real_name", "name": "王某", "phone": "一二三"}},
                "validation_failed",
            ),
            ({"amount_involved": 5000.5}, "validation_failed"),
            ({"channel": "police_110"}, "validation_failed"),
        ],
    )
    def test_what_is_wrong_is_said_and_the_proof_stays_good(self, anonymous, over, code):
        good = report() | {"proof": proof(anonymous, "report")}
        refused = anonymous.post("/public/leads", json=good | over)
        assert refused.status_code == 422
        assert refused.json()["code"] == code
        assert anonymous.post("/public/leads", json=good).status_code == 201

    def test_sent_again_because_the_answer_was_lost_it_is_one_report(self, anonymous, client):
        mark = uuid4().hex[:10]
        body = report(narrative=f"网络不好，记号{mark}。") | {"proof": proof(anonymous, "report")}
        first, second = (anonymous.post("/public/leads", json=body) for _ in range(2))
        assert first.json() == second.json()
        found(client("office"), mark)
        other = body | {"narrative": "用同一份证明另报一件事"}
        refused = anonymous.post("/public/leads", json=other)
        assert (refused.status_code, refused.json()["code"]) == (409, "proof_used")

    def test_places_are_those_with_an_office(self, anonymous):
        towns = anonymous.get("/public/places").json()["towns"]
        town = next(each for each in towns if each["code"] == TOWN)
        assert "341522118201" in [v["code"] for v in town["villages"]]
        assert all(v["code"].startswith(TOWN) for v in town["villages"])

    def test_the_office_keeps_its_own_telephone_and_address(self, anonymous, client):
        office = client("office")
        url = f"/units/{office.me['unit']['id']}"
        unit = office.get(url).json()
        before = (unit["phone"], unit["address"])
        assert all(before)
        new = {"phone": "0564-0000111转8", "address": "某街1号（测试）"}
        kept = office.patch(url, json={"version": unit["version"], **new})
        assert kept.status_code == 200, kept.text
        town = next(e for e in anonymous.get("/public/places").json()["towns"] if e["code"] == TOWN)
        assert town["office"] == {"name": office.me["unit"]["name"], **new}
        odd = office.patch(url, json={"version": kept.json()["version"], "phone": "请找老李"})
        assert (odd.status_code, odd.json()["errors"][0]["pointer"]) == (422, "/phone")
        back = dict(zip(("phone", "address"), before, strict=True))
        office.patch(url, json={"version": kept.json()["version"], **back})

    @pytest.mark.parametrize(
        ("text", "amount", "question"),
        [
            ("三万", "30000.00", ""),
            ("3万多", "30000.00", "3万多：按 30,000 元登记？"),
            ("不知道", None, ""),
            ("", None, ""),
        ],
    )
    def test_a_sum_in_words(self, anonymous, text, amount, question):
        read = anonymous.post("/public/amounts", json={"text": text})
        assert read.json() == {"amount": amount, "question": question}

    def test_a_sum_that_nobody_can_tell(self, anonymous):
        read = anonymous.post("/public/amounts", json={"text": "好几万"})
        assert read.status_code == 422
        (fault,) = read.json()["errors"]
        assert (fault["pointer"], fault["code"]) == ("/text", "bad_amount")


class TestFollowing:
    def test_plain_words_and_no_unit(self, anonymous, client, handed_in):
        receipt, made = handed_in
        seen = show(anonymous, receipt).json()
        assert seen["stage"] == "received"
        assert seen["words"].startswith("您反映的情况已经收到")
        assert seen["can_write"]
        assert not seen["can_rate"]
        finish(client("office"), client("police"), made)
        answer = show(anonymous, " ".join(receipt[n : n + 4] for n in range(0, 16, 4)))
        seen = answer.json()
        assert seen["stage"] == "answered"
        assert seen["answer"] == "钱已经退还老人。"
        assert seen["can_rate"]
        for secret in (made["id"], made["number"], "派出所", "irregular", "整改"):
            assert secret not in answer.text

    def test_who_was_answered_by_telephone_is_not_sent_to_look_for_it(self, anonymous, client):
        mark = uuid4().hex[:10]
        named = {"kind": "real_name", "name": "周某某", "phone": "13900005678"}
        receipt = hand_in(anonymous, narrative=f"收了押金不退，记号{mark}。", reporter=named)
        finish(client("office"), client("police"), found(client("office"), mark), mode="phone")
        seen = show(anonymous, receipt).json()
        assert seen["answer"] == ""
        assert "电话反馈" in seen["words"]
        assert "下面的办理结果" not in seen["words"]

    def test_a_slip_is_told_apart_from_an_unknown_receipt(self, anonymous, handed_in):
        receipt, _ = handed_in
        wrong = receipt[:-1] + str((int(receipt[-1]) + 1) % 10)
        slip = show(anonymous, wrong)
        assert (slip.status_code, slip.json()["code"]) == (422, "receipt_mistyped")

    def test_a_receipt_in_an_address_is_no_address(self, anonymous, handed_in):
        assert anonymous.get(f"/public/receipts/{handed_in[0]}").status_code == 404


class TestTalking:
    def test_both_ways(self, anonymous, client, handed_in):
        receipt, made = handed_in
        office, url = client("office"), f"/leads/{made['id']}/messages"
        said = show(anonymous, receipt, "/messages", text="他电话是13955512342，姓刘。")
        assert said.status_code == 201
        assert said.json()["messages"][0]["text"] == "他电话是13955512342，姓刘。"
        talk = office.get(url).json()
        assert talk["has_receipt"]
        assert talk["messages"][0]["text"] == "他电话是139****2342，姓刘。"
        assert talk["messages"][0]["read_at"] is None
        talk = office.post(url, json={"text": "收到，正在找他。"}).json()
        assert [m["sender"] for m in talk["messages"]] == ["reporter", "staff"]
        assert talk["messages"][0]["read_at"]
        assert talk["messages"][1]["read_at"] is None
        seen = show(anonymous, receipt).json()["messages"]
        assert seen[1]["text"] == "收到，正在找他。"
        assert set(seen[1]) == {"sender", "text", "at"}
        assert office.get(url).json()["messages"][1]["read_at"]
        # what the reporter named is found like what stood in the report
        hits = office.get("/leads", params={"q": "13955512342"}).json()["items"]
        assert made["id"] in [each["id"] for each in hits]

    def test_only_those_who_handle_it(self, client, handed_in):
        _, made = handed_in
        url = f"/leads/{made['id']}/messages"
        assert client("police").get(url).status_code == 404
        assert client("leader").get(url).status_code == 403
        assigned = assign(
            client("office"),
            client("office").act(f"/leads/{made['id']}", "register", made["version"]).json(),
            client("police"),
        )
        assert assigned["owner_unit"]["id"] == client("police").me["unit"]["id"]
        assert client("police").get(url).status_code == 200
        assert client("police").post(url, json={"text": "请补充地址。"}).status_code == 201
        assert client("police").post(f"{url}/reads").status_code == 204

    def test_without_a_receipt_nobody_would_read_it(self, client):
        made = make_lead(client("office"))
        url = f"/leads/{made['id']}/messages"
        assert not client("office").get(url).json()["has_receipt"]
        refused = client("office").post(url, json={"text": "您好"})
        assert (refused.status_code, refused.json()["code"]) == (409, "no_receipt")


class TestJudging:
    def test_once_after_the_answer(self, anonymous, client, handed_in):
        receipt, made = handed_in
        early = show(anonymous, receipt, "/ratings", score=1)
        assert (early.status_code, early.json()["code"]) == (409, "not_answered_yet")
        finish(client("office"), client("police"), made)
        given = show(anonymous, receipt, "/ratings", score=2, comment="太慢")
        assert given.status_code == 201
        assert given.json()["rating"]["score"] == 2
        again = show(anonymous, receipt, "/ratings", score=5)
        assert (again.status_code, again.json()["code"]) == (409, "rated_already")
        shown = client("office").get(f"/leads/{made['id']}/messages").json()["rating"]
        assert (shown["score"], shown["comment"]) == (2, "太慢")

    @pytest.mark.parametrize("score", [0, 6, "x", None])
    def test_from_one_to_five(self, anonymous, handed_in, score):
        assert show(anonymous, handed_in[0], "/ratings", score=score).status_code == 422

    async def test_the_application_cannot_change_it(self, running):
        connection = await asyncpg.connect(running.app_url.replace("+asyncpg", ""))
        try:
            for statement in (
                "UPDATE lead_ratings SET score = 5",
                "DELETE FROM lead_ratings",
                "UPDATE lead_messages SET text_enc = ''",
                "DELETE FROM lead_messages",
                "DELETE FROM lead_receipts",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
        finally:
            await connection.close()


class TestHandingOver:
    """At the counter and on the telephone."""

    def test_shown_once_and_it_works(self, anonymous, client):
        office = client("office")
        made = make_lead(office, channel="report_phone")
        assert office.get(f"/leads/{made['id']}/messages").json()["can_issue"]
        url, key = f"/leads/{made['id']}/receipts", {"Idempotency-Key": uuid4().hex}
        given = office.post(url, headers=key)
        assert given.status_code == 201, given.text
        receipt = given.json()["receipt"]
        assert office.post(url, headers=key).json() == {"receipt": None}
        assert show(anonymous, receipt).json()["stage"] == "arranging"

    def test_a_new_one_ends_the_old_one(self, anonymous, client):
        office = client("office")
        made = make_lead(office)
        old, new = (office.post(f"/leads/{made['id']}/receipts").json()["receipt"] for _ in "ab")
        assert show(anonymous, new).status_code == 200
        assert show(anonymous, old).json()["code"] == "receipt_unknown"

    def test_nobody_takes_the_place_of_who_reported_over_the_page(self, client, handed_in):
        _, made = handed_in
        office = client("office")
        assert not office.get(f"/leads/{made['id']}/messages").json()["can_issue"]
        refused = office.post(f"/leads/{made['id']}/receipts")
        assert (refused.status_code, refused.json()["code"]) == (403, "receipt_not_issuable")

    def test_a_village_that_took_the_call_hands_it_over(self, client):
        village = client("village01")
        made = village.post("/leads", json=lead()).json()
        assert village.post(f"/leads/{made['id']}/receipts").status_code == 201
        other = make_lead(client("office"))
        assert village.post(f"/leads/{other['id']}/receipts").status_code == 403
