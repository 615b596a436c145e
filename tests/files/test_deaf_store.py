"""A store for files that takes every connection and never answers: nobody waits for it but those
who send it something, and those who want something from it."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from api.core.database.db import Shares
from tests.attachments import PDF, attach
from tests.conftest import Client, Running
from tests.factories import lead, make_lead
from tests.files.s3 import another, the_same
from tests.photos import picture
from tests.public import hand_in, proof

#: More than there are connections for those who write.
MANY = 20
#: Longer than anybody waits for a connection.
PATIENCE = "25"


class Deaf:
    """Takes connections, and counts them."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.taken: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                self.taken.append(self.socket.accept()[0])

    def close(self) -> None:
        """Go; whoever waits is told so."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for each in self.taken:
            each.close()

    def settings(self) -> dict[str, str]:
        return {
            "YINLING_FILES_URL": "s3://papers/town",
            "YINLING_FILES_TIMEOUT_SECONDS": PATIENCE,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "something",
        }


@pytest.fixture
def deaf() -> Iterator[Deaf]:
    made = Deaf()
    yield made
    made.close()


def _bytes(asked: httpx.Request) -> bytes:
    lines = [f"{asked.method} {asked.url.raw_path.decode()} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in asked.headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + asked.read()


def uploads(office: Client, there: Running) -> list[httpx.Request]:
    """Papers for a record, each another one."""
    path = f"/leads/{make_lead(office)['id']}/attachments"
    return [
        office.build_request(
            "POST",
            path,
            files={"file": ("合同.pdf", PDF + os.urandom(40))},
            headers={"Idempotency-Key": os.urandom(8).hex()},
        )
        for _ in range(MANY)
    ]


def downloads(office: Client, there: Running) -> list[httpx.Request]:
    """A paper that was kept in better days."""
    made = attach(office, make_lead(office), PDF + os.urandom(40)).json()
    there_office = the_same(office, there)
    return [
        there_office.build_request("GET", f"/attachments/{made['id']}/content") for _ in range(MANY)
    ]


def photos(office: Client, there: Running) -> list[httpx.Request]:
    """Photos of people without a login."""
    with httpx.Client(base_url=there.api, timeout=60) as anybody:
        made: list[httpx.Request] = []
        for number in range(MANY):
            worked = proof(anybody)
            fields = {"challenge": worked["challenge"], "answer": worked["answer"]}
            made.append(
                anybody.build_request(
                    "POST",
                    "/public/receipts/photos",
                    data={"receipt": hand_in(anybody)} | fields,
                    files={"photo": ("a.jpg", picture(size=(60, 40 + number)))},
                )
            )
        return made


@contextmanager
def sent(there: Running, asked: list[httpx.Request]) -> Iterator[None]:
    """All of them on their way, and nobody waiting for what they bring."""
    host, port = there.url.removeprefix("http://").split(":")
    with ExitStack() as stack:
        for each in asked:
            line = stack.enter_context(socket.create_connection((host, int(port)), timeout=30))
            line.sendall(_bytes(each))
        yield


@pytest.mark.parametrize("what", [uploads, downloads, photos])
def test_others_go_on(client, running, deaf, tmp_path: Path, what) -> None:
    with another(running, tmp_path / "log", **deaf.settings()) as (there, _):
        office = the_same(client("office"), there)
        asked = what(client("office"), there)
        with sent(there, asked):
            while len(deaf.taken) < Shares.of(20).writing:
                time.sleep(0.05)
            for _ in range(10):
                made = office.post("/leads", json=lead())
                assert made.status_code == 201, made.text
                assert office.get(f"/leads/{made.json()['id']}").status_code == 200
            deaf.close()  # a server ends when the last of its requests has


def test_who_waits_for_it_is_told(client, running, deaf, tmp_path: Path) -> None:
    made = make_lead(client("office"))
    settings = deaf.settings() | {"YINLING_FILES_TIMEOUT_SECONDS": "1"}
    with another(running, tmp_path / "log", **settings) as (there, _):
        office = the_same(client("office"), there)
        answer = attach(office, made, PDF + os.urandom(40))
        assert (answer.status_code, answer.json()["code"]) == (503, "file_store_unavailable")
        assert office.get(f"/leads/{made['id']}/attachments").json()["items"] == []
