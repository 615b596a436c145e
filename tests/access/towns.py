"""The other town of the county, and people in posts of it."""

from uuid import uuid4

import httpx

from tests.conftest import Client

OTHER, VILLAGE = "341522119", "341522119201"
KINDS = {"office": OTHER, "police": OTHER, "market": OTHER, "village": VILLAGE}


def done(answer: httpx.Response) -> dict:
    assert answer.status_code < 300, answer.text
    return answer.json()


class Town:
    """The other town: its units, and somebody in a post of each."""

    def __init__(self, running, system: Client) -> None:
        self.running, self.system = running, system
        rows = [{"code": OTHER, "name": "邻镇"}, {"code": VILLAGE, "name": "邻镇村"}]
        done(system.post("/divisions/imports", json={"rows": rows}))
        self.units = {
            kind: done(
                system.post(
                    "/units",
                    json={
                        "name": f"邻镇{kind}{uuid4().hex[:4]}",
                        "kind": kind,
                        "division_code": at,
                    },
                )
            )
            for kind, at in KINDS.items()
        }
        self.people = {
            kind: somebody(running, system, kind, self.units[kind]["id"]) for kind in KINDS
        }


_made: dict[str, Town] = {}


def other_town(running, system: Client) -> Town:
    """The other town of a server: made once, because a town has one office."""
    if running.url not in _made:
        _made[running.url] = Town(running, system)
    return _made[running.url]


def somebody(running, system: Client, role: str, unit_id: str, **over: object) -> Client:
    """A new person in a new post of a unit, logged in."""
    mark = uuid4().hex[:8]
    body = {"code": f"p{mark}", "name": "邻镇岗", "role": role, "unit_id": unit_id, **over}
    post = done(system.post("/posts", json=body))
    user = done(system.post("/users", json={"username": f"u{mark}", "name": f"邻人{mark}"}))
    url = f"/posts/{post['id']}/holders"
    done(system.post(url, json={"version": post["version"], "user_id": user["id"]}))
    tokens = httpx.post(
        f"{running.api}/auth/token",
        data={
            "grant_type": "password",
            "username": user["username"],
            "password": user["temporary_password"],
        },
    )
    token = done(tokens)["access_token"]
    client = Client(base_url=running.api, headers={"Authorization": f"Bearer {token}"}, timeout=60)
    client.me = client.get("/me").json()
    client.running = running
    return client
