"""Every operation of the OpenAPI document, asked with what its schema allows and what it does not.

No 5xx, no answer outside the document, problem documents for every refusal. Every second request
comes from the next of all roles of people, whether it may or not.

`YINLING_FUZZ_EXAMPLES=70` asks each operation so often: some 20,000 requests in all.
"""

import os
from itertools import count, cycle

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission, Role
from api.domain.organisation.organisation import MACHINES
from tests.conftest import log_in
from tests.document import document

schema = schemathesis.openapi.from_dict(document())
_EXAMPLES = int(os.environ.get("YINLING_FUZZ_EXAMPLES", "12"))
_NUMBER, _ROLES = count(), cycle(role for role in Role if role not in MACHINES)
_NAMES = {Role.VILLAGE: "village01", Role.GRID: "grid01"}
_CLIENTS = {}
CHECKS = (
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)


def _token(running, permission: str | None) -> dict[str, str]:
    """A login of a role that holds the permission, the office where it does; or of any role."""
    if permission is None:
        return {}
    holders = [r for r, held in ROLE_PERMISSIONS.items() if Permission(permission) in held]
    role = next((r for r in (Role.OFFICE, Role.POLICE) if r in holders), holders[0])
    if next(_NUMBER) % 2:
        role = next(_ROLES)
    key = (running.url, role)
    if key not in _CLIENTS:
        _CLIENTS[key] = log_in(running, _NAMES.get(role, role.value))
    return {"Authorization": _CLIENTS[key].headers["Authorization"]}


@pytest.fixture(scope="module", autouse=True)
def _close():
    yield
    for client in _CLIENTS.values():
        client.close()


@schema.parametrize()
@settings(
    max_examples=_EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_server(case, running):
    permission = case.operation.definition.raw.get("x-permission")
    answer = case.call(base_url=running.url, headers=_token(running, permission), timeout=60)
    # an address of 64,000 characters never becomes a request of any operation
    if answer.status_code != 431:
        case.validate_response(answer, checks=CHECKS)
    if answer.status_code >= 400 and not case.path.endswith("auth/token"):
        body = answer.json()
        assert body["code"], body
        assert body["status"] == answer.status_code
        assert body["request_id"] == answer.headers["x-request-id"][0]
