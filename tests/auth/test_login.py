"""Login as an intruder, a clumsy clerk and a thief of tokens see it."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pyotp
import pytest
from jose import jwt

from api.core.base import clock
from tests import factories
from tests.auth.people import administrator, me, password_login, token
from tests.conftest import PASSWORD


class TestPassword:
    def test_a_login_gives_a_short_token_for_the_post(self, running):
        answer = password_login(running, "office").json()
        assert answer["token_type"] == "Bearer"
        assert answer["expires_in"] <= 900
        assert me(running, answer["access_token"]).json()["role"] == "office"

    @pytest.mark.parametrize("password", ["wrong", "", "x" * 1000, "密码\u0000"])
    def test_a_wrong_password_and_an_unknown_name_answer_alike(self, running, password):
        known = password_login(running, "culture", password)
        unknown = password_login(running, f"nobody{uuid4().hex}", password)
        assert known.status_code == unknown.status_code == 400
        assert known.json() == unknown.json()
        assert known.json()["error"] == "invalid_grant"

    def test_five_failures_lock_for_half_an_hour_even_at_once(self, running):
        name = f"ghost{uuid4().hex[:6]}"
        with ThreadPoolExecutor(5) as pool:
            list(pool.map(lambda _: password_login(running, name, "wrong"), range(5)))
        locked = password_login(running, name, "wrong")
        assert locked.status_code == 429
        assert locked.json()["code"] == "account_locked"
        assert 1700 < int(locked.headers["retry-after"]) <= 1800

    def test_a_locked_account_refuses_the_right_password_too(self, running):
        for _ in range(5):
            password_login(running, "justice", "wrong")
        assert password_login(running, "justice").status_code == 429
        headers = administrator(running, "security_admin")
        users = httpx.get(f"{running.api}/users", headers=headers, params={"q": "justice"}).json()
        who = next(u for u in users["items"] if u["username"] == "justice")
        freed = httpx.post(
            f"{running.api}/users/{who['id']}/unlocks",
            headers=headers,
            json={"reason": "本人到场说明"},
        )
        assert freed.status_code < 300, freed.text
        assert password_login(running, "justice").status_code == 200

    def test_the_first_login_changes_the_password(self, running, newcomer):
        name, made = newcomer
        temporary = made.get("temporary_password") or made.get("password")
        first = password_login(running, name, temporary)
        assert first.json()["code"] in {"password_change_required", "no_post"}
        weak = httpx.post(
            f"{running.api}/auth/password",
            data={"username": name, "old_password": temporary, "new_password": "12345678"},
        )
        assert weak.status_code == 422
        assert weak.json()["code"] == "password_weak"
        changed = httpx.post(
            f"{running.api}/auth/password",
            data={"username": name, "old_password": temporary, "new_password": "Xin-Mima-2026"},
        )
        assert changed.status_code == 204
        assert password_login(running, name, temporary).status_code == 400


class TestRefresh:
    def test_a_refresh_token_works_once_and_its_reuse_ends_the_family(self, running):
        first = password_login(running, "culture").json()
        second = token(running, grant_type="refresh_token", refresh_token=first["refresh_token"])
        assert second.status_code == 200
        second = token(
            running, grant_type="refresh_token", refresh_token=second.json()["refresh_token"]
        )
        assert me(running, second.json()["access_token"]).status_code == 200
        stolen = token(running, grant_type="refresh_token", refresh_token=first["refresh_token"])
        assert stolen.status_code == 400
        assert stolen.json()["error"] == "invalid_grant"
        after = token(
            running, grant_type="refresh_token", refresh_token=second.json()["refresh_token"]
        )
        assert after.status_code == 400
        assert me(running, second.json()["access_token"]).status_code == 401

    def test_the_browser_keeps_it_in_a_cookie_that_no_script_reads(self, running):
        with httpx.Client(base_url=running.api) as browser:
            form = {"grant_type": "password", "username": "civil", "password": PASSWORD}
            answer = browser.post("/auth/token", data=form | {"cookie": "true"})
            assert answer.json()["refresh_token"] is None
            cookie = answer.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=strict" in cookie
            again = browser.post("/auth/token", data={"grant_type": "refresh_token"})
            assert again.status_code == 200
            assert browser.post("/auth/revoke").status_code == 204
            assert me(running, again.json()["access_token"]).status_code == 401

    @pytest.mark.parametrize("bad", ["", "x", "a" * 32 + ".b", "0" * 32 + ".abc"])
    def test_nonsense_is_refused(self, running, bad):
        answer = token(running, grant_type="refresh_token", refresh_token=bad)
        assert answer.status_code == 400


class TestTokens:
    def forged(self, running, **claims) -> str:
        access = password_login(running, "civil").json()["access_token"]
        known = jwt.get_unverified_claims(access)
        return jwt.encode(known | claims, "guessed-key", algorithm="HS256")

    def test_a_token_signed_by_somebody_else_is_refused(self, running):
        assert me(running, self.forged(running, rol="office")).status_code == 401

    def test_an_unsigned_token_is_refused(self, running):
        header = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
        body = self.forged(running, rol="office").split(".")[1]
        assert me(running, f"{header}.{body}.").status_code == 401

    def test_an_expired_token_says_so(self, running):
        import json
        from base64 import b64decode

        keys = json.loads((running.home / "secret-keys.json").read_text())
        access = password_login(running, "civil").json()["access_token"]
        claims = jwt.get_unverified_claims(access) | {"exp": 1_600_000_000}
        old = jwt.encode(claims, b64decode(keys["token"]), algorithm="HS256")
        answer = me(running, old)
        assert answer.status_code == 401
        assert answer.json()["code"] == "token_expired"


class TestSecondFactor:
    def test_without_it_an_exporter_reaches_the_own_account_only(self, running):
        login = password_login(running, "office").json()
        headers = {"Authorization": f"Bearer {login['access_token']}"}
        for path in ("/leads", "/leads/exports.xlsx", "/statistics/overview"):
            refused = httpx.get(f"{running.api}{path}", headers=headers)
            assert refused.status_code == 403
            assert refused.json()["code"] == "totp_enrolment_required"
        ready = administrator(running, "office")
        assert httpx.get(f"{running.api}/leads", headers=ready).status_code == 200

    def test_a_code_is_asked_for_works_once_and_is_taken_away_by_the_security_administrator(
        self, running
    ):
        login = password_login(running, "audit_admin").json()
        headers = {"Authorization": f"Bearer {login['access_token']}"}
        assert me(running, login["access_token"]).json()["must_enrol_totp"] is True
        begun = httpx.post(f"{running.api}/me/totp", headers=headers).json()
        totp = pyotp.TOTP(begun["secret"])
        wrong = httpx.post(
            f"{running.api}/me/totp/confirmations", headers=headers, json={"code": "000000"}
        )
        assert wrong.status_code == 422
        code = totp.at(clock.now())
        done = httpx.post(
            f"{running.api}/me/totp/confirmations", headers=headers, json={"code": code}
        )
        assert done.status_code == 204
        assert password_login(running, "audit_admin").json()["code"] == "totp_required"
        replayed = password_login(running, "audit_admin", totp=code)
        assert replayed.json()["code"] == "totp_invalid"
        headers = administrator(running, "security_admin")
        users = httpx.get(f"{running.api}/users", headers=headers, params={"q": "audit_admin"})
        who = next(u for u in users.json()["items"] if u["username"] == "audit_admin")
        reset = httpx.post(
            f"{running.api}/users/{who['id']}/totp-resets",
            headers=headers,
            json={"reason": "手机遗失，当面核验身份"},
        )
        assert reset.status_code < 300, reset.text
        assert password_login(running, "audit_admin").status_code == 200


class TestClients:
    def test_another_system_logs_in_by_basic_or_form(self, running):
        basic = httpx.post(
            f"{running.api}/auth/token",
            data={"grant_type": "client_credentials"},
            auth=("police-gateway", PASSWORD),
        )
        form = token(
            running,
            grant_type="client_credentials",
            client_id="police-gateway",
            client_secret=PASSWORD,
        )
        for answer in (basic, form):
            assert answer.status_code == 200, answer.text
            assert answer.json()["refresh_token"] is None
            assert me(running, answer.json()["access_token"]).json()["role"] == "police_gateway"

    def test_a_wrong_secret_is_401(self, running):
        answer = token(
            running, grant_type="client_credentials", client_id="report-reader", client_secret="x"
        )
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"


def test_no_token_says_whose_it_is(running):
    """It stands in the logs of proxies; who somebody is, the session says where it is needed."""
    tokens = password_login(running, "culture").json()
    told = str(jwt.get_unverified_claims(tokens["access_token"]))
    who = {"Authorization": f"Bearer {tokens['access_token']}"}
    me = httpx.get(f"{running.api}/me", headers=who).json()
    name = me["user"]["name"]
    assert len(name) > 1
    assert name not in told
    made = httpx.post(f"{running.api}/leads", headers=who, json=factories.lead()).json()
    url = f"{running.api}/leads/{made['id']}/timeline"
    told = httpx.get(url, headers=who).json()["items"]
    assert {each["actor_name"] for each in told} == {name}
