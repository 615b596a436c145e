"""What hands a lead over says in the timeline to whom, until when and what is missing."""

from api.core.base.clock import now
from tests import handovers
from tests.leads import act


def _told(who, lead: dict, action: str) -> dict[str, str]:
    items = who.get(f"/leads/{lead['id']}/timeline").json()["items"]
    event = next(each for each in items if each["data"].get("action") == action)
    return {each["label"]: each["value"] for each in event["details"]}


def test_a_hand_over_says_to_whom_and_until_when(client):
    market, police = client("market"), client("police")
    made = handovers.sent(client)
    sent = _told(market, made, "transfer_police")
    assert police.me["unit"]["name"] in sent.values(), sent
    due = handovers.fresh(police, made)["standing"]["now"]
    assert any(each["due_on"] in sent.values() for each in due), (sent, due)
    made = handovers.receive(police, made)
    act(police, made, "record_incomplete", told_at=now().isoformat(), missing="鉴定意见")
    papers = _told(market, made, "record_incomplete")
    assert "鉴定意见" in papers.values(), papers
    due = handovers.fresh(market, made)["standing"]["now"]
    assert any(each["due_on"] in papers.values() for each in due), (papers, due)
