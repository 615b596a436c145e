"""Divisions, units, posts, people and API clients over HTTP: a town sets itself up."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import ClassVar
from uuid import uuid4

import httpx
import pytest

from api.core.base import clock
from api.core.base.clock import today
from tests.conftest import PASSWORD, Client

#: letters and digits as a Chinese keyboard writes them
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
NOBODY = "00000000-0000-7000-8000-000000000000"
_numbers = count(1)


def fresh(prefix: str = "t") -> str:
    return f"{prefix}{uuid4().hex[:10]}"


def make_user(system: Client, **over) -> dict:
    answer = system.post("/users", json={"username": fresh(), "name": "程新人"} | over)
    assert answer.status_code == 201, answer.text
    return answer.json()


def unit_of(system: Client, kind: str) -> dict:
    return system.get("/units", params={"kind": kind}).json()["items"][0]


def make_post(system: Client, role: str, kind: str | None = None, **over) -> dict:
    body = {
        "code": fresh("p"),
        "name": "测试岗",
        "role": role,
        "unit_id": unit_of(system, kind or role)["id"],
    }
    answer = system.post("/posts", json=body | over)
    assert answer.status_code == 201, answer.text
    return answer.json()


def give(system: Client, post: dict, user_id: str | None, **over) -> httpx.Response:
    body = {"version": post["version"], "user_id": user_id} | over
    return system.post(f"/posts/{post['id']}/holders", json=body)


def log_in(running, username: str, password: str) -> httpx.Response:
    return httpx.post(
        f"{running.api}/auth/token",
        data={"grant_type": "password", "username": username, "password": password},
    )


def logged_in(running, system: Client, role: str, kind: str | None = None):
    """A new person in a new post, with a client and the tokens."""
    user = make_user(system)
    post = make_post(system, role, kind)
    handed = give(system, post, user["id"])
    assert handed.status_code == 201, handed.text
    tokens = log_in(running, user["username"], user["temporary_password"])
    assert tokens.status_code == 200, tokens.text
    token = tokens.json()["access_token"]
    person = Client(base_url=running.api, headers={"Authorization": f"Bearer {token}"})
    return user, handed.json(), person, tokens.json()["refresh_token"]


class TestDivisions:
    def test_everybody_reads_them_for_forms(self, client):
        page = client("grid01").get("/divisions", params={"limit": 200}).json()
        assert ("341522118201", "新桥村", "village") in [
            (row["code"], row["name"], row["level"]) for row in page["items"]
        ]

    def test_children_and_names(self, office):
        rows = office.get("/divisions", params={"parent_code": "341522118201"}).json()["items"]
        assert [row["level"] for row in rows] == ["grid"]
        found = office.get("/divisions", params={"q": "新桥", "level": "village"}).json()["items"]
        assert [row["name"] for row in found] == ["新桥村"]
        assert office.get("/divisions", params={"q": "%"}).json()["items"] == []

    def test_the_official_list_comes_in_and_again_changes_nothing(self, client):
        county = client("county")
        rows = [
            {"code": "341522203000", "name": "测试镇"},
            {"code": "341522203201", "name": "甲村", "valid_from": "2020-01-01"},
            {"code": "341522203202", "name": "乙村"},
        ]
        first = county.post("/divisions/imports", json={"rows": rows})
        assert first.status_code == 200, first.text
        assert first.json()["created"] == 3
        again = county.post("/divisions/imports", json={"rows": rows}).json()
        assert again == {"created": 0, "updated": 0, "unchanged": 3}
        merged = [{"code": "341522203202", "name": "乙村", "valid_to": "2021-06-30"}]
        assert county.post("/divisions/imports", json={"rows": merged}).json()["updated"] == 1
        query = {"parent_code": "341522203"}
        left = county.get("/divisions", params=query).json()["items"]
        assert [row["name"] for row in left] == ["甲村"]
        all_of_them = county.get("/divisions", params=query | {"include_past": True}).json()[
            "items"
        ]
        assert len(all_of_them) == 2

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ([{"code": "341522299201", "name": "无上级村"}], "parent_missing"),
            ([{"code": "110101001000", "name": "外县镇"}], "parent_missing"),
            ([{"code": "110101", "name": "外县"}], "other_county"),
            (
                [{"code": "341522298", "name": "一镇"}, {"code": "341522298000", "name": "二镇"}],
                "twice",
            ),
            (
                [
                    {
                        "code": "341522297",
                        "name": "镇",
                        "valid_from": "2022-01-01",
                        "valid_to": "2021-01-01",
                    }
                ],
                "order",
            ),
            ([{"code": "34152229", "name": "短"}], "string_pattern_mismatch"),
            ([{"code": "341522297", "name": ""}], "string_too_short"),
            ([{"code": "341522297", "name": "a\u0000b"}], "value_error"),
            ([], "too_short"),
        ],
    )
    def test_takes_all_rows_or_none(self, client, rows, code):
        office = client("county")
        good = {"code": "341522296000", "name": "好镇"}
        answer = office.post("/divisions/imports", json={"rows": [good, *rows] if rows else []})
        assert answer.status_code == 422, answer.text
        assert code in {error["code"] for error in answer.json()["errors"]}
        assert office.get("/divisions", params={"q": "好镇"}).json()["items"] == []

    @pytest.mark.parametrize("who", ["police", "grid01", "security_admin", "audit_admin"])
    def test_is_not_everybodys(self, client, who):
        rows = [{"code": "341522295", "name": "镇"}]
        assert client(who).post("/divisions/imports", json={"rows": rows}).status_code == 403


class TestUnits:
    def body(self, **over):
        return {
            "name": f"卫生院{next(_numbers)}{fresh()}",
            "kind": "other",
            "division_code": "341522118",
        } | over

    def test_everybody_reads_names_for_forms(self, client):
        rows = client("grid01").get("/units", params={"limit": 200}).json()["items"]
        assert {"派出所", "平安办"} <= {row["name"] for row in rows}

    def test_pages_by_name(self, office):
        seen, cursor = [], None
        while True:
            query = {"limit": 7} | ({"cursor": cursor} if cursor else {})
            page = office.get("/units", params=query).json()
            seen += [row["id"] for row in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) > 20

    def test_the_office_sets_up_renames_and_closes(self, office):
        made = office.post("/units", json=self.body())
        assert made.status_code == 201, made.text
        unit = made.json()
        url = f"/units/{unit['id']}"
        renamed = office.patch(url, json={"version": 1, "name": fresh("卫生所")}).json()
        assert (renamed["version"], renamed["is_active"]) == (2, True)
        stale = office.patch(url, json={"version": 1, "name": "旧"})
        assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
        closed = office.patch(url, json={"version": 2, "is_active": False}).json()
        assert closed["is_active"] is False
        named = office.get("/units", params={"q": renamed["name"]}).json()["items"]
        assert named == []

    def test_refuses_a_name_twice(self, office):
        body = self.body()
        assert office.post("/units", json=body).status_code == 201
        name = body["name"]
        for same in (
            name,
            f"{name[:2]} {name[2:]}",
            name.upper(),
            name.translate(WIDE),
            f"“{name}”",
        ):
            again = office.post("/units", json=body | {"name": same})
            assert (again.status_code, again.json()["code"]) == (409, "unit_name_taken"), same
        other = office.post("/units", json=self.body()).json()
        url, version = f"/units/{other['id']}", other["version"]
        renamed = office.patch(url, json={"version": version, "name": f"{name[:2]} {name[2:]}"})
        assert (renamed.status_code, renamed.json()["code"]) == (409, "unit_name_taken")
        kept = office.patch(url, json={"version": version, "name": other["name"]})
        assert kept.status_code == 200, kept.text

    @pytest.mark.parametrize(
        ("over", "status", "code"),
        [
            ({"division_code": "341522118999"}, 422, "validation_failed"),
            ({"division_code": "341522"}, 403, "other_town"),
            ({"kind": "system"}, 403, "unit_kind_reserved"),
            ({"kind": "county", "division_code": "341522"}, 403, "unit_kind_reserved"),
            ({"kind": "office"}, 409, "unit_exists"),
            ({"kind": "village"}, 422, "validation_failed"),
            ({"kind": "village", "division_code": "341522118201"}, 409, "unit_exists"),
            ({"kind": "bank"}, 422, "validation_failed"),
            ({"name": " "}, 422, "validation_failed"),
            ({"id": NOBODY}, 422, "validation_failed"),
        ],
    )
    def test_refuses(self, office, over, status, code):
        answer = office.post("/units", json=self.body(**over))
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_one_with_posts_stays_open(self, office):
        police = unit_of(office, "police")
        answer = office.patch(
            f"/units/{police['id']}", json={"version": police["version"], "is_active": False}
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "unit_in_use")

    @pytest.mark.parametrize("who", ["police", "leader", "security_admin"])
    def test_is_not_everybodys(self, client, who):
        assert client(who).post("/units", json=self.body()).status_code == 403

    def test_one_liaison_at_a_time_with_history(self, office, system):
        first = make_post(system, "culture")
        second = make_post(system, "culture")
        unit = first["unit"]["id"]
        url = f"/units/{unit}/liaisons"
        assert office.post(url, json={"post_id": first["id"]}).status_code == 201
        done = office.post(url, json={"post_id": second["id"], "note": "工作调整"})
        assert done.status_code == 201, done.text
        spans = done.json()["items"]
        assert spans[0]["post"]["id"] == second["id"]
        assert [span["until"] for span in spans].count(None) == 1
        posts = office.get(f"/units/{unit}").json()["posts"]
        assert [post["id"] for post in posts if post["is_liaison"]] == [second["id"]]
        again = office.post(url, json={"post_id": second["id"]})
        assert (again.status_code, again.json()["code"]) == (409, "already_liaison")
        assert office.get(f"/units/{uuid4()}/liaisons").status_code == 404
        foreign = office.post(url, json={"post_id": make_post(system, "civil")["id"]})
        assert foreign.status_code == 422
        late = office.post(url, json={"post_id": first["id"], "since": "2199-01-01"})
        assert late.json()["errors"][0]["code"] == "in_future"


class TestPosts:
    def test_a_unit_has_the_roles_of_its_kind(self, system):
        village = unit_of(system, "village")["id"]
        body = {"code": fresh("p"), "name": "综合岗", "role": "office", "unit_id": village}
        answer = system.post("/posts", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "role_not_of_unit")

    def test_nobody_types_a_code(self, system):
        """Each post of a place and a role gets the next one; what others typed is stepped over."""
        unit = unit_of(system, "civil")
        body = {"name": "未填代码岗", "role": "civil", "unit_id": unit["id"]}
        first, second = (system.post("/posts", json=body) for _ in "ab")
        assert (first.status_code, second.status_code) == (201, 201), first.text
        stem, _, number = first.json()["code"].rpartition(".")
        assert stem == f"civil.{unit['division_code']}"
        assert second.json()["code"] == f"{stem}.{int(number) + 1:02d}"
        taken = system.post("/posts", json=body | {"code": f"{stem}.{int(number) + 2:02d}"})
        assert taken.status_code == 201, taken.text
        third = system.post("/posts", json=body | {"code": None}).json()
        assert third["code"] == f"{stem}.{int(number) + 3:02d}"

    def test_two_at_once_get_two_codes(self, system):
        body = {
            "name": "同时建的岗",
            "role": "culture",
            "unit_id": unit_of(system, "culture")["id"],
        }
        with ThreadPoolExecutor(6) as pool:
            made = list(pool.map(lambda _: system.post("/posts", json=body), range(6)))
        assert {each.status_code for each in made} == {201}
        assert len({each.json()["code"] for each in made}) == len(made)

    def test_a_grid_worker_has_a_grid(self, system):
        village = system.get("/units", params={"q": "新桥村"}).json()["items"][0]["id"]
        body = {"code": fresh("p"), "name": "网格员", "role": "grid", "unit_id": village}
        assert system.post("/posts", json=body).json()["errors"][0]["code"] == "grid_required"
        made = system.post("/posts", json=body | {"division_code": "341522118201001"})
        assert made.status_code == 201, made.text

    def test_machines_have_no_posts_of_people(self, system):
        police = unit_of(system, "police")["id"]
        body = {"code": fresh("p"), "name": "接口", "role": "police_gateway", "unit_id": police}
        assert system.post("/posts", json=body).json()["errors"][0]["code"] == "machine_role"

    def test_hand_over_keeps_the_history(self, system):
        post = make_post(system, "justice")
        first, second = make_user(system), make_user(system)
        post = give(system, post, first["id"], since="2024-03-01").json()
        assert post["holder"]["id"] == first["id"]
        early = give(system, post, second["id"], since="2024-02-01")
        assert early.json()["errors"][0]["code"] == "before_last"
        future = give(system, post, second["id"], since="2199-01-01")
        assert future.json()["errors"][0]["code"] == "in_future"
        post = give(system, post, second["id"], note="轮岗，联系电话13800138000").json()
        spans = system.get(f"/posts/{post['id']}/holders").json()["items"]
        assert [span["user"]["id"] for span in spans] == [second["id"], first["id"]]
        assert spans[1]["until"] == today().isoformat()
        assert "13800138000" not in spans[1]["handover_note"]
        vacant = give(system, post, None).json()
        assert vacant["holder"] is None
        listed = system.get("/posts", params={"vacant": True, "limit": 200}).json()["items"]
        assert post["id"] in [row["id"] for row in listed]

    @pytest.mark.parametrize(
        ("held", "wanted"),
        [
            ("police", "system_admin"),
            ("system_admin", "police"),
            ("system_admin", "audit_admin"),
            ("security_admin", "system_admin"),
            ("office", "finance"),
            ("finance", "leader"),
            ("leader", "office"),
        ],
    )
    def test_nobody_joins_what_must_be_apart(self, system, held, wanted):
        kinds = {"leader": "leadership"}
        user = make_user(system)
        kind = "system" if held.endswith("admin") else kinds.get(held, held)
        assert give(system, make_post(system, held, kind), user["id"]).status_code == 201
        kind = "system" if wanted.endswith("admin") else kinds.get(wanted, wanted)
        answer = give(system, make_post(system, wanted, kind), user["id"])
        assert (answer.status_code, answer.json()["code"]) == (422, "posts_incompatible")

    def test_two_business_posts_go_together(self, system):
        user = make_user(system)
        assert give(system, make_post(system, "police"), user["id"]).status_code == 201
        assert give(system, make_post(system, "justice"), user["id"]).status_code == 201

    def test_nobody_changes_his_own_posts(self, system):
        me = system.me["user"]["id"]
        answer = give(system, make_post(system, "office"), me)
        assert (answer.status_code, answer.json()["code"]) == (403, "own_post")
        own = system.get(f"/posts/{system.me['post']['id']}").json()
        answer = give(system, own, make_user(system)["id"])
        assert (answer.status_code, answer.json()["code"]) == (403, "own_post")
        closing = system.patch(
            f"/posts/{own['id']}", json={"version": own["version"], "is_active": False}
        )
        assert closing.status_code == 403

    def test_concurrent_hand_overs_cannot_join_two_administrators(self, system, running):
        user = make_user(system)
        made = [
            make_post(system, role, "system" if role.endswith("admin") else role)
            for role in ("system_admin", "audit_admin", "police", "office")
        ]
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda post: give(system, post, user["id"]), made))
        roles = {post["role"] for post in system.get(f"/users/{user['id']}").json()["posts"]}
        assert len(roles & {"system_admin", "audit_admin"}) <= 1
        assert not (roles & {"system_admin", "audit_admin"} and roles & {"police", "office"})
        assert {answer.status_code for answer in answers} <= {201, 422}

    @pytest.mark.parametrize("who", ["office", "security_admin", "audit_admin", "leader"])
    def test_is_the_system_administrators(self, client, system, who):
        post = make_post(system, "police")
        assert give(client(who), post, make_user(system)["id"]).status_code == 403


class TestRightsTakenAway:
    """GB/T 22239 AC-3: they hold from the next request, not from the next login."""

    def test_hand_over(self, running, system):
        _, post, person, refresh = logged_in(running, system, "police")
        assert person.get("/leads").status_code == 200
        assert give(system, post, make_user(system)["id"]).status_code == 201
        after = person.get("/leads")
        assert (after.status_code, after.json()["code"]) == (401, "token_stale")
        again = httpx.post(
            f"{running.api}/auth/token",
            data={"grant_type": "refresh_token", "refresh_token": refresh},
        )
        assert again.json()["code"] == "no_post"

    def test_closing_the_post(self, running, system):
        _, post, person, _ = logged_in(running, system, "market")
        assert person.get("/leads").status_code == 200
        closed = system.patch(
            f"/posts/{post['id']}", json={"version": post["version"], "is_active": False}
        )
        assert closed.json()["holder"] is None
        assert person.get("/leads").status_code == 401
        assert person.post("/leads", json={}).status_code == 401

    def test_closing_the_account(self, running, system):
        user, post, person, _ = logged_in(running, system, "civil")
        version = system.get(f"/users/{user['id']}").json()["version"]
        closed = system.patch(
            f"/users/{user['id']}", json={"version": version, "is_active": False}
        ).json()
        assert (closed["is_active"], closed["posts"]) == (False, [])
        assert person.get("/me").status_code == 401
        assert log_in(running, user["username"], user["temporary_password"]).status_code == 400
        assert system.get(f"/posts/{post['id']}").json()["holder"] is None

    def test_an_account_opened_again_says_which_post_it_left(self, running, system):
        user, post, _, _ = logged_in(running, system, "civil")
        url = f"/users/{user['id']}"

        def put(*, active: bool) -> dict:
            version = system.get(url).json()["version"]
            return system.patch(url, json={"version": version, "is_active": active}).json()

        assert system.get(url).json()["left_posts"] == []
        assert put(active=False)["posts"] == []
        back = put(active=True)
        assert (back["is_active"], back["posts"]) == (True, [])
        [left] = back["left_posts"]
        assert (left["post_id"], left["until"]) == (post["id"], today().isoformat())
        assert left["is_vacant"] is True
        other = make_user(system)
        post = system.get(f"/posts/{post['id']}").json()
        assert give(system, post, other["id"]).status_code == 201
        assert system.get(url).json()["left_posts"][0]["is_vacant"] is False
        assert give(system, make_post(system, "justice"), user["id"]).status_code == 201
        assert system.get(url).json()["left_posts"] == []

    def test_a_new_post_is_read_by_the_refresh(self, running, system):
        user, post, _, refresh = logged_in(running, system, "police")
        assert give(system, make_post(system, "justice"), user["id"]).status_code == 201
        assert give(system, post, None).status_code == 201
        tokens = httpx.post(
            f"{running.api}/auth/token",
            data={"grant_type": "refresh_token", "refresh_token": refresh},
        ).json()
        me = httpx.get(
            f"{running.api}/me", headers={"Authorization": f"Bearer {tokens['access_token']}"}
        )
        assert me.json()["role"] == "justice"


class TestUsers:
    def test_the_password_is_shown_once(self, running, system):
        key = {"Idempotency-Key": uuid4().hex}
        body = {"username": fresh(), "name": "程新人", "phone": "13800138000"}
        first = system.post("/users", json=body, headers=key)
        again = system.post("/users", json=body, headers=key)
        assert first.status_code == again.status_code == 201
        assert first.json()["temporary_password"]
        assert again.headers["idempotent-replayed"] == "true"
        assert again.json() == first.json() | {"temporary_password": None}
        other = system.post("/users", json=body | {"name": "别人"}, headers=key)
        assert other.json()["code"] == "idempotency_key_reused"
        assert first.json()["phone_mask"] == "138****8000"

    async def test_it_stands_nowhere_in_the_database(self, system, running):
        from api.core.base.crypto import keyring
        from api.core.database.migrations import connect

        secret = make_user(system)["temporary_password"]
        owner = await connect(running.owner_url)
        try:
            rows = await owner.fetch("SELECT answer_enc FROM idempotency_keys")
            told = await owner.fetch("SELECT data::text AS data FROM events")
        finally:
            await owner.close()
        answers = [keyring().decrypt_bytes(r["answer_enc"]) for r in rows if r["answer_enc"]]
        assert answers
        assert not [a for a in answers if secret.encode() in a]
        assert not [row for row in told if secret in row["data"]]

    @pytest.mark.parametrize(
        "over",
        [
            {"username": "AB"},
            {"username": "Zhang.San"},
            {"username": "a b c"},
            {"username": "x" * 41},
            {"name": ""},
            {"phone": "1380013"},
            {"role": "office"},
        ],
    )
    def test_refuses_faulty_people(self, system, over):
        body = {"username": fresh(), "name": "程新人"} | over
        assert system.post("/users", json=body).status_code == 422

    def test_refuses_a_login_name_twice(self, system):
        body = {"username": fresh(), "name": "甲"}
        assert system.post("/users", json=body).status_code == 201
        again = system.post("/users", json=body | {"name": "乙"})
        assert (again.status_code, again.json()["code"]) == (409, "username_taken")

    def test_nobody_closes_his_own_account(self, system):
        me = system.get(f"/users/{system.me['user']['id']}").json()
        answer = system.patch(
            f"/users/{me['id']}", json={"version": me["version"], "is_active": False}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "own_account")

    def test_lists_by_name_without_secrets(self, system):
        text = system.get("/users", params={"q": "office"}).text
        assert "李晓芸" in text
        assert "argon2" not in text
        assert "password_hash" not in text

    @pytest.mark.parametrize("who", ["office", "leader", "audit_admin", "grid01"])
    def test_are_not_everybodys_to_read(self, client, who):
        assert client(who).get("/users").status_code == 403


class TestSecurity:
    REASON: ClassVar = {"reason": "本人到场申请"}

    def test_reset_password(self, running, system, security):
        user, _, person, _ = logged_in(running, system, "police")
        answer = security.post(f"/users/{user['id']}/password-resets", json=self.REASON)
        assert answer.status_code == 201, answer.text
        assert person.get("/me").status_code == 401
        assert log_in(running, user["username"], user["temporary_password"]).status_code == 400
        new = answer.json()["temporary_password"]
        assert log_in(running, user["username"], new).status_code == 200

    def test_unlock(self, running, system, security):
        user, _, _, _ = logged_in(running, system, "police")
        for _ in range(5):
            log_in(running, user["username"], "wrong")
        assert log_in(running, user["username"], user["temporary_password"]).status_code == 429
        assert security.get(f"/users/{user['id']}").json()["locked_until"]
        answer = security.post(f"/users/{user['id']}/unlocks", json=self.REASON)
        assert answer.json()["locked_until"] is None
        assert log_in(running, user["username"], user["temporary_password"]).status_code == 200

    def test_reset_totp(self, running, system, security):
        import pyotp

        user, _, person, _ = logged_in(running, system, "police")
        secret = person.post("/me/totp").json()["secret"]
        code = pyotp.TOTP(secret).at(clock.now())
        assert person.post("/me/totp/confirmations", json={"code": code}).status_code == 204
        assert security.get(f"/users/{user['id']}").json()["has_totp"] is True
        answer = security.post(f"/users/{user['id']}/totp-resets", json=self.REASON)
        assert answer.json()["has_totp"] is False
        assert person.get("/me").status_code == 401
        assert log_in(running, user["username"], user["temporary_password"]).status_code == 200

    @pytest.mark.parametrize("act", ["password-resets", "totp-resets", "unlocks"])
    def test_never_for_oneself_nor_by_others(self, client, security, act):
        own = security.me["user"]["id"]
        answer = security.post(f"/users/{own}/{act}", json=self.REASON)
        assert (answer.status_code, answer.json()["code"]) == (403, "own_account")
        for who in ("system_admin", "office", "audit_admin"):
            assert client(who).post(f"/users/{own}/{act}", json=self.REASON).status_code == 403
        assert security.post(f"/users/{NOBODY}/{act}", json=self.REASON).status_code == 404
        assert security.post(f"/users/{own}/{act}", json={"reason": ""}).status_code == 422


class TestOffers:
    """What a page shows as a button is what the server would take."""

    def offered(self, who: Client, path: str) -> list[str]:
        return [each["action"] for each in who.get(path).json()["available_actions"]]

    def test_of_units(self, client, office, system):
        own = office.post("/units", json=TestUnits().body()).json()
        url = f"/units/{own['id']}"
        assert self.offered(office, url) == ["edit", "change_liaison"]
        assert self.offered(client("police"), url) == []
        county = f"/units/{unit_of(system, 'county')['id']}"
        assert self.offered(system, county) == ["edit", "change_liaison"]
        assert self.offered(office, county) == []
        closed = office.patch(url, json={"version": own["version"], "is_active": False})
        assert [each["action"] for each in closed.json()["available_actions"]] == ["edit"]

    def test_of_posts(self, client, system, security):
        post = make_post(system, "culture")
        url = f"/posts/{post['id']}"
        assert self.offered(system, url) == ["hand_over", "edit"]
        assert self.offered(security, url) == []
        assert self.offered(system, f"/posts/{system.me['post']['id']}") == []
        closed = system.patch(url, json={"version": post["version"], "is_active": False})
        assert [each["action"] for each in closed.json()["available_actions"]] == ["edit"]

    def test_of_people(self, running, system, security):
        user = make_user(system)
        url = f"/users/{user['id']}"
        assert self.offered(system, url) == ["edit"]
        assert self.offered(security, url) == ["reset_password", "reset_totp"]
        assert self.offered(security, f"/users/{security.me['user']['id']}") == []
        for _ in range(5):
            log_in(running, user["username"], "wrong")
        assert self.offered(security, url)[-1] == "unlock"


class TestApiClients:
    def body(self, system: Client, **over):
        unit = unit_of(system, "police")["id"]
        return {
            "client_id": fresh("c"),
            "name": "公安系统",
            "role": "police_gateway",
            "unit_id": unit,
        } | over

    def token(self, running, client_id: str, secret: str) -> httpx.Response:
        return httpx.post(
            f"{running.api}/auth/token",
            data={
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": secret,
            },
        )

    def test_secret_once_rotated_closed(self, running, system):
        key = {"Idempotency-Key": uuid4().hex}
        body = self.body(system)
        made = system.post("/api-clients", json=body, headers=key)
        assert made.status_code == 201, made.text
        again = system.post("/api-clients", json=body, headers=key)
        assert again.json() == made.json() | {"client_secret": None}
        first = made.json()["client_secret"]
        got = self.token(running, body["client_id"], first)
        assert got.status_code == 200
        bearer = {"Authorization": f"Bearer {got.json()['access_token']}"}
        assert httpx.get(f"{running.api}/leads", headers=bearer).status_code == 200
        url = f"/api-clients/{made.json()['id']}"
        rotated = system.post(f"{url}/secrets", json={"version": 1}).json()
        assert httpx.get(f"{running.api}/leads", headers=bearer).status_code == 401
        assert self.token(running, body["client_id"], first).status_code == 401
        second = rotated["client_secret"]
        assert self.token(running, body["client_id"], second).status_code == 200
        closed = system.patch(url, json={"version": rotated["version"], "is_active": False})
        assert closed.json()["is_active"] is False
        assert self.token(running, body["client_id"], second).status_code == 401
        assert "secret" not in system.get(url).text

    def test_roles_of_machines_only(self, system):
        unit = unit_of(system, "office")["id"]
        answer = system.post("/api-clients", json=self.body(system, role="office", unit_id=unit))
        assert answer.json()["errors"][0]["code"] == "not_machine_role"
        answer = system.post("/api-clients", json=self.body(system, role="report_reader"))
        assert answer.json()["errors"][0]["code"] == "role_not_of_unit"

    @pytest.mark.parametrize("who", ["office", "security_admin", "audit_admin"])
    def test_are_the_system_administrators(self, client, system, who):
        assert client(who).get("/api-clients").status_code == 403
        assert client(who).post("/api-clients", json=self.body(system)).status_code == 403


def test_a_reveal_runs_and_is_audited_again(client):
    """Revealed values are kept nowhere, so a repetition cannot be answered from a store."""
    from tests.factories import make_lead

    office = client("office")
    made = make_lead(office, narrative="老人反映问题，联系电话13800138000")
    key = {"Idempotency-Key": uuid4().hex}
    body = {"fields": ["narrative"], "reason": "核对举报电话"}
    answers = [office.post(f"/leads/{made['id']}/reveals", json=body, headers=key) for _ in "ab"]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "idempotent-replayed" not in answers[1].headers
    assert "13800138000" in answers[1].text
    other = office.post(
        f"/leads/{made['id']}/reveals", json=body | {"reason": "另一理由说明"}, headers=key
    )
    assert other.json()["code"] == "idempotency_key_reused"


def test_the_demo_password_still_opens_the_demo(running):
    """None of the above touched the demo's own people."""
    assert log_in(running, "office", PASSWORD).status_code == 200
