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


def test_known_are_those_of_models_and_of_dependencies():
    taken = {r.path: query.names(r.dependant) for r in api_routes(ROUTERS) if "GET" in r.methods}
    assert {"cursor", "limit", "with_total", "q", "status"} <= taken["/api/v1/leads"]
    assert taken["/api/v1/me/duties"] == {
        "kind",
        "cursor",
        "limit",
        "grouped",
        "with_counts",
        "unheld",
        "holder_id",
        "subject_id",
    }
    assert taken["/api/v1/statistics/villages"] == set()
    assert taken["/api/v1/statistics/overview"] == {"period", "date_from", "date_to"}
