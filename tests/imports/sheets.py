"""Sheets as a clerk draws them, for tests: three kinds of ledger, and what was read of them."""

import csv
import io
from collections.abc import Mapping, Sequence

import openpyxl
from openpyxl.styles import Font

from api.core.sheets.ledger_import import LedgerReader, LedgerRow
from api.domain.imports.ledgers import LedgerKind

from .helpers import read

LEADS, VICTIMS, ENTITIES = LedgerKind.LEADS, LedgerKind.VICTIMS, LedgerKind.RISK_ENTITIES
LEAD = ["来源", "接收时间", "反映对象", "类别", "问题描述"]
VICTIM = ["序号", "姓名", "身份证号", "联系电话", "投资金额（元）", "已返利息（元）", "备注"]
ENTITY = [
    "序号",
    "机构名称",
    "地址",
    "负责人",
    "联系电话",
    "服务老人数",
    "预收费金额（元）",
    "风险等级",
]


def lead(*more: object, subject: str = "某店") -> list[object]:
    return ["12345", "2022-05-13", subject, "养老服务", "收费不退", *more]


def victim(n: int = 1, name: str = "王某某", amount: object = 50_000) -> list[object]:
    return [n, name, None, f"1380013800{n}", amount, 0, None]


def entity(n: int = 1, name: str = "某某敬老院") -> list[object]:
    return [n, name, "白庙村", "钱某某", f"1380013800{n}", 20, 3_000, "绿"]


def workbook(
    lines: Sequence[Sequence[object]],
    *,
    merges: Sequence[str] = (),
    formats: Mapping[str, str] | None = None,
    strike: Sequence[str] = (),
    hide: Sequence[str] = (),
) -> bytes:
    """The lines as .xlsx; `hide` names columns by letter and rows by number."""
    book = openpyxl.Workbook()
    sheet = book.active
    for line in lines:
        sheet.append(line)
    for merged in merges:
        sheet.merge_cells(merged)
    for at, code in (formats or {}).items():
        sheet[at].number_format = code
    for at in strike:
        sheet[at].font = Font(strike=True)
    for what in hide:
        where = sheet.row_dimensions if what.isdigit() else sheet.column_dimensions
        where[int(what) if what.isdigit() else what].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(lines: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([["" if cell is None else cell for cell in line] for line in lines])
    return text.getvalue().encode("gb18030")


def taken(
    kind: LedgerKind, lines: Sequence[Sequence[object]], **drawn: object
) -> tuple[dict[int, LedgerRow], LedgerReader]:
    """Rows by number, and the reader."""
    rows, reader = read(workbook(lines, **drawn), kind)
    return {row.number: row for row in rows}, reader


def told(reader: LedgerReader) -> set[str]:
    return {remark.code for remark in reader.remarks}


def faults(row: LedgerRow) -> set[tuple[str, str]]:
    return {(fault.field, fault.code) for fault in row.faults}


def warnings(row: LedgerRow) -> set[tuple[str, str]]:
    return {(fault.field, fault.code) for fault in row.warnings}
