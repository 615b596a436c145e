"""A query parameter that a route does not take is refused by its name, whichever way the request
goes: left out of sight it would look as if it had been heeded."""

import httpx
import pytest

from api.core.web import query
from api.core.web.openapi import api_routes
from api.routers import ROUTERS

ROUTES = [
    pytest.param(method, route, id=f"{method} {route.path}")
    for route in api_routes(ROUTERS)
    for method in sorted(route.methods)
]
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def anybody(running):
    with httpx.Client(base_url=running.url, timeout=30) as client:
        yield client


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_every_route_refuses_a_parameter_that_it_does_not_take(anybody, method, route):
    path = route.path
    for parameter in route.dependant.path_params:
        path = path.replace(f"{{{parameter.alias}}}", NOBODY)
    answer = anybody.request(method, path, params={"as_of": "2022-05-13"})
    assert answer.status_code == 422, answer.text
    fields = {each["pointer"] for each in answer.json()["errors"]}
    assert any("as_of" in field for field in fields), answer.text
    assert "没有这个查询参数" in answer.text


def test_a_figure_of_another_day_is_not_answered_with_todays(client):
    office = client("office")
    assert office.get("/statistics/overview").status_code == 200
    assert office.get("/statistics/overview", params={"as_of": "2022-05-13"}).status_code == 422
    assert office.get("/statistics/overview?as_of=").status_code == 422, "a blank one as well"


def test_a_misspelled_filter_is_told_beside_all_others(client):
    answer = client("office").get("/leads", params={"statuss": "closed", "Limit": 3, "limit": 3})
    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json()["errors"]} == {
        "#query/statuss",
        "#query/Limit",
    }


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_what_is_said_once_is_not_said_twice(anybody, method, route):
    """One reader takes the first, another the last."""
    once = [name for name, many in query.names(route.dependant).items() if not many]
    if not once:
        return
    path = route.path
    for parameter in route.dependant.path_params:
        path = path.replace(f"{{{parameter.alias}}}", NOBODY)
    answer = anybody.request(method, path, params=[(once[0], "1"), (once[0], "2")])
    assert answer.status_code == 422, answer.text
    (told,) = answer.json()["errors"]
    assert (told["code"], told["message"]) == ("field_repeated", "同一个栏目重复出现")


def test_what_may_come_several_times_does(client):
    answer = client("office").get("/leads?status=closed&status=received&limit=1")
    assert answer.status_code == 200


def test_a_word_in_another_encoding_is_not_a_word_that_is_nowhere(client):
    answer = client("office").get("/leads?q=%D5%C5%C8%FD")
    assert (answer.status_code, answer.json()["code"]) == (422, "encoding_invalid")


def test_known_are_those_of_models_and_of_dependencies():
    taken = {r.path: query.names(r.dependant) for r in api_routes(ROUTERS) if "GET" in r.methods}
    assert {"cursor", "limit", "with_total", "q", "status"} <= taken["/api/v1/leads"].keys()
    assert taken["/api/v1/leads"]["status"]
    assert not taken["/api/v1/leads"]["q"]
    assert taken["/api/v1/me/duties"].keys() == {
        "kind",
        "cursor",
        "limit",
        "grouped",
        "with_counts",
        "unheld",
        "holder_id",
        "subject_id",
    }
    assert taken["/api/v1/statistics/villages"] == {}
    assert taken["/api/v1/statistics/overview"].keys() == {"period", "date_from", "date_to"}


def test_an_upload_is_of_one_kind(client):
    parts = [("kind", (None, "leads")), ("kind", (None, "victims")), ("file", ("a.csv", b"a,b"))]
    answer = client("office").post("/imports", files=parts)
    assert (answer.status_code, answer.json()["code"]) == (422, "field_repeated"), answer.text
