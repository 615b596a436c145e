"""Promises that hold for every route, walked from the OpenAPI document."""

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from api.access.guards import Guard, Public
from api.core.web.openapi import api_routes, guards
from api.main import create_app
from api.routers import ROUTERS
from tests.document import document

APP = create_app()
DOCUMENT = document()
#: Open to everybody, and said so. A new one is a decision.
OPEN = {
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("post", "/api/v1/auth/token"),
    ("post", "/api/v1/auth/revoke"),
    ("post", "/api/v1/auth/password"),
    # tells one bit: whether the first administrator was made
    ("get", "/api/v1/setup"),
    # the public reports, with a proof of work instead of a login
    ("post", "/api/v1/public/challenges"),
    ("get", "/api/v1/public/places"),
    ("post", "/api/v1/public/leads"),
    ("post", "/api/v1/public/amounts"),
    ("post", "/api/v1/public/receipts"),
    ("post", "/api/v1/public/receipts/messages"),
    ("post", "/api/v1/public/receipts/ratings"),
    ("post", "/api/v1/public/receipts/photos"),
}
_KEBAB = re.compile(r"^/api/v1(/[a-z0-9-]+|/\{[a-z_]+\}|/exports\.xlsx)+$")


def operations() -> Iterator[tuple[str, str, dict]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_the_document_lists_every_route():
    ours = {(m.lower(), r.path) for r in api_routes(ROUTERS) for m in r.methods}
    assert ours == {(method, path) for method, path, _ in operations()}
    assert len(ours) > 20


def test_every_route_has_exactly_one_guard():
    for route in api_routes(ROUTERS):
        found = list(guards(route.dependant))
        assert len(found) == 1, f"{route.methods} {route.path}: {len(found)} guards"


def test_nothing_is_open_but_what_is_said():
    assert {(m, p) for m, p, o in operations() if "x-permission" not in o} == OPEN


def test_paths_are_plural_kebab_and_versioned():
    for method, path, _ in operations():
        if (method, path) not in OPEN:
            assert _KEBAB.match(path), path


def test_operation_ids_are_human_and_unique():
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids))
    for name in ids:
        assert re.fullmatch(r"[a-z][a-z0-9_]+", name), name


def test_the_guard_stands_before_everything_else():
    """A stranger is told that he is one, not what is wrong with his query."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            first = route.dependant.dependencies[0].call
            assert isinstance(first, (Guard, Public)), route.path


def test_every_operation_speaks_chinese():
    for method, path, operation in operations():
        assert re.search(r"[\u4e00-\u9fff]", operation["summary"]), (method, path)


def test_every_labelled_enum_carries_its_labels():
    schemas = DOCUMENT["components"]["schemas"]
    labelled = [name for name, schema in schemas.items() if "x-labels" in schema]
    assert {"LeadStatus", "LeadCategory", "LeadChannel", "Role"} <= set(labelled)
    for name in labelled:
        assert list(schemas[name]["x-labels"]) == schemas[name]["enum"], name


@pytest.mark.parametrize(
    ("method", "path"), [(m, p) for m, p, o in operations() if "x-permission" in o]
)
class TestEveryGuardedRoute:
    """Asked without a login, with nonsense, and with a login that was ended."""

    def url(self, path: str) -> str:
        path = re.sub(r"\{[a-z_]*(id|key)\}", "00000000-0000-7000-8000-000000000000", path)
        path = re.sub(r"\{year\}", "2026", path)
        return re.sub(r"\{[a-z_]+\}", "x", path).removeprefix("/api/v1")

    def test_nobody_gets_in(self, anonymous, method, path):
        answer = anonymous.request(method, self.url(path))
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthenticated"
        assert answer.headers["www-authenticate"] == "Bearer"

    def test_a_forged_token_is_refused(self, anonymous, method, path):
        for token in ("x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."):
            answer = anonymous.request(
                method, self.url(path), headers={"Authorization": f"Bearer {token}"}
            )
            assert answer.status_code == 401

    def test_an_ended_login_is_refused(self, ended, method, path):
        permission = DOCUMENT["paths"][path][method]["x-permission"]
        answer = ended(permission).request(method, self.url(path))
        assert answer.status_code == 401, (path, answer.text)
        assert answer.json()["code"] == "token_stale"


@pytest.fixture(scope="module")
def ended(running):
    """A client of some role that holds the permission, whose session was ended."""
    from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission
    from tests.conftest import log_in

    names = {"village": "village01", "grid": "grid01"}
    opened = {}

    def of(permission: str):
        role = next(
            r for r, held in ROLE_PERMISSIONS.items()
            if Permission(permission) in held and "_gateway" not in r and r != "report_reader"
        )  # fmt: skip
        if role not in opened:
            client = log_in(running, names.get(role.value, role.value))
            mine = [s for s in client.get("/me/sessions").json() if s["is_current"]]
            assert client.delete(f"/me/sessions/{mine[0]['id']}").status_code == 204
            opened[role] = client
        return opened[role]

    yield of
    for client in opened.values():
        client.close()
