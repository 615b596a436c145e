"""Outcomes: what is published and established is recorded, corrected, withdrawn, and counted."""

from datetime import timedelta

import pytest

from api.core.clock import today
from tests.money import done, made


def outcome(**over) -> dict:
    return {
        "kind": "typical_case",
        "title": "以案说法：“预订床位返利”骗局拆解",
        "issued_on": today().isoformat(),
        "medium": "县融媒体中心",
        "audience": 1200,
    } | over


def figures(client, key: str) -> dict:
    goals = done(client.get("/statistics/overview"))["goals"]
    return next(f for goal in goals for f in goal["figures"] if f["key"] == key)


def test_it_is_counted_and_the_figure_opens_it(client):
    office = client("office")
    before = figures(office, "cases_exposed")["value"]
    shown = made(office.post("/outcomes", json=outcome()))
    assert shown["number"].startswith("CG-341522118-")
    assert [a["action"] for a in shown["available_actions"]] == ["withdraw"]
    figure = figures(office, "cases_exposed")
    assert figure["value"] == before + 1
    rows = done(office.get("/outcomes", params=figure["query"]["params"] | {"limit": 200}))
    assert len(rows["items"]) == figure["value"]
    assert shown["id"] in {row["id"] for row in rows["items"]}

    url = f"/outcomes/{shown['id']}"
    gone = done(office.act(url, "withdraw", shown["version"], reason="重复登记"))
    assert gone["status"] == "withdrawn"
    assert figures(office, "cases_exposed")["value"] == before
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
