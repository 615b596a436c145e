"""Records as users make them, over the API."""

from itertools import count
from uuid import uuid4

from api.core.base.clock import today
from tests.conftest import Client

_serial = count(1)


def phone(network: str = "136") -> str:
    """A mobile number that nothing else in this run has."""
    return f"{network}{next(_serial) * 7919 % 10**8:08d}"


def fresh(word: str) -> str:
    """A name that nothing else in this run has."""
    return f"{word}{uuid4().hex[:8]}"


def lead(**over) -> dict:
    """The body of a lead; every one says something of its own."""
    return {
        "channel": "report_phone",
        "narrative": f"老人交纳会员费预订床位，至今无法入住，编号{uuid4().hex[:8]}。",
        "subject_name": "霍邱县福寿康养服务有限公司",
        "primary_category": "C1",
        "division_code": "341522118201",
        "amount_involved": "36000.00",
        "people_involved": 3,
    } | over


def make_lead(office: Client, **over) -> dict:
    """A registered lead."""
    answer = office.post("/leads", json=lead(**over))
    assert answer.status_code == 201, answer.text
    return answer.json()


def assign(office: Client, made: dict, handler: Client) -> dict:
    """The lead after the office gave it to the handler's unit."""
    answer = office.act(
        f"/leads/{made['id']}", "assign", made["version"], unit_id=handler.me["unit"]["id"]
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def diverted(conclusion: str) -> dict[str, str]:
    """What a conclusion asks for beside its findings."""
    if conclusion != "civil_dispute":
        return {}
    return {"diversion_route": "mediation", "diversion_department": "镇人民调解委员会"}


def conclude(office: Client, handler: Client, conclusion: str = "suspected_crime", **over) -> dict:
    """A lead that the handler verified."""
    made = assign(office, make_lead(office, **over), handler)
    url = f"/leads/{made['id']}"
    made = handler.act(url, "acknowledge", made["version"]).json()
    answer = handler.act(
        url, "conclude", made["version"], conclusion=conclusion, findings="已核查。",
        **diverted(conclusion),
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return answer.json()


#: What a hand-over to the police asks for beside its reason.
TO_POLICE = {
    "department": "县公安局",
    "reported_on": today().isoformat(),
    "investigators": "钱立新、孙平",
    "report": "经核实，收取会员费不予兑付，涉嫌诈骗。",
    "approved_on": today().isoformat(),
    "approved_by": "李所长",
    "materials": "移送书、调查报告、涉案物品清单",
    "reason": "涉嫌诈骗",
}


#: What the police say of filing, recorded by whoever records it.
DECIDED = {"decided_level": "county", "document_no": "公（经）立字〔2026〕1号"}


def waived(leader: Client, made: dict) -> dict:
    """A lead that owes nothing before it may end: somebody of the leaders let it off."""
    if not made["owes"]:
        return made
    reason = "同案已由公安机关立案，不再另行移送"
    answer = leader.act(f"/leads/{made['id']}", "waive", made["version"], reason=reason)
    assert answer.status_code == 200, answer.text
    return answer.json()


def close(office: Client, made: dict, solved: str = "yes") -> dict:
    """A lead that was answered, closed."""
    answer = office.act(
        f"/leads/{made['id']}", "close", made["version"], solved=solved, solved_note="已退款。"
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def unlocked(client, lead: dict) -> dict:
    """Who reported, as the office gets to know it: it keeps the identity, asks, and is let."""
    office, leader = client("office"), client("leader")
    url = f"/leads/{lead['id']}/informants"
    shown = office.get(url).json()
    if shown["handler"] is None:
        named = {"place": "handler", "user_id": office.me["user"]["id"]}
        leader.post(f"{url}/custodians", json=named | {"version": shown["version"]})
    asked = office.post(f"{url}/openings", json={"reason": "回访举报人"})
    assert asked.status_code == 200, asked.text
    opening = asked.json()["openings"][0]
    openings = f"/informant-openings/{opening['id']}"
    assert leader.act(openings, "approve", opening["version"]).status_code == 200
    return office.post(f"{openings}/identities").json()


TELLING = "以入住养老院为名收会员费，每张床位三万元，承诺按月返利。"


def outcome(**over) -> dict:
    return {
        "kind": "education",
        "title": "防养老诈骗集中宣讲",
        "issued_on": today().isoformat(),
        "medium": "县融媒体中心",
        "audience": 1200,
    } | over


def unit_of(who) -> str:
    """The id of the unit that somebody works for."""
    return who.me["unit"]["id"]


def seat(system: Client, post: dict) -> str:
    """Somebody new in a post; returns who."""
    user = system.post("/users", json={"username": fresh("u"), "name": "程新人"})
    assert user.status_code == 201, user.text
    version = system.get(f"/posts/{post['id']}").json()["version"]
    body = {"version": version, "user_id": user.json()["id"]}
    given = system.post(f"/posts/{post['id']}/holders", json=body)
    assert given.status_code in {200, 201}, given.text
    return user.json()["id"]
