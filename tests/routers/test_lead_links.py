"""Similar leads over HTTP: suggested with reasons, and never to those who may not see them."""

from uuid import uuid4

from tests.factories import assign, conclude, lead, make_lead, phone
from tests.leads import merge

_BRANDS = "赫连尉迟澹台冶宗政濮阳淳单太叔申屠孙仲轩辕令狐钟离宇文长慕容鲜闾丘徒欧夏侯诸葛闻人东方"


def brand() -> str:
    """A name that no other test uses."""
    number = uuid4().int
    return "".join(_BRANDS[(number >> (8 * at)) % len(_BRANDS)] for at in range(6))


def similar(who, made) -> dict:
    answer = who.get(f"/leads/{made['id']}/similar")
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(found: dict) -> list[str]:
    return [item["id"] for item in found["items"]]


class TestSimilar:
    def test_anonymous_is_refused(self, anonymous):
        assert anonymous.get(f"/leads/{uuid4()}/similar").status_code == 401
        assert anonymous.post("/leads/similar", json={}).status_code == 401

    def test_what_is_not_there_or_not_seen_is_not_found(self, client):
        made = make_lead(client("office"))
        assert client("office").get(f"/leads/{uuid4()}/similar").status_code == 404
        assert client("market").get(f"/leads/{made['id']}/similar").status_code == 404

    def test_one_name_in_other_words(self, client):
        office, who = client("office"), brand()
        one = make_lead(office, subject_name=f"霍邱县{who}康养服务有限公司", narrative="收了钱。")
        two = make_lead(office, subject_name=f"{who}康养", narrative="不退。", amount_involved=None)
        found = similar(office, one)
        assert ids(found) == [two["id"]]
        assert found["items"][0]["reasons"] == ["variant_name"]
        assert found["items"][0]["score"] >= 50
        assert found["hidden"] == 0

    def test_a_shared_number_whatever_else_is_said(self, client):
        office, number = client("office"), phone()
        one = make_lead(office, subject_name=brand(), narrative=f"电话{number}。")
        two = make_lead(
            office, subject_name=brand(), narrative=f"来电{number[:3]} {number[3:7]} {number[7:]}。"
        )
        assert ids(similar(office, one)) == [two["id"]]
        assert "same_phone" in similar(office, two)["items"][0]["reasons"]

    def test_a_copied_text_about_nobody(self, client):
        office = client("office")
        words = f"{brand()}一带有人挨户推销{brand()}牌床垫，说睡了能治{brand()}病，先交定金再送货"
        one = make_lead(office, subject_name="不详", narrative=words + "。")
        two = make_lead(
            office,
            subject_name="某公司",
            narrative="反映" + words.replace("有人", "几个人") + "，请处理。",
        )
        found = similar(office, one)
        assert ids(found) == [two["id"]]
        assert found["items"][0]["reasons"][0] == "near_text"

    def test_an_address(self, client):
        office, street = client("office"), f"{brand()[:4]}路{uuid4().int % 300 + 1}号"
        one = make_lead(office, subject_name="不详", narrative=f"在众兴集镇{street}开讲座。")
        two = make_lead(office, subject_name="不详", narrative=f"地点{street}，卖药。")
        assert "same_address" in similar(office, one)["items"][0]["reasons"]
        assert ids(similar(office, two)) == [one["id"]]

    def test_it_follows_what_is_corrected(self, client):
        office, who = client("office"), brand()
        one = make_lead(office, subject_name=who, narrative="收了钱。")
        two = make_lead(office, subject_name=brand(), narrative="不退。", amount_involved=None)
        assert ids(similar(office, one)) == []
        body = {"version": two["version"], "subject_name": f"{who}养老院"}
        assert office.patch(f"/leads/{two['id']}", json=body).status_code == 200
        assert ids(similar(office, one)) == [two["id"]]


class TestWhileTyping:
    def test_an_empty_form_finds_nothing(self, client):
        assert client("office").post("/leads/similar", json={}).json() == {"items": [], "hidden": 0}

    def test_the_same_as_of_the_lead_itself(self, client):
        office, who, number = client("office"), brand(), phone()
        made = make_lead(office, subject_name=f"{who}养老院", narrative=f"电话{number}")
        body = {"subject_name": f"{who}老年公寓", "narrative": f"他的电话是{number}"}
        found = office.post("/leads/similar", json=body).json()
        assert ids(found) == [made["id"]]
        assert found["items"][0]["reasons"] == ["same_phone", "variant_name"]

    def test_nothing_is_kept(self, client):
        """Not even the answer: the same question under the same key is asked anew."""
        office, who, key = client("office"), brand(), {"Idempotency-Key": uuid4().hex}
        body = {"subject_name": who, "narrative": "甲"}
        assert office.post("/leads/similar", json=body, headers=key).json()["items"] == []
        made = make_lead(office, subject_name=who)
        assert ids(office.post("/leads/similar", json=body, headers=key).json()) == [made["id"]]


class TestRights:
    """What one may not see shows at most as a count, and only to those who handle leads."""

    def test_a_department_gets_a_count_and_nothing_else(self, client):
        office, market, who = client("office"), client("market"), brand()
        make_lead(office, subject_name=who, narrative="甲")
        own = market.post("/leads", json=lead(subject_name=who, narrative="乙")).json()
        found = similar(market, own)
        assert found == {"items": [], "hidden": 1}
        assert len(similar(office, own)["items"]) == 1

    def test_whoever_only_hands_in_is_not_told_that_there_is_one(self, client):
        office, who = client("office"), brand()
        make_lead(office, subject_name=who, narrative="甲", division_code="341522118202")
        for name in ("grid01", "village01"):
            body = {"subject_name": who, "narrative": "乙"}
            assert client(name).post("/leads/similar", json=body).json() == {
                "items": [],
                "hidden": None,
            }

    def test_a_guessed_number_is_not_confirmed(self, client):
        """A grid worker sees the mask of a number in a lead and tries what it may be."""
        office, grid, number = client("office"), client("grid01"), phone()
        shown = grid.post("/leads", json=lead(subject_name=brand(), narrative=f"电话{number}"))
        assert shown.status_code == 201
        guess = {"narrative": f"电话{number}", "identifiers": [{"kind": "phone", "value": number}]}
        assert grid.post("/leads/similar", json=guess).json()["items"] == []
        assert len(office.post("/leads/similar", json=guess).json()["items"]) == 1
        again = grid.post("/leads", json=lead(subject_name=brand(), narrative=f"找{number}")).json()
        assert ids(similar(grid, again)) == []

    def test_roles_without_the_right_are_refused(self, client):
        made = make_lead(client("office"))
        for name in ("audit_admin", "system_admin", "security_admin", "finance"):
            assert client(name).get(f"/leads/{made['id']}/similar").status_code == 403
        assert client("leader").post("/leads/similar", json={}).status_code == 403


def unmerge(who, made, link_id, version, reason="不是同一件事"):
    url = f"/leads/{made['id']}/merges/{link_id}/reversals"
    return who.post(url, json={"version": version, "reason": reason})


def read(who, made) -> dict:
    return who.get(f"/leads/{made['id']}").json()


def offers(who, made) -> set[str]:
    return {each["action"] for each in read(who, made)["available_actions"]}


class TestMerge:
    def test_the_original_stays_counts_no_more_and_comes_back(self, client):
        office = client("office")
        main, other = make_lead(office), make_lead(office)
        answer = merge(office, main, other)
        assert answer.status_code == 201, answer.text
        [link] = answer.json()["items"]
        assert link["is_main"]
        assert link["lead"]["number"] == other["number"]
        merged = read(office, other)
        assert (merged["status"], merged["conclusion"]) == ("concluded", "duplicate")
        assert merged["merged_into"] == {"id": main["id"], "number": main["number"]}
        assert {a["action"] for a in merged["available_actions"]} == {"feed_back", "edit"}
        counted = {"counted": True, "q": other["number"]}
        assert office.get("/leads", params=counted).json()["items"] == []

        assert unmerge(office, main, link["id"], other["version"]).status_code == 409  # stale
        undone = unmerge(office, main, link["id"], merged["version"])
        assert undone.status_code == 200, undone.text
        assert undone.json()["items"][0]["undone_reason"] == "不是同一件事"
        again = read(office, other)
        changed = {"version", "updated_at"}
        assert {k: v for k, v in again.items() if k not in changed} == {
            k: v for k, v in other.items() if k not in changed
        }
        assert unmerge(office, main, link["id"], again["version"]).json()["code"] == "merge_undone"

    def test_its_reporter_is_still_answered(self, client):
        office = client("office")
        main, other = make_lead(office), make_lead(office)
        merge(office, main, other)
        url, version = f"/leads/{other['id']}", other["version"] + 1
        made = office.act(
            url, "feed_back", version, feedback_mode="impossible", feedback_note="已并案"
        )
        assert made.status_code == 200, made.text
        closed = office.act(
            url, "close", version + 1, solved="yes", solved_note="已在主线索中退款。"
        )
        assert closed.json()["status"] == "closed"
        for action in ("reopen", "recheck", "transfer_department"):
            assert action not in {a["action"] for a in closed.json()["available_actions"]}
        answer = office.act(url, "reopen", version + 2, reason="再查")
        assert (answer.status_code, answer.json()["code"]) == (409, "merged")

    def test_undone_it_is_neither_answered_nor_solved(self, client):
        office, police, market = client("office"), client("police"), client("market")
        main = make_lead(office)
        other = assign(office, make_lead(office), police)
        url = f"/leads/{other['id']}"
        police.act(url, "acknowledge", other["version"])
        before = police.act(
            url, "ask_assist", other["version"] + 1,
            assisting_unit_id=market.me["unit"]["id"], assist_task="请核对登记情况",
        ).json()  # fmt: skip
        [link] = merge(office, main, before).json()["items"]
        version = before["version"] + 1
        said = {"feedback_mode": "impossible", "feedback_note": "已并案办理"}
        assert police.act(url, "feed_back", version, **said).status_code == 200
        body = {"solved": "yes", "solved_note": "已在主线索中退款。"}
        assert office.act(url, "close", version + 1, **body).json()["solved"] == "yes"
        assert unmerge(office, main, link["id"], version + 2).status_code == 200
        again, changed = (
            read(office, other),
            {"version", "updated_at", "available_actions", "standing"},
        )
        before = {k: v for k, v in before.items() if k not in changed}
        assert {k: again[k] for k in before} == before | {"assists": again["assists"]}
        assert [a["status"] for a in again["assists"]] == ["asked"]
        told = [e["data"] for e in office.get(f"{url}/timeline").json()["items"]]
        assert {"feed_back", "close"} <= {data.get("action") for data in told}
        assert {"已并案办理", "已在主线索中退款。"} <= {v for data in told for v in data.values()
                                           if isinstance(v, str)}, "what was said stays known"  # fmt: skip
        assert "已并案办理" not in client("village01").get(f"{url}/timeline").text

    def test_what_cannot_be_merged(self, client):
        office = client("office")
        main, other, third = make_lead(office), make_lead(office), make_lead(office)
        assert merge(office, main, main).json()["code"] == "same_lead"
        assert merge(office, main, other, version=9).json()["code"] == "stale_version"
        assert merge(office, main, other, lead_id=str(uuid4())).status_code == 404
        assert merge(office, main, other).status_code == 201
        other["version"] += 1
        assert merge(office, third, other).json()["code"] == "merged"
        assert merge(office, other, third).json()["code"] == "merged"
        assert merge(office, third, main).json()["code"] == "has_merged"
        offered = offers(office, main)
        for action in ("withdraw", "reject"):
            assert action not in offered
            answer = office.act(f"/leads/{main['id']}", action, main["version"], reason="误报")
            assert (answer.status_code, answer.json()["code"]) == (409, "has_merged")
        assert {"withdraw", "reject"} <= offers(office, fourth := make_lead(office))
        gone = office.act(
            f"/leads/{third['id']}", "withdraw", third["version"], reason="误报"
        ).json()
        assert merge(office, main, gone).json()["code"] == "not_mergeable"
        assert merge(office, gone, fourth).json()["code"] == "not_main"

    def test_which_way_a_merge_may_go_is_said_of_both_ends(self, client):
        office, who = client("office"), brand()
        main, other, gone, answered = (make_lead(office, subject_name=who) for _ in range(4))
        office.act(f"/leads/{gone['id']}", "withdraw", gone["version"], reason="误报")
        merge(office, main, other)
        handed = assign(office, answered, client("market"))
        handed = (
            client("market").act(f"/leads/{handed['id']}", "acknowledge", handed["version"]).json()
        )
        client("market").act(
            f"/leads/{handed['id']}", "transfer_department", handed["version"], organ="market",
            department="县市场监督管理局", materials="笔录", reason="属其职权",
        )  # fmt: skip
        ways = {main["id"]: (False, True), other["id"]: (False, False),
                gone["id"]: (False, False), answered["id"]: (False, True)}  # fmt: skip
        for one, said in ways.items():
            links = office.get(f"/leads/{one}/merges").json()
            assert (links["can_join"], links["can_absorb"]) == said, one
        third = make_lead(office, subject_name=who)
        # other tests tell the same story of other shops
        found = {e["id"]: e for e in similar(office, third)["items"] if e["id"] in ways}
        # that something went on in the main one is seen on its own page alone
        assert {name: (each["can_join"], each["can_absorb"]) for name, each in found.items()} == (
            ways | {main["id"]: (True, True)}
        )

    def test_only_who_assigns_merges(self, client):
        office = client("office")
        main, other = make_lead(office), make_lead(office)
        for name in ("police", "village01", "leader", "grid01"):
            assert merge(client(name), main, other).status_code == 403
        assert client("leader").get(f"/leads/{main['id']}/merges").json()["may_merge"] is False

    def test_suggestions_leave_out_what_is_merged_already(self, client):
        office, who = client("office"), brand()
        main, other = make_lead(office, subject_name=who), make_lead(office, subject_name=who)
        ours = {main["id"], other["id"]}  # other tests tell the same story of other shops
        assert ours & set(ids(similar(office, main))) == {other["id"]}
        merge(office, main, other)
        assert ours & set(ids(similar(office, main))) == set()
        assert ours & set(ids(similar(office, other))) == {main["id"]}

    def test_the_handler_of_the_main_one_sees_both_its_village_only_one(self, client):
        office, police = client("office"), client("police")
        main = make_lead(office, division_code="341522118201")
        other = make_lead(office, division_code="341522118202")
        main = assign(office, main, police)
        village = client("village02")
        [link] = merge(office, main, other).json()["items"]
        assert read(police, other)["merged_into"]["id"] == main["id"]
        shown = read(village, other)
        assert (shown["is_merged"], shown["merged_into"]) == (True, None)
        assert village.get(f"/leads/{other['id']}/merges").json()["items"] == []
        told = [
            e["name"]
            for e in client("village01").get(f"/leads/{main['id']}/timeline").json()["items"]
        ]
        assert "lead.absorbed" not in told
        told = [e["name"] for e in office.get(f"/leads/{main['id']}/timeline").json()["items"]]
        assert "lead.absorbed" in told
        unmerge(office, other, link["id"], read(office, other)["version"])
        assert police.get(f"/leads/{other['id']}").status_code == 404
        assert village.get(f"/leads/{other['id']}").status_code == 200

    def test_moved_there_and_away_it_is_still_seen_by_its_main_one(self, client):
        office, village = client("office"), client("village02")
        main = make_lead(office)
        body = {"unit_id": client("police").me["unit"]["id"], "assist_task": "请入户了解"}
        body |= {"assisting_unit_ids": [village.me["unit"]["id"]]}
        office.act(f"/leads/{main['id']}", "assign", main["version"], **body)
        other = make_lead(office, division_code="341522118203")
        [link] = merge(office, main, other).json()["items"]
        url = f"/leads/{other['id']}"
        for place in ("341522118202", "341522118203"):
            moved = {"version": read(office, other)["version"], "division_code": place}
            assert office.patch(url, json=moved).status_code == 200
            assert village.get(url).status_code == 200, place
        assert unmerge(office, main, link["id"], read(office, other)["version"]).status_code == 200
        assert village.get(url).status_code == 404


class TestLeftOut:
    def test_what_left_the_figures_why_by_whom_when(self, client):
        office, where = client("office"), "341522118202"
        main = make_lead(office, division_code=where)
        merged, withdrawn = make_lead(office, division_code=where), make_lead(office)
        merge(office, main, merged)
        office.act(
            f"/leads/{withdrawn['id']}", "withdraw", withdrawn["version"], reason="举报人撤回"
        )
        police = client("police")
        found = conclude(office, police, "duplicate")
        said = {}
        for why in ("merged", "withdrawn", "duplicate"):
            page = office.get("/leads/left-out", params={"why": why, "limit": 200}).json()
            assert {item["why"] for item in page["items"]} == {why}
            said |= {item["id"]: item for item in page["items"]}
        assert said[merged["id"]]["reason"] == "同一公司同一事"
        assert said[withdrawn["id"]]["reason"] == "举报人撤回"
        assert said[withdrawn["id"]]["decided_by"] == office.me["user"]["name"]
        assert said[found["id"]]["decided_by"] == police.me["user"]["name"]
        assert said[found["id"]]["decided_at"]
        assert said[found["id"]]["reason"] == "已核查。", "what was found is why"
        assert main["id"] not in said
        seen = client("village02").get("/leads/left-out", params={"limit": 200}).json()["items"]
        assert {i["id"]: i["reason"] for i in seen}[merged["id"]] is None
        assert withdrawn["id"] not in {i["id"] for i in seen}

    def test_what_was_once_answered_stays_out_when_it_is_withdrawn(self, client):
        office = client("office")
        made = make_lead(office)
        url = f"/leads/{made['id']}"
        for action, body in (
            ("reject", {"reason": "不属受理范围"}),
            ("feed_back", {"feedback_mode": "impossible", "feedback_note": "已告知"}),
            ("close", {"solved": "no", "solved_note": "不属受理范围"}),
            ("reopen", {"reason": "举报人补充了材料"}),
            ("withdraw", {"reason": "举报人撤回"}),
            ("archive", {}),
        ):
            answer = office.act(url, action, made["version"], **body)
            assert answer.status_code == 200, answer.text
            made = answer.json()
        assert (made["feedback_mode"], made["feedback_note"]) == (None, "")
        counted = {"counted": True, "q": made["number"]}
        assert office.get("/leads", params=counted).json()["items"] == []
        page = office.get("/leads/left-out", params={"why": "withdrawn", "limit": 200}).json()
        assert made["id"] in {item["id"] for item in page["items"]}
        assert "已告知" in office.get(f"{url}/timeline").text, "the answer given then stays known"

    def test_the_list_and_the_figures_are_one(self, client):
        office = client("office")
        total = {"with_total": True, "limit": 1}
        out = office.get("/leads/left-out", params=total).json()["total"]
        assert out == office.get("/leads", params=total | {"counted": False}).json()["total"]

    def test_a_merge_leaves_the_overview(self, client):
        office = client("office")
        main, other = make_lead(office), make_lead(office)

        def received() -> int:
            goals = office.get("/statistics/overview").json()["goals"]
            figures = [f for goal in goals for f in goal["figures"]]
            return next(f["value"] for f in figures if f["key"] == "leads_received")

        before = received()
        [link] = merge(office, main, other).json()["items"]
        assert received() == before - 1
        unmerge(office, main, link["id"], other["version"] + 1)
        assert received() == before


class TestIdentifiers:
    def test_found_ones_are_proposed_and_a_person_decides(self, client):
        office, number, other = client("office"), phone(), phone()
        given = [{"kind": "phone", "value": other}]
        made = make_lead(office, narrative=f"电话{number}。", identifiers=given)
        states = {i["field"]: i["state"] for i in made["identifiers"]}
        assert states == {"narrative": "proposed", "": "confirmed"}
        twin = make_lead(office, subject_name=brand(), narrative=f"来电{number}")
        assert ids(similar(office, twin)) == [made["id"]]
        [found] = [i for i in made["identifiers"] if i["field"]]
        url = f"/leads/{made['id']}/identifiers/{found['id']}/decisions"
        body = {"state": "dismissed", "version": made["version"]}
        assert client("police").post(url, json=body).status_code == 404
        assert client("village01").post(url, json=body).status_code == 403
        answer = office.post(url, json=body)
        assert answer.status_code == 200, answer.text
        assert {i["state"] for i in answer.json()["identifiers"]} == {"dismissed", "confirmed"}
        assert ids(similar(office, twin)) == []
        assert office.post(url, json=body).json()["code"] == "stale_version"
        # a corrected text keeps what was said of a number that stays
        fixed = {"version": answer.json()["version"], "narrative": f"对方的电话是{number}。"}
        again = office.patch(f"/leads/{made['id']}", json=fixed).json()
        assert {i["state"] for i in again["identifiers"]} == {"dismissed", "confirmed"}
        foreign = f"/leads/{twin['id']}/identifiers/{again['identifiers'][0]['id']}/decisions"
        assert office.post(foreign, json=body).status_code == 404
