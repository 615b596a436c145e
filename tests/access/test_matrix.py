"""Role × route: the table that the campaign's leaders sign, compared with what the server does.

`role_routes.csv` is written by `make docs`; a change of rights shows in its diff.
"""

import csv
import io
import re
from pathlib import Path

import pytest

from api.core.web.openapi import api_routes, guards
from api.domain.kit.permissions import ROLE_PERMISSIONS, Role
from api.routers import ROUTERS

TABLE = Path(__file__).with_name("role_routes.csv")


def matrix() -> str:
    """The table as text: one line a route, one column a role."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["method", "path", "permission", *[r.value for r in Role]])
    for route in sorted(api_routes(ROUTERS), key=lambda r: (r.path, sorted(r.methods))):
        guard = next(guards(route.dependant))
        permission = getattr(guard, "permission", None)
        may = [
            "x" if permission is None or permission in ROLE_PERMISSIONS[role] else ""
            for role in Role
        ]
        writer.writerow(
            [*sorted(route.methods), route.path, permission.value if permission else "public", *may]
        )
    return text.getvalue()


def test_the_signed_table_is_what_the_code_says():
    assert TABLE.read_text() == matrix(), "rights changed: run `make docs` and look at the diff"


def test_no_role_joins_administration_and_business():
    admins = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
    business = re.compile(
        r"^(case|lead|victim|property|ledger|distribution|inspection|risk_entity):"
    )
    for role in admins:
        assert not [p for p in ROLE_PERMISSIONS[role] if business.match(p)]


_LOGINS = {Role.VILLAGE: "village01", Role.GRID: "grid01"}
_PEOPLE = [r for r in Role if r not in {Role.POLICE_GATEWAY, Role.REPORT_READER}]


@pytest.mark.parametrize("role", _PEOPLE)
def test_the_server_refuses_just_what_the_table_leaves_empty(client, role):
    person = client(_LOGINS.get(role, role.value))
    wrong = []
    for row in csv.DictReader(io.StringIO(TABLE.read_text())):
        if row["permission"] == "public" or row["path"].endswith(
            ("/sessions/{session_id}", "/totp")
        ):
            continue
        url = re.sub(r"\{[a-z_]*id\}", "00000000-0000-7000-8000-000000000000", row["path"])
        url = re.sub(r"\{year\}", "1999", url)
        url = re.sub(r"\{[a-z_]+\}", "x", url)
        answer = person.request(row["method"], url.removeprefix("/api/v1"), content=b"")
        refused = answer.status_code == 403 and answer.json()["code"] == "forbidden"
        if refused == bool(row[role.value]):
            wrong.append((row["method"], row["path"], answer.status_code))
    assert not wrong
