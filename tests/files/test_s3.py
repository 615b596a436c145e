"""Attachments in S3, over HTTP on both sides: a started Yinling, and a server that speaks S3."""

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from api.core.database import embedded
from tests.attachments import MB, PDF, PNG, attach, hang_up
from tests.conftest import ROOT, Client, Running, free_port, logged_in, started
from tests.factories import make_lead
from tests.files.s3 import BUCKET, PREFIX, S3, Line, another, serving, stored, the_same


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def running(s3: S3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(tmp_path_factory.mktemp("s3"), **s3.settings()) as server:
        yield server


@pytest.fixture(scope="module")
def client(running: Running) -> Iterator[Callable[[str], Client]]:
    with logged_in(running) as as_:
        yield as_


@pytest.fixture(scope="module")
def lead(client) -> dict:
    return make_lead(client("office"))


def content_of(who: Client, attachment: dict) -> httpx.Response:
    return who.get(f"/attachments/{attachment['id']}/content")


def paper(size: int = 100) -> bytes:
    """A file that nobody attached before."""
    return PDF + os.urandom(size)


class TestRoundTrip:
    @pytest.mark.parametrize("size", [1, (1 << 20) - len(PDF), 1 << 20, 9_000_000])
    def test_the_content_comes_back_and_lies_there_encrypted(self, client, running, s3, lead, size):
        content = paper(size)
        made = attach(client("office"), lead, content)
        assert made.status_code == 201, made.text
        back = content_of(client("office"), made.json())
        assert back.content == content
        assert back.headers["content-type"] == "application/pdf"
        (key,) = s3.keys(made.json()["sha256"])
        assert key.startswith(f"{PREFIX}/")
        assert not (running.home / "files").exists()

    def test_a_range_is_answered_with_the_whole(self, client, lead):
        """Allowed by RFC 9110: a piece could not be proved without those before it."""
        content = paper()
        made = attach(client("office"), lead, content).json()
        back = client("office").get(
            f"/attachments/{made['id']}/content", headers={"Range": "bytes=0-3"}
        )
        assert (back.status_code, back.content) == (200, content)
        assert "content-range" not in back.headers

    def test_the_same_content_is_kept_once(self, client, s3, lead):
        content = paper()
        first = attach(client("office"), lead, content).json()
        again = attach(client("office"), lead, content, "另一份.pdf").json()
        assert first["id"] != again["id"]
        assert len(s3.keys(first["sha256"])) == 1

    def test_the_kind_is_told_by_the_content(self, client, lead):
        made = attach(client("office"), lead, PNG + os.urandom(9), "照片.jpg").json()
        assert (made["media_type"], made["name"]) == ("image/png", "照片.png")

    def test_after_a_restart_it_is_still_there(self, client, running, s3, lead, tmp_path):
        content = paper()
        made = attach(client("office"), lead, content).json()
        with another(running, tmp_path / "log") as (there, _):
            assert content_of(the_same(client("office"), there), made).content == content


class TestNothingIsLeft:
    """After a refusal the bucket and the tables are as they were."""

    @pytest.fixture(autouse=True)
    def _as_before(self, running, s3) -> Iterator[None]:
        before = (s3.keys(), s3.unfinished(), stored(running)[:2])
        yield
        assert (s3.keys(), s3.unfinished(), stored(running)[:2]) == before

    def test_too_large(self, client, running, lead, tmp_path):
        with another(running, tmp_path / "log", YINLING_MAX_UPLOAD_MB="1") as (there, _):
            # a little too large to be a file, and far too large to be read at all
            for size in (MB + 1, 3 * MB):
                answer = attach(the_same(client("office"), there), lead, paper(size))
                assert answer.status_code == 413, answer.text
                assert answer.json()["code"] == "payload_too_large"

    def test_a_kind_that_is_not_taken(self, client, lead):
        answer = attach(client("office"), lead, b"MZ\x90\0" + os.urandom(60), "a.pdf")
        assert answer.json()["code"] == "file_type_refused"

    def test_the_sender_hangs_up(self, client, running, lead):
        hang_up(running, client("office"), f"/leads/{lead['id']}/attachments")

    @pytest.mark.parametrize("fault", ["secret", "denied", "bucket"])
    def test_refused(self, client, running, s3, lead, tmp_path, fault):
        settings = {
            "secret": s3.settings(key=(s3.allowed[0], "wrong")),
            "denied": s3.settings(key=s3.denied),
            "bucket": s3.settings() | {"YINLING_FILES_URL": "s3://no-such-bucket/town"},
        }[fault]
        made = stored_before(client, lead)
        with another(running, tmp_path / "log", **settings) as (there, _):
            office = the_same(client("office"), there)
            for answer in (
                attach(office, lead, paper()),
                attach(office, lead, paper(9 * MB)),
                content_of(office, made),
            ):
                assert (answer.status_code, answer.json()["code"]) == (503, "file_store_refused")
                assert "存储桶" in answer.json()["detail"]
            assert office.get(f"/leads/{lead['id']}").status_code == 200
        said = {
            "secret": "SignatureDoesNotMatch",
            "denied": "AccessDenied",
            "bucket": "NoSuchBucket",
        }
        logged = (tmp_path / "log").read_text()
        assert said[fault] in logged
        assert s3.allowed[1] not in logged

    def test_down(self, client, running, s3, lead, tmp_path):
        made = stored_before(client, lead)
        settings = s3.settings(url=f"http://127.0.0.1:{free_port()}")
        self.unavailable(client, running, lead, made, tmp_path, settings)

    def test_silent(self, client, running, s3, lead, tmp_path):
        made = stored_before(client, lead)
        with socket.create_server(("127.0.0.1", 0), backlog=64) as deaf:
            settings = s3.settings(url=f"http://127.0.0.1:{deaf.getsockname()[1]}")
            settings["YINLING_FILES_TIMEOUT_SECONDS"] = "1"
            self.unavailable(client, running, lead, made, tmp_path, settings)

    def unavailable(self, client, running, lead, made, tmp_path, settings) -> None:
        with another(running, tmp_path / "log", **settings) as (there, _):
            office = the_same(client("office"), there)
            for answer in (attach(office, lead, paper()), content_of(office, made)):
                assert (answer.status_code, answer.json()["code"]) == (
                    503,
                    "file_store_unavailable",
                )
            assert httpx.get(f"{there.url}/readyz").status_code == 200


def stored_before(client, lead) -> dict:
    """A content that is there at any rate, also in the count before a test."""
    listed = client("office").get(f"/leads/{lead['id']}/attachments").json()["items"]
    assert listed
    return listed[0]


class TestTheLineBreaks:
    def test_in_the_middle_of_an_upload(self, client, running, s3, lead, tmp_path):
        before, keys = stored(running)[:2], s3.keys()
        content = paper(20 * MB)
        line = Line(("127.0.0.1", int(s3.url.rpartition(":")[2])), budget=12 * MB)
        with (
            line.open() as url,
            another(running, tmp_path / "log", **s3.settings(url=url)) as (there, _),
        ):
            office = the_same(client("office"), there)
            answer = attach(office, lead, content)
            assert (answer.status_code, answer.json()["code"]) == (503, "file_store_unavailable")
            assert (stored(running)[:2], s3.keys()) == (before, keys)
            line.budget = None
            made = attach(office, lead, content)
            assert made.status_code == 201, made.text
            assert content_of(office, made.json()).content == content

    def test_in_the_middle_of_a_download(self, client, running, s3, lead, tmp_path):
        content = paper(20 * MB)
        made = attach(client("office"), lead, content).json()
        line = Line(("127.0.0.1", int(s3.url.rpartition(":")[2])), budget=8 * MB)
        with (
            line.open() as url,
            another(running, tmp_path / "log", **s3.settings(url=url)) as (there, _),
        ):
            office = the_same(client("office"), there)
            with pytest.raises(httpx.HTTPError):  # never a short file that looks whole
                content_of(office, made)
            line.budget = None
            assert content_of(office, made).content == content


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells how much memory was held")
def test_a_large_file_passes_through_without_being_held(client, running, s3, lead, tmp_path):
    content = PDF + os.urandom(MB) * 99

    def peak(pid: int) -> int:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

    with another(running, tmp_path / "log") as (there, pid):
        office = the_same(client("office"), there)
        warm = attach(office, lead, paper(MB)).json()
        assert content_of(office, warm).status_code == 200
        before = peak(pid)
        made = attach(office, lead, content)
        assert made.status_code == 201, made.text
        digest = hashlib.sha256()
        with office.stream("GET", f"/attachments/{made.json()['id']}/content") as answer:
            for piece in answer.iter_bytes():
                digest.update(piece)
        assert digest.hexdigest() == made.json()["sha256"]
        assert peak(pid) - before < 60 * MB


class TestBackup:
    """The archive does not hold what lies in S3, says so, and a restore looks whether it is there."""

    def command(self, running: Running, *arguments: str, **settings: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", *arguments],
            cwd=ROOT,
            env=os.environ
            | running.environment
            | {"YINLING_DEMO": "0", "COLUMNS": "400"}
            | settings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def test_there_and_back(self, client, running, s3, lead, tmp_path):
        content = paper()
        made = attach(client("office"), lead, content).json()
        archive = tmp_path / "b.tar"
        said = self.command(running, "backup", str(archive))
        assert f"附件存放在 s3://{BUCKET}/{PREFIX}，不在这份备份里" in said
        for prefix in (PREFIX, "elsewhere"):
            home = tmp_path / prefix
            home.mkdir()
            (home / "secret-keys.json").write_bytes(
                (running.home / "secret-keys.json").read_bytes()
            )
            with embedded.temporary() as postgres:
                settings = {
                    "YINLING_HOME": str(home),
                    "DATABASE_URL": postgres.app_url,
                    "YINLING_OWNER_DATABASE_URL": postgres.owner_url,
                    "YINLING_FILES_URL": f"s3://{BUCKET}/{prefix}",
                }
                said = self.command(running, "restore", str(archive), **settings)
                assert ("缺少" in said) == (prefix != PREFIX), said
                if prefix != PREFIX:
                    assert f"备份时附件存放在 s3://{BUCKET}/{PREFIX}" in said
                with another(running, tmp_path / "log", **settings) as (there, _):
                    back = content_of(the_same(client("office"), there), made)
                if prefix == PREFIX:
                    assert back.content == content
                else:
                    assert (back.status_code, back.json()["code"]) == (500, "file_damaged")
