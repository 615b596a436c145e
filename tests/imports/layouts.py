"""Writes the same lead rows in whatever layout a township might use: a generator for tests."""

import datetime as dt
import io
import random
from dataclasses import dataclass
from decimal import Decimal

import openpyxl
import xlwt

HEADINGS = {
    "channel": ["来源", "线索来源", "举报渠道"],
    "received_on": ["接收时间", "受理日期", "接收\n日期", "接 收 时 间"],
    "reporter_kind": ["举报方式", "举报方式（实名/匿名）"],
    "reporter_name": ["举报人", "举报人姓名"],
    "reporter_phone": ["联系电话", "举报人联系电话", "电话"],
    "subject_name": ["反映对象", "被举报对象", "反映对象*"],
    "categories": ["类别", "线索类别", "类别（六类）"],
    "narrative": ["问题描述", "主要内容", "反映内容"],
    "people_involved": ["涉及人数", "涉及人数（人）"],
    "amount_involved": ["涉案金额", "涉及金额"],
    "division_code": ["所在村", "所在村（社区）", "村居"],
    "note": ["备注"],
}
OPTIONAL = ["reporter_kind", "reporter_name", "reporter_phone", "people_involved", "note"]
CATEGORIES = {"C1": "提供养老服务", "C3": "保健品", "C5": "代办“养老保险”"}
CHANNELS = {"hotline_12345": "12345", "petition": "信访", "police_110": "110"}
VILLAGES = ["白庙村", "众兴社区", "大塘村"]


@dataclass
class Truth:
    """One row as it is meant."""

    channel: str
    received_on: dt.date
    reporter_kind: str
    reporter_name: str | None
    reporter_phone: str | None
    subject_name: str
    categories: tuple[str, ...]
    narrative: str
    people_involved: int
    amount_involved: int
    division: str
    note: str | None


def truths(rng: random.Random, n: int) -> list[Truth]:
    rows = []
    for index in range(n):
        named = rng.random() < 0.7
        rows.append(
            Truth(
                rng.choice(list(CHANNELS)),
                dt.date(2022, 5, 1) + dt.timedelta(days=rng.randrange(150)),
                "real_name" if named else "anonymous",
                rng.choice(["王文秀", "高明", "郭永淑"]) if named else None,
                f"1{rng.randrange(3, 10)}{rng.randrange(10**9):09d}" if named else None,
                rng.choice(["福寿康养服务有限公司", "金色晚年旅居基地(未登记)"]),
                (rng.choice(list(CATEGORIES)),),
                f"第{index}件：交会员费后无法入住，要求退款被拖延。",
                rng.randrange(1, 30),
                rng.choice([300_000, 1_234_567, 580_000, 5_000_000, 12_345_678, 10, 3_000_000]),
                rng.choice(VILLAGES),
                rng.choice([None, "已电话告知", "待补充材料"]),
            )
        )
    return rows


def _date(rng: random.Random, day: dt.date, cells: bool) -> object:
    y, m, d = day.year, day.month, day.day
    forms: list[object] = [
        f"{y}年{m}月{d}日", f"{y}{m:02}{d:02}", f"{y}-{m:02}-{d:02}", f"{y}.{m}.{d}",
        f"{y}/{m:02}/{d:02}", f"{y}/{m}/{d}", f" {y}－{m:02}－{d:02} ", f"{y}年{m:02}月{d:02}号",
        f"{y}-{m:02}-{d:02} 00:00:00",
    ]  # fmt: skip
    if cells:
        forms += [day, int(f"{y}{m:02}{d:02}"), (day - dt.date(1899, 12, 30)).days]
    return rng.choice(forms)


def _amount(rng: random.Random, fen: int, unit: int, cells: bool) -> object:
    yuan = Decimal(fen) / 100
    shown = yuan / unit
    forms: list[object] = [
        f"{shown.normalize():f}", f"{yuan:.2f}元", f"¥{yuan:,.2f}元", f"{yuan:,.2f} 元",
        f"{(yuan / 10_000).normalize():f}万", f"{(yuan / 10_000).normalize():f}万元",
    ]  # fmt: skip
    if unit == 1:
        forms.append(f"{yuan:,.2f}")
    if cells:
        forms += [float(shown), float(shown)]
    return rng.choice(forms)


def _phone(rng: random.Random, phone: str | None, cells: bool) -> object:
    if phone is None:
        return rng.choice([None, "", "/", "-", "无"])
    forms: list[object] = [phone, f"{phone[:3]} {phone[3:7]} {phone[7:]}", f"{phone[:3]}-{phone[3:7]}-{phone[7:]}", f"+86{phone}"]  # fmt: skip
    return rng.choice([*forms, int(phone)] if cells else forms)


@dataclass
class Layout:
    """A table as drawn: lines of cells, merged ranges, and which fields it shows."""

    lines: list[list[object]]
    merges: list[tuple[int, int, int, int]]
    fields: list[str]
    first: int


def draw(rng: random.Random, rows: list[Truth], cells: bool = True) -> Layout:
    """The rows in a random layout; `cells` is False where everything is text (CSV)."""
    left_out = set(rng.sample(OPTIONAL, rng.randrange(0, 3)))
    fields = [name for name in HEADINGS if name not in left_out]
    rng.shuffle(fields)
    columns: list[str | None] = [*fields]
    for _ in range(rng.randrange(0, 3)):
        columns.insert(rng.randrange(len(columns) + 1), None)
    running = rng.random() < 0.7
    unit, said = rng.choice(
        [(1, ""), (1, "sheet"), (10_000, "sheet"), (10_000, "column"), (1, "both")]
    )
    lines: list[list[object]] = []
    width = len(columns) + running
    merges: list[tuple[int, int, int, int]] = []
    for text in ("众兴集镇养老诈骗线索台账", "填报单位：镇专项办    填报时间：2022年9月30日")[
        : rng.randrange(3)
    ]:
        merges.append((len(lines), 0, len(lines), width - 1))
        lines.append([text])
    if said in {"sheet", "both"}:
        word = "万元" if unit == 10_000 or said == "both" else "元"
        lines.append([None] * (width - 1) + [f"（单位：{word}）"])
    head: list[object] = ["序号"] if running else []
    for index, name in enumerate(columns):
        if name is None:
            head.append(f"附加列{index}")
            continue
        heading = rng.choice(HEADINGS[name])
        if name == "amount_involved" and said in {"column", "both"}:
            heading += rng.choice(["（万元）", "(万元)", "/万元"]) if unit == 10_000 else "（元）"
        head.append(heading)
    lines.append(head)
    if rng.random() < 0.2:
        lines.append([index + 1 for index in range(width)])
    first = len(lines)
    for number, row in enumerate(rows, 1):
        line: list[object] = [rng.choice([number, str(number)])] if running else []
        line += [_show(rng, row, name, unit, cells) for name in columns]
        lines.append(line)
        if rng.random() < 0.05:
            lines.append([])
    if rng.random() < 0.6:
        at = (
            head.index(next(h for h in head if h and HEADINGS["amount_involved"][0][:2] in str(h)))
            if any("涉案" in str(h) for h in head)
            else None
        )
        total: list[object] = ["合 计"] + [None] * (width - 1)
        if at:
            total[at] = float(Decimal(sum(r.amount_involved for r in rows)) / 100 / unit)
        lines.append(total)
    if rng.random() < 0.5:
        lines.append(["填表人：张三        审核人：李四"])
    return Layout(lines, merges, fields, first)


def _show(rng: random.Random, row: Truth, name: str | None, unit: int, cells: bool) -> object:  # noqa: PLR0911
    if name is None:
        return rng.choice([None, "附注"])
    if name == "received_on":
        return _date(rng, row.received_on, cells)
    if name == "amount_involved":
        return _amount(rng, row.amount_involved, unit, cells)
    if name == "reporter_phone":
        return _phone(rng, row.reporter_phone, cells)
    if name == "channel":
        said = CHANNELS[row.channel]
        return int(said) if cells and said.isdigit() and rng.random() < 0.3 else f" {said}"
    if name == "categories":
        return CATEGORIES[row.categories[0]]
    if name == "division_code":
        short = row.division.removesuffix("村")
        return rng.choice(
            [
                row.division,
                f"众兴集镇{row.division}",
                short if short != row.division else row.division,
                f"{row.division} ",
            ]
        )
    if name == "people_involved":
        n = row.people_involved
        return rng.choice([n, f"{n}人", f"{n} 名"] if cells else [f"{n}", f"{n}人"])
    if name == "reporter_kind":
        return "实名" if row.reporter_kind == "real_name" else "匿名"
    return getattr(row, name)


def as_xlsx(layout: Layout) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for r, line in enumerate(layout.lines, 1):
        for c, value in enumerate(line, 1):
            if value not in {None, ""}:
                sheet.cell(r, c, value)
    for top, left, bottom, right in layout.merges:
        sheet.merge_cells(
            start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_xls(layout: Layout) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    style = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for r, line in enumerate(layout.lines):
        for c, value in enumerate(line):
            if isinstance(value, dt.date):
                sheet.write(r, c, value, style)
            elif value not in {None, ""}:
                sheet.write(r, c, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(layout: Layout, encoding: str = "gb18030", delimiter: str = ",") -> bytes:
    import csv

    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    for line in layout.lines:
        writer.writerow(["" if value is None else value for value in line])
    return text.getvalue().encode(encoding)
