"""Property and measures over HTTP."""

from datetime import date, timedelta

import pytest

from api.core.base.clock import today
from api.domain.law.clocks import add_months
from tests import cases
from tests.money import done, made, make_case, make_item, measure

pytestmark = pytest.mark.days

#: As `measure()` starts it, and what follows from that.
START = today() - timedelta(days=45)
END = add_months(START, 6)
RENEWED = add_months(END, 6)
LONG_AGO = today() - timedelta(days=300)
LATER = START + timedelta(days=20)


def after(day: date, days: int = 1) -> str:
    return (day + timedelta(days=days)).isoformat()


@pytest.fixture(scope="module")
def case_id(running):
    return make_case(running)


@pytest.fixture
def item(client, case_id):
    return make_item(client("police"), case_id)


class TestItems:
    def test_anonymous_and_others_are_refused(self, anonymous, client, case_id):
        body = {"case_id": case_id, "kind": "cash", "title": "现金"}
        assert anonymous.post("/property-items", json=body).status_code == 401
        for who in ("office", "finance", "village01", "grid01", "audit_admin"):
            assert client(who).post("/property-items", json=body).status_code == 403, who
        for who in ("finance", "village01", "market"):
            assert client(who).get("/property-items").status_code == 403, who

    def test_names_and_accounts_are_masked_and_found_by_the_whole_number(self, client, case_id):
        police = client("police")
        item = make_item(police, case_id, account="6222021309123456789")
        assert "赵守财" not in str(item)
        assert item["owner_name"] == "赵**"
        assert item["account"] == "****6789"
        found = police.get("/property-items", params={"account": "6222 0213 0912 3456 789"}).json()
        assert item["id"] in [each["id"] for each in found["items"]]
        plain = done(
            police.post(
                f"/property-items/{item['id']}/reveals",
                json={"fields": ["owner_name", "account"], "reason": "核对冻结文书"},
            )
        )
        assert plain["values"] == {"owner_name": "赵守财", "account": "6222021309123456789"}

    def test_the_office_sees_but_may_not_reveal(self, client, item):
        office = client("office")
        shown = done(office.get(f"/property-items/{item['id']}"))
        assert shown["revealable"] == []
        assert shown["available_actions"] == []

    def test_a_case_of_nobody_is_not_found(self, client):
        body = {"case_id": "01900000-0000-7000-8000-000000000000", "kind": "cash", "title": "x"}
        assert client("police").post("/property-items", json=body).status_code == 404

    def test_an_unseen_case_hides_its_property(self, client, running, item):
        assert client("leader").get(f"/property-items/{item['id']}").status_code == 200

    def test_determination_keeps_its_history(self, client, item):
        police, url = client("police"), f"/property-items/{item['id']}"
        first = done(
            police.act(url, "determine", item["version"], ownership="unclear",
                       authority="霍邱县公安局", document_no="甄1号", reason="来源待查")
        )  # fmt: skip
        second = done(
            police.act(url, "determine", first["version"], ownership="victim",
                       authority="霍邱县公安局", document_no="甄2号", reason="流水清楚")
        )  # fmt: skip
        assert second["ownership"] == "victim"
        assert [each["ownership"] for each in second["determinations"]] == ["unclear", "victim"]

    def test_an_early_return_without_papers_names_the_article(self, client, item):
        police, url = client("police"), f"/property-items/{item['id']}"
        first = done(
            police.act(url, "determine", item["version"], ownership="unclear",
                       authority="霍邱县公安局", document_no="甄1号", reason="来源待查")
        )  # fmt: skip
        answer = police.act(url, "dispose", first["version"], disposal="early_return",
                            authority="霍邱县公安局", document_no="发还1号",
                            disposed_on=LATER.isoformat(), reason="被害人生活困难")  # fmt: skip
        assert answer.status_code == 422
        problem = answer.json()
        assert problem["code"] == "rule_violated"
        assert "第二百三十四条" in problem["article"]
        assert {each["code"] for each in problem["errors"]} == {
            "ownership_does_not_fit",
            "early_return_incomplete",
            "authority_too_low",
        }
        assert done(police.get(url))["status"] == "determined"


class TestMeasures:
    def test_a_freeze_gets_its_statutory_end_and_alert_days(self, client, item):
        shown = made(client("police").post("/property-measures", json=measure(item)))
        assert (shown["expires_on"], shown["rule_id"]) == (END.isoformat(), "FRZ-01")
        assert shown["status"] == "active"
        # it was offered before the paper was recorded
        asked = measure(item)
        wanted = ("property_item_id", "kind", "regime", "starts_on", "authority_level")
        offered = done(
            client("police").get(
                "/property-measures/term", params={name: asked[name] for name in wanted}
            )
        )
        assert (offered["expires_on"], offered["rule_id"]) == (END.isoformat(), "FRZ-01")
        assert "第二百四十三条" in offered["article"]
        assert len(shown["alert_days"]) == 5
        assert all(START <= date.fromisoformat(d) < END for d in shown["alert_days"])

    @pytest.mark.parametrize(
        ("over", "code", "article"),
        [
            ({"authority_level": None}, "authority_missing", "第二百三十九条"),
            ({"document_no": ""}, "document_missing", "第二百三十九条"),
            ({"authority_level": "police_station"}, "authority_too_low", "第二百三十九条"),
            ({"authority_level": "township"}, "authority_not_competent", "行政强制法"),
            ({"starts_on": "2022-04-30"}, "before_filing", "第一百七十四条"),
            ({"expires_on": after(END)}, "term_too_long", "第二百四十三条"),
            ({"kind": "waiting_freeze"}, "nothing_to_wait_for", "第二百四十二条"),
        ],
    )
    def test_what_the_law_does_not_bear(self, client, item, over, code, article):
        answer = client("police").post("/property-measures", json=measure(item, **over))
        assert answer.status_code == 422, answer.text
        assert code in [each["code"] for each in answer.json()["errors"]]
        assert article in answer.json()["article"]

    def test_nothing_is_frozen_in_a_case_that_is_not_filed(self, client, running):
        item = make_item(client("police"), make_case(running, filed_on=None))
        assert client("police").post("/property-measures", json=measure(item)).status_code == 422
        stop = measure(item, kind="stop_payment")
        made(client("police").post("/property-measures", json=stop))

    def test_a_second_freeze_waits_and_takes_effect_after_the_first(self, client, item):
        police = client("police")
        first = made(police.post("/property-measures", json=measure(item)))
        answer = police.post("/property-measures", json=measure(item))
        assert answer.status_code == 422
        waiting = made(police.post("/property-measures", json=measure(item, kind="waiting_freeze")))
        third = made(police.post("/property-measures", json=measure(item, kind="waiting_freeze")))
        assert (waiting["status"], waiting["rank"], third["rank"]) == ("queued", 2, 3)
        url = f"/property-measures/{waiting['id']}"
        early = police.act(url, "take_effect", waiting["version"], starts_on=LATER.isoformat())
        assert (early.status_code, early.json()["code"]) == (409, "not_first_in_queue")
        assert "第二百四十二条" in early.json()["article"]
        shown = done(police.get(url))
        assert "take_effect" not in [each["action"] for each in shown["available_actions"]]
        assert shown["standing"]["blocked_by"] == ["在先的冻结尚未解除，轮候冻结不能生效"]
        assert shown["standing"]["next_action"] is None
        done(
            police.act(f"/property-measures/{first['id']}", "release", first["version"],
                       released_on=LATER.isoformat(), release_reason="no_longer_needed",
                       document_no="解冻1号", reason="原机关解除")
        )  # fmt: skip
        out_of_turn = police.act(
            f"/property-measures/{third['id']}", "take_effect", third["version"],
            starts_on=LATER.isoformat(),
        )  # fmt: skip
        assert (out_of_turn.status_code, out_of_turn.json()["code"]) == (409, "not_first_in_queue")
        shown = done(police.get(url))
        assert "take_effect" in [each["action"] for each in shown["available_actions"]]
        assert (shown["standing"]["blocked_by"], shown["standing"]["next_action"]) == (
            [],
            "take_effect",
        )
        now = done(police.act(url, "take_effect", waiting["version"], starts_on=LATER.isoformat()))
        assert (now["status"], now["kind"], now["expires_on"]) == (
            "active",
            "freeze",
            add_months(LATER, 6).isoformat(),
        )

    def test_what_has_no_end_is_not_renewed(self, client, item):
        """A criminal seizure lasts as long as its case: no button, and nobody's turn yet."""
        police = client("police")
        held = made(
            police.post("/property-measures", json=measure(item, kind="seize", expires_on=None))
        )
        assert held["expires_on"] is None
        assert "renew" not in [each["action"] for each in held["available_actions"]]
        assert held["standing"]["next_action"] is None
        refused = police.act(
            f"/property-measures/{held['id']}", "renew", held["version"],
            decided_on=LATER.isoformat(), authority_level="county_psb", document_no="续1号",
        )  # fmt: skip
        assert (refused.status_code, refused.json()["code"]) == (409, "no_term")

    def test_renewals_count_from_the_old_end(self, client, item):
        police = client("police")
        first = made(police.post("/property-measures", json=measure(item)))
        url = f"/property-measures/{first['id']}"
        renewal = {
            "decided_on": LATER.isoformat(),
            "authority_level": "county_psb",
            "document_no": "续冻1号",
        }
        low = police.act(
            url, "renew", first["version"], **renewal | {"authority_level": "police_station"}
        )
        assert low.status_code == 422
        long = police.act(url, "renew", first["version"], **renewal, expires_on=after(RENEWED))
        assert long.status_code == 422
        renewed = done(police.act(url, "renew", first["version"], **renewal))
        assert renewed["expires_on"] == RENEWED.isoformat()
        assert [each["number"] for each in renewed["renewals"]] == [1]
        stale = police.act(url, "renew", first["version"], **renewal)
        assert stale.status_code == 409

    def test_what_ran_out_is_deemed_released_and_cannot_be_renewed(self, client, item):
        police = client("police")
        old = made(
            police.post("/property-measures", json=measure(item, starts_on=LONG_AGO.isoformat()))
        )
        assert (old["status"], old["expires_on"]) == ("lapsed", add_months(LONG_AGO, 6).isoformat())
        url = f"/property-measures/{old['id']}"
        late = police.act(
            url, "renew", old["version"], decided_on=after(LONG_AGO, 90),
            authority_level="county_psb", document_no="续冻2号",
        )  # fmt: skip
        assert late.status_code == 422
        assert late.json()["code"] == "renewed_too_late"
        assert "第二百四十条" in late.json()["article"]
        # what lapsed no longer stands in the way of a new freeze
        made(police.post("/property-measures", json=measure(item)))

    def test_the_list_finds_what_runs_out(self, client, item):
        police = client("police")
        first = made(police.post("/property-measures", json=measure(item)))
        params = {"expires_before": first["expires_on"], "property_item_id": item["id"]}
        found = done(police.get("/property-measures", params=params))["items"]
        assert [each["id"] for each in found] == [first["id"]]
        params["expires_before"] = after(END, -1)
        assert done(police.get("/property-measures", params=params))["items"] == []


def test_what_belongs_to_a_case_names_it_first(client):
    """Its title beside its number, for whoever may read cases; others have the number."""
    police, finance = client("police"), client("finance")
    case = cases.make_case(police)
    item = make_item(police, case["id"])
    assert item["case"] == {"id": case["id"], "number": case["number"], "title": case["title"]}
    page = police.get("/property-items", params={"case_id": case["id"]}).json()["items"]
    assert [each["case"]["title"] for each in page] == [case["title"]]
    if not finance.get(f"/cases/{case['id']}").is_success:
        seen = finance.get("/distributions", params={"limit": 200}).json()["items"]
        assert {each["case"]["title"] for each in seen} <= {""}
        assert all(each["case"]["number"] for each in seen)
