"""Outcomes: what is published and established is recorded, corrected, withdrawn, and counted."""

from datetime import timedelta

import pytest

from api.core.base.clock import today
from tests.factories import outcome
from tests.money import done, made


def figures(client, key: str) -> dict:
    goals = done(client.get("/statistics/overview"))["goals"]
    return next(f for goal in goals for f in goal["figures"] if f["key"] == key)


def test_it_is_counted_and_the_figure_opens_it(client):
    office = client("office")
    before = figures(office, "education_held")["value"]
    shown = made(office.post("/outcomes", json=outcome()))
    assert shown["number"].startswith("CG-341522118-")
    assert [a["action"] for a in shown["available_actions"]] == ["withdraw", "edit"]
    figure = figures(office, "education_held")
    assert figure["value"] == before + 1
    rows = done(office.get("/outcomes", params=figure["query"]["params"] | {"limit": 200}))
    assert len(rows["items"]) == figure["value"]
    assert shown["id"] in {row["id"] for row in rows["items"]}

    url = f"/outcomes/{shown['id']}"
    gone = done(office.act(url, "withdraw", shown["version"], reason="重复登记"))
    assert gone["status"] == "withdrawn"
    assert figures(office, "education_held")["value"] == before
    back = done(office.act(url, "restore", gone["version"], reason="核对后恢复"))
    assert back["status"] == "published"
    told = done(office.get(f"{url}/timeline"))["items"]
    assert {event["name"] for event in told} >= {"outcome.created", "outcome.transitioned"}


def test_all_four_goals_are_led(client):
    goals = [goal["goal"] for goal in done(client("office").get("/statistics/overview"))["goals"]]
    assert goals == ["G1", "G2", "G3", "G4"]


@pytest.mark.parametrize(
    ("over", "pointer"),
    [
        ({"kind": "institution"}, "/document_no"),
        ({"medium": ""}, "/medium"),
        ({"issued_on": (today() + timedelta(days=1)).isoformat()}, "/issued_on"),
        ({"audience": -1}, "/audience"),
        ({"title": ""}, "/title"),
    ],
)
def test_what_is_missing_is_said_where_it_is_missing(client, over, pointer):
    answer = client("office").post("/outcomes", json=outcome(**over))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_unit_sees_and_corrects_its_own(client):
    justice, culture, office = client("justice"), client("culture"), client("office")
    mine = made(justice.post("/outcomes", json=outcome(title="我所宣讲，电话13812345678")))
    assert "13812345678" not in mine["title"], "what is written for the public holds nobody's phone"
    url = f"/outcomes/{mine['id']}"
    assert culture.get(url).status_code == 404
    assert client("village01").get(url).status_code == 403
    fixed = done(justice.patch(url, json={"version": mine["version"], "title": "所内宣讲"}))
    assert (fixed["title"], fixed["version"]) == ("所内宣讲", 2)
    stale = office.patch(url, json={"version": 1, "title": "镇里改"})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    empty = office.patch(url, json={"version": 2, "medium": ""})
    assert empty.json()["errors"][0]["pointer"] == "/medium"
    done(office.act(url, "withdraw", 2, reason="撤销"))
    closed = justice.patch(url, json={"version": 3, "title": "再改"})
    assert (closed.status_code, closed.json()["code"]) == (403, "closed")


def test_it_is_found_by_its_words(client):
    office = client("office")
    paper = outcome(
        kind="institution", title="涉老会商制度", medium="", document_no="众办〔2026〕77号"
    )
    shown = made(office.post("/outcomes", json=paper))
    for words in ("会商制度", "〔2026〕77", shown["number"]):
        found = done(office.get("/outcomes", params={"q": words}))["items"]
        assert shown["id"] in {row["id"] for row in found}, words
    none = done(office.get("/outcomes", params={"q": "会商制度", "kind": "education"}))["items"]
    assert none == []


JUDGED = {
    "kind": "typical_case",
    "title": "以案说法：“预订床位返利”骗局拆解",
    "judgment_court": "某县人民法院",
    "judgment_no": "（2021）某刑初某号",
    "judged_on": "2021-12-20",
}


class TestExposedCases:
    """典型案例: judged in public, read by a second person, nobody named."""

    def test_it_is_published_by_somebody_else_and_counted_then(self, client):
        justice, leader, office = client("justice"), client("leader"), client("office")
        before = figures(office, "cases_exposed")["value"]
        made_ = made(justice.post("/outcomes", json=outcome(**JUDGED)))
        url = f"/outcomes/{made_['id']}"
        assert made_["status"] == "draft"
        assert figures(office, "cases_exposed")["value"] == before
        own = justice.act(url, "publish", made_["version"])
        assert own.status_code == 403
        shown = done(leader.act(url, "publish", made_["version"]))
        assert (shown["status"], shown["approved_by"] is not None) == ("published", True)
        assert figures(office, "cases_exposed")["value"] == before + 1
        patched = justice.patch(url, json={"version": shown["version"], "title": "改"})
        assert (patched.status_code, patched.json()["code"]) == (409, "published")
        gone = done(justice.act(url, "withdraw", shown["version"], reason="有误"))
        again = justice.act(url, "restore", gone["version"], reason="恢复")
        assert (again.status_code, again.json()["code"]) == (409, "typical")
        back = done(justice.act(url, "resubmit", gone["version"], reason="改后重报"))
        assert (back["status"], back["approved_by"]) == ("draft", None)

    def test_who_changed_the_text_does_not_publish_it(self, client):
        justice, office, leader = client("justice"), client("office"), client("leader")
        case = made(justice.post("/outcomes", json=outcome(**JUDGED)))
        url = f"/outcomes/{case['id']}"
        case = done(office.patch(url, json={"version": case["version"], "summary": "改过的内容"}))
        answer = office.act(url, "publish", case["version"])
        assert (answer.status_code, answer.json()["code"]) == (403, "own_text")
        assert done(leader.act(url, "publish", case["version"]))["status"] == "published"

    @pytest.mark.parametrize("missing", ["judgment_court", "judgment_no", "judged_on"])
    def test_not_without_a_judgment(self, client, missing):
        body = {name: value for name, value in outcome(**JUDGED).items() if name != missing}
        case = made(client("justice").post("/outcomes", json=body))
        assert "publish" not in {a["action"] for a in case["available_actions"]}
        answer = client("leader").act(f"/outcomes/{case['id']}", "publish", case["version"])
        assert (answer.status_code, answer.json()["code"]) == (409, "not_judged")

    @pytest.mark.parametrize(
        ("over", "pointer"),
        [
            ({"summary": "被告人赵守财以预订床位为名骗取老人存款。"}, "/summary"),
            ({"summary": "受害人陈桂英老人损失五万元。"}, "/summary"),
            ({"summary": "本案尚未判决。"}, "/summary"),
            ({"summary": "目前案件正在审理。"}, "/summary"),
            ({"summary": "举报电话13812345678。"}, "/summary"),
            ({"title": "以案说法：犯罪嫌疑人王建国落网"}, "/title"),
            ({"issued_on": "2021-12-01"}, "/issued_on"),
        ],
    )
    def test_what_names_somebody_or_is_open_is_not_published(self, client, over, pointer):
        case = made(client("justice").post("/outcomes", json=outcome(**JUDGED | over)))
        answer = client("leader").act(f"/outcomes/{case['id']}", "publish", case["version"])
        assert (answer.status_code, answer.json()["code"]) == (422, "not_for_the_public")
        assert {error["pointer"] for error in answer.json()["errors"]} == {pointer}
        assert done(client("office").get(f"/outcomes/{case['id']}"))["status"] == "draft"

    def test_names_left_out_are_no_names(self, client):
        told = (
            "被告人李某某、王某以预订床位为名骗取老人存款，经某县人民法院审理，判处有期徒刑三年。"
        )
        case = made(client("justice").post("/outcomes", json=outcome(**JUDGED, summary=told)))
        leader = client("leader")
        assert done(leader.act(f"/outcomes/{case['id']}", "publish", case["version"]))
