"""The public's side of the API, as the page uses it: a solved challenge with every request."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from uuid import uuid4

import httpx

from tests.conftest import Client, Running
from tests.factories import assign

TOWN = "341522118"


def solve(challenge: str, bits: int) -> str:
    """The first number that does."""
    for tried in count():
        digest = hashlib.sha256(f"{challenge}:{tried}".encode()).digest()
        if int.from_bytes(digest, "big") >> (256 - bits) == 0:
            return str(tried)
    raise AssertionError


def proof(anybody: httpx.Client, purpose: str = "receipt") -> dict:
    made = anybody.post("/public/challenges", json={"purpose": purpose}).json()
    return {"challenge": made["challenge"], "answer": solve(made["challenge"], made["bits"])}


def report(**over) -> dict:
    """What somebody tells, without the proof."""
    return {
        "narrative": f"有人上门推销养老床位，收了押金就不见了。记号{uuid4().hex[:8]}",
        "subject_name": "福寿康养中心",
        "amount_involved": "5000",
        "division_code": TOWN,
        "reporter": {"kind": "anonymous"},
    } | over


def hand_in(anybody: httpx.Client, **over) -> str:
    """The receipt of a report."""
    body = report(**over) | {"proof": proof(anybody, "report")}
    answer = anybody.post("/public/leads", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["receipt"]


def show(anybody: httpx.Client, receipt: str, path: str = "", **body) -> httpx.Response:
    """Show a receipt: to look, to write (`/messages`), to judge (`/ratings`)."""
    sent = {"receipt": receipt, "proof": proof(anybody)} | body
    return anybody.post(f"/public/receipts{path}", json=sent)


@contextmanager
def from_(running: Running, address: str, **headers: str) -> Iterator[httpx.Client]:
    """Somebody whose connection comes from another address of the loopback network."""
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(
        base_url=running.api, transport=transport, headers=headers, timeout=60
    ) as client:
        yield client


def found(office: Client, mark: str) -> dict:
    """The one lead that tells of this."""
    items = office.get("/leads", params={"q": mark}).json()["items"]
    assert len(items) == 1
    return office.get(f"/leads/{items[0]['id']}").json()


def finish(office: Client, police: Client, made: dict, mode: str = "online") -> dict:
    """Through the whole life of a lead, to the answer."""
    url = f"/leads/{made['id']}"
    made = office.act(url, "register", made["version"]).json()
    made = assign(office, made, police)
    made = police.act(url, "acknowledge", made["version"]).json()
    made = police.act(
        url, "conclude", made["version"], conclusion="irregular", findings="已责令整改。"
    ).json()
    answer = police.act(
        url, "feed_back", made["version"], feedback_mode=mode, feedback_note="钱已经退还老人。"
    )
    assert answer.status_code == 200, answer.text
    return answer.json()
