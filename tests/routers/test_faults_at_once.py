"""What is wrong with a form is told at once: what the wire sees, and what a service asks besides."""

from uuid import uuid4

import pytest

from api.core.base.clock import today
from tests import entities, money
from tests.answers import refused


def pointers(answer) -> set[str]:
    return {each["pointer"] for each in refused(answer, 422)["errors"]}


def test_of_a_claim(client, running):
    body = money.victim(money.make_case(running))
    wrong = {
        "phone": "abc",
        "id_number": "34152219490101001X",
        "account": "12",
        "paid_on": "2999-01-01",
    }
    asked = body | wrong | {"principal": "很多"}
    answer = client("office").post("/victims", json=asked)
    assert pointers(answer) == {"/phone", "/id_number", "/account", "/paid_on", "/principal"}
    made = client("office").post("/victims", json=body).json()
    change = wrong | {"version": made["version"]}
    answer = client("office").patch(f"/victims/{made['id']}", json=change)
    assert pointers(answer) == {"/phone", "/id_number", "/account", "/paid_on"}


def test_a_number_is_one_of_the_kind_that_is_chosen(client, running):
    body = money.victim(money.make_case(running)) | {"id_number": "E12345678"}
    office = client("office")
    assert pointers(office.post("/victims", json=body | {"id_kind": "resident_id"})) == {
        "/id_number"
    }
    assert office.post("/victims", json=body | {"id_kind": "passport"}).status_code == 201


def test_of_an_entity(client):
    wrong = {"responsible_phone": "abc", "uscc": "123", "prepaid_amount": "很多"}
    answer = client("market").post("/risk-entities", json=entities.entity(**wrong))
    assert pointers(answer) == {f"/{name}" for name in wrong}


def test_of_a_person(client):
    body = {"username": "", "name": f"程新人{uuid4().hex[:4]}", "phone": "1380013"}
    assert pointers(client("system_admin").post("/users", json=body)) == {"/username", "/phone"}


@pytest.mark.parametrize("noun", ["inspections", "rectifications"])
def test_of_field_work(client, noun):
    far = {"inspections": "planned_on", "rectifications": "due_on"}[noun]
    body = {far: today().replace(year=today().year + 30).isoformat()}
    body |= {"requirements": "停止"} if noun == "rectifications" else {}
    assert pointers(client("market").post(f"/{noun}", json=body)) == {f"/{far}", "/entity_id"}
