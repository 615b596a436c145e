"""One search over everything: what the lists would show the same reader, and nothing else."""

import pytest

from api.domain.across.global_search import NEEDS, SHOWN, FoundNoun
from api.domain.words import pinyin
from tests.cases import make_case
from tests.entities import register
from tests.factories import make_lead

READERS = ["office", "police", "county", "leader", "village01", "grid01", "finance", "system_admin"]


def found(who, text: str) -> dict[str, dict]:
    answer = who.get("/search", params={"q": text})
    assert answer.status_code == 200, answer.text
    return {group["noun"]: group for group in answer.json()["items"]}


@pytest.fixture(scope="module")
def named(client) -> str:
    """What a lead, a case and an entity have in their names."""
    name = "白鹭洲颐年小筑"
    make_lead(client("office"), subject_name=f"{name}甲")
    make_case(client("police"), title=f"{name}乙案")
    register(client("market"), name=f"{name}丙")
    return name


def test_it_asks_for_a_login(anonymous):
    assert anonymous.get("/search", params={"q": "养老"}).status_code == 401


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20", "?q=" + "长" * 201, "?q=%01", "?w=1"])
def test_what_is_no_question_is_refused_or_finds_nothing(client, query):
    answer = client("office").get(f"/search{query}")
    assert answer.status_code == 422 or answer.json()["items"] == [], answer.text


def test_one_word_finds_every_noun_that_has_it(client, named):
    groups = found(client("office"), named)
    assert {"leads", "cases", "risk-entities"} <= set(groups)
    line = groups["leads"]["items"][0]
    assert line["number"].startswith("XS-")
    assert line["name"] == f"{named}甲"
    assert line["status"] == "已登记"


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("text", ["白鹭洲颐年小筑", "0001", "养老", "XS", "bm", "霍邱县"])
def test_nobody_finds_more_than_in_the_lists(client, named, who, text):
    reader = client(who)
    groups = found(reader, text)
    for noun in FoundNoun:
        listed = reader.get(f"/{noun.value}", params={"q": text, "limit": SHOWN + 1})
        if listed.status_code == 403:
            assert noun.value not in groups
            continue
        rows = listed.json()["items"]
        shown = groups.get(noun.value, {"items": [], "more": False})
        assert [line["id"] for line in shown["items"]] == [row["id"] for row in rows[:SHOWN]]
        assert shown["more"] is (len(rows) > SHOWN)


def test_a_case_is_hidden_from_those_who_may_not_know_of_it(client, named):
    assert "cases" in found(client("police"), named)
    for who in ("village01", "grid01", "system_admin"):
        assert "cases" not in found(client(who), named)


def test_a_number_leads_to_its_record_alone(client):
    office = client("office")
    made = make_lead(office)
    groups = found(office, made["number"])
    assert [line["id"] for line in groups["leads"]["items"]] == [made["id"]]
    spaced = made["number"].replace("-", " ").lower()
    assert [line["id"] for line in found(office, spaced)["leads"]["items"]] == [made["id"]]


def test_letters_find_names(client, named):
    office = client("office")
    for typed in ("blzyn", "bailuzhou", "BLZYNXZ"):
        groups = found(office, typed)
        assert any(named in line["name"] for line in groups["cases"]["items"]), typed
        assert any(named in line["name"] for line in groups["risk-entities"]["items"]), typed


def test_every_noun_says_who_may_look_for_it():
    assert set(NEEDS) == set(FoundNoun)


class TestPickers:
    """Every picker of the forms asks one of these lists."""

    def test_villages(self, client):
        rows = client("office").get("/divisions", params={"q": "xq", "limit": 200}).json()["items"]
        assert any(row["name"].startswith("新桥") for row in rows)
        assert all(row["pinyin"] for row in rows)

    def test_units(self, client):
        rows = client("office").get("/units", params={"q": "pcs"}).json()["items"]
        assert any("派出所" in row["name"] for row in rows)
        assert client("office").get("/units", params={"q": "zzzz"}).json()["items"] == []

    def test_people(self, client):
        people = client("system_admin")
        name = people.get("/users").json()["items"][0]["name"]
        typed = pinyin.letters(name)[0]
        rows = people.get("/users", params={"q": typed}).json()["items"]
        assert name in [row["name"] for row in rows]

    def test_a_corrected_name_is_found_by_its_new_letters_alone(self, client):
        market = client("market")
        made = register(market, name="青蒿园康养馆")
        assert market.get("/risk-entities", params={"q": "qhyky"}).json()["items"]
        answer = market.patch(
            f"/risk-entities/{made['id']}",
            json={"version": made["version"], "name": "紫藤架康养馆"},
        )
        assert answer.status_code == 200, answer.text
        ids = [
            [row["id"] for row in market.get("/risk-entities", params={"q": q}).json()["items"]]
            for q in ("ztjky", "qhyky")
        ]
        assert made["id"] in ids[0]
        assert made["id"] not in ids[1]
