"""Odd but sendable input is refused in words, never by a fault; faults do not put data in the log."""

import json
from uuid import uuid4

import httpx
import pytest
import structlog

from api.core.base.logging import without_words
from api.core.database import db
from api.core.web import web
from tests import factories
from tests.conftest import PASSWORD


def _send(client: httpx.Client, body: str) -> httpx.Response:
    return client.request(
        "POST", "/leads", content=body.encode(), headers={"Content-Type": "application/json"}
    )


class TestOddInput:
    def test_numbers_longer_than_python_reads(self, client):
        answer = _send(client("office"), '{"people_involved": ' + "9" * 5000 + "}")
        assert (answer.status_code, answer.json()["code"]) == (422, "json_invalid")

    @pytest.mark.parametrize(
        "narrative", ["1" * 10_000, "a" * 9_999 + "。", "a'b\\c:* & <-> " * 600]
    )
    def test_narratives_without_a_word_end(self, client, narrative):
        made = factories.make_lead(client("office"), narrative=narrative[:10_000])
        assert client("office").get(f"/leads/{made['id']}").status_code == 200

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("occurred_on", 0, "日期应为"),
            ("occurred_on", "86400", "日期应为"),
            ("received_at", 1_700_000_000, "时间应为"),
            ("received_at", "1700000000", "时间应为"),
            ("amount_involved", 3_600_000, "字符串"),
            ("amount_involved", "1e3", "金额应为数字"),
            ("amount_involved", "1_000", "金额应为数字"),
            ("subject_name", "\u200b\u2060", "没有看得见的字"),
            ("subject_name", "\x00", "控制字符"),
        ],
    )
    def test_what_a_program_meant_otherwise_is_not_guessed(self, client, field, value, said):
        answer = client("office").post("/leads", json=factories.lead(**{field: value}))
        assert answer.status_code == 422, answer.text
        [error] = answer.json()["errors"]
        assert error["pointer"] == f"/{field}"
        assert said in error["message"]

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ({}, "必填"),
            ({"action": "nope"}, "请选择：登记、交办、"),
            ({"action": []}, "请选择："),
        ],
    )
    def test_an_action_that_there_is_not_is_pointed_at(self, client, body, said):
        office = client("office")
        url = f"/leads/{factories.make_lead(office)['id']}/transitions"
        [error] = office.post(url, json={"version": 1} | body).json()["errors"]
        assert error["pointer"] == "/action"
        assert error["message"].startswith(said)
        assert "'" not in error["message"]

    def test_an_endless_address(self, running):
        answer = httpx.get(f"{running.url}/{'a' * 5000}")
        assert answer.status_code in {200, 404}  # a page of the web app, where that is built

    def test_another_system_has_no_second_factor(self, running):
        form = {"grant_type": "client_credentials", "client_id": "police-gateway"}
        tokens = httpx.post(f"{running.api}/auth/token", data=form | {"client_secret": PASSWORD})
        headers = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
        answer = httpx.post(f"{running.api}/me/totp", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_a_person")
        answer = httpx.post(
            f"{running.api}/me/totp/confirmations", headers=headers, json={"code": "123456"}
        )
        assert answer.status_code == 403


class TestIdempotency:
    def test_another_file_of_the_same_name_and_size_is_another_request(self, client):
        office = client("office")
        url = f"/leads/{factories.make_lead(office)['id']}/attachments"
        headers = {"Idempotency-Key": uuid4().hex}

        def upload(content: bytes) -> httpx.Response:
            return office.post(url, headers=headers, files={"file": ("a.txt", content)})

        assert upload(b"first content").status_code == 201
        assert upload(b"first content").headers["idempotent-replayed"] == "true"
        again = upload(b"other content")
        assert (again.status_code, again.json()["code"]) == (422, "idempotency_key_reused")

    def test_a_second_factors_secret_is_not_kept(self, client):
        me, headers = client("grid01"), {"Idempotency-Key": uuid4().hex}
        first, second = (me.post("/me/totp", headers=headers) for _ in range(2))
        assert first.json()["secret"] != second.json()["secret"]


class TestFaults:
    def test_the_log_names_kinds_and_places_not_values(self):
        try:
            try:
                int("13812345678x")
            except ValueError as error:
                raise RuntimeError("张三 13812345678") from error
        except RuntimeError as error:
            made = without_words(None, "", {"event": "x", "exc_info": error})
        text = json.dumps(made, default=str)
        assert "13812345678" not in text
        assert "张三" not in text
        assert "RuntimeError" in text
        assert "ValueError" in text
        assert __file__ in text

    def test_statements_are_logged_without_their_values(self, running):
        database = db.Database(running.app_url)
        assert all(engine.sync_engine.hide_parameters for engine in database.engines)

    async def test_a_fault_is_answered_and_does_not_reach_the_servers_own_log(self):
        async def broken(_scope, _receive, _send):
            raise RuntimeError("13812345678")

        async def half(_scope, _receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise RuntimeError("13812345678")

        sent: list[dict] = []

        async def send(message):
            sent.append(message)

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/api/v1/x",
            "headers": [],
            "client": None,
        }
        with structlog.testing.capture_logs():
            await web.Surround(broken)(scope, receive, send)
            assert sent[0]["status"] == 500
            assert json.loads(sent[1]["body"])["code"] == "internal"
            with pytest.raises(Exception) as raised:  # the server's own log shows it
                await web.Surround(half)(scope, receive, send)
        assert "13812345678" not in str(raised.value)
        assert raised.value.__suppress_context__
