"""Leads that somebody may be rewarded for."""

from uuid import uuid4

from tests.factories import diverted, make_lead, phone

INFORMANT = "司徒报恩"


def words() -> str:
    """Nothing that another test's lead could be like."""
    return "".join(chr(0x4E00 + uuid4().int % 8000) for _ in range(40))


def reported(office, **over) -> dict:
    """A lead with a named reporter, about something of its own."""
    told = {
        "subject_name": words()[:8],
        "narrative": words(),
        "amount_involved": "150000.00",
        "reporter": {"kind": "real_name", "name": INFORMANT, "phone": phone()},
    }
    return make_lead(office, **(told | over))


def concluded(client, lead: dict, conclusion: str = "illegal") -> dict:
    office, market = client("office"), client("market")
    url, unit = f"/leads/{lead['id']}", market.me["unit"]["id"]
    lead = office.get(url).json()
    if lead["status"] == "received":
        lead = office.act(url, "register", lead["version"]).json()
    lead = office.act(url, "assign", lead["version"], unit_id=unit).json()
    lead = market.act(url, "acknowledge", lead["version"]).json()
    answer = market.act(
        url, "conclude", lead["version"], conclusion=conclusion, findings="查实。",
        **diverted(conclusion),
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return answer.json()
