"""Attachments over HTTP: round trips, rights, hostile files."""

import io
import os
import zipfile
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from api.core.base.clock import today
from api.schemas.attachments import AttachmentRead
from tests import cases, entities
from tests.attachments import PDF, PNG, attach
from tests.database import run_sql
from tests.factories import assign, make_lead
from tests.money import make_case, make_item

OFFICE = {
    "docx": ("word/document.xml", "<w:document/>"),
    "xlsx": ("xl/workbook.xml", "<workbook/>"),
}


def office_file(kind: str, **more: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(*OFFICE[kind])
        for name, text in more.items():
            archive.writestr(name, text)
    return made.getvalue()


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * 60_000_000)
    return made.getvalue()


@pytest.fixture(scope="module")
def lead(client):
    return make_lead(client("office"))


class TestRoundTrip:
    def test_the_content_comes_back_and_lies_encrypted(self, client, running, lead):
        content = PDF + os.urandom(3_000_000) + b"SECRET-CANARY"
        made = attach(client("office"), lead, content, "宣传 单页.pdf", "现场照片")
        assert made.status_code == 201, made.text
        shown = made.json()
        assert (shown["name"], shown["note"]) == ("宣传 单页.pdf", "现场照片")
        assert shown["size"] == len(content)
        assert set(shown) == set(AttachmentRead.model_validate(shown).model_dump())
        back = client("office").get(f"/attachments/{shown['id']}/content")
        assert back.content == content
        assert back.headers["content-type"] == "application/pdf"
        assert back.headers["x-content-type-options"] == "nosniff"
        disposition = back.headers["content-disposition"]
        assert disposition.startswith('attachment; filename="attachment.pdf"')
        assert f"filename*=UTF-8''{quote('宣传 单页.pdf')}" in disposition
        blobs = list((running.home / "files").glob(f"*/{shown['sha256']}.*"))
        assert len(blobs) == 1
        assert b"SECRET-CANARY" not in blobs[0].read_bytes()
        listed = client("office").get(f"/leads/{lead['id']}/attachments").json()
        assert shown in listed["items"]

    def test_the_same_content_is_kept_once(self, client, running, lead):
        content = PDF + os.urandom(100)
        first = attach(client("office"), lead, content).json()
        again = attach(client("office"), lead, content, "另一份.pdf").json()
        assert first["id"] != again["id"]
        assert len(list((running.home / "files").glob(f"*/{first['sha256']}.*"))) == 1

    def test_the_same_key_attaches_once(self, client, lead):
        key = {"Idempotency-Key": os.urandom(8).hex()}
        content = PDF + os.urandom(100)
        first = attach(client("office"), lead, content, headers=key)
        again = attach(client("office"), lead, content, headers=key)
        assert first.json() == again.json()

    def test_a_changed_blob_is_noticed(self, client, running, lead):
        shown = attach(client("office"), lead, PDF + os.urandom(2_500_000)).json()
        blob = next((running.home / "files").glob(f"*/{shown['sha256']}.*"))
        sealed = bytearray(blob.read_bytes())
        sealed[100] ^= 1
        blob.write_bytes(sealed)
        answer = client("office").get(f"/attachments/{shown['id']}/content")
        assert answer.status_code == 500
        sealed[100] ^= 1
        blob.write_bytes(sealed[: (1 << 20) + 16])
        with pytest.raises(httpx.HTTPError):
            client("office").get(f"/attachments/{shown['id']}/content")

    @pytest.mark.parametrize(
        ("name", "content", "media_type", "kept"),
        [
            ("a.png", PNG, "image/png", "a.png"),
            ("a.png", b"\xff\xd8\xff\xe0" + b"\0" * 40, "image/jpeg", "a.jpg"),
            ("a.jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 40, "image/jpeg", "a.jpeg"),
            ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 40, "image/webp", "a.webp"),
            ("a.gif", b"GIF89a" + b"\0" * 40 + b";", "image/gif", "a.gif"),
            ("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40, "image/heic", "a.heic"),
            ("a.mp4", b"\0\0\0\x18ftypisom" + b"\0" * 40, "video/mp4", "a.mp4"),
            ("a.m4a", b"\0\0\0\x18ftypM4A " + b"\0" * 40, "audio/mp4", "a.m4a"),
            ("a.mp3", b"ID3\x04" + b"\0" * 40, "audio/mpeg", "a.mp3"),
            ("a.mp3", b"\xff\xfb\x90\x00" + b"\0" * 40, "audio/mpeg", "a.mp3"),
            ("a.amr", b"#!AMR\n" + b"\0" * 40, "audio/amr", "a.amr"),
            ("a.wav", b"RIFF\x10\0\0\0WAVEfmt " + b"\0" * 40, "audio/wav", "a.wav"),
            ("a.txt", "老人说没有签合同。".encode(), "text/plain", "a.txt"),
            ("a.csv", "姓名,金额\n张三,1\n".encode("gb18030"), "text/csv", "a.csv"),
            ("a.docx", office_file("docx"), None, "a.docx"),
            ("a.xlsx", office_file("xlsx"), None, "a.xlsx"),
            ("照片", PNG, "image/png", "照片.png"),
        ],
    )
    def test_kinds(self, client, lead, name, content, media_type, kept):
        made = attach(client("office"), lead, content, name)
        assert made.status_code == 201, made.text
        assert made.json()["name"] == kept
        assert media_type is None or made.json()["media_type"] == media_type


async def test_the_rest_of_a_failed_upload_is_swept_away(client, running, lead, session):
    from api.core.files import files

    shown = attach(client("office"), lead, PDF + os.urandom(50)).json()
    folder = running.home / "files" / "00"
    folder.mkdir(exist_ok=True)
    old, fresh = folder / ("0" * 64 + ".old"), folder / ("0" * 64 + ".fresh")
    for blob in (old, fresh):
        blob.write_bytes(b"orphan")
    os.utime(old, (0, 0))
    kept = next((running.home / "files").glob(f"*/{shown['sha256']}.*"))
    os.utime(kept, (0, 0))
    assert await files.sweep() == 1
    assert (old.exists(), fresh.exists(), kept.exists()) == (False, True, True)


class TestHostile:
    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("a.html", b"<html><script>alert(1)</script>", "file_type_refused"),
            ("a.txt", b"<html><script>alert(1)</script>", "file_type_refused"),
            ("a.txt", b"\xef\xbb\xbf  <SVG onload=x>", "file_type_refused"),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "file_type_refused"),
            ("a.pdf", b"<html>" + PDF, "file_type_refused"),
            ("a.pdf", PNG, "extension_mismatch"),
            ("a.exe", PDF, "extension_mismatch"),
            ("a.pdf.exe", b"MZ\x90\0" + b"\0" * 60, "file_type_refused"),
            ("a.txt", b"MZ\x90\0" + b"\0" * 60, "file_type_refused"),
            ("a.txt", b"#!/bin/sh\nrm -rf /\n", "file_type_refused"),
            ("a.txt", b"text\0with nul", "file_type_refused"),
            ("a.bat", b"@echo off\r\n", "file_type_refused"),
            ("a.png", PNG + office_file("docx"), "polyglot"),
            ("a.pdf", PDF + office_file("xlsx"), "polyglot"),
            ("a.gif", b"GIF89a/*<svg onload=alert(1)>*/=1;", "polyglot"),
            ("a.zip", b"PK\x05\x06" + b"\0" * 18, "file_type_refused"),
            ("a.docx", b"PK\x03\x04 not a zip at all", "file_type_refused"),
            ("a.docx", office_file("docx", **{"word/vbaProject.bin": "x"}), "macros"),
            ("a.docx", bomb(), "archive_bomb"),
            ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600, "file_type_refused"),
        ],
    )
    def test_refused_kinds(self, client, lead, name, content, code):
        answer = attach(client("office"), lead, content, name)
        assert answer.status_code == 415, answer.text
        assert answer.json()["code"] == code

    def test_empty(self, client, lead):
        answer = attach(client("office"), lead, b"")
        assert (answer.status_code, answer.json()["code"]) == (422, "file_empty")

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("../../../etc/passwd.pdf", "passwd.pdf"),
            ("..\\..\\C:\\x.pdf", "x.pdf"),
            ("a\u202efdp.exe.pdf", "afdp.exe.pdf"),
            (".pdf", "pdf.pdf"),
            ("长" * 1000 + ".pdf", "长" * 116 + ".pdf"),
        ],
    )
    def test_names(self, client, lead, given, kept):
        made = attach(client("office"), lead, PDF, given)
        assert made.status_code == 201, made.text
        assert made.json()["name"] == kept

    def test_a_monstrous_name_is_refused(self, client, lead):
        assert attach(client("office"), lead, PDF, "长" * 100_000 + ".pdf").status_code == 400

    def test_identifiers_in_name_and_note_are_masked(self, client, lead):
        made = attach(client("office"), lead, PDF, "李四13800138000的合同.pdf", "电话13800138000")
        assert "13800138000" not in made.text
        assert made.json()["name"] == "李四138xxxx8000的合同.pdf"

    def test_too_large_is_cut(self, client, lead):
        def pieces():
            yield (
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
                + PDF
            )
            for _ in range(101):
                yield b"\0" * 1_000_000
            yield b"\r\n--b--\r\n"

        try:
            answer = client("office").post(
                f"/leads/{lead['id']}/attachments",
                content=pieces(),
                headers={"Content-Type": "multipart/form-data; boundary=b"},
            )
        except httpx.TransportError:  # the server hung up while we were still sending
            return
        assert answer.status_code == 413

    @pytest.mark.parametrize(
        ("body", "kind", "status"),
        [
            (b"{}", "application/json", 415),
            (b"garbage", "multipart/form-data; boundary=b", 400),
            (b"--b--\r\n", "multipart/form-data; boundary=b", 422),
            (b"", "multipart/form-data", 400),
        ],
    )
    def test_broken_forms(self, client, lead, body, kind, status):
        answer = client("office").post(
            f"/leads/{lead['id']}/attachments", content=body, headers={"Content-Type": kind}
        )
        assert answer.status_code in {status, 422}
        assert answer.headers["content-type"] == "application/problem+json"


class TestRights:
    def test_nobody(self, anonymous, lead):
        assert anonymous.get(f"/leads/{lead['id']}/attachments").status_code == 401
        assert anonymous.post(f"/leads/{lead['id']}/attachments").status_code == 401

    def test_who_cannot_see_the_record_finds_nothing(self, client, lead):
        made = attach(client("office"), lead, PDF).json()
        for who in ("market", "village02", "finance", "audit_admin"):
            assert client(who).get(f"/attachments/{made['id']}/content").status_code == 404
            assert client(who).get(f"/leads/{lead['id']}/attachments").status_code in {403, 404}
            assert attach(client(who), lead, PDF).status_code in {403, 404}

    def test_readers_read_and_the_owner_unit_adds(self, client):
        made = make_lead(client("grid01"), division_code="341522118201")
        assert attach(client("grid01"), made, PDF).status_code == 201
        paper = attach(client("office"), made, PDF).json()
        assert client("leader").get(f"/attachments/{paper['id']}/content").status_code == 200
        for who in ("village01", "grid01"):  # they follow the lead, its papers are the handlers'
            assert client(who).get(f"/attachments/{paper['id']}/content").status_code == 404
        assert attach(client("leader"), made, PDF).status_code == 403
        assert attach(client("village01"), made, PDF).status_code == 403
        made = make_lead(client("office"))
        assign(client("office"), made, client("police"))
        assert attach(client("police"), made, PDF).status_code == 201


class TestOtherNouns:
    def record(self, client, running, noun: str) -> tuple[str, str]:
        """A record of a noun and who handles it."""
        police, market = client("police"), client("market")
        if noun == "cases":
            return cases.make_case(police)["id"], "police"
        if noun == "property-items":
            return make_item(police, make_case(running))["id"], "police"
        entity = entities.register(market)
        if noun == "risk-entities":
            return entity["id"], "market"
        visit = entities.visit(market, entity_id=entity["id"])
        if noun == "inspections":
            return visit["id"], "market"
        entities.act(market, "inspections", visit, "complete", finding="problem", note="x")
        order = market.post(
            "/rectifications",
            json={
                "inspection_id": visit["id"],
                "requirements": "停止会销",
                "due_on": (today() + timedelta(days=10)).isoformat(),
            },
        )
        assert order.status_code == 201, order.text
        return order.json()["id"], "market"

    @pytest.mark.parametrize(
        "noun", ["cases", "property-items", "risk-entities", "inspections", "rectifications"]
    )
    def test_handlers_attach_and_readers_download(self, client, running, noun):
        record_id, handler = self.record(client, running, noun)
        url = f"/{noun}/{record_id}/attachments"
        made = client(handler).post(url, files={"file": ("照片.png", PNG)})
        assert made.status_code == 201, made.text
        content = f"/attachments/{made.json()['id']}/content"
        assert client(handler).get(content).content == PNG
        assert client("leader").get(content).content == PNG
        assert client("leader").get(url).json()["items"] == [made.json()]
        assert client("leader").post(url, files={"file": ("照片.png", PNG)}).status_code == 403
        assert client("village02").get(content).status_code == 404
        assert client("grid01").get(url).status_code == 403


def test_a_record_takes_two_hundred_files_and_no_more(client, running):
    """The last of them is taken; whoever has more makes another record, or a list of them."""
    office = client("office")
    mine = make_lead(office)
    first = attach(office, mine, PDF).json()["id"]
    run_sql(
        running,
        "INSERT INTO attachments SELECT (jsonb_populate_record(one, jsonb_build_object('id',"
        " gen_random_uuid()))).* FROM attachments one, generate_series(1, 198) WHERE one.id = $1",
        first,
    )
    assert attach(office, mine, PDF, "第二百个.pdf").status_code == 201
    refused = attach(office, mine, PDF, "还有一个.pdf")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_attachments")
    assert "200" in refused.json()["detail"]
