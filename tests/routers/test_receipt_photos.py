"""Photos from the public: the picture and nothing else is kept, and only who handles the lead sees it."""

import asyncio
import io
import struct
from uuid import uuid4

import asyncpg
import httpx
import pytest
from PIL import Image

from api.domain.reporters.receipts import MAX_PHOTOS
from tests.factories import assign
from tests.photos import bomb, picture
from tests.public import found, hand_in, proof, show

CANARIES = (b"CANARY-PHONE", b"CANARY-OWNER", b"CANARY-NOTE", b"CANARY-XMP", b"CANARY-TAIL")
GPS_BYTES = struct.pack(">6I", 31, 1, 21, 1, 4242, 100)


def plain(colour: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(made, "JPEG")
    return made.getvalue()


def send(anybody: httpx.Client, receipt: str, content: bytes, name="IMG_x.jpg") -> httpx.Response:
    worked = proof(anybody)
    return anybody.post(
        "/public/receipts/photos",
        data={"receipt": receipt, "challenge": worked["challenge"], "answer": worked["answer"]},
        files={"photo": (name, content)},
    )


@pytest.fixture
def handed_in(anonymous, client) -> tuple[str, dict]:
    mark = uuid4().hex[:10]
    receipt = hand_in(anonymous, narrative=f"有合同照片，记号{mark}。")
    return receipt, found(client("office"), mark)


def kept(who, lead: dict) -> list[dict]:
    answer = who.get(f"/leads/{lead['id']}/attachments")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_picture_is_kept_and_nothing_else(anonymous, client, running, handed_in, kind):
    receipt, lead = handed_in
    sent = picture(kind)
    # it is really in there, or the test would prove nothing
    assert b"CANARY-PHONE" in sent
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)[4] == (115.0, 55.0, 7.77)
    answer = send(anonymous, receipt, sent, "CANARY-张三的手机 13955512340.jpg")
    assert answer.status_code == 201, answer.text
    assert (answer.json()["photos"], answer.json()["photos_left"]) == (1, MAX_PHOTOS - 1)
    (shown,) = kept(client("office"), lead)
    assert (shown["name"], shown["media_type"]) == ("举报人照片1.jpg", "image/jpeg")
    assert (shown["uploaded_by"], shown["uploaded_by_unit"]) == ("举报人", None)
    back = client("office").get(f"/attachments/{shown['id']}/content").content
    for canary in CANARIES:
        assert canary not in back
    drawn = Image.open(io.BytesIO(back))
    assert dict(drawn.getexif()) == {}
    assert set(drawn.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    # how the telephone was held is drawn
    assert drawn.size == (40, 60)
    red, green, blue = drawn.convert("RGB").getpixel((20, 30))
    assert red > 240
    assert max(green, blue) < 20
    for path in (running.home / "files").rglob(f"{shown['sha256']}*"):
        assert not any(canary in path.read_bytes() for canary in CANARIES)
    log = (running.home / "server.log").read_bytes()
    assert b"CANARY" not in log


def test_no_event_tells_where_it_came_from(anonymous, client, running, handed_in):
    receipt, lead = handed_in
    assert send(anonymous, receipt, picture()).status_code == 201

    async def told() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(running.owner_url.replace("+asyncpg", ""))
        try:
            return await connection.fetch(
                "SELECT actor_kind, actor_id, address, data::text AS data FROM events"
                " WHERE subject_id = $1 AND name = 'record.attached'",
                lead["id"],
            )
        finally:
            await connection.close()

    (event,) = asyncio.run(told())
    assert (event["actor_kind"], event["actor_id"], event["address"]) == ("public", None, "")
    assert "IMG" not in event["data"]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (bomb(), 422, "photo_too_many_pixels"),
        (bomb(40_000, 10), 422, "photo_too_many_pixels"),
        (bomb(3_000, 3_000), 422, "photo_broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, 422, "photo_broken"),
        (picture()[:400], 422, "photo_broken"),
        (b"", 422, "photo_empty"),
        (b"%PDF-1.7\n%%EOF\n", 415, "photo_type_refused"),
        (b"GIF89a" + b"\0" * 40, 415, "photo_type_refused"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", 415, "photo_type_refused"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", 415, "photo_heic"),
        (b"\xff\xd8\xff" + b"\0" * 15_000_000, 413, "payload_too_large"),
        (b"\xff\xd8\xff" + b"\0" * 16_000_000, 413, "payload_too_large"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else None,
)
def test_what_is_no_photo_is_refused_in_words(anonymous, client, handed_in, content, status, code):
    receipt, lead = handed_in
    answer = send(anonymous, receipt, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert any("一" <= each <= "鿿" for each in answer.json()["detail"])
    assert kept(client("office"), lead) == []


def test_large_photos_are_made_smaller(anonymous, client, handed_in):
    receipt, lead = handed_in
    made = io.BytesIO()
    Image.effect_noise((4000, 3000), 40).save(made, "JPEG", quality=60)
    assert send(anonymous, receipt, made.getvalue()).status_code == 201
    (shown,) = kept(client("office"), lead)
    back = client("office").get(f"/attachments/{shown['id']}/content").content
    width, height = Image.open(io.BytesIO(back)).size
    assert 8_500_000 < width * height <= 9_000_000
    assert abs(width / height - 4 / 3) < 0.01


def test_the_same_photo_again_is_kept_once_and_too_many_are_refused(anonymous, client, handed_in):
    receipt, lead = handed_in
    for number in range(MAX_PHOTOS):
        answer = send(anonymous, receipt, plain(f"rgb({number * 20},0,0)"))
        assert answer.json()["photos"] == number + 1
    again = send(anonymous, receipt, plain("rgb(0,0,0)"))
    assert (again.status_code, again.json()["photos_left"]) == (201, 0)
    more = send(anonymous, receipt, plain("blue"))
    assert (more.status_code, more.json()["code"]) == (409, "too_many_photos")
    assert len(kept(client("office"), lead)) == MAX_PHOTOS
    assert show(anonymous, receipt).json()["photos"] == MAX_PHOTOS


def test_a_receipt_counts_photos_and_reads_none(anonymous, client, handed_in):
    receipt, lead = handed_in
    told = send(anonymous, receipt, picture()).json()
    (shown,) = kept(client("office"), lead)
    assert shown["id"] not in str(told)
    assert shown["sha256"] not in str(told)
    assert anonymous.get(f"/attachments/{shown['id']}/content").status_code == 401
    assert anonymous.get(f"/leads/{lead['id']}/attachments").status_code == 401


def test_only_who_handles_the_lead_sees_them(anonymous, client, handed_in):
    receipt, lead = handed_in
    assert send(anonymous, receipt, picture()).status_code == 201
    (shown,) = kept(client("office"), lead)
    content = f"/attachments/{shown['id']}/content"
    for who in ("leader", "police"):
        items = client(who).get(f"/leads/{lead['id']}/attachments").json().get("items", [])
        assert items == []
        assert client(who).get(content).status_code == 404
    url = f"/leads/{lead['id']}"
    client("office").act(url, "register", lead["version"])
    assign(client("office"), client("office").get(url).json(), client("police"))
    assert [each["id"] for each in kept(client("police"), lead)] == [shown["id"]]
    assert client("police").get(content).status_code == 200
    # who gave it away still answers for it
    assert [each["id"] for each in kept(client("office"), lead)] == [shown["id"]]
    assert client("office").get(content).status_code == 200
    assert client("leader").get(content).status_code == 404


def test_no_photo_without_a_receipt_and_work(anonymous):
    wrong = send(anonymous, "1234567890123450", picture())
    assert (wrong.status_code, wrong.json()["code"]) == (404, "receipt_unknown")
    typo = send(anonymous, "1234567890123451", picture())
    assert typo.json()["code"] == "receipt_mistyped"
    unproved = anonymous.post(
        "/public/receipts/photos",
        data={"receipt": "1234567890123450", "challenge": "x", "answer": "1"},
        files={"photo": ("a.jpg", picture())},
    )
    assert unproved.json()["code"] == "proof_invalid"
    nothing = anonymous.post("/public/receipts/photos", files={"photo": ("a.jpg", picture())})
    assert nothing.status_code == 422
    assert anonymous.post("/public/receipts/photos", json={}).status_code == 415


def test_a_refused_form_is_refused_before_its_photo_is_read(running):
    """The words come first: no work, no megabytes."""
    import socket

    host, port = running.url.removeprefix("http://").split(":")
    head = (
        b'--b\r\nContent-Disposition: form-data; name="receipt"\r\n\r\n1234567890123450\r\n'
        b'--b\r\nContent-Disposition: form-data; name="challenge"\r\n\r\nx\r\n'
        b'--b\r\nContent-Disposition: form-data; name="answer"\r\n\r\n1\r\n'
        b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n\xff\xd8'
    )
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(
            b"POST /api/v1/public/receipts/photos HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n\r\n" + head
        )
        # nine megabytes are announced, hardly any sent: the answer is there already
        assert b" 422 " in line.recv(4096).split(b"\r\n", 1)[0]


def test_one_photo_at_a_time(anonymous, client, handed_in):
    """A second one would take the place of the first without a word."""
    receipt, lead = handed_in
    worked = proof(anonymous)
    answer = anonymous.post(
        "/public/receipts/photos",
        data={"receipt": receipt, "challenge": worked["challenge"], "answer": worked["answer"]},
        files=[("photo", ("a.jpg", plain("red"))), ("photo", ("b.jpg", plain("blue")))],
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "one_file_only"), answer.text
    assert kept(client("office"), lead) == []


def test_a_mistyped_number_is_said_before_its_work_is_looked_at(anonymous, handed_in):
    receipt, _ = handed_in
    swapped = receipt[1] + receipt[0] + receipt[2:]
    mistyped = swapped if swapped != receipt else receipt[:-1]
    answer = anonymous.post(
        "/public/receipts/photos",
        data={"receipt": mistyped, "challenge": "none", "answer": "0"},
        files={"photo": ("IMG.jpg", plain("red"))},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "receipt_mistyped")
