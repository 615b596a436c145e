"""The head of every record: where it stands, whose turn it is, until when, what is missing.

What home says waits for somebody is what the record's own head says: one truth.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from api.core.base.clock import now, today
from api.domain.kit.duties import DutyKind as K
from tests import ledgers
from tests.campaign import live_half_a_year
from tests.conftest import Client, logged_in, started
from tests.duties import duties
from tests.factories import assign, make_lead

#: Rows that no other file has.
_serial = count(730_000)

#: Told of at home, and by its own panel of the record: messages, rewards' codes, and the two that
#: nobody but a few people may know of.
OF_A_PANEL = {
    K.LEAD_MESSAGE, K.INFORMANT_NAME, K.INFORMANT_DECIDE, K.REWARD_CODE, K.LEDGER_CONFIRM,
    K.LEAD_UNOWNED_COUNTY,
}  # fmt: skip
#: What the head does not name by the same words: it says what is to be done next.
OTHER_WORDS = {K.CASE_DUE, K.MEASURE_EXPIRING, K.LEAD_UNOWNED}
#: For whom nothing waits in the town of the demonstration.
IDLE = {"county", "leader", "justice", "finance", "village01"}
EVERYBODY = ("office", "police", "market", "village01", "leader", "county", "justice", "finance")


def head(who: Client, noun: str, record_id: str) -> dict[str, Any]:
    found = who.get(f"/{noun}/{record_id}").json()["standing"]
    assert found["next_action"] is None or any(each["is_mine"] for each in found["now"])
    return found


def states(found: dict[str, Any]) -> dict[str, str]:
    return {step["label"]: step["state"] for step in found["steps"]}


def act(who: Client, lead: str, action: str, **fields: Any) -> None:
    url = f"/leads/{lead}"
    answer = who.act(url, action, who.get(url).json()["version"], **fields)
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def lead(client: Any) -> str:
    """A lead that the office itself wrote down."""
    return make_lead(client("office"))["id"]


@pytest.mark.steps
class TestALead:
    """From the desk to the police station and back: each sees whose turn it is."""

    def test_at_the_desk_it_is_the_offices_turn(self, client: Any, lead: str) -> None:
        office = client("office")
        found = head(office, "leads", lead)
        assert states(found)["交办"] == "now"
        (turn,) = found["now"]
        assert (turn["what"], turn["whom"], turn["is_mine"]) == ("待交办", "镇专项办", True)
        assert found["next_action"] == "assign"
        assert found["steps"][0] == {
            "label": "登记",
            "state": "done",
            "on": today().isoformat(),
            "unit": office.me["unit"]["name"],
        }

    def test_given_to_the_police_it_is_theirs_within_two_days(self, client: Any, lead: str) -> None:
        office, police = client("office"), client("police")
        assign(office, office.get(f"/leads/{lead}").json(), police)
        ours, theirs = (head(who, "leads", lead) for who in (office, police))
        assert (ours["next_action"], theirs["next_action"]) == (None, "acknowledge")
        (turn,) = theirs["now"]
        assert turn["is_mine"]
        assert not ours["now"][0]["is_mine"]
        assert ours["now"][0]["whom"] == police.me["unit"]["name"]
        assert (turn["rule"], turn["since"]) == ("LEAD-ACK", today().isoformat())
        assert turn["article"]
        (duty,) = duties(police, lead, K.LEAD_ACKNOWLEDGE)
        # once it was two days at home and fifteen on the record
        assert (duty["due_on"], duty["what"]) == (turn["due_on"], turn["what"])

    def test_what_is_missing_is_said_and_no_button_filled(self, client: Any, lead: str) -> None:
        police, office = client("police"), client("office")
        act(police, lead, "acknowledge")
        assert head(police, "leads", lead)["next_action"] == "conclude"
        act(
            police, lead, "transfer_department", organ="market", department="县市监局",
            document_no="移交1号", materials="材料一份", reason="不属本所管辖",
        )  # fmt: skip
        found = head(police, "leads", lead)
        assert states(found)["移送移交"] == "now"
        assert found["next_action"] == "record_receipt"
        act(
            police,
            lead,
            "feed_back",
            feedback_mode="impossible",
            feedback_note="匿名举报，无法联系",
        )
        found = head(office, "leads", lead)
        assert states(found)["办结"] == "now"
        assert found["next_action"] is None
        assert any("办理结果" in sentence for sentence in found["blocked_by"])

    def test_over_is_over(self, client: Any, lead: str) -> None:
        police, office = client("police"), client("office")
        act(police, lead, "remind", reason="请尽快反馈")
        assert head(office, "leads", lead)["blocked_by"], "a reminder is no answer"
        act(
            police, lead, "record_receipt", receipt_no="接1号", received_by="某某",
            received_at=now().isoformat(),
        )  # fmt: skip
        act(
            police, lead, "record_result", result="handled", result_on=today().isoformat(),
            result_note="已处理",
        )  # fmt: skip
        assert head(office, "leads", lead)["blocked_by"] == []
        assert head(office, "leads", lead)["next_action"] == "close"
        act(office, lead, "close", solved="yes", solved_note="已处理")
        found = head(office, "leads", lead)
        assert (found["now"], found["next_action"], found["ended"]) == ([], None, "已办结")


@pytest.fixture(scope="module")
def as_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Client]]:
    """Logins at a town with half a year of work behind it: something waits for everybody."""
    with started(tmp_path_factory.mktemp("standing")) as running, logged_in(running) as as_:
        live_half_a_year()
        yield as_


@pytest.mark.slow
@pytest.mark.parametrize("who", EVERYBODY)
def test_home_and_record_tell_the_same(as_: Callable[[str], Client], who: str) -> None:
    """What waits for anybody in the town, against the head of its record: due on the same day, and
    it is the reader's own turn."""
    reader = as_(who)
    compared: set[K] = set()
    for kind in K:
        for duty in reader.get("/me/duties", params={"kind": kind, "limit": 8}).json()["items"]:
            noun = duty["url_hint"].split("/")[1]
            if kind in OF_A_PANEL:
                continue
            answer = reader.get(f"/{noun}/{duty['subject_id']}")
            assert answer.status_code == 200, (duty, answer.text)
            now = answer.json()["standing"]["now"]
            same = [each for each in now if each["is_mine"] and each["due_on"] == duty["due_on"]]
            assert same, (duty, now)
            if kind not in OTHER_WORDS:
                assert duty["what"] in {each["what"] for each in same}, (duty, same)
            compared.add(kind)
    assert compared or who in IDLE, who


def test_an_import_that_brings_nothing_offers_no_filled_button(client: Any) -> None:
    """A ledger of rows that are all known: nobody is told to bring in nothing."""
    office = client("office")
    content = ledgers.book([ledgers.row(next(_serial))])
    first = ledgers.upload(office, content)
    assert (first["rows_good"], first["standing"]["next_action"]) == (1, "commit"), first
    assert ledgers.commit(office, first).status_code == 200
    again = ledgers.upload(office, content, "同一份.xlsx")
    assert (again["rows_good"], again["rows_known"]) == (0, 1), again
    assert again["standing"]["next_action"] is None
    assert "没有可以导入的行" in again["standing"]["now"][0]["what"]
