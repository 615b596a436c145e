"""Saved filters over HTTP: whose they are, what they may hold, and what becomes of old ones."""

from uuid import uuid4

import pytest
from sqlalchemy import select, update

from api.core.events.events import Event
from api.models.saved_filters import SavedFilter


def body(**over) -> dict:
    return {
        "noun": "leads",
        "name": uuid4().hex[:12],
        "query": "status=registered&status=disputed&fast_track=true",
    } | over


def save(who, **over) -> dict:
    answer = who.post("/saved-filters", json=body(**over))
    assert answer.status_code == 201, answer.text
    return answer.json()


def change(who, saved: dict, **fields):
    return who.patch(f"/saved-filters/{saved['id']}", json={"version": saved["version"]} | fields)


def listed(who, noun: str = "leads") -> dict[str, dict]:
    answer = who.get("/saved-filters", params={"noun": noun})
    assert answer.status_code == 200, answer.text
    return {each["id"]: each for each in answer.json()["items"]}


@pytest.fixture(autouse=True)
def _nothing_left(client):
    """A post holds only so many."""
    yield
    for who in ("office", "police", "village01"):
        for each in listed(client(who)).values():
            if each["is_mine"]:
                client(who).delete(f"/saved-filters/{each['id']}")


class TestKeeping:
    def test_conditions_come_back_as_the_list_takes_them(self, client):
        office = client("office")
        saved = save(office, query="?status=disputed&status=registered&limit=20&cursor=x")
        assert saved["query"] == "status=disputed&status=registered"
        assert (saved["is_mine"], saved["is_default"], saved["fault"]) == (True, False, None)
        assert listed(office)[saved["id"]] == saved
        assert office.get(f"/leads?{saved['query']}").status_code == 200

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("status=flying", "query_invalid"),
            ("colour=red", "query_invalid"),
            ("received_from=yesterday", "query_invalid"),
            ("q=13912345678", "personal_data"),
            ("q=110101199003070054", "personal_data"),
        ],
    )
    def test_what_cannot_be_kept_is_said(self, client, query, code):
        answer = client("office").post("/saved-filters", json=body(query=query))
        assert answer.status_code == 422
        assert [each["code"] for each in answer.json()["errors"]] == [code]

    @pytest.mark.parametrize(
        ("noun", "query"), [("victims", "q=王小明"), ("risk-entities", "responsible_person=王小明")]
    )
    def test_a_persons_name_is_not_kept(self, client, noun, query):
        answer = client("office").post("/saved-filters", json=body(noun=noun, query=query))
        assert answer.json()["code"] == "filter_holds_personal_data"

    def test_a_number_in_the_name_is_masked(self, client, session):
        saved = save(client("office"), name="电话13912345678")
        assert saved["name"] == "电话139****5678"

    @pytest.mark.parametrize("noun", ["cases", "inspections", "property-items", "distributions"])
    def test_any_list_can_be_kept(self, client, noun):
        saved = save(client("office"), noun=noun, query="sort=-id")
        assert list(listed(client("office"), noun)) == [saved["id"]]
        assert saved["id"] not in listed(client("office"))
        client("office").delete(f"/saved-filters/{saved['id']}")

    def test_a_name_stands_once(self, client):
        saved = save(client("office"))
        answer = client("office").post("/saved-filters", json=body(name=saved["name"]))
        assert (answer.status_code, answer.json()["code"]) == (409, "saved_filter_name_taken")

    def test_there_is_an_end(self, client):
        for _ in range(30):
            save(client("police"))
        answer = client("police").post("/saved-filters", json=body())
        assert (answer.status_code, answer.json()["code"]) == (409, "too_many_saved_filters")

    async def test_it_is_in_the_audit(self, client, session):
        saved = save(client("office"), is_shared=True)
        event = await session.scalar(select(Event).where(Event.subject_id == saved["id"]))
        assert event.name == "saved_filter.changed"
        assert event.data == {
            "change": "created", "noun": "leads", "name": saved["name"], "shared": True,
        }  # fmt: skip


class TestChanging:
    def test_rename_share_order_and_other_conditions(self, client):
        office = client("office")
        first, second = save(office), save(office)
        done = change(office, second, name="急办", query="fast_track=true", position=0).json()
        assert (done["name"], done["query"], done["version"]) == ("急办", "fast_track=true", 2)
        mine = [key for key, each in listed(office).items() if each["is_mine"]]
        assert mine == [second["id"], first["id"]]

    def test_a_list_opens_with_one_filter(self, client):
        office = client("office")
        first, second = save(office, is_default=True), save(office, is_default=True)
        assert [listed(office)[each["id"]]["is_default"] for each in (first, second)] == [
            False, True,
        ]  # fmt: skip
        assert change(office, first, is_default=True).status_code == 409, "it has changed"
        first = listed(office)[first["id"]]
        assert change(office, first, is_default=True).json()["is_default"]
        assert not listed(office)[second["id"]]["is_default"]

    def test_a_stale_change_is_refused(self, client):
        saved = save(client("office"))
        assert change(client("office"), saved, name="甲").status_code == 200
        answer = change(client("office"), saved, name="乙")
        assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")

    def test_deleted_is_gone(self, client):
        saved = save(client("office"))
        url = f"/saved-filters/{saved['id']}"
        assert client("office").delete(url).status_code == 204
        assert client("office").delete(url).status_code == 404
        assert saved["id"] not in listed(client("office"))


class TestWhose:
    def test_others_do_not_have_it(self, client):
        saved = save(client("office"))
        for who in ("police", "grid01"):
            assert saved["id"] not in listed(client(who))
            assert change(client(who), saved, name="甲").status_code == 404
            assert client(who).delete(f"/saved-filters/{saved['id']}").status_code == 404

    def test_the_unit_uses_what_is_shared_and_only_the_owner_changes_it(self, client):
        village, another = client("village01"), client("grid01")
        own, shared = save(village), save(village, is_shared=True, is_default=True)
        theirs = listed(another)
        assert own["id"] not in theirs
        seen = theirs[shared["id"]]
        assert (seen["is_mine"], seen["is_default"]) == (False, False)
        assert seen["query"] == shared["query"]
        answer = change(another, seen, name="甲")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_own_filter")
        assert another.delete(f"/saved-filters/{shared['id']}").status_code == 403

    @pytest.mark.parametrize(("who", "noun"), [("grid01", "cases"), ("system_admin", "leads")])
    def test_a_list_that_is_not_theirs(self, client, who, noun):
        assert client(who).get("/saved-filters", params={"noun": noun}).status_code == 403
        answer = client(who).post("/saved-filters", json=body(noun=noun, query=""))
        assert answer.status_code == 403

    def test_nobody_without_a_login(self, anonymous):
        assert anonymous.get("/saved-filters", params={"noun": "leads"}).status_code == 401


async def test_one_that_the_list_no_longer_knows_says_so(client, session):
    """A release renamed a status: the chip stays, and says why it cannot be used."""
    saved = save(client("office"))
    await session.execute(
        update(SavedFilter).where(SavedFilter.id == saved["id"]).values(query="status=gone")
    )
    await session.commit()
    told = listed(client("office"))[saved["id"]]
    assert told["fault"].startswith("列表不再认得其中的条件")
    assert "状态（gone）" in told["fault"]
    mended = change(client("office"), told, query="status=registered").json()
    assert mended["fault"] is None
