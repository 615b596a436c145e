"""A lead that its sender sends again, under the number by which the sender keeps it."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from tests.conftest import PASSWORD, Client, Running
from tests.factories import lead, make_lead


def _by_secret(running: Running, client_id: str, secret: str) -> Client:
    answer = httpx.post(
        f"{running.api}/auth/token",
        data={"grant_type": "client_credentials"},
        auth=(client_id, secret),
    )
    assert answer.status_code == 200, answer.text
    bearer = f"Bearer {answer.json()['access_token']}"
    return Client(base_url=running.api, headers={"Authorization": bearer}, timeout=60)


@pytest.fixture(scope="module")
def gateway(running: Running) -> Client:
    return _by_secret(running, "police-gateway", PASSWORD)


def sent(**over) -> dict:
    return lead(channel="police_110", source_number=f"110-{uuid4().hex[:12].upper()}", **over)


def push(who: Client, body: dict) -> httpx.Response:
    return who.post("/leads", json=body, headers={"Idempotency-Key": uuid4().hex})


def test_sent_again_with_another_key_it_is_the_same_lead(gateway):
    body = sent()
    first, again = push(gateway, body), push(gateway, body)
    assert (first.status_code, again.status_code) == (201, 200), again.text
    assert again.json()["id"] == first.json()["id"]
    assert first.json()["source_number"] == body["source_number"]


def test_many_at_once_make_one(gateway):
    body = sent()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: push(gateway, body), range(6)))
    assert sorted(a.status_code for a in answers) == [200] * 5 + [201]
    assert len({a.json()["id"] for a in answers}) == 1


def test_two_contents_at_once_make_one_and_one_refusal(gateway):
    body = sent()
    other = body | {"narrative": "另一件事，老人被劝购保健品。"}
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda each: push(gateway, each), (body, other)))
    assert sorted(a.status_code for a in answers) == [201, 409]


@pytest.mark.parametrize("spell", [str.lower, lambda n: f" {n} ", lambda n: n.replace("-", "－")])
def test_one_number_is_written_in_many_ways(gateway, spell):
    body = sent()
    first = push(gateway, body).json()
    again = push(gateway, body | {"source_number": spell(body["source_number"])})
    assert (again.status_code, again.json()["id"]) == (200, first["id"])


def test_something_else_under_the_number_is_refused_and_the_lead_named(gateway):
    body = sent()
    first = push(gateway, body).json()
    answer = push(gateway, body | {"people_involved": 4})
    assert (answer.status_code, answer.json()["code"]) == (409, "source_number_known")
    assert (answer.json()["id"], answer.json()["number"]) == (first["id"], first["number"])
    assert answer.json()["errors"][0]["pointer"] == "/source_number"


def test_a_correction_does_not_make_the_repetition_another(client, gateway):
    body = sent()
    first = push(gateway, body).json()
    changed = client("office").patch(
        f"/leads/{first['id']}", json={"version": first["version"], "people_involved": 9}
    )
    assert changed.status_code == 200, changed.text
    again = push(gateway, body)
    assert (again.status_code, again.json()["people_involved"]) == (200, 9)


def test_another_sender_or_channel_has_numbers_of_its_own(client, gateway):
    body = sent()
    first = push(gateway, body).json()
    typed = client("office").post("/leads", json=body)
    other = push(gateway, body | {"channel": "hotline_12345"})
    assert (typed.status_code, other.status_code) == (201, 201)
    assert len({first["id"], typed.json()["id"], other.json()["id"]}) == 3


def test_a_second_client_has_numbers_of_its_own(client, gateway, running):
    body = sent()
    first = push(gateway, body).json()
    made = client("system_admin").post(
        "/api-clients",
        json={
            "client_id": f"gateway-{uuid4().hex[:8]}",
            "name": "第二个平台",
            "role": "police_gateway",
            "unit_id": client("police").me["unit"]["id"],
        },
    )
    assert made.status_code == 201, made.text
    second = _by_secret(running, made.json()["client_id"], made.json()["client_secret"])
    answer = push(second, body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["id"] != first["id"]
    assert push(second, body).json()["id"] == answer.json()["id"]


def test_leads_without_a_number_do_not_collide(client):
    body = lead()
    assert make_lead(client("office"), **body)["id"] != make_lead(client("office"), **body)["id"]


@pytest.mark.parametrize("number", ["---", "/", "1" * 65, "㈱" * 40])
def test_what_is_no_number_is_refused(gateway, number):
    answer = push(gateway, sent() | {"source_number": number})
    assert answer.status_code == 422, answer.text
    assert "来源编号" in answer.json()["detail"]


@pytest.mark.parametrize("number", ["GD{}", "20220517{}", "139{}"])
def test_it_is_found_by_its_number(client, number):
    number = number.format(f"{uuid4().int % 10**8:08d}")
    made = make_lead(client("office"), channel="hotline_12345", source_number=number)
    found = client("office").get("/leads", params={"q": number}).json()["items"]
    assert made["id"] in [each["id"] for each in found]
