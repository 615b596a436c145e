"""Workbooks of few lines and several sheets."""

import io

import openpyxl

HEAD = ["序号", "来源", "接收时间", "反映对象", "类别", "问题描述", "涉案金额", "所在村"]


def line(n: int = 1, **over) -> list:
    cells = dict(
        zip(
            HEAD,
            [n, "12345", "2022-09-01", f"甲公司{n}", "保健品", "卖保健品", 5, "白庙村"],
            strict=True,
        )
    )
    return list((cells | over).values())


def book(*sheets: list[list], merges: list[str] | None = None, **names) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for n, lines in enumerate(sheets):
        sheet = made.create_sheet(f"表{n + 1}")
        for cells in lines:
            sheet.append(cells)
        for merged in merges or []:
            sheet.merge_cells(merged)
    for name, state in names.items():
        made[name].sheet_state = state
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
