"""Held jobs over HTTP: the system administrator's, and nobody else's."""

from uuid import uuid4

import pytest

from api.core.database import migrations


async def hold(running, name: str) -> int:
    """A job that failed for good."""
    connection = await migrations.connect(running.owner_url)
    try:
        return await connection.fetchval(
            "INSERT INTO pgqueuer (priority, entrypoint, status, attempts)"
            " VALUES (0, $1, 'failed', 9) RETURNING id",
            name,
        )
    finally:
        await connection.close()


def test_anonymous_is_refused(anonymous):
    assert anonymous.get("/jobs").status_code == 401


@pytest.mark.parametrize("who", ["leader", "office", "security_admin", "audit_admin"])
def test_others_are_refused(client, who):
    assert client(who).get("/jobs").status_code == 403
    body = {"action": "retry"}
    assert client(who).post("/jobs/1/transitions", json=body).status_code == 403


async def test_a_held_job_is_seen_and_begins_anew(running, client):
    name = f"probe.{uuid4().hex}"
    job = await hold(running, name)
    admin = client("system_admin")
    listed = admin.get("/jobs", params={"status": "failed", "with_total": True}).json()
    assert [one["id"] for one in listed["items"] if one["name"] == name] == [job]
    assert listed["total"] >= 1
    retry = {"action": "retry"}
    assert admin.post(f"/jobs/{job}/transitions", json=retry).status_code == 204
    again = admin.post(f"/jobs/{job}/transitions", json=retry)
    assert again.status_code == 404
    waiting = admin.get("/jobs", params={"status": "queued"}).json()["items"]
    assert [(one["id"], one["attempts"]) for one in waiting if one["name"] == name] == [(job, 0)]


async def test_pages_go_on(running, client):
    jobs = {await hold(running, f"probe.{uuid4().hex}") for _ in range(3)}
    admin, seen, cursor = client("system_admin"), [], None
    while True:
        params = {"limit": 1, "status": "failed"} | ({"cursor": cursor} if cursor else {})
        found = admin.get("/jobs", params=params).json()
        seen += [one["id"] for one in found["items"]]
        cursor = found["next_cursor"]
        if cursor is None:
            break
    assert jobs <= set(seen)
    assert seen == sorted(set(seen), reverse=True)


@pytest.mark.parametrize("cursor", ["x", "AAAAAAAAAAAAAAAAMQ", "数"])
def test_a_foreign_cursor_is_refused(client, cursor):
    refused = client("system_admin").get("/jobs", params={"cursor": cursor})
    assert refused.status_code == 422
    assert refused.json()["code"] == "cursor_invalid"


@pytest.mark.parametrize("job", ["0", "99999999999999999999", "x"])
def test_an_impossible_id_is_malformed(client, job):
    refused = client("system_admin").post(f"/jobs/{job}/transitions", json={"action": "retry"})
    assert refused.status_code == 422
