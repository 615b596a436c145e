"""A town's first day, from an empty database to the first lead, over HTTP alone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyotp
import pytest

from api.core.base import clock
from api.core.database import embedded
from tests.conftest import ROOT, Client, free_port, share_clock, wait_until_ready

_CREATE = """
import asyncio, sys
from api.core.database import db
from api.services.organisation import users
async def main():
    try:
        await users.create_admin(username=sys.argv[1], password="First-Day-2026", role=sys.argv[2], name="马运维")
    finally:
        await db.dispose()
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """A server on an empty database, without the demo; (address, environment)."""
    home = tmp_path_factory.mktemp("empty")
    share_clock(home)  # codes for the second factor are made by our clock
    port = free_port()
    with embedded.temporary() as postgres:
        env = os.environ | {
            "YINLING_HOME": str(home),
            "DATABASE_URL": postgres.app_url,
            "YINLING_OWNER_DATABASE_URL": postgres.owner_url,
            "YINLING_DEMO": "0",
            "PORT": str(port),
        }
        subprocess.run([sys.executable, "-m", "api.cli", "migrate"], cwd=ROOT, env=env, check=True)
        log = Path(home / "server.log")
        with log.open("wb") as sink:
            server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "uvicorn", "api.main:create_app", "--factory"),
                    *("--port", str(port), "--log-level", "warning"),
                ],
                cwd=ROOT, env=env, stdout=sink, stderr=sink,
            )  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(url, server, log)
            yield f"{url}/api/v1", env
        finally:
            server.terminate()
            server.wait(20)


def create_admin(env: dict[str, str], username: str, role: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", _CREATE, username, role],
        cwd=ROOT, env=env, check=False, capture_output=True, text=True,
    )  # fmt: skip


def enter(api: str, username: str, temporary: str, own: str = "Own-Word-2026") -> Client:
    """The first login: the temporary password opens nothing but its own change."""
    form = {"grant_type": "password", "username": username, "password": temporary}
    refused = httpx.post(f"{api}/auth/token", data=form)
    assert refused.json()["code"] == "password_change_required"
    changed = httpx.post(
        f"{api}/auth/password",
        data={"username": username, "old_password": temporary, "new_password": own},
    )
    assert changed.status_code == 204, changed.text
    tokens = httpx.post(f"{api}/auth/token", data=form | {"password": own})
    assert tokens.status_code == 200, tokens.text
    bearer = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
    client = Client(base_url=api, headers=bearer, timeout=60)
    if client.get("/me").json()["must_enrol_totp"]:
        secret = client.post("/me/totp").json()["secret"]
        code = {"code": pyotp.TOTP(secret).at(clock.now())}
        assert client.post("/me/totp/confirmations", json=code).status_code == 204
        renewal = {"grant_type": "refresh_token", "refresh_token": tokens.json()["refresh_token"]}
        renewed = httpx.post(f"{api}/auth/token", data=renewal).json()
        client.headers["Authorization"] = f"Bearer {renewed['access_token']}"
    return client


def left(client: Client) -> list[str]:
    steps = client.get("/setup/steps")
    assert steps.status_code == 200, steps.text
    return [step["key"] for step in steps.json()["items"] if not step["done"]]


def missing(client: Client, key: str) -> list[str]:
    steps = client.get("/setup/steps").json()["items"]
    return next(step["missing"] for step in steps if step["key"] == key)


def staff(system: Client, username: str, name: str, unit: dict, role: str, **post) -> str:
    """A post with a person in it; the temporary password."""
    body = {"name": f"{unit['name']}岗", "role": role, "unit_id": unit["id"]}
    made = system.post("/posts", json=body | post)
    assert made.status_code == 201, made.text
    user = system.post("/users", json={"username": username, "name": name}).json()
    handed = system.post(
        f"/posts/{made.json()['id']}/holders",
        json={"version": made.json()["version"], "user_id": user["id"]},
    )
    assert handed.status_code == 201, handed.text
    return user["temporary_password"]


def test_a_towns_first_day(empty):
    api, env = empty
    assert httpx.get(f"{api}/setup").json()["is_empty"] is True
    assert httpx.get(f"{api}/setup/steps").status_code == 401

    for attempt, good in (("office", False), ("system_admin", True), ("system_admin", False)):
        assert (create_admin(env, "yunwei", attempt).returncode == 0) is good
    assert httpx.get(f"{api}/setup").json()["is_empty"] is False

    system = enter(api, "yunwei", "First-Day-2026")
    assert left(system)[0] == "security_admin"
    pages = {step["key"]: step["url_hint"] for step in system.get("/setup/steps").json()["items"]}
    assert pages == {
        "system_admin": None,
        "security_admin": "/posts?role=security_admin",
        "audit_admin": "/posts?role=audit_admin",
        "divisions": "/divisions",
        "office": "/units",
        "units": "/units",
        "posts": "/posts",
        "liaisons": "/units",
    }
    rows = [
        {"code": "341522000000", "name": "霍邱县"},
        {"code": "341522118000", "name": "众兴集镇"},
        {"code": "341522118201", "name": "新桥村"},
    ]
    assert system.post("/divisions/imports", json={"rows": rows}).json()["created"] == 3
    divisions = system.get("/divisions").json()["items"]
    assert [row["code"] for row in divisions] == ["341522", "341522118", "341522118201"]
    operations = system.get("/units").json()["items"][0]
    assert operations["division_code"] == "341522"

    staff(system, "anquan", "杨安全", operations, "security_admin")
    staff(system, "shenji", "沈审计", operations, "audit_admin")
    body = {"name": "平安办", "kind": "office", "division_code": "341522118"}
    office_unit = system.post("/units", json=body).json()
    word = staff(system, "pingan", "李晓芸", office_unit, "office")
    assert left(system) == ["units", "posts", "liaisons"]

    office = enter(api, "pingan", word)
    assert missing(office, "units") == ["还没有派出所", "还没有村（社区）"]
    assert missing(office, "divisions") == []
    steps = office.get("/setup/steps").json()["items"]
    assert {step["key"] for step in steps if step["url_hint"]} == {
        "divisions",
        "units",
        "liaisons",
    }
    units = []
    for name, kind, code in (
        ("派出所", "police", "341522118"),
        ("新桥村村民委员会", "village", "341522118201"),
    ):
        made = office.post("/units", json={"name": name, "kind": kind, "division_code": code})
        assert made.status_code == 201, made.text
        units.append(made.json())
    assert missing(office, "units") == []
    assert missing(office, "posts") == ["新桥村村民委员会还没有人", "派出所还没有人"]
    staff(system, "paichusuo", "赵卫国", units[0], "police")
    assert missing(office, "posts") == ["新桥村村民委员会还没有人"]
    assert "村（社区）还没有联络员" in missing(office, "liaisons")
    staff(system, "xinqiao", "王长顺", units[1], "village")
    for unit in units:
        post = office.get(f"/units/{unit['id']}").json()["posts"][0]
        done = office.post(f"/units/{unit['id']}/liaisons", json={"post_id": post["id"]})
        assert done.status_code == 201, done.text
    assert left(office) == []

    lead = office.post(
        "/leads",
        json={
            "channel": "report_phone",
            "narrative": "老人交纳会员费预订床位，至今无法入住。",
            "subject_name": "某养老公司",
            "primary_category": "C1",
            "division_code": "341522118201",
        },
    )
    assert lead.status_code == 201, lead.text
    told = office.get(f"/leads/{lead.json()['id']}/timeline").json()["items"]
    assert [entry["actor_name"] for entry in told] == ["李晓芸"]
    assert office.get("/leads").json()["items"][0]["number"].startswith("XS-341522118-")


def test_the_built_in_rules_are_in_the_table_once(empty):
    """Two processes bring them in; the second changes nothing."""
    _, env = empty
    count = """
import asyncio
from sqlalchemy import func, select
from api.core.database import db
from api.domain.law.time_rules import load_builtin
from api.models.time_rules import TimeRuleVersion
from api.services.kit import time_rules
async def main():
    async with db.database().session() as session:
        rules = await time_rules.rules(session)
        assert set(rules) == set(load_builtin()), len(rules)
    await db.dispose()
asyncio.run(main())
"""
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", count],
            cwd=ROOT,
            env=env,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
