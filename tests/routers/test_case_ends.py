"""A case ends when nothing hangs on it: measures are lifted, things are disposed of."""

import asyncio

import pytest
from sqlalchemy import update

from api.core.database import db
from api.domain.cases.cases import CaseStatus
from api.models.cases import Case
from tests.cases import COUNTY, TODAY, YESTERDAY, act, filed, make_case
from tests.money import done, make_item, measure, victim

DAY = str(TODAY)


@pytest.fixture
def police(client):
    return client("police")


@pytest.fixture
def office(client):
    return client("office")


def frozen(police, case: dict, **over) -> tuple[dict, dict]:
    item = make_item(police, case["id"])
    answer = police.post("/property-measures", json=measure(item, starts_on=YESTERDAY, **over))
    assert answer.status_code == 201, answer.text
    return item, answer.json()


def release(police, found: dict) -> dict:
    url = f"/property-measures/{found['id']}"
    found = done(police.get(url))
    return done(
        police.act(
            url, "release", found["version"], released_on=DAY, release_reason="case_withdrawn",
            document_no="霍公（刑）解字〔2022〕3号", reason="撤销案件",
        )
    )  # fmt: skip


def give_back(police, item: dict) -> None:
    url, paper = (
        f"/property-items/{item['id']}",
        {"authority": "霍邱县公安局", "document_no": "9号"},
    )
    found = done(police.get(url))
    found = done(
        police.act(url, "determine", found["version"], ownership="lawful", reason="无关", **paper)
    )
    done(
        police.act(
            url, "dispose", found["version"], disposal="release", disposed_on=DAY, reason="退还",
            **paper,
        )
    )  # fmt: skip


def put(running, case_id: str, status: CaseStatus) -> None:
    """As a record of before stands there, that ended with its measures in force."""

    async def write() -> None:
        opened = db.Database(running.app_url)
        async with opened.session() as session, session.begin():
            await session.execute(update(Case).where(Case.id == case_id).values(status=status))
        await opened.dispose()

    asyncio.run(write())


def refused(answer, *names: str) -> dict:
    assert (answer.status_code, answer.json()["code"]) == (422, "property_open"), answer.text
    body = answer.json()
    assert all(name in body["detail"] for name in names), body
    return body


def adjudged(police) -> dict:
    made = filed(police)
    made = act(police, made, "conclude_investigation")
    made = act(police, made, "send_to_procuratorate", **COUNTY)
    made = act(police, made, "indict", document_no="霍检刑诉〔2022〕3号")
    return act(police, made, "adjudge", document_no="（2022）皖1522刑初3号")


class TestTheEndWaits:
    def test_a_case_with_measures_and_things_is_not_withdrawn(self, police):
        made = filed(police)
        item, freeze = frozen(police, made)
        other = make_item(police, made["id"])
        url = f"/cases/{made['id']}"
        answer = police.act(url, "withdraw", made["version"], reason="不应追究", **COUNTY)
        body = refused(
            answer, "冻结（霍公（刑）冻财字〔2022〕12号", item["number"], other["number"]
        )
        assert "第一百八十七条" in body["article"]
        assert done(police.get(url))["status"] == "investigating"
        release(police, freeze)
        body = refused(police.act(url, "withdraw", made["version"], reason="不应追究", **COUNTY))
        assert "冻结（" not in body["detail"]
        give_back(police, item)
        done(police.act(f"/property-items/{other['id']}", "withdraw", 1, reason="重复登记"))
        gone = act(police, made, "withdraw", reason="不应追究", **COUNTY)
        assert gone["status"] == "withdrawn"

    @pytest.mark.parametrize("action", ["divert_civil", "divert_administrative"])
    def test_a_case_is_not_given_away_with_measures_in_force(self, police, running, action):
        made = filed(police)
        item, freeze = frozen(police, made)
        put(running, made["id"], CaseStatus.NOT_INDICTED)
        made = done(police.get(f"/cases/{made['id']}"))
        to = {"materials": "卷宗一册", "reason": "属合同纠纷"}
        if action == "divert_civil":
            to |= {"route": "mediation", "department": "众兴集镇人民调解委员会"}
        else:
            to |= {"organ": "market", "department": "霍邱县市场监督管理局"}
        answer = police.act(f"/cases/{made['id']}", action, made["version"], **to)
        refused(answer, "冻结（", item["number"])
        assert item["number"] in " ".join(made["standing"]["blocked_by"])
        release(police, freeze)
        give_back(police, item)
        done(police.act(f"/cases/{made['id']}", action, made["version"], **to))

    def test_closing_waits_and_the_head_says_for_what(self, police, office):
        made = adjudged(police)
        item, freeze = frozen(police, made)
        url = f"/cases/{made['id']}"
        refused(police.act(url, "close", made["version"], reason="执行完毕"), item["number"])
        made = act(police, made, "enforce")
        [said] = made["standing"]["blocked_by"]
        assert "冻结（" in said
        assert item["number"] in said
        assert made["standing"]["next_action"] is None
        body = refused(police.act(url, "close", made["version"], reason="执行完毕"), item["number"])
        assert "第二百四十五条" in body["article"]
        release(police, freeze)
        give_back(police, item)
        made = done(police.get(url))
        assert (made["standing"]["blocked_by"], made["standing"]["next_action"]) == ([], "close")
        assert act(police, made, "close", reason="执行完毕")["status"] == "closed"

    def test_a_long_list_is_counted(self, police):
        made = filed(police)
        for _ in range(7):
            make_item(police, made["id"])
        answer = police.act(
            f"/cases/{made['id']}", "withdraw", made["version"], reason="不应追究", **COUNTY
        )
        assert answer.json()["detail"].endswith("等 7 项")

    def test_a_record_made_by_mistake_leaves_no_thing_behind(self, police):
        made = make_case(police)
        item = make_item(police, made["id"])
        answer = police.act(f"/cases/{made['id']}", "withdraw", made["version"], reason="重复")
        refused(answer, item["number"])

    def test_what_a_civil_court_holds_is_the_courts(self, police):
        made = filed(police)
        court = {
            "regime": "civil",
            "authority": "霍邱县人民法院",
            "authority_level": "county_court",
        }
        item, _ = frozen(police, made, **court)
        answer = police.act(
            f"/cases/{made['id']}", "withdraw", made["version"], reason="不应追究", **COUNTY
        )
        assert "冻结（" not in refused(answer, item["number"])["detail"]


@pytest.mark.parametrize(
    "status", [CaseStatus.WITHDRAWN, CaseStatus.CLOSED, CaseStatus.NOT_INDICTED], ids=str
)
def test_what_outlived_its_case_is_released_and_nothing_else(police, running, status):
    made = filed(police)
    item, freeze = frozen(police, made)
    waiting = police.post(
        "/property-measures", json=measure(item, kind="waiting_freeze", starts_on=YESTERDAY)
    ).json()
    put(running, made["id"], status)
    url = f"/property-measures/{freeze['id']}"
    shown = done(police.get(url))
    assert [each["action"] for each in shown["available_actions"]] == ["release"]
    assert shown["standing"]["next_action"] == "release"
    assert [each["what"] for each in shown["standing"]["now"]] == ["案件不再追究，解除措施"]
    paper = {"authority_level": "county_psb", "document_no": "霍公（刑）续冻字〔2022〕1号"}
    late = police.act(url, "renew", shown["version"], decided_on=DAY, **paper)
    assert (late.status_code, late.json()["code"]) == (409, "case_over"), late.text
    assert "第一百七十七条" in late.json()["article"]
    other = f"/property-measures/{waiting['id']}"
    taken = police.act(other, "take_effect", waiting["version"], starts_on=DAY)
    assert (taken.status_code, taken.json()["code"]) == (409, "case_over"), taken.text
    assert release(police, freeze)["status"] == "released"
    assert release(police, waiting)["status"] == "released"
    again = police.post("/property-measures", json=measure(item, starts_on=DAY))
    assert again.status_code == 422
    assert [each["code"] for each in again.json()["errors"]] == ["case_over"]


def test_what_an_agency_holds_outlives_the_criminal_case(police, running):
    made = filed(police)
    agency = {
        "regime": "administrative", "authority": "霍邱县市场监督管理局",
        "authority_level": "county_agency",
    }  # fmt: skip
    _, freeze = frozen(police, made, **agency)
    put(running, made["id"], CaseStatus.NOT_INDICTED)
    shown = done(police.get(f"/property-measures/{freeze['id']}"))
    assert [each["action"] for each in shown["available_actions"]] == ["renew", "release"]
    assert [each["what"] for each in shown["standing"]["now"]] == ["到期以前续行或者解除"]


@pytest.mark.parametrize("status", [CaseStatus.CLOSED, CaseStatus.WITHDRAWN], ids=str)
def test_nothing_is_added_to_what_is_over(police, office, running, status):
    made = filed(police)
    put(running, made["id"], status)
    item = {"case_id": made["id"], "kind": "cash", "title": "现金"}
    answers = [
        police.post("/property-items", json=item),
        office.post("/victims", json=victim(made["id"])),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (409, "case_closed"), answer.text
        assert status.label in answer.json()["detail"]


def test_what_is_found_in_the_enforcement_is_taken_in(police, office):
    made = act(police, adjudged(police), "close", reason="执行完毕")
    made = act(police, made, "enforce")
    make_item(police, made["id"])
    answer = office.post("/victims", json=victim(made["id"]))
    assert answer.status_code == 201, answer.text
