"""Clients who send slowly, read slowly, or go away: nobody else waits for them."""

import os
import socket
from contextlib import ExitStack, closing, contextmanager, suppress
from uuid import uuid4

import httpx
import pytest

from tests.attachments import attach
from tests.conftest import log_in, started
from tests.factories import lead, make_lead

FORM = "multipart/form-data; boundary=b"
BEGUN = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7'
#: More than every pool of one process together.
MANY = 40


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with started(tmp_path_factory.mktemp("slow"), YINLING_SILENCE_SECONDS="3") as server:
        yield server


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    """A server as it is installed, which waits longer than these tests take."""
    with started(tmp_path_factory.mktemp("patient")) as server:
        yield server


def wire(running) -> socket.socket:
    host, port = running.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def head(running, method: str, path: str, **headers: str) -> bytes:
    told = {"Host": "x", "Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = [f"{method} /api/v1{path} HTTP/1.1", *(f"{k}: {v}" for k, v in told.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


@contextmanager
def idle(running, count: int, request: bytes):
    """So many connections on which a request was begun and not ended."""
    with ExitStack() as stack:
        open_ = [stack.enter_context(wire(running)) for _ in range(count)]
        for each in open_:
            each.sendall(request)
        yield open_


class TestOthersGoOn:
    """Each with more idle clients than there are connections to the database."""

    def writes(self, running) -> None:
        """Twenty people who do their work."""
        with closing(log_in(running, "office")) as office:
            for _ in range(20):
                assert office.post("/leads", json=lead()).status_code == 201
                assert office.get("/leads").status_code == 200

    @pytest.mark.parametrize("path", ["attachments", "imports", "leads", "token", "photos"])
    def test_while_bodies_hang_half_way(self, patient, path):
        with (
            closing(log_in(patient, "grid01")) as grid,
            closing(log_in(patient, "office")) as office,
        ):
            told = {
                "Authorization": (office if path == "imports" else grid).headers["authorization"],
                "Content-Length": "90000",
                "Content-Type": FORM,
            }
            address, body = f"/leads/{make_lead(grid)['id']}/attachments", BEGUN
            if path == "imports":
                address, body = "/imports", BEGUN
            if path == "leads":
                address, body, told["Content-Type"] = "/leads", b'{"channel":', "application/json"
            if path == "token":
                address, body = "/auth/token", b"grant_type=password&username="
                told["Content-Type"] = "application/x-www-form-urlencoded"
            if path == "photos":
                address = "/public/receipts/photos"
            with idle(patient, MANY, head(patient, "POST", address, **told) + body):
                self.writes(patient)

    def test_while_half_a_head_was_sent(self, patient):
        with idle(patient, MANY, b"GET /api/v1/leads HTTP/1.1\r\nHost: x\r\nX-A: "):
            self.writes(patient)

    def test_while_downloads_are_not_taken(self, patient):
        with closing(log_in(patient, "office")) as office:
            made = make_lead(office)
            big = attach(office, made, b"%PDF-1.7" + os.urandom(12_000_000)).json()
            told = {"Authorization": office.headers["authorization"]}
            paths = [f"/attachments/{big['id']}/content", "/leads?limit=200"]
        with ExitStack() as stack:
            for path in paths:
                request = head(patient, "GET", path, **told)
                stack.enter_context(idle(patient, MANY, request))
            self.writes(patient)


class TestTheyAreLeft:
    def answered(self, wire: socket.socket) -> bytes:
        got = b""
        try:
            while piece := wire.recv(65_536):
                got += piece
        except ConnectionError:
            pass
        return got

    @pytest.mark.parametrize(
        ("path", "kind", "body"),
        [("/leads", "application/json", b'{"a": '), ("/imports", FORM, BEGUN)],
    )
    def test_a_body_that_stops(self, running, path, kind, body):
        with closing(log_in(running, "office")) as office:
            told = {
                "Authorization": office.headers["authorization"],
                "Content-Length": "90000",
                "Content-Type": kind,
            }
        with idle(running, 1, head(running, "POST", path, **told) + body) as (only,):
            got = self.answered(only)
        assert got.startswith(b"HTTP/1.1 408 ")
        assert b'"code":"request_too_slow"' in got

    @pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nX-A: "])
    def test_a_head_that_stops(self, running, sent):
        with idle(running, 1, sent) as (only,):
            assert self.answered(only) == b""

    def test_a_head_that_stops_after_a_request(self, running):
        with wire(running) as one:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            got = b""
            while not got.endswith(b'{"status":"ok"}'):
                got += one.recv(65_536)
            assert got.startswith(b"HTTP/1.1 200")
            one.sendall(b"G")
            assert self.answered(one) == b""

    def test_a_head_that_never_ends(self, running):
        # the door may be shut while we still speak
        with wire(running) as one, suppress(ConnectionError):
            one.sendall(b"GET / HTTP/1.1\r\n")
            # more than lies between the two of us, unread, while the server has its hands full
            for number in range(64_000):
                one.sendall(b"X-%d: %s\r\n" % (number, b"a" * 1000))
            pytest.fail("64 megabytes of headers were taken")

    def test_whoever_hangs_up_is_no_error_of_ours(self, running):
        log = running.home / "server.log"
        with closing(log_in(running, "office")) as office:
            told = {"Authorization": office.headers["authorization"], "Content-Length": "90000"}
        mark = uuid4().hex
        for path, kind, body in (
            ("/leads", "application/json", b'{"a": '),
            ("/imports", FORM, BEGUN),
            ("/auth/token", "application/x-www-form-urlencoded", b"a="),
            ("/public/leads", "application/json", b"{"),
        ):
            request = head(running, "POST", path, **told, Content_Type=kind, X_Request_Id=mark)
            with idle(running, 3, request + body):
                pass
        assert httpx.get(f"{running.url}/healthz").status_code == 200
        said = log.read_text()
        assert "unexpected_error" not in said
        assert "Traceback" not in said
