"""What people and programs send instead of a file: refused in words, and nothing is kept."""

import os
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.attachments import PDF, attach, hang_up
from tests.conftest import Client, Running
from tests.factories import make_lead
from tests.files.s3 import stored
from tests.imports.hostile import CASES
from tests.ledgers import book, row, send, upload, wait

BOUNDARY = {"Content-Type": "multipart/form-data; boundary=b"}


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    """One part of a form, as bytes, so that it may also be wrong."""
    said = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")
    return f"--b\r\nContent-Disposition: {said}\r\n\r\n".encode() + content + b"\r\n"


def in_words(answer: httpx.Response, status: int, code: str) -> None:
    """A problem with this code, told in Chinese."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), answer.text
    assert any("\u4e00" <= mark <= "\u9fff" for mark in told["detail"]), told["detail"]


@pytest.fixture(scope="module")
def lead(client: Callable[[str], Client]) -> dict:
    return make_lead(client("office"))


@pytest.fixture
def nothing_kept(running: Running) -> Iterator[None]:
    def kept() -> tuple[object, ...]:
        return stored(running), sorted(
            p for p in (running.home / "files").rglob("*") if p.is_file()
        )

    before = kept()
    yield
    assert kept() == before


FORMS = {
    "no parts": (b"--b--\r\n", BOUNDARY, 422, "validation_failed"),
    "nothing at all": (b"", BOUNDARY, 422, "validation_failed"),
    "a note, no file": (part("note", b"x") + b"--b--\r\n", BOUNDARY, 422, "validation_failed"),
    "the file is text": (part("file", PDF) + b"--b--\r\n", BOUNDARY, 422, "validation_failed"),
    "two files": (
        part("file", PDF, "a.pdf") + part("file", PDF, "b.pdf") + b"--b--\r\n",
        BOUNDARY,
        422,
        "one_file_only",
    ),
    "the end is missing": (part("file", PDF, "a.pdf"), BOUNDARY, 422, "validation_failed"),
    "cut off in the file": (part("file", PDF, "a.pdf")[:-20], BOUNDARY, 422, "validation_failed"),
    "no boundary": (b"x", {"Content-Type": "multipart/form-data"}, 400, "http_400"),
    "another boundary": (
        part("file", PDF, "a.pdf"),
        {"Content-Type": "multipart/form-data; boundary=c"},
        400,
        "http_400",
    ),
    "JSON": (b'{"file": "x"}', {"Content-Type": "application/json"}, 415, "unsupported_media_type"),
    "the bare file": (PDF, {"Content-Type": "application/pdf"}, 415, "unsupported_media_type"),
    "no content type": (PDF, {}, 415, "unsupported_media_type"),
}


@pytest.mark.usefixtures("nothing_kept")
class TestForms:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("where", ["attachments", "imports"])
    def test_refused(self, client, lead, where, form):
        body, headers, status, code = FORMS[form]
        if where == "imports":
            path = "/imports"
            body = part("kind", b"leads") + body if body.startswith(b"--b") else body
        else:
            path = f"/leads/{lead['id']}/attachments"
        in_words(client("office").post(path, content=body, headers=headers), status, code)

    def test_an_unknown_kind_of_ledger(self, client):
        in_words(send(client("office"), b"x", kind="nothing"), 422, "validation_failed")

    def test_a_note_that_is_a_book(self, client, lead):
        answer = attach(client("office"), lead, PDF + os.urandom(9), note="长" * 501)
        in_words(answer, 422, "validation_failed")

    @pytest.mark.parametrize("where", ["attachments", "imports"])
    def test_nothing_in_the_file(self, client, lead, where):
        office = client("office")
        answer = (
            attach(office, lead, b"") if where == "attachments" else send(office, b"", kind="leads")
        )
        in_words(answer, 422, "file_empty")

    def test_a_ledger_of_more_than_fifty_megabytes(self, client):
        answer = send(client("office"), b"1," * (26 << 20), "a.csv", kind="leads")
        in_words(answer, 413, "file_too_large")

    @pytest.mark.parametrize("where", ["attachments", "imports"])
    def test_the_sender_hangs_up(self, client, running, lead, where):
        office = client("office")
        if where == "attachments":
            hang_up(running, office, f"/leads/{lead['id']}/attachments")
        else:
            hang_up(running, office, "/imports", part("kind", b"leads"))


NAMES = {
    "a path": ("../../etc/台账.xlsx", "台账.xlsx"),
    "a Windows path": ("C:\\Users\\a\\台账.xlsx", "台账.xlsx"),
    "control characters": ("台\x01账\x7f\t.xlsx", "台账.xlsx"),
    "turned around": ("台账\u202exslx.exe.xlsx", "台账xslx.exe.xlsx"),
    "300 characters": ("长" * 300 + ".xlsx", "长" * 115 + ".xlsx"),
    "a phone number": ("张三13812345678.xlsx", "张三138xxxx5678.xlsx"),
}


@pytest.mark.parametrize("name", NAMES)
def test_names(client, lead, name):
    """A name is shown and used again for downloads: both doors keep it the same way."""
    given, kept = NAMES[name]
    office, content = client("office"), book([row(1)])
    # as bytes of our own: a client's library would clean the name before it leaves
    body = part("kind", b"leads") + part("file", content, given) + b"--b--\r\n"
    added = office.post(f"/leads/{lead['id']}/attachments", content=body, headers=BOUNDARY)
    assert added.json()["name"] == kept
    made = wait(office, office.post("/imports", content=body, headers=BOUNDARY).json())
    assert (made["status"], made["filename"]) == ("preview", kept)


def test_the_senders_word_for_the_kind_counts_for_nothing(client, lead):
    files = {"file": ("a.pdf", PDF + os.urandom(9), "text/html")}
    made = client("office").post(f"/leads/{lead['id']}/attachments", files=files)
    assert made.json()["media_type"] == "application/pdf"


@pytest.mark.parametrize(
    "name",
    ["bomb", "bomb that lies", "locked xlsx", "locked xls", "cut off", "macro part", "entities"],
)
def test_workbooks_that_cannot_be_read_bring_nothing_in(client, name):
    """The file is kept for the look back, as every import; no row is, and none can come in."""
    content, filename, code = CASES[name]
    office = client("office")
    made = upload(office, content, filename)
    assert (made["status"], made["failure_code"]) == ("failed", code)
    assert any("\u4e00" <= mark <= "\u9fff" for mark in made["failure_message"])
    assert made["rows_total"] in {0, None}
    assert office.get(f"/imports/{made['id']}/rows").json()["items"] == []
    answer = office.act(f"/imports/{made['id']}", "commit", made["version"], mode="strict")
    in_words(answer, 409, "transition_not_allowed")
