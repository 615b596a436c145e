"""Cases as the police make them."""

from datetime import timedelta
from uuid import uuid4

from api.core.base.clock import today
from tests.conftest import Client

TODAY = today()
YESTERDAY = str(TODAY - timedelta(days=1))
COUNTY = {"authority_level": "county_psb", "document_no": "霍公（经）立字〔2022〕12号"}


def case(**over) -> dict:
    return {
        "title": f"福寿康养老服务公司案{uuid4().hex[:6]}",
        "primary_category": "C1",
        "charges": ["illegal_deposits"],
    } | over


def make_case(police: Client, **over) -> dict:
    answer = police.post("/cases", json=case(**over))
    assert answer.status_code == 201, answer.text
    return answer.json()


def act(who: Client, made: dict, action: str, **fields) -> dict:
    answer = who.act(f"/cases/{made['id']}", action, made["version"], **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def filed(police: Client, **over) -> dict:
    made = act(police, make_case(police, **over), "accept", accepted_on=YESTERDAY)
    return act(police, made, "file", filed_on=YESTERDAY, **COUNTY)
