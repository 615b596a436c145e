"""Leads over HTTP: who may, what is refused, what the law cares about."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests import factories
from tests.factories import assign, conclude, lead, make_lead


class TestCreate:
    def test_anonymous_is_refused(self, anonymous):
        answer = anonymous.post("/leads", json=lead())
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthenticated"

    @pytest.mark.parametrize("who", ["leader", "finance", "county", "audit_admin", "system_admin"])
    def test_roles_without_the_right_are_refused(self, client, who):
        assert client(who).post("/leads", json=lead()).status_code == 403

    def test_the_office_registers_at_once_and_others_hand_in(self, client):
        assert make_lead(client("office"))["status"] == "registered"
        assert make_lead(client("grid01"))["status"] == "received"

    def test_identifiers_in_the_text_are_masked_and_can_be_searched_exactly(self, client):
        phone = factories.phone()
        made = make_lead(client("office"), narrative=f"对方电话{phone}，一直不接。")
        assert phone not in str(made)
        assert f"{phone[:3]}****{phone[-4:]}" in made["narrative"]
        found = client("office").get("/leads", params={"q": phone}).json()["items"]
        assert [item["id"] for item in found] == [made["id"]]

    def test_the_reporter_is_shown_as_a_code_only(self, client):
        reporter = {"kind": "real_name", "name": "王文秀", "phone": "18586411921"}
        made = make_lead(client("office"), reporter=reporter)
        assert made["reporter"]["code"].startswith("举报人#")
        assert "王文秀" not in str(made)
        assert "18586411921" not in str(made)

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("amount_involved", "-1", "value_error"),
            ("amount_involved", 12.5, "value_error"),
            ("amount_involved", "NaN", "value_error"),
            ("amount_involved", "1.234", "value_error"),
            ("narrative", "", "string_too_short"),
            ("narrative", "a\u0000b", "value_error"),
            ("primary_category", "C9", "enum"),
            ("division_code", "34152", "string_pattern_mismatch"),
            ("division_code", "341522118999", "division_unknown"),
            ("subject_uscc", "91341522MA2TE0T0XX", "credit_code_check_char"),
            ("received_at", "2099-01-01T00:00:00+08:00", "in_future"),
            ("received_at", "2022-01-01T00:00:00", "timezone_aware"),
            ("occurred_on", "0001-01-01", "greater_than_equal"),
            ("people_involved", -1, "greater_than_equal"),
            ("unknown", 1, "extra_forbidden"),
        ],
    )
    def test_bad_fields_are_named(self, client, field, value, code):
        answer = client("office").post("/leads", json=lead(**{field: value}))
        assert answer.status_code == 422
        errors = answer.json()["errors"]
        assert [(e["pointer"], e["code"]) for e in errors if e["code"] == code] or pytest.fail(
            str(errors)
        )
        assert any(e["pointer"] == f"/{field}" for e in errors)

    def test_a_number_that_is_none_of_its_kind_is_refused_at_its_place(self, client):
        told = [{"kind": "phone", "value": "13800138000"}, {"kind": "resident_id", "value": "12"}]
        answer = client("office").post("/leads", json=lead(identifiers=told))
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/identifiers/1/value", "bad_identifier")

    def test_the_same_key_makes_one_lead_and_gives_one_answer(self, client):
        office, key = client("office"), {"Idempotency-Key": uuid4().hex}
        body = lead()
        first = office.post("/leads", json=body, headers=key)
        again = office.post("/leads", json=body, headers=key)
        other = office.post("/leads", json=lead(), headers=key)
        assert again.status_code == 201
        assert again.json() == first.json()
        assert other.status_code == 422
        assert other.json()["code"] == "idempotency_key_reused"

    def test_the_same_key_at_the_same_moment_makes_one_lead(self, client):
        office, key = client("office"), {"Idempotency-Key": uuid4().hex}
        body = lead()
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(lambda _: office.post("/leads", json=body, headers=key), range(8))
            )
        assert {a.status_code for a in answers} == {201}
        assert len({a.json()["id"] for a in answers}) == 1


class TestVisibility:
    def test_only_those_concerned_see_it(self, client):
        made = make_lead(client("grid01"), division_code="341522118201")
        sees = {
            who: client(who).get(f"/leads/{made['id']}").status_code
            for who in ("office", "leader", "grid01", "village01", "village02", "police", "market")
        }
        assert sees == {
            "office": 200,
            "leader": 200,
            "grid01": 200,
            "village01": 200,
            "village02": 404,
            "police": 404,
            "market": 404,
        }

    def test_the_list_holds_just_what_may_be_read(self, client):
        make_lead(client("office"), division_code="341522118202")
        police = client("police")
        for item in police.get("/leads", params={"limit": 200}).json()["items"]:
            assert police.get(f"/leads/{item['id']}").status_code == 200

    def test_a_lead_that_is_assigned_appears_to_the_unit(self, client):
        made = make_lead(client("office"))
        assert client("market").get(f"/leads/{made['id']}").status_code == 404
        assign(client("office"), made, client("market"))
        assert client("market").get(f"/leads/{made['id']}").status_code == 200

    def test_a_unit_that_no_longer_handles_it_no_longer_sees_it(self, client):
        office, market = client("office"), client("market")
        made = assign(office, make_lead(office), market)
        url = f"/leads/{made['id']}"
        disputed = market.act(url, "dispute", made["version"], reason="属民政职责").json()
        assign(office, disputed, client("civil"))
        assert client("civil").get(url).status_code == 200
        assert market.get(url).status_code == 404

    @pytest.mark.parametrize("who", ["finance", "system_admin", "security_admin", "audit_admin"])
    def test_some_see_no_leads_at_all(self, client, who):
        assert client(who).get("/leads").status_code == 403


class TestPages:
    def test_walking_forth_and_back_sees_every_lead_once(self, client):
        office = client("office")
        mine = {make_lead(office)["id"] for _ in range(7)}
        seen, cursor, pages = [], None, []
        while True:
            page = office.get(
                "/leads", params={"limit": 3} | ({"cursor": cursor} if cursor else {})
            )
            pages.append(page.json())
            seen += [item["id"] for item in pages[-1]["items"]]
            cursor = pages[-1]["next_cursor"]
            if cursor is None or len(pages) > 200:
                break
        assert len(seen) == len(set(seen))
        assert mine <= set(seen)
        back = office.get("/leads", params={"limit": 3, "cursor": pages[1]["prev_cursor"]}).json()
        assert [i["id"] for i in back["items"]] == [i["id"] for i in pages[0]["items"]]
        assert back["prev_cursor"] is None

    def test_a_tampered_cursor_is_refused(self, client):
        office = client("office")
        for _ in range(2):
            make_lead(office)
        cursor = office.get("/leads", params={"limit": 1}).json()["next_cursor"]
        for bad in (cursor[:-4] + "AAAA", "x", cursor[::-1], "é"):
            answer = office.get("/leads", params={"cursor": bad})
            assert answer.status_code == 422, bad
            assert answer.json()["code"] == "cursor_invalid"

    def test_filters_and_totals(self, client):
        office = client("office")
        made = make_lead(office, primary_category="C4", division_code="341522118210")
        page = office.get(
            "/leads",
            params={
                "primary_category": "C4",
                "division_code": "341522118210",
                "status": ["registered", "received"],
                "with_total": "true",
            },
        ).json()
        assert made["id"] in {item["id"] for item in page["items"]}
        assert page["total"] == len(page["items"])
        assert page["total_is_exact"] is True
        assert office.get("/leads", params={"stauts": "x"}).status_code == 422

    def test_search_finds_words_and_not_their_scattered_parts(self, client):
        office = client("office")
        made = make_lead(office, narrative="以黄金收藏品回购为名收取定金。")
        assert made["id"] in {
            i["id"] for i in office.get("/leads", params={"q": "收藏品回购"}).json()["items"]
        }
        assert office.get("/leads", params={"q": "回购收藏品"}).json()["items"] == []


class TestLifeCycle:
    def test_from_registration_to_the_archive(self, client):
        office, police = client("office"), client("police")
        made = conclude(office, police, "unfounded")
        url = f"/leads/{made['id']}"
        steps = [
            ("feed_back", {"feedback_mode": "impossible", "feedback_note": "已电话告知。"}),
            ("close", {"solved": "yes", "solved_note": "已退款。"}),
            ("archive", {}),
        ]
        for action, fields in steps:
            assert made["clock_runs"] is True or action == "archive"
            # the unit answers, the office closes
            who = police if action == "feed_back" else office
            answer = who.act(url, action, made["version"], **fields)
            assert answer.status_code == 200, answer.text
            made = answer.json()
        assert made["clock_runs"] is False
        assert made["status"] == "archived"

    def test_no_close_without_an_answer_to_the_reporter(self, client):
        made = conclude(client("office"), client("police"))
        body = {"solved": "yes", "solved_note": "已退款。"}
        answer = client("office").act(f"/leads/{made['id']}", "close", made["version"], **body)
        assert answer.status_code == 409
        assert answer.json()["code"] == "transition_not_allowed"
        offered = client("police").get(f"/leads/{made['id']}").json()["available_actions"]
        assert "feed_back" in {each["action"] for each in offered}

    def test_the_due_date_keeps_its_rule(self, client):
        made = assign(client("office"), make_lead(client("office")), client("police"))
        assert made["due_rule"] == "LEAD-01"
        assert made["due_on"] > made["created_at"][:10]

    def test_another_unit_may_not_act(self, client):
        made = assign(client("office"), make_lead(client("office")), client("police"))
        answer = client("leader").act(f"/leads/{made['id']}", "acknowledge", made["version"])
        assert answer.status_code == 403

    def test_two_at_once_one_wins_and_the_other_is_told(self, client):
        made = make_lead(client("office"))
        units = [client("police").me["unit"]["id"], client("market").me["unit"]["id"]]
        with ThreadPoolExecutor(2) as pool:
            answers = list(
                pool.map(
                    lambda unit: client("office").act(
                        f"/leads/{made['id']}", "assign", made["version"], unit_id=unit
                    ),
                    units,
                )
            )
        assert sorted(a.status_code for a in answers) == [200, 409]
        loser = next(a for a in answers if a.status_code == 409).json()
        assert loser["code"] == "stale_version"
        assert "刷新" in loser["detail"]

    def test_a_missing_version_is_said(self, client):
        made = make_lead(client("office"))
        answer = client("office").post(
            f"/leads/{made['id']}/transitions", json={"action": "archive"}
        )
        assert answer.status_code == 428
        assert answer.json()["code"] == "version_required"


class TestReveal:
    def test_the_handler_sees_the_text_with_a_reason_and_not_the_reporter(self, client):
        office, police = client("office"), client("police")
        reporter = {"kind": "real_name", "name": "王文秀", "phone": "18586411921"}
        made = make_lead(office, narrative="对方电话 138 0013 8000。", reporter=reporter)
        assign(office, made, police)
        url = f"/leads/{made['id']}/reveals"
        plain = police.post(url, json={"fields": ["narrative"], "reason": "核对来电号码"})
        assert plain.json() == {"values": {"narrative": "对方电话 138 0013 8000。"}}
        for who in (office, police):
            hidden = who.post(url, json={"fields": ["reporter.name"], "reason": "想看看是谁"})
            assert hidden.status_code == 403, (
                "that is the vault's (tests/routers/test_informants.py)"
            )

    def test_without_a_reason_nothing_is_shown(self, client):
        made = make_lead(client("office"))
        answer = client("office").post(
            f"/leads/{made['id']}/reveals", json={"fields": ["narrative"], "reason": ""}
        )
        assert answer.status_code == 422


class TestAssignments:
    def test_many_go_in_one_request_and_a_stale_one_is_named(self, client):
        office, unit = client("office"), client("police").me["unit"]["id"]
        made = [make_lead(office) for _ in range(3)]
        office.act(f"/leads/{made[2]['id']}", "assign", 1, unit_id=unit)
        items = [{"id": each["id"], "version": each["version"]} for each in made]
        done = office.post("/leads/assignments", json={"items": items, "unit_id": unit}).json()
        assert done["assigned"] == 2
        assert [(r["number"], r["code"]) for r in done["refused"]] == [
            (made[2]["number"], "stale_version")
        ]
        for each in made:
            assert client("police").get(f"/leads/{each['id']}").json()["status"] == "assigned"

    def test_without_a_proposal_or_a_unit_nothing_is_guessed(self, client):
        made = make_lead(client("office"), primary_category="C0")
        items = [{"id": made["id"], "version": 1}]
        done = client("office").post("/leads/assignments", json={"items": items}).json()
        assert done["assigned"] == 0
        assert done["refused"][0]["code"] == "unit_missing"
