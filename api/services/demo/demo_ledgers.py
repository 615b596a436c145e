"""Example ledgers as townships send them, invented anew: for trying the import without real data.

Title rows, 万元, dates in every fashion, a total row; one of them with faults planted in known cells.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from api.core.base.clock import today
from api.domain.demo import demo, demo_inventor
from api.domain.demo import demo_stories as told
from api.domain.demo.demo_inventor import Inventor
from api.domain.entities.risk_entities import Industry, RiskTier
from api.domain.leads.categories import CATEGORY_ALIASES, LeadCategory

_SEED = 20220922
_LEADS, _FAULTY, _ENTITIES, _VICTIMS = 80, 40, 30, 60
_CHANNELS = (
    "12345",
    "12337平台",
    "110",
    "信访",
    "举报电话",
    "网格员排查",
    "银行预警",
    "部门移交",
    "来信来访",
)
_UNITS = ("派出所", "市场监管所", "民政办", "平安办", "司法所", "文广站")
_LEAD_HEADS = (
    "序号", "来源", "接收时间", "举报方式", "举报人", "联系电话", "反映对象", "统一社会信用代码",
    "类别", "问题描述", "涉及人数", "涉案金额（万元）", "所在村", "承办单位", "备注",
)  # fmt: skip
_ENTITY_HEADS = (
    "序号", "名称", "统一社会信用代码", "地址", "负责人", "联系电话", "行业领域", "登记情况",
    "服务老人数", "预收费金额（万元）", "问题描述", "风险等级", "处置措施", "实施主体", "整改时限", "进展",
)  # fmt: skip
_VICTIM_HEADS = (
    "序号", "姓名", "身份证号", "联系电话", "开户行", "银行卡号", "投资本金（元）", "已返利息（元）",
    "已退本金（元）", "签约日期", "备注",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault put into a cell: the row of the sheet, the heading, and what the import says."""

    row: int
    heading: str
    code: str


#: Heading, what is written there, what the import says about it.
_FAULTS: tuple[tuple[str, object, str], ...] = (
    ("联系电话", "1990000", "bad_phone"),
    ("涉及人数", "若干", "bad_number"),
    ("接收时间", "2026年13月5日", "bad_date"),
    ("反映对象", None, "missing"),
    ("类别", "养老", "unknown_category"),
    ("所在村", "桃花源村", "unknown_division"),
    ("涉案金额（万元）", -3, "negative"),
    ("来源", "听说", "unknown_channel"),
    ("举报方式", "口头", "unknown_value"),
    ("统一社会信用代码", "91341522DEM000010Z", "bad_uscc"),
    ("问题描述", None, "missing"),
    ("涉案金额（万元）", "三四万", "bad_number"),
)
_FIRST_ROW, _EVERY = 4, 3


def write(folder: Path) -> list[Path]:
    """Write the four files; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(_SEED)  # noqa: S311  # examples, not secrets
    inventor = Inventor(random=chance, serials={"phone": 5000, "account": 5000, "person": 500})
    faulty = _spoilt([_lead(inventor, n) for n in range(1, _FAULTY + 1)])
    leads = [_lead(inventor, n) for n in range(1, _LEADS + 1)]
    entities = [_entity(inventor, n) for n in range(1, _ENTITIES + 1)]
    victims = [_victim(inventor, n) for n in range(1, _VICTIMS + 1)]
    return [
        _book(folder / "线索台账.xlsx", "养老诈骗线索台账", "万元", _LEAD_HEADS, leads, total=11),
        _book(folder / "线索台账-含错误.xlsx", "线索台账（未校验）", "万元", _LEAD_HEADS, faulty),
        _book(folder / "风险管控名单.xlsx", "风险管控名单", "万元", _ENTITY_HEADS, entities),
        _book(
            folder / "受害人登记表.xlsx", "集资参与人登记表", "元", _VICTIM_HEADS, victims, total=6
        ),
    ]


def planted() -> list[Planted]:
    """Where the faults are: one in every third row."""
    return [
        Planted(_FIRST_ROW + 1 + number * _EVERY, heading, code)
        for number, (heading, _, code) in enumerate(_FAULTS)
    ]


def _spoilt(rows: Sequence[list[Any]]) -> list[list[Any]]:
    made = [list(row) for row in rows]
    for fault, (heading, said, _) in zip(planted(), _FAULTS, strict=True):
        row = made[fault.row - _FIRST_ROW]
        row[_LEAD_HEADS.index(heading)] = said
        if heading == "联系电话":
            row[_LEAD_HEADS.index("举报方式")] = "实名"
            row[_LEAD_HEADS.index("举报人")] = "贾有才"
    return made


# --- rows ---------------------------------------------------------------------------------------


def _lead(inventor: Inventor, number: int) -> list[Any]:
    chance = inventor.random
    category = chance.choice(list(LeadCategory))
    _, village = inventor.village()
    subject, uscc = inventor.subject(category)
    said = inventor.complaint(category, subject, village)
    named = chance.random() < 0.65
    phone = inventor.phone() if named else None
    return [
        number,
        chance.choice(_CHANNELS),
        _day(inventor),
        "实名" if named else "匿名",
        inventor.person() if named else None,
        int(phone) if phone and chance.random() < 0.3 else phone,
        subject,
        uscc or None,
        chance.choice((category.label, *CATEGORY_ALIASES[category][:3])),
        said["narrative"],
        f"{said['people']}人" if chance.random() < 0.2 else said["people"],
        _wan(inventor, said["yuan"]),
        village,
        chance.choice(_UNITS),
        chance.choice((None, None, None, "已电话告知", "材料待补充")),
    ]


def _day(inventor: Inventor) -> object:
    """A day of the last half year as people write days."""
    chance = inventor.random
    day = today() - timedelta(days=chance.randrange(2, 190))
    return chance.choice(
        (
            datetime.combine(day, time()),
            datetime.combine(day, time()),
            f"{day.year}年{day.month}月{day.day}日",
            f"{day:%Y%m%d}",
            f"{day:%Y-%m-%d}",
            f"{day:%Y/%m/%d}",
            f"{day.year}.{day.month}.{day.day}",
        )
    )


def _wan(inventor: Inventor, yuan: int) -> object:
    """An amount in a column of 万元: mostly a number, sometimes text, sometimes with its unit."""
    wan = yuan / 10_000
    return inventor.random.choice((wan, wan, wan, f"{wan:g}", f"{yuan}元"))


_INDUSTRIES = (
    Industry.ELDER_CARE, Industry.FOOD_HEALTH_PRODUCTS, Industry.FINANCE, Industry.MEDICAL,
    Industry.CULTURE_TOURISM, Industry.SOCIAL_INSURANCE,
)  # fmt: skip
_MEASURES = {
    RiskTier.GREEN: ("日常巡查", "村委会"),
    RiskTier.YELLOW: ("风险提示", "民政办"),
    RiskTier.ORANGE: ("警示约谈；责令整改", "市场监管所"),
    RiskTier.RED: ("警示约谈；责令整改；督促清退", "市场监管所"),
}


def _entity(inventor: Inventor, number: int) -> list[Any]:
    chance = inventor.random
    tier = chance.choices(list(RiskTier), (12, 9, 6, 3))[0]
    # trade names that the demo campaign has not put on its list
    industry = _INDUSTRIES[number % len(_INDUSTRIES)]
    forms = len(told.BUSINESSES[industry])
    name, uscc = demo_inventor.firm(industry, number % forms, 8 + number // 3 % 16)
    _, village = inventor.village()
    measure, actor = _MEASURES[tier]
    graver = tier in {RiskTier.ORANGE, RiskTier.RED}
    due = today() + timedelta(days=chance.randrange(-20, 30))
    return [
        number,
        name,
        uscc or None,
        f"众兴集镇{village}{chance.randrange(1, 120)}号",
        inventor.person(),
        inventor.phone(),
        industry.label,
        "已登记" if uscc else "未登记",
        chance.randrange(5, 150),
        chance.randrange(5, 900) / 10 if graver else 0,
        chance.choice(told.PROBLEMS[tier]) or "无",
        tier.label,
        measure,
        actor,
        f"{due.year}.{due.month}.{due.day}" if graver else None,
        chance.choice(("整改中", "已完成")) if graver else None,
    ]


def _victim(inventor: Inventor, number: int) -> list[Any]:
    chance = inventor.random
    principal = chance.randrange(50, 1200) * 100
    signed: date = today() - timedelta(days=chance.randrange(200, 600))
    return [
        number,
        inventor.person(),
        inventor.resident_id(),
        inventor.phone(),
        chance.choice(told.BANKS),
        inventor.account(),
        principal,
        principal * chance.choice((0, 4, 8, 12)) // 100,
        chance.choice((0, 0, 0, principal // 10)),
        f"{signed:%Y-%m-%d}",
        None,
    ]


# --- the workbook -------------------------------------------------------------------------------


def _book(
    path: Path,
    title: str,
    unit: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    total: int | None = None,
) -> Path:
    """A sheet with two merged title rows, its headings, its rows, and their sum where asked for."""
    import openpyxl
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "台账"
    filled = f"填报单位：{demo.TOWN[1]}专项行动办公室    填报时间：{today():%Y年%m月%d日}    单位：{unit}"
    for number, said in enumerate((f"{demo.TOWN[1]}{title}", filled), 1):
        sheet.append([said])
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=len(heads))
        sheet.cell(number, 1).alignment = Alignment(horizontal="center")
    sheet.cell(1, 1).font = Font(bold=True, size=16)
    sheet.append(list(heads))
    for row in rows:
        sheet.append(list(row))
    if total is not None:
        summed = sum(_number(row[total]) for row in rows)
        last: list[Any] = [None] * len(heads)
        last[0], last[total] = "合计", round(summed, 4)
        sheet.append(last)
    for at, head in enumerate(heads, 1):
        sheet.cell(_FIRST_ROW - 1, at).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(at)].width = 60 if head == "问题描述" else 16
    book.save(path)
    return path


def _number(cell: object) -> float:
    if isinstance(cell, str):
        return float(cell[:-1]) / 10_000 if cell.endswith("元") else float(cell)
    return float(cell) if isinstance(cell, int | float) else 0.0
