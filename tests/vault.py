"""The informant vault as people use it."""

from uuid import uuid4

from tests.conftest import Client
from tests.factories import phone

REASON = "回访举报人核实转账时间"


def person(name: str | None = None) -> dict:
    return {"kind": "real_name", "name": name or f"举报{uuid4().hex[:8]}", "phone": phone()}


def panel(who: Client, lead: dict) -> dict:
    answer = who.get(f"/leads/{lead['id']}/informants")
    assert answer.status_code == 200, answer.text
    return answer.json()


def offered(shown: dict) -> list[str]:
    return [each["action"] for each in shown["available_actions"]]


def ask(who: Client, lead: dict, reason: str = REASON):
    return who.post(f"/leads/{lead['id']}/informants/openings", json={"reason": reason})


def decide(who: Client, opening: dict, action: str = "approve", **fields):
    return who.act(f"/informant-openings/{opening['id']}", action, opening["version"], **fields)


def see(who: Client, opening: dict):
    return who.post(f"/informant-openings/{opening['id']}/identities")


def name(who: Client, lead: dict, place: str, whom: Client):
    shown = panel(who, lead)
    return who.post(
        f"/leads/{lead['id']}/informants/custodians",
        json={"place": place, "user_id": whom.me["user"]["id"], "version": shown["version"]},
    )
