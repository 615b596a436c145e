"""The short way to routes: it answers what it knows and leaves the rest to FastAPI."""

import re
from enum import Enum
from uuid import UUID, uuid4

import pytest
from fastapi.routing import APIRoute

from api.core.web.fast_lane import FastLane
from api.core.web.openapi import api_routes
from api.routers import ROUTERS

READS = [
    route.path
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.methods == {"GET"} and "/api/" in route.path
]


#: Of parameters that are one of a few words, the first.
WORDS = {
    parameter.alias: next(iter(kind)).value
    for route in api_routes(ROUTERS)
    for parameter in route.dependant.path_params
    if isinstance(kind := parameter.field_info.annotation, type) and issubclass(kind, Enum)
}


def at(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: WORDS.get(found[1]) or str(uuid4()), path)


class Framework:
    """Stands where FastAPI stands, and tells what reached it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, scope, receive, send) -> None:
        self.asked.append(scope["path"])


async def ask(path: str, method: str = "GET") -> tuple[list[str], list[dict]]:
    framework, sent = Framework(), []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "query_string": b"", "headers": [],
        "client": ("127.0.0.1", 1), "server": ("x", 80), "scheme": "http", "root_path": "",
    }  # fmt: skip
    await FastLane(framework, ROUTERS)(scope, receive, send)
    return framework.asked, sent


def test_nearly_every_read_takes_it():
    lane = FastLane(Framework(), ROUTERS)
    slow = {path for path in READS if lane.find("GET", at(path)) is None}
    assert slow == {
        # takes query parameters of its own
        "/api/v1/time-rules/{rule_id}/due",
    }


def test_a_word_of_the_path_comes_before_a_parameter():
    lane = FastLane(Framework(), ROUTERS)
    record = str(uuid4())
    found = lane.find("GET", f"/api/v1/leads/{record}")
    assert found is not None
    assert found[1] == {"lead_id": UUID(record)}
    found = lane.find("GET", "/api/v1/leads/exports.xlsx")
    assert found is not None
    assert found[1] == {}


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/v1/leads/not-an-id", "GET"),
        ("/api/v1/leads/", "GET"),
        ("/api/v1/no-such-noun", "GET"),
        ("/leads", "GET"),
        ("/api/v1/imports", "POST"),  # a file, not JSON
        ("/api/v1/leads", "PUT"),
        (f"/api/v1/leads/{UUID(int=7)}", "DELETE"),
    ],
)
async def test_mistakes_are_left_to_the_framework(path, method):
    asked, sent = await ask(path, method)
    assert asked == [path]
    assert sent == []


async def test_what_needs_no_more_is_answered():
    asked, sent = await ask("/metrics")
    assert asked == []
    assert sent[0]["status"] == 200
