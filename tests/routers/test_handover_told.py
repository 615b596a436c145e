"""What hands a lead over says in the timeline to whom, until when and what is missing."""

from api.core.base.clock import now, today
from tests import handovers
from tests.answers import done
from tests.factories import assign, conclude, make_lead
from tests.leads import act, proposed


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


def test_what_is_put_before_the_head_says_before_whom(client):
    made = proposed(client)
    told = _told(client("market"), made, "propose_transfer")
    assert told["下一步由"].startswith("镇领导")
    assert told["下一步由"].endswith("（移送公安待批准）")
    turns = handovers.fresh(client("market"), made)["standing"]["now"]
    [turn] = [each for each in turns if each["what"] == "移送公安待批准"]
    assert turn["due_on"] in told.values()
    act(client("leader"), handovers.fresh(client("leader"), made), "approve_transfer")
    approved = _told(client("market"), made, "approve_transfer")
    assert approved["下一步由"].startswith(client("market").me["unit"]["name"])


def test_what_the_receiver_says_goes_back_to_the_sender_by_name(client):
    market, police = client("market"), client("police")
    made = handovers.receive(police, handovers.sent(client))
    # what the same unit goes on with is passed on to nobody
    assert "下一步由" not in _told(market, made, "record_receipt")
    act(police, made, "record_incomplete", told_at=now().isoformat(), missing="鉴定意见")
    papers = _told(market, made, "record_incomplete")
    assert papers["下一步由"].startswith(market.me["unit"]["name"] + "（"), papers
    act(
        market,
        handovers.fresh(market, made),
        "supply_papers",
        supplied="已补",
        supplied_on=today().isoformat(),
    )
    assert police.me["unit"]["name"] in _told(market, made, "supply_papers")["下一步由"]


def test_what_was_told_to_the_reporter_is_the_offices_to_close(client):
    market, office = client("market"), client("office")
    made = conclude(office, market, "unfounded")
    assert "下一步由" not in _told(office, made, "conclude")
    act(market, made, "feed_back", feedback_mode="impossible", feedback_note="匿名")
    assert _told(office, made, "feed_back")["下一步由"] == "镇专项办（待办结）"
    # whom the form itself names is not named twice
    assert "下一步由" not in _told(office, made, "assign")


def test_taking_a_turn_and_giving_it_back_say_which(client):
    office, police = client("office"), client("police")
    made = assign(office, make_lead(office), police)
    for action in ("take", "give_back"):
        done(police.post(f"/leads/{made['id']}/turns", json={"action": action}))
        event = police.get(f"/leads/{made['id']}/timeline").json()["items"][0]
        told = {each["label"]: each["value"] for each in event["details"]}
        (turn,) = handovers.fresh(police, made)["standing"]["now"]
        assert (told["事项"], turn["due_on"] in told.values()) == (turn["what"], True), event
