"""What a stranger meets who knows HTTP and nothing of us: every refusal is a problem in Chinese."""

import json
import re
import socket
from contextlib import closing, suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest

from api.core.web.openapi import api_routes
from api.routers import ROUTERS
from tests.answers import problem
from tests.document import document
from tests.factories import lead

DOCUMENT = document()
XML = {"Content-Type": "application/xml"}
JSON = {"Content-Type": "application/json"}
WITH_JSON = [
    (method, path)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]


def address(path: str) -> str:
    """A path of the document with something in the place of its parameters."""
    path = re.sub(r"\{[a-z_]*(id|key)\}", "00000000-0000-7000-8000-000000000000", path)
    path = re.sub(r"\{year\}", "2026", path)
    return re.sub(r"\{[a-z_]+\}", "x", path).removeprefix("/api/v1")


class TestAddresses:
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    @pytest.mark.parametrize("path", ["/nothing", "/leads/x/y/z", "/", "/%00", "/leads/%00"])
    def test_an_unknown_one_is_not_found_whatever_is_asked(self, anonymous, method, path):
        problem(anonymous.request(method, path), 404)

    def test_a_slash_at_the_end_is_told(self, anonymous):
        for method in ("GET", "POST"):
            assert "末尾" in problem(anonymous.request(method, "/leads/"), 404)["detail"]

    def test_nothing_below_api_is_a_page_of_the_web_app(self, running):
        for path in ("/api", "/api/", "/api/v2/leads", "/assets/x.js"):
            problem(httpx.get(f"{running.url}{path}"), 404)


class TestMethods:
    @pytest.mark.parametrize("path", sorted({r.path for r in api_routes(ROUTERS)}))
    def test_a_wrong_one_is_refused_with_the_right_ones(self, running, path):
        known = {m.upper() for m in DOCUMENT["paths"][path]}
        url = f"{running.url}{'/api/v1' if path.startswith('/api/v1') else ''}{address(path)}"
        wrong = next(m for m in ("DELETE", "PUT", "PATCH", "POST") if m not in known)
        answer = httpx.request(wrong, url)
        problem(answer, 405, "http_405")
        assert known <= set(answer.headers["allow"].split(", "))

    def test_options_tells_what_may_be_asked(self, anonymous):
        answer = anonymous.options("/leads")
        assert answer.status_code == 204
        assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"
        assert answer.content == b""

    def test_head_is_get_without_the_body(self, client, running):
        for url in (f"{running.url}/healthz", f"{running.api}/leads"):
            full, head = client("office").get(url), client("office").head(url)
            assert head.status_code == full.status_code == 200
            assert head.content == b""
            assert head.headers["content-type"] == full.headers["content-type"]
        assert httpx.head(f"{running.api}/leads").status_code == 401


class TestHeads:
    """What is no request yet is answered as every other refusal is."""

    @pytest.mark.parametrize("before", [0, 1])
    def test_an_address_longer_than_anybody_needs(self, running, before):
        with closing(HTTPConnection("127.0.0.1", urlsplit(running.url).port, timeout=30)) as one:
            for _ in range(before):  # on a connection that has served a request, too
                one.request("GET", "/healthz")
                one.getresponse().read()
            one.request("GET", f"/api/v1/leads?q={'x' * 90_000}")
            answer = one.getresponse()
            told = json.loads(answer.read())
        assert (answer.status, told["status"], told["code"]) == (431, 431, "head_too_large")
        assert told["request_id"] == answer.headers["x-request-id"]

    @pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00", b"\r\nx\r\n\r\n"])
    def test_what_is_no_http(self, running, sent):
        with socket.create_connection(("127.0.0.1", urlsplit(running.url).port), 30) as wire:
            wire.sendall(sent)
            got = b"".join(iter(lambda: wire.recv(65_536), b""))
        head, _, body = got.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        told = json.loads(body)
        assert (told["code"], told["status"]) == ("unreadable_request", 400)
        assert f"x-request-id: {told['request_id']}".encode() in head
        assert b"application/problem+json" in head


class TestBodies:
    @pytest.mark.parametrize(("method", "path"), WITH_JSON)
    def test_only_json_is_taken_everywhere(self, client, method, path):
        answer = client("office").request(method, address(path), content=b"<a/>", headers=XML)
        assert "application/json" in problem(answer, 415, "unsupported_media_type")["detail"]

    @pytest.mark.parametrize(("method", "path"), WITH_JSON)
    def test_malformed_json_is_named_as_such_everywhere(self, client, method, path):
        answer = client("office").request(method, address(path), content=b"{bad", headers=JSON)
        body = problem(answer, 422, "json_invalid")
        assert "第 1 行第 2 个字符" in body["detail"]
        assert [(e["pointer"], e["code"]) for e in body["errors"]] == [("", "json_invalid")]

    @pytest.mark.parametrize(
        ("content", "headers", "status", "code"),
        [
            (b"", {}, 422, "body_missing"),
            (b"", JSON, 422, "body_missing"),
            (b"[]", JSON, 422, "validation_failed"),
            (b"null", JSON, 422, None),
            (b'"text"', JSON, 422, "validation_failed"),
            (b"{}", {}, 415, "unsupported_media_type"),
            (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415, None),
            (b"{}", {"Content-Type": "application/json; charset=gbk"}, 415, None),
            (b"{}", JSON | {"Content-Encoding": "gzip"}, 415, None),
            ("{“a”: 1}".encode("gbk"), JSON, 422, "encoding_invalid"),
            (b"[" * 100_000, JSON, 422, "json_invalid"),
        ],
    )
    def test_what_is_wrong_is_said(self, client, content, headers, status, code):
        problem(client("office").post("/leads", content=content, headers=headers), status, code)

    def test_kinds_of_json_are_json(self, client):
        for kind in ("application/json; charset=UTF-8", "application/merge-patch+json"):
            answer = client("office").post(
                "/leads", content=json.dumps(lead()).encode(), headers={"Content-Type": kind}
            )
            assert answer.status_code == 201, answer.text

    def test_a_form_is_not_json_and_a_file_is_neither(self, client, anonymous):
        problem(anonymous.post("/auth/token", json={"grant_type": "password"}), 415)
        problem(client("office").post("/imports", json={}), 415)
        problem(client("office").post("/imports", data={"kind": "leads"}), 415)
        broken = {"Content-Type": "multipart/form-data"}
        problem(client("office").post("/imports", content=b"xx", headers=broken), 400)

    def test_a_huge_one_is_refused_whether_announced_or_not(self, client):
        huge = b'"' + b"a" * 1_500_000 + b'"'
        announced = client("office").post("/leads", content=huge, headers=JSON)
        problem(announced, 413, "payload_too_large")
        pieces = (huge[at : at + 65_536] for at in range(0, len(huge), 65_536))
        with suppress(httpx.WriteError):  # the door may be shut while we still speak
            problem(client("office").post("/leads", content=pieces, headers=JSON), 413)


class TestTheRest:
    def test_characters_that_cannot_be_stored_are_the_sender_s_fault(self, client):
        for url in ("/leads?q=%00", "/cases?q=%00", "/audit/events?name=%00"):
            who = "audit_admin" if "audit" in url else "office"
            problem(client(who).get(url), 422)

    def test_an_endless_query_is_refused(self, client):
        answer = client("office").get(f"/leads?q={'a' * 20_000}")
        problem(answer, 422, "query_too_long")

    def test_endless_headers_and_nonsense_leave_the_server_standing(self, running):
        host, port = running.url.removeprefix("http://").split(":")
        for raw in (
            b"GET /api/v1/leads HTTP/1.1\r\nHost: x\r\nX-Big: " + b"a" * 200_000 + b"\r\n\r\n",
            b"GET /api/v1/leads?q=" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            b"BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n",
            b"\x16\x03\x01\x02\x00 not http at all\r\n\r\n",
        ):
            with socket.create_connection((host, int(port)), timeout=10) as wire:
                try:
                    wire.sendall(raw)
                    assert re.match(rb"HTTP/1.1 4\d\d ", wire.recv(65_536))
                except ConnectionError:
                    pass
        assert httpx.get(f"{running.url}/healthz").status_code == 200

    def test_no_answer_tells_what_the_server_is_made_of(self, anonymous, running):
        for answer in (anonymous.get("/nothing"), anonymous.post("/leads", content=b"{bad")):
            assert "traceback" not in answer.text.lower()
            assert "x-powered-by" not in answer.headers
