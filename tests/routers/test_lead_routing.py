"""Whichever way a lead gets its subject, the same people are kept off it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests import factories
from tests.answers import done, refused
from tests.database import run_sql
from tests.duties import duties
from tests.leads import merge
from tests.ledgers import book, commit, row, upload
from tests.public import hand_in
from tests.vault import panel, person

HOME = "341522118201"
TOWN = ("office", "leader", "supervisor", "police", "village01")
#: What a subject says → who may not see the lead, and whether it goes to the county.
SUBJECTS = {
    "霍邱县福寿康养服务有限公司": (set(), False),
    "派出所旁边的养生馆": (set(), False),
    "新桥村村委会会计": ({"village01", "grid01"}, False),
    "派出所民警赵某": (set(), False),
    "平安办": (set(TOWN), True),
    "众兴集镇党委政府": (set(TOWN), True),
}

Way = Callable[[Any, str], str]


def marked(client, mark: str) -> str:
    """Whoever can see it finds it by a word of its narrative."""
    for who in ("office", "county"):
        found = done(client(who).get("/leads", params={"q": mark}))["items"]
        if found:
            return found[0]["id"]
    raise AssertionError("nobody sees it")


def entered(client, anonymous, subject: str) -> str:
    return factories.make_lead(client("office"), subject_name=subject, division_code=HOME)["id"]


def handed_in(client, anonymous, subject: str) -> str:
    answer = client("market").post(
        "/leads", json=factories.lead(subject_name=subject, division_code=HOME)
    )
    return done(answer)["id"]


def from_public(client, anonymous, subject: str) -> str:
    mark = uuid4().hex[:10]
    hand_in(anonymous, subject_name=subject, division_code=HOME, narrative=f"不退费，记号{mark}。")
    return marked(client, mark)


def imported(client, anonymous, subject: str) -> str:
    mark = uuid4().hex[:10]
    office = client("office")
    line = row(1, 反映对象=subject, 问题描述=f"不退费，记号{mark}。", 所在村="新桥村")
    answer = commit(office, upload(office, book([line])))
    assert done(answer)["status"] == "committed"
    return marked(client, mark)


def corrected(client, anonymous, subject: str) -> str:
    office = client("office")
    made = factories.make_lead(office, subject_name="某某", division_code=HOME)
    body = {"version": made["version"], "subject_name": subject}
    shown = done(office.patch(f"/leads/{made['id']}", json=body))
    assert shown["subject_name"] == subject
    return made["id"]


WAYS = [entered, handed_in, from_public, imported, corrected]


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_way_is_the_same(client, anonymous, way, subject):
    hidden_from, routed = SUBJECTS[subject]
    lead_id = way(client, anonymous, subject)
    county = client("county").get(f"/leads/{lead_id}")
    assert county.status_code == (200 if routed else 404)
    if routed:
        shown = done(county)
        assert (shown["status"], shown["owner_unit"]["id"]) == (
            "escalated", client("county").me["unit"]["id"],
        )  # fmt: skip
        assert shown["proposed_unit"] is None
        [duty] = duties(client("county"), lead_id, "lead_escalated")
        assert (duty["due_on"], duty["rule"]) == (shown["due_on"], "LEAD-01"), "once it had no term"
        assert "lead.routed" in client("county").get(f"/leads/{lead_id}/timeline").text
    for who in (*TOWN, "grid01"):
        status = client(who).get(f"/leads/{lead_id}").status_code
        if who in hidden_from:
            assert status == 404, who
            assert duties(client(who), lead_id) == [], who
    if not routed:
        shown = panel(client("office"), {"id": lead_id})
        named = {each["name"] for each in shown["accused_units"]}
        assert bool(named) is (subject in {"新桥村村委会会计", "派出所民警赵某"})


def test_a_ledgers_proposal_of_the_accused_unit_is_dropped(client, running):
    office, mark = client("office"), uuid4().hex[:10]
    lines = [
        row(1, 反映对象="派出所民警赵某", 问题描述=f"记号{mark}甲。", 接收时间="2022-10-04"),
        row(2, 反映对象="某保健品店", 问题描述=f"记号{mark}乙。", 接收时间="2022-10-04"),
    ]
    made = upload(office, book(lines))
    assert done(commit(office, made))["status"] == "committed"
    rows = run_sql(
        running, "SELECT subject_name, proposed_unit_id FROM leads WHERE import_id = $1", made["id"]
    )
    proposed = {each["subject_name"]: each["proposed_unit_id"] for each in rows}
    assert proposed["派出所民警赵某"] is None
    assert str(proposed["某保健品店"]) == client("police").me["unit"]["id"]


def test_the_importer_does_not_keep_who_reported_the_own_office(client, running):
    office, mark = client("office"), uuid4().hex[:10]
    # of no digits: a number beside a name is asked about
    name = "".join("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"[int(each, 16)] for each in mark)
    named = {"举报方式": "实名", "举报人": name, "接收时间": "2022-10-03"}
    lines = [
        row(1, 反映对象="平安办", 问题描述=f"收好处费{mark}。", **named),
        row(2, 反映对象="某保健品店", 问题描述=f"不退费{mark}。", **named),
    ]
    made = upload(office, book(lines))
    assert done(commit(office, made))["status"] == "committed"
    rows = run_sql(
        running,
        "SELECT l.id, l.subject_name, i.handler_id, i.keepers_wanted FROM leads l"
        " JOIN informants i ON i.lead_id = l.id WHERE l.import_id = $1",
        made["id"],
    )
    kept = {each["subject_name"]: each for each in rows}
    assert kept["平安办"]["handler_id"] is None
    assert kept["平安办"]["keepers_wanted"] is True
    assert str(kept["某保健品店"]["handler_id"]) == office.me["user"]["id"]
    assert kept["某保健品店"]["keepers_wanted"] is False


class TestCorrected:
    def test_who_handles_it_loses_it_when_it_is_found_to_be_about_them(self, client):
        office, police = client("office"), client("police")
        made = factories.assign(office, factories.make_lead(office, reporter=person()), police)
        body = {"version": made["version"], "subject_name": "派出所民警赵某"}
        done(office.patch(f"/leads/{made['id']}", json=body))
        for who in ("police", "office", "leader"):
            assert client(who).get(f"/leads/{made['id']}").status_code == 404, who
        shown = panel(client("county"), made)
        assert (shown["handler"], shown["supervisor"]) == (None, None)

    def test_another_wording_does_not_let_anybody_back(self, client):
        office = client("office")
        made = factories.make_lead(office, subject_name="新桥村村委会会计", division_code=HOME)
        body = {"version": made["version"], "subject_name": "某保健品店"}
        done(office.patch(f"/leads/{made['id']}", json=body))
        assert client("village01").get(f"/leads/{made['id']}").status_code == 404

    def test_moving_it_does_not_show_it_to_the_village_it_is_about(self, client):
        office = client("office")
        made = factories.make_lead(
            office, subject_name="新桥村村委会会计", division_code="341522118202"
        )
        body = {"version": made["version"], "division_code": HOME}
        done(office.patch(f"/leads/{made['id']}", json=body))
        assert client("village01").get(f"/leads/{made['id']}").status_code == 404

    def test_a_merged_lead_is_not_corrected_out_of_its_main_one(self, client):
        office = client("office")
        main, made = factories.make_lead(office), factories.make_lead(office)
        done(merge(office, main, made))
        made = done(office.get(f"/leads/{made['id']}"))
        body = {"version": made["version"], "subject_name": "平安办"}
        answer = office.patch(f"/leads/{made['id']}", json=body)
        assert refused(answer, 409)["code"] == "merged"
        assert done(office.get(f"/leads/{made['id']}"))["subject_name"] == made["subject_name"]


class TestByOtherWays:
    """Nothing that is done to a lead later lets those see it whom it is about."""

    @staticmethod
    def accuse(client, lead: dict, unit: str) -> None:
        body = {"unit_id": client(unit).me["unit"]["id"], "reason": "所内人员收受好处"}
        answer = client("leader").post(f"/leads/{lead['id']}/accused-units", json=body)
        assert done(answer) == {"routed": False}

    def test_it_does_not_go_into_one_that_they_handle(self, client):
        office, market = client("office"), client("market")
        main = factories.assign(office, factories.make_lead(office), market)
        made = factories.make_lead(office, subject_name="市场监管所所长", division_code=HOME)
        answer = merge(office, main, made)
        problem = refused(answer, 422)
        assert problem["code"] == "conflict_of_interest"
        assert "第30条" in problem["article"]
        assert market.me["unit"]["name"] in problem["detail"]
        assert market.get(f"/leads/{made['id']}").status_code == 404
        assert done(office.get(f"/leads/{made['id']}"))["is_merged"] is False

    def test_the_one_that_it_went_into_does_not_go_to_them(self, client):
        office, market = client("office"), client("market")
        main = factories.make_lead(office)
        made = factories.make_lead(office, subject_name="市场监管所所长", division_code=HOME)
        done(merge(office, main, made))
        body = {"unit_id": market.me["unit"]["id"]}
        answer = office.act(f"/leads/{main['id']}", "assign", main["version"], **body)
        problem = refused(answer, 422)
        assert problem["code"] == "conflict_of_interest"
        assert made["number"] in problem["detail"], "which of the two it is about"
        assert market.get(f"/leads/{made['id']}").status_code == 404

    def test_said_after_the_merge_it_holds_whatever_is_done_next(self, client):
        office, market = client("office"), client("market")
        main = factories.assign(office, factories.make_lead(office), market)
        made = factories.make_lead(office, division_code="341522118202")
        done(merge(office, main, made))
        assert market.get(f"/leads/{made['id']}").status_code == 200
        self.accuse(client, made, "market")
        assert market.get(f"/leads/{made['id']}").status_code == 404
        done(
            market.act(
                f"/leads/{main['id']}", "ask_assist", main["version"],
                assisting_unit_id=client("civil").me["unit"]["id"], assist_task="请核对登记情况",
            )
        )  # fmt: skip
        assert client("civil").get(f"/leads/{made['id']}").status_code == 200
        assert market.get(f"/leads/{made['id']}").status_code == 404

    def test_it_is_not_reported_up_to_them(self, client):
        office, county = client("office"), client("county")
        made = factories.make_lead(office, subject_name="霍邱县专项办", division_code=HOME)
        answer = office.act(f"/leads/{made['id']}", "escalate", made["version"], reason="重大线索")
        problem = refused(answer, 422)
        assert problem["code"] == "conflict_of_interest"
        assert county.get(f"/leads/{made['id']}").status_code == 404

    def test_given_back_by_the_county_the_village_that_it_is_about_is_still_kept_off(self, client):
        office, county = client("office"), client("county")
        made = factories.make_lead(office, subject_name="新桥村村委会会计", division_code=HOME)
        url = f"/leads/{made['id']}"
        said = {"unit_id": office.me["unit"]["id"], "reason": "反映专项办压着不办"}
        assert done(client("leader").post(f"{url}/accused-units", json=said)) == {"routed": True}
        assert [each["rule"] for each in duties(county, made["id"])] == ["LEAD-01"]
        answer = county.post(f"{url}/returns", json={"reason": "与专项办无关"})
        assert answer.status_code == 204, answer.text
        assert done(office.get(url))["status"] == "registered"
        [duty] = duties(office, made["id"])
        assert duty["rule"] == "LEAD-UNOWNED", "at the desk it is to be given to somebody first"
        for who in ("village01", "grid01"):
            assert client(who).get(url).status_code == 404, who
        accused = done(office.get(f"{url}/informants"))["accused_units"]
        assert [each["name"] for each in accused] == [client("village01").me["unit"]["name"]]
