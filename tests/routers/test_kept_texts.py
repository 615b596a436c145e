"""Whatever a mask hides in a text is kept for those entitled, wherever the text was written."""

from uuid import uuid4

import pytest

from api.core.base.clock import now, today
from tests import factories
from tests.answers import done
from tests.cases import act as act_on_case
from tests.cases import make_case
from tests.leads import act
from tests.money import make_case as case_of
from tests.money import make_item, make_plan

PHONE = "13800138001"
SAID = f"请与王某联系，电话{PHONE}。"


def revealed(who, url: str, *fields: str) -> dict[str, str]:
    """What is shown in plain; beforehand nothing of it stands on the page."""
    shown = done(who.get(url))
    assert PHONE not in str(shown)
    assert set(fields) <= set(shown["revealable"])
    return done(who.post(f"{url}/reveals", json={"fields": [*fields], "reason": "核对登记"}))[
        "values"
    ]


class TestOfALead:
    def test_what_was_told_on_the_way(self, client):
        office, market = client("office"), client("market")
        made = factories.assign(office, factories.make_lead(office), market)
        made = act(market, made, "acknowledge")
        made = act(
            market, made, "conclude", conclusion="civil_dispute", findings=SAID,
            diversion_route="mediation", diversion_department=f"调解委员会 {PHONE}",
        )  # fmt: skip
        made = act(
            market, made, "record_receipt", received_at=now().isoformat(), receipt_no="调1号",
            received_by="某某",
        )  # fmt: skip
        made = act(market, made, "feed_back", feedback_mode="impossible", feedback_note=SAID)
        made = act(office, made, "close", solved="yes", solved_note=SAID)
        url = f"/leads/{made['id']}"
        assert revealed(office, url, "findings", "feedback_note", "solved_note") == dict.fromkeys(
            ("findings", "feedback_note", "solved_note"), SAID
        )
        assert revealed(office, url, "diversion_department") == {
            "diversion_department": f"调解委员会 {PHONE}"
        }
        # the number of whoever was spoken to is none of the affair's
        assert {each["field"] for each in done(office.get(url))["identifiers"]} == {"findings"}

    def test_what_was_handed_over(self, client):
        market = client("market")
        made = factories.conclude(client("office"), market)
        papers = factories.TO_POLICE | {"materials": SAID, "document_no": f"移送 {PHONE}"}
        made = act(market, made, "transfer_police", **papers)
        made = act(
            market, made, "record_receipt",
            received_at=now().isoformat(), receipt_no="接〔2026〕7号", received_by=f"孙警官 {PHONE}",
        )  # fmt: skip
        made = act(
            market, made, "record_result", result="filed", result_on=today().isoformat(), result_note=SAID,
            **factories.DECIDED,
        )  # fmt: skip
        of = f"transfers.{made['transfers'][0]['id']}"
        told = {
            f"{of}.materials": SAID,
            f"{of}.document_no": f"移送 {PHONE}",
            f"{of}.received_by": f"孙警官 {PHONE}",
            f"{of}.result_note": SAID,
        }
        assert revealed(client("office"), f"/leads/{made['id']}", *told) == told

    def test_what_was_asked_of_others(self, client):
        office, police, market = client("office"), client("police"), client("market")
        made = factories.make_lead(office)
        made = act(
            office, made, "assign", unit_id=police.me["unit"]["id"],
            assisting_unit_ids=[market.me["unit"]["id"]], assist_task=SAID,
        )  # fmt: skip
        task = f"assists.{made['assists'][0]['id']}.task"
        assert revealed(office, f"/leads/{made['id']}", task) == {task: SAID}

    def test_numbers_of_the_way_join_no_leads(self, client):
        office, market = client("office"), client("market")
        number = f"139{uuid4().int % 10**8:08d}"
        first, second = (factories.conclude(office, market) for _ in range(2))
        for made in (first, second):
            act(
                market, made, "feed_back", feedback_mode="impossible", feedback_note=f"问过{number}"
            )
        found = done(office.get("/leads", params={"q": number}))["items"]
        assert {each["id"] for each in found} == {first["id"], second["id"]}
        similar = done(office.get(f"/leads/{first['id']}/similar"))["items"]
        assert not any(
            "same_phone" in each["reasons"] for each in similar if each["id"] == second["id"]
        )

    def test_who_may_not_see_the_text_is_shown_no_number_of_it(self, client):
        office, market, village = client("office"), client("market"), client("village01")
        told = factories.make_lead(village)
        made = act(office, done(office.get(f"/leads/{told['id']}")), "register")
        made = factories.assign(office, made, market)
        made = act(market, made, "acknowledge")
        act(market, made, "conclude", conclusion="suspected_crime", findings=SAID)
        shown = done(village.get(f"/leads/{made['id']}"))
        assert shown["findings"] == ""
        assert not any(each["field"] == "findings" for each in shown["identifiers"])


class TestOfACase:
    def test_where_it_went_and_why(self, client):
        police = client("police")
        made = act_on_case(police, make_case(police), "accept")
        made = act_on_case(
            police,
            made,
            "divert_civil",
            route="mediation",
            department=f"调解委员会 {PHONE}",
            materials="卷宗材料",
            reason=SAID,
        )
        assert PHONE not in made["handovers"][-1]["department"]
        reason = f"decisions.{made['decisions'][-1]['id']}.reason"
        assert revealed(police, f"/cases/{made['id']}", reason) == {reason: SAID}


class TestOfAnOutcome:
    @pytest.fixture
    def made(self, client) -> dict:
        body = {
            "kind": "education",
            "title": f"宣讲，咨询{PHONE}",
            "issued_on": today().isoformat(),
            "medium": "村部",
            "summary": SAID,
        }
        answer = client("office").post("/outcomes", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def test_its_words(self, client, made):
        office = client("office")
        url = f"/outcomes/{made['id']}"
        assert revealed(office, url, "summary", "title") == {
            "summary": SAID, "title": f"宣讲，咨询{PHONE}",
        }  # fmt: skip
        change = {"version": made["version"], "summary": "改过了"}
        assert office.patch(url, json=change).json()["revealable"] == ["title"]
        body = {"fields": ["summary"], "reason": "核对登记"}
        answer = office.post(f"{url}/reveals", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "field_not_revealable")

    def test_who_only_reads_is_shown_masks(self, client, made):
        leader = client("leader")
        url = f"/outcomes/{made['id']}"
        assert done(leader.get(url))["revealable"] == []
        body = {"fields": ["summary"], "reason": "核对登记"}
        assert leader.post(f"{url}/reveals", json=body).status_code == 403


class TestOfAPlan:
    def test_its_note(self, client, running):
        finance, police = client("office"), client("police")
        case = make_case(police)
        made = make_plan(finance, case["id"], title=f"方案 {PHONE}", note=SAID)
        url = f"/distributions/{made['id']}"
        assert revealed(finance, url, "note", "title") == {"note": SAID, "title": f"方案 {PHONE}"}
        body = {"fields": ["payees"], "reason": "核对登记"}
        assert finance.post(f"{url}/reveals", json=body).status_code == 403


class TestOfProperty:
    def test_what_was_determined_and_objected(self, client, running):
        police = client("police")
        item = make_item(police, case_of(running))
        url = f"/property-items/{item['id']}"
        made = done(
            police.act(
                url, "determine", item["version"], ownership="unclear",
                authority=f"某局 {PHONE}", document_no="甄1号", reason=SAID,
            )
        )  # fmt: skip
        made = done(police.act(url, "object", made["version"], objector="某某", reason=SAID))
        of = f"determinations.{made['determinations'][-1]['id']}"
        told = {f"{of}.authority": f"某局 {PHONE}", f"{of}.reason": SAID, "objection": SAID}
        assert revealed(police, url, *told) == told
