"""Canaries: personal data goes in at every door, and a thief of the database finds none of it.

Looks through the whole dump, the file store and the server's log, in plain, in hexadecimal (as a
dump shows bytes) and in base64.
"""

import io
import re
import time
import zipfile
from pathlib import Path
from uuid import uuid4

import httpx
import openpyxl
import pytest

from api.domain.demo import demo
from tests.database import dump, forms
from tests.document import document
from tests.factories import assign, make_lead, unlocked

PHONE = "13955512347"
OTHER_PHONE = "15855567891"
INFORMANT_HIDDEN = "〔举报人〕"
VICTIM_PHONE = "17755598763"
ID_NUMBER = "342425195001010019"
ACCOUNT = "6228481753038816263"
INFORMANT = "欧阳金丝雀"
VICTIM = "慕容金丝雀"
FILE_TEXT = "金丝雀附件正文"

CANARIES = [PHONE, OTHER_PHONE, VICTIM_PHONE, ID_NUMBER, ACCOUNT, INFORMANT, FILE_TEXT]


def ledger() -> bytes:
    """A lead ledger with a fault on its one row, so that it stays staged."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(
        [
            "序号",
            "来源",
            "接收时间",
            "举报方式",
            "举报人",
            "联系电话",
            "反映对象",
            "类别",
            "问题描述",
            "所在村",
        ]
    )
    sheet.append(
        [1, "110", "2022-08-30", "实名", INFORMANT, PHONE, "某公司", "养老服务",
         f"收款账号{ACCOUNT}，联系人身份证{ID_NUMBER}", "无此村"]
    )  # fmt: skip
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def planted(client):
    """One canary in every place that takes text."""
    office, police, market = client("office"), client("police"), client("market")
    text = f"我是{INFORMANT}，电话{OTHER_PHONE}。对方电话{PHONE}，身份证{ID_NUMBER}，转入银行账号{ACCOUNT}。"
    others = f"对方电话{PHONE}，身份证{ID_NUMBER}，转入银行账号{ACCOUNT}。"
    reporter = {"kind": "real_name", "name": INFORMANT, "phone": OTHER_PHONE}
    made = make_lead(
        office, narrative=text, note=text, subject_name=f"某公司{PHONE}", reporter=reporter
    )
    url = f"/leads/{made['id']}"
    made = assign(office, made, police)
    made = police.act(url, "dispute", made["version"], reason=text).json()
    made = assign(office, made, police)
    made = police.act(url, "acknowledge", made["version"]).json()
    made = police.act(
        url, "conclude", made["version"], conclusion="suspected_crime", findings=text
    ).json()
    made = police.act(
        url, "feed_back", made["version"], feedback_mode="impossible", feedback_note=text
    ).json()
    revealed = office.post(f"{url}/reveals", json={"fields": ["narrative"], "reason": text[:100]})
    assert PHONE in revealed.text, revealed.text
    told = unlocked(client, made)
    assert (told["name"], told["phone"]) == (INFORMANT, OTHER_PHONE)
    assert told["narrative"] == text
    office.post(
        f"{url}/attachments",
        data={"note": f"{INFORMANT}交来"},
        files={"file": (f"{INFORMANT}的说明.txt", FILE_TEXT.encode() * 50, "text/plain")},
    )
    entity = market.post(
        "/risk-entities",
        json={
            "name": f"金丝雀{uuid4().hex[:6]}",
            "industry": "elder_care",
            "responsible_person": "张三",
            "responsible_phone": PHONE,
            "problems": others,
            "note": others,
        },
    )
    assert entity.status_code == 201, entity.text
    case = police.post(
        "/cases", json={"source_lead_ids": [made["id"]], "title": "金丝雀案", "summary": text}
    )
    assert case.status_code == 201, case.text
    case_id = case.json()["id"]
    victim = police.post(
        "/victims",
        json={
            "case_id": case_id,
            "name": VICTIM,
            "id_number": ID_NUMBER,
            "phone": VICTIM_PHONE,
            "account": ACCOUNT,
            "principal": "100.00",
            "note": others,
        },
    )
    assert victim.status_code == 201, victim.text
    item = police.post(
        "/property-items",
        json={
            "case_id": case_id,
            "kind": "deposit",
            "title": "存款",
            "account": ACCOUNT,
            "description": others,
        },
    )
    assert item.status_code == 201, item.text
    up = office.post(
        "/imports", data={"kind": "leads"}, files={"file": (f"{PHONE}.xlsx", ledger())}
    )
    assert up.status_code in (201, 202), up.text
    for _ in range(1200):
        state = office.get(f"/imports/{up.json()['id']}").json()
        if state["status"] != "parsing":
            break
        time.sleep(0.1)
    assert state["rows_faulty"] == 1, state
    office.get("/leads", params={"q": PHONE})
    return {"lead": made["id"], "case": case_id}


@pytest.mark.parametrize("canary", [*CANARIES, VICTIM])
def test_the_dump_holds_no_canary(planted, running, canary, dumped):
    for form in forms(canary):
        at = dumped.find(form)
        assert at < 0, dumped[max(0, at - 300) : at + 100].decode(errors="replace")


@pytest.fixture(scope="module")
def dumped(planted, running) -> bytes:
    text = dump(running.owner_url)
    assert b"COPY" in text
    assert f"{PHONE[:3]}****{PHONE[-4:]}".encode() in text, "the masks prove that it went in"
    return text


@pytest.mark.parametrize("canary", CANARIES)
def test_files_and_logs_hold_no_canary(planted, running, canary):
    looked_at = 0
    for path in Path(running.home).rglob("*"):
        if path.is_file() and "secret-keys" not in path.name:
            looked_at += 1
            content = path.read_bytes()
            assert not any(form in content for form in forms(canary)), path
    assert looked_at > 0


DEMO = [post.code for post in demo.POSTS]
#: What one's own login is told, what streams for ever, and what needs a body of its own.
_PARAMETER = re.compile(r"\{[a-z_]+\}")


def _known(client) -> dict[str, set[str]]:
    """Every id that any list shows to anybody, by the noun that lists it."""
    found: dict[str, set[str]] = {}
    for who in DEMO:
        for path in PATHS:
            if "{" in path:
                continue
            answer = client(who).get(path, params={"limit": 200} if path != "/me" else None)
            if answer.status_code == 200 and "json" in answer.headers["content-type"]:
                items = answer.json()
                items = items.get("items", []) if isinstance(items, dict) else []
                noun = path.strip("/")
                found.setdefault(noun, set()).update(
                    str(i["id"]) for i in items if isinstance(i, dict) and "id" in i
                )
    return found


PATHS = [
    path.removeprefix("/api/v1")
    for path, methods in document()["paths"].items()
    if "get" in methods and path.startswith("/api/v1/")
]


def test_no_get_tells_anybody_the_informant(planted, client, running):
    """Every GET of the document, of every record of this test's, by every person of the demo."""
    known = _known(client)
    lead = planted["lead"]
    looked = exports = 0
    for who in DEMO:
        person = client(who)
        for path in PATHS:
            noun = path.strip("/").split("/")[0]
            if "{" not in path:
                urls = [path]
            elif noun == "leads":
                urls = [_PARAMETER.sub(lead, path)]
            else:
                newest = sorted(known.get(noun, ()))[-3:]
                urls = [_PARAMETER.sub(each, path) for each in newest]
            for url in urls:
                answer = person.get(url)
                assert answer.status_code < 500, (who, url)
                looked += answer.status_code == 200
                content = answer.content
                if url.endswith(".xlsx") and answer.status_code == 200:
                    content = unzipped(content)
                    exports += 1
                for canary in (INFORMANT, OTHER_PHONE):
                    assert canary.encode() not in content, (who, url)
    assert looked > 300
    assert exports >= 2
    for canary in (INFORMANT, OTHER_PHONE):
        hits = client("office").get("/leads", params={"q": canary}).json()["items"]
        assert lead not in [each["id"] for each in hits]
    metrics = httpx.get(f"{running.url}/metrics").content
    assert b"# HELP" in metrics
    assert INFORMANT.encode() not in metrics


def test_no_answer_to_the_planting_told_it(planted, client):
    """The lead, its case and what else came of it say a word in place of the name."""
    told = client("office").get(f"/leads/{planted['lead']}").json()
    for field in ("narrative", "note", "findings", "feedback_note"):
        assert told[field].startswith(f"我是{INFORMANT_HIDDEN}，电话{INFORMANT_HIDDEN}。"), field
    (attached,) = client("office").get(f"/leads/{planted['lead']}/attachments").json()["items"]
    assert attached["name"] == f"{INFORMANT_HIDDEN}的说明.txt"
    case = client("police").get(f"/cases/{planted['case']}").json()
    assert "举报人" not in case["summary"], "another record never says that somebody reported"
    assert "某某" in case["summary"]


def unzipped(book: bytes) -> bytes:
    """All that stands in a workbook."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        return b"".join(parts.read(name) for name in parts.namelist())
