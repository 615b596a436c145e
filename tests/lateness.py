"""What is late of a lead, wherever that is told."""

from tests.answers import done
from tests.duties import duties
from tests.figures import count, overview, questions, rows

PEOPLE = ("office", "market", "civil", "police", "leader", "county", "supervisor")


def late_turns(who, lead_id: str) -> list[dict]:
    answer = who.get(f"/leads/{lead_id}")
    now = answer.json()["standing"]["now"] if answer.is_success else []
    return [each for each in now if each["overdue"] and not each["is_early"]]


def agree(client, lead_id: str) -> list[tuple[str, str]]:
    """Head, home, list, those above and the overview tell the same; what is late, and whose it is."""
    for name in PEOPLE:
        who = client(name)
        mine = sorted(e["what"] for e in late_turns(who, lead_id) if e["is_mine"])
        home = sorted(e["what"] for e in duties(who, lead_id) if e["overdue"])
        assert mine == home, name
    supervisor = client("supervisor")
    late = late_turns(supervisor, lead_id)
    for asked in (True, False):
        found = done(supervisor.get("/leads", params={"overdue": asked, "limit": 200}))["items"]
        assert (lead_id in {each["id"] for each in found}) is (bool(late) is asked)
    above = [
        each["unit"]["name"]
        for each in done(supervisor.get("/me/escalations"))["items"]
        if each["subject_id"] == lead_id
    ]
    # one day is told once, whatever else is to be done by it
    assert bool(above) is bool(late)
    lines = [each for each in questions(overview(supervisor)) if "_late" in each["key"]]
    for each in lines:
        assert count(supervisor, each["query"]) == each["value"], each["key"]
    telling = [
        each for each in lines if lead_id in {row["id"] for row in rows(supervisor, each["query"])}
    ]
    assert bool(telling) is bool(late)
    named = {"镇领导": client("leader"), "镇专项办": client("office")}
    for said in {each["whom"].partition("、")[0] for each in late}:
        unit = named[said].me["unit"]["name"] if said in named else said
        assert unit in above, (unit, above)
        assert said == "镇领导" or any(each["sentence"].startswith(said) for each in telling), said
    return sorted((each["what"], each["whom"]) for each in late)
