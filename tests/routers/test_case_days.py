"""The days of a case: none before the beginning, and the head shows when it happened."""

from datetime import timedelta

import pytest

from tests.cases import COUNTY, TODAY, act, make_case
from tests.factories import conclude
from tests.money import done, make_item, measure


def ago(days: int) -> str:
    return str(TODAY - timedelta(days=days))


@pytest.fixture
def police(client):
    return client("police")


def too_early(answer, field: str) -> None:
    assert answer.status_code == 422, answer.text
    [fault] = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (f"/{field}", "too_early")


@pytest.mark.parametrize("backlog", [False, True])
def test_no_case_is_older_than_the_law(police, backlog):
    made = make_case(police, is_backlog=backlog)
    for day in ("1950-01-01", "1979-12-31"):
        url = f"/cases/{made['id']}"
        too_early(police.act(url, "accept", made["version"], accepted_on=day), "accepted_on")
    assert act(police, made, "accept", accepted_on="1998-07-01")["accepted_on"] == "1998-07-01"


def test_what_came_of_a_lead_is_no_older_than_it(police, client):
    lead = conclude(client("office"), police)
    made = police.post("/cases", json={"source_lead_ids": [lead["id"]]}).json()
    url = f"/cases/{made['id']}"
    answer = police.act(url, "accept", made["version"], accepted_on="1998-07-01")
    too_early(answer, "accepted_on")


@pytest.mark.parametrize("action", ["conclude_investigation", "withdraw"])
def test_nothing_goes_on_before_the_case_was_solved(police, action):
    made = act(police, make_case(police), "accept", accepted_on=ago(9))
    made = act(police, made, "file", filed_on=ago(8), **COUNTY)
    made = act(police, made, "solve", solved_on=ago(4))
    more = {"reason": "不应追究", **COUNTY} if action == "withdraw" else {}
    url = f"/cases/{made['id']}"
    too_early(police.act(url, action, made["version"], decided_on=ago(7), **more), "decided_on")
    act(police, made, action, decided_on=ago(4), **more)


def test_the_head_says_when_each_step_was_done(police):
    made = act(police, make_case(police), "accept", accepted_on=ago(9))
    made = act(police, made, "file", filed_on=ago(8), **COUNTY)
    made = act(police, made, "conclude_investigation", decided_on=ago(6))
    made = act(police, made, "send_to_procuratorate", decided_on=ago(5), **COUNTY)
    made = act(police, made, "indict", decided_on=ago(3), document_no="霍检刑诉〔2022〕3号")
    made = act(police, made, "adjudge", decided_on=ago(1), document_no="（2022）皖1522刑初3号")
    shown = {step["label"]: step["on"] for step in made["standing"]["steps"]}
    assert shown == {
        "受案": ago(9), "立案审查": ago(8), "侦查": ago(6), "移送审查起诉": ago(5),
        "审查起诉": ago(3), "审判": ago(1), "执行": None,
    }  # fmt: skip
    made = act(police, made, "enforce")
    steps = {step["label"]: step for step in made["standing"]["steps"]}
    assert steps["执行"]["state"] == "now"


def test_a_measure_and_a_thing_say_it_too(police):
    made = act(police, make_case(police), "accept", accepted_on=ago(9))
    made = act(police, made, "file", filed_on=ago(8), **COUNTY)
    item = make_item(police, made["id"])
    freeze = police.post("/property-measures", json=measure(item, starts_on=ago(7))).json()
    freeze = done(
        police.act(
            f"/property-measures/{freeze['id']}", "release", freeze["version"],
            released_on=ago(3), release_reason="unrelated", document_no="解1号", reason="无关",
        )
    )  # fmt: skip
    assert freeze["standing"]["steps"][-1]["on"] == ago(3)
    paper = {"authority": "霍邱县公安局", "document_no": "1号", "reason": "无关"}
    url = f"/property-items/{item['id']}"
    item = done(police.act(url, "determine", item["version"], ownership="lawful", **paper))
    item = done(
        police.act(url, "dispose", item["version"], disposal="release", disposed_on=ago(2), **paper)
    )
    assert item["standing"]["steps"][-1]["on"] == ago(2)
