"""Ledgers as offices bring them in: made here, sent over HTTP, looked at, brought in."""

import io
import time
from uuid import uuid4

import openpyxl

from tests.conftest import DATA, Client

HEADINGS = ["序号", "来源", "接收时间", "举报方式", "举报人", "联系电话", "反映对象", "类别", "问题描述", "涉案金额（万元）", "所在村", "承办单位"]  # fmt: skip
VICTIM_HEADINGS = ["序号", "姓名", "身份证号", "联系电话", "开户行", "银行卡号", "投资本金（万元）", "已返利息（元）", "已退本金（元）", "签约日期", "住址", "备注"]  # fmt: skip


def book(rows: list[list[object]], headings: list[str] = HEADINGS) -> bytes:
    made = openpyxl.Workbook()
    made.active.append(["线索台账"])
    made.active.append(headings)
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def row(n: int, **over) -> list[object]:
    cells = dict(
        zip(
            HEADINGS,
            [n, "12345", "2022-09-01", "匿名", None, None, f"对象{uuid4().hex[:8]}", "保健品", f"情况{uuid4().hex}", 1.5, "白庙村", "派出所"],
            strict=True,
        )
    )  # fmt: skip
    return list((cells | over).values())


def wait(office: Client, made: dict) -> dict:
    for _ in range(150):
        made = office.get(f"/imports/{made['id']}").json()
        if made["status"] != "parsing":
            return made
        time.sleep(0.2)
    raise AssertionError("still parsing")


def send(who: Client, content: bytes, name: str = "台账.xlsx", **fields: str):
    return who.post("/imports", data=fields, files={"file": (name, content)})


def upload(
    office: Client, content: bytes, name: str = "台账.xlsx", kind: str = "leads", **fields: str
) -> dict:
    answer = send(office, content, name, kind=kind, **fields)
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "parsing"
    return wait(office, answer.json())


def bring(office: Client, name: str, **fields: str) -> dict:
    """One of the given ledgers, up to its preview."""
    return upload(office, (DATA / name).read_bytes(), name, **fields)


def commit(office: Client, made: dict, mode: str = "strict", **rest):
    return office.act(f"/imports/{made['id']}", "commit", made["version"], mode=mode, **rest)


def leads_of(office: Client, made: dict) -> list[dict]:
    found, cursor = [], None
    while True:
        query = {"import_id": made["id"], "limit": 200} | ({"cursor": cursor} if cursor else {})
        page = office.get("/leads", params=query).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return found


def victim_row(n: int, id_number: str | None, **over) -> list[object]:
    cells = dict(
        zip(
            VICTIM_HEADINGS,
            [n, f"王文{chr(0x4E00 + n)}", id_number, f"138{n:08d}", "某银行", None, 1.25, 300, 0, "2021-03-01", "白庙村二组15号", None],
            strict=True,
        )
    )  # fmt: skip
    return list((cells | over).values())


#: As a township kept it that had never seen a form: words of its own, a heading over two lines.
ODD = ["接报日期", "渠道说明", "被举报人/单位", "案由", "说了什么", "投资总额", "村名儿"]


def sheet(*lines: list[object], name: str = "台账", merged: tuple[str, ...] = ()) -> bytes:
    made = openpyxl.Workbook()
    made.active.title = name
    for line in lines:
        made.active.append(line)
    for cells in merged:
        made.active.merge_cells(cells)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def odd(subject: str, *more: list[object], title: bool = True) -> bytes:
    lines: list[list[object]] = [["某镇二〇二二年接报情况"]] if title else []
    data = ["2022-09-01", "12345", subject, "保健品", f"情况{uuid4().hex}", 3, "白庙村"]
    return sheet(*lines, ODD, data, *more)
