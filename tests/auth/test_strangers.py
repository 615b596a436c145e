"""Guessers, crowds and weak lines at the door of the login."""

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from uuid import uuid4

import httpx
import pytest

from api.core.base.turns import Turns
from api.domain.kit.errors import TooManyAttempts
from api.domain.words import passwords
from tests.auth.people import administrator, me, token
from tests.conftest import PASSWORD, ROOT
from tests.public import from_

#: Addresses that no other test logs in from.
ADDRESSES = (f"127.9.{n // 250}.{n % 250 + 1}" for n in count())


def at(running, address: str, username: str, password: str = PASSWORD, **headers) -> httpx.Response:
    """A login from an address of the loopback network."""
    form = {"grant_type": "password", "username": username, "password": password}
    with from_(running, address, **headers) as somebody:
        return somebody.post("/auth/token", data=form)


class TestNobodyLocksOutOthers:
    @pytest.mark.parametrize("username", ["police", "security_admin"])
    def test_guesses_lock_where_they_come_from_and_nowhere_else(self, running, username):
        attacker, other = next(ADDRESSES), next(ADDRESSES)
        with ThreadPoolExecutor(5) as pool:
            list(pool.map(lambda _: at(running, attacker, username, "wrong"), range(5)))
        locked = at(running, attacker, username)
        assert (locked.status_code, locked.json()["code"]) == (429, "account_locked")
        assert int(locked.headers["retry-after"]) > 0
        freed = at(running, other, username)
        assert freed.status_code == 200 or freed.json()["code"] == "totp_required"

    def test_many_at_once_are_no_more_guesses_than_one_by_one(self, running):
        attacker, name = next(ADDRESSES), f"ghost{uuid4().hex[:6]}"
        with ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(lambda _: at(running, attacker, name, "wrong"), range(30)))
        looked_at = [each for each in answers if each.status_code == 400]
        assert 5 <= len(looked_at) <= 6

    def test_a_claimed_address_is_none(self, running):
        attacker, name = next(ADDRESSES), f"ghost{uuid4().hex[:6]}"
        for number in range(5):
            at(running, attacker, name, "wrong", **{"X-Forwarded-For": f"198.51.100.{number}"})
        assert (
            at(running, attacker, name, **{"X-Forwarded-For": "198.51.100.99"}).status_code == 429
        )

    def test_a_machine_is_never_locked_by_its_public_name(self, running):
        form = {"grant_type": "client_credentials", "client_id": "police-gateway"}
        for _ in range(8):
            wrong = token(running, **form, client_secret="wrong")
            assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
        assert token(running, **form, client_secret=PASSWORD).status_code == 200

    def test_the_operator_lets_anybody_in_again(self, running):
        address = next(ADDRESSES)
        for _ in range(5):
            at(running, address, "finance", "wrong")
        assert at(running, address, "finance").status_code == 429
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", "unlock", "finance"],
            cwd=ROOT, env=os.environ | running.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "已解除" in done.stderr
        assert at(running, address, "finance").status_code == 200

    def test_the_lock_is_shown_and_lifted_in_the_app(self, running):
        address = next(ADDRESSES)
        for _ in range(5):
            at(running, address, "market", "wrong")
        headers = administrator(running, "security_admin")
        users = httpx.get(f"{running.api}/users", headers=headers, params={"q": "market"}).json()
        who = f"{running.api}/users/{users['items'][0]['id']}"
        assert httpx.get(who, headers=headers).json()["locked_until"]
        done = httpx.post(f"{who}/unlocks", headers=headers, json={"reason": "本人到场说明"})
        assert done.json()["locked_until"] is None
        assert at(running, address, "market").status_code == 200


class TestTurns:
    """Sources in rotation, known ones first, and no queue without an end."""

    async def crowd(self, turns, done, source, what, *, first=False):
        with suppress(TooManyAttempts):
            async with turns.take(source, what, first=first):
                await asyncio.sleep(0)
                done.append((source, what))
            return
        done.append((source, "refused"))

    async def test_a_crowd_waits_for_itself(self):
        turns, done = Turns(1, each=2, source=10, whole=100), []
        jobs = [self.crowd(turns, done, b"crowd", b"%d" % n) for n in range(30)]
        jobs += [self.crowd(turns, done, b"other", b"x"), self.crowd(turns, done, b"third", b"x")]
        jobs += [self.crowd(turns, done, b"crowd", b"known", first=True)]
        await asyncio.gather(*jobs)
        order = [each for each in done if each[1] != "refused"]
        assert order.index((b"crowd", b"known")) <= 1
        assert order.index((b"other", b"x")) <= 4
        assert order.index((b"third", b"x")) <= 5
        assert len(done) - len(order) == 19  # one at work, ten waiting
        await self.crowd(turns, done, b"crowd", b"later")
        assert done[-1] == (b"crowd", b"later")

    async def test_of_one_name_few_wait(self):
        turns, done = Turns(1, each=3, source=50, whole=100), []
        await asyncio.gather(*(self.crowd(turns, done, b"a", b"name") for _ in range(9)))
        assert done.count((b"a", b"name")) == 3

    async def test_whoever_goes_away_takes_no_turn(self):
        turns, done = Turns(1, each=9, source=9, whole=9), []
        async with turns.take(b"a", b"1", first=False):
            gone = asyncio.create_task(self.crowd(turns, done, b"a", b"2"))
            stays = asyncio.create_task(self.crowd(turns, done, b"a", b"3"))
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
        await stays
        assert done == [(b"a", b"3")]
        await self.crowd(turns, done, b"b", b"4")
        assert done[-1] == (b"b", b"4")


class TestWeakLines:
    def refreshed(self, running, refresh_token: str, agent: str = "browser") -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        url = f"{running.api}/auth/token"
        return httpx.post(url, data=form, headers={"User-Agent": agent}, timeout=30)

    def first(self, running) -> str:
        form = {"grant_type": "password", "username": "culture", "password": PASSWORD}
        url = f"{running.api}/auth/token"
        answer = httpx.post(url, data=form, headers={"User-Agent": "browser"}, timeout=30)
        return answer.json()["refresh_token"]

    def test_a_lost_answer_is_given_again(self, running):
        first = self.first(running)
        once, again = self.refreshed(running, first), self.refreshed(running, first)
        assert once.status_code == again.status_code == 200
        assert once.json()["refresh_token"] == again.json()["refresh_token"] != first
        assert me(running, again.json()["access_token"]).status_code == 200

    def test_tabs_that_ask_at_once_all_stay(self, running):
        first = self.first(running)
        with ThreadPoolExecutor(5) as tabs:
            answers = list(tabs.map(lambda _: self.refreshed(running, first), range(5)))
        assert {each.status_code for each in answers} == {200}
        assert len({each.json()["refresh_token"] for each in answers}) == 1

    def test_another_client_with_the_same_token_is_a_thief(self, running):
        first = self.first(running)
        once = self.refreshed(running, first).json()
        assert self.refreshed(running, first, "somebody else").status_code == 400
        assert me(running, once["access_token"]).status_code == 401
        assert self.refreshed(running, once["refresh_token"]).status_code == 400

    def test_once_the_next_is_used_the_one_before_is_stolen(self, running):
        first = self.first(running)
        second = self.refreshed(running, first).json()["refresh_token"]
        third = self.refreshed(running, second).json()
        assert self.refreshed(running, first).status_code == 400
        assert me(running, third["access_token"]).status_code == 401


class TestOtherPages:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_neither_use_nor_plant_the_cookie(self, running, headers):
        form = {"grant_type": "password", "username": "civil", "password": PASSWORD}
        with httpx.Client(base_url=running.api) as browser:
            planted = browser.post("/auth/token", data=form | {"cookie": "true"}, headers=headers)
            assert (planted.status_code, planted.json()["code"]) == (403, "origin_refused")
            own = {"Origin": running.url, "Sec-Fetch-Site": "same-origin"}
            mine = browser.post("/auth/token", data=form | {"cookie": "true"}, headers=own)
            assert mine.status_code == 200
            refresh = {"grant_type": "refresh_token"}
            used = browser.post("/auth/token", data=refresh, headers=headers)
            assert (used.status_code, used.json()["code"]) == (403, "origin_refused")
            assert browser.post("/auth/revoke", headers=headers).status_code == 403
            assert browser.post("/auth/token", data=refresh, headers=own).status_code == 200

    def test_forms_lead_nowhere_else(self, running):
        policy = httpx.get(f"{running.url}/healthz").headers["content-security-policy"]
        assert "form-action 'self'" in policy


COMMON = [
    "Password123", "P@ssw0rd2026", "Passw0rd!!", "Admin@123456", "Aa123456789", "Qwer1234!@#$",
    "Qwerty12345", "1qaz@WSX3edc", "Abc123456!", "Woaini1314520", "Zhangsan19880101",
    "Wangwu13812345678", "Yinling@2026", "Welcome2026!", "Aa11111111", "Abcd1234!!", "ILoveYou520!",
    "Lihua850312.", "Gongan@110110", "Yanglao2026!", "Qazwsx123!", "Asdf1234567!", "9876543210Aa",
    "Admin2026!!", "Zxcvbnm,123A",
]  # fmt: skip
GOOD = [
    "Xin-Mima-2026", "Yl-aB3dE5gH9jK7", "秋天的银杏Leaf42", "Muddy!Trombone7", "k9#Fw2!vQzPs",
    "Huahai-Tiekuai-88", "Correct-Horse-Battery-1",
]  # fmt: skip


class TestPasswords:
    @pytest.mark.parametrize("password", COMMON)
    def test_what_is_tried_first_is_refused(self, password):
        assert passwords.is_common(password)
        assert any("常见" in fault for fault in passwords.faults(password, "somebody"))

    @pytest.mark.parametrize("password", GOOD)
    def test_what_is_worth_guessing_is_taken(self, password):
        assert not passwords.is_common(password)

    def changed(self, running, name: str, old: str, new: str) -> httpx.Response:
        form = {"username": name, "old_password": old, "new_password": new}
        return httpx.post(f"{running.api}/auth/password", data=form, timeout=60)

    def test_earlier_ones_do_not_come_back(self, running, newcomer):
        name, made = newcomer
        kept = [made["temporary_password"]]
        for number in range(6):
            new = f"Lvcha-Bangbang-{number}x"
            assert self.changed(running, name, kept[-1], new).status_code == 204
            kept.append(new)
        for old in kept[2:]:
            refused = self.changed(running, name, kept[-1], old)
            assert (refused.status_code, refused.json()["code"]) == (422, "password_weak")
            assert "用过的密码" in refused.json()["detail"]
        assert self.changed(running, name, kept[-1], kept[1]).status_code == 204

    def test_a_common_one_is_not_taken(self, running, newcomer):
        name, made = newcomer
        refused = self.changed(running, name, made["temporary_password"], "P@ssw0rd2026")
        assert (refused.status_code, refused.json()["code"]) == (422, "password_weak")


def test_a_login_names_one_person(running):
    words = [("grant_type", "password"), ("username", "leader"), ("username", "office")]
    body = "&".join(f"{name}={value}" for name, value in [*words, ("password", PASSWORD)])
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = httpx.post(f"{running.api}/auth/token", content=body, headers=kind)
    assert (answer.status_code, answer.json()["code"]) == (422, "field_repeated"), answer.text
