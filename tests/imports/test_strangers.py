"""What a stranger's ledger holds beside plain names and totals: each is read as a person reads it."""

import io

import openpyxl
import pytest

from api.domain.imports.ledger_lines import LineRole

from .helpers import read
from .sheets import VICTIM, VICTIMS, faults, taken, told, victim, warnings, workbook

HEAD = ["姓名", "联系电话", "投资本金（元）", "已返利息（元）", "备注"]
N = None


def named(said: str):
    return taken(VICTIMS, [HEAD, [said, "13800138001", 5, 1, N]])[0][2]


@pytest.mark.parametrize(
    "said",
    [
        "王某某代李某某", "王某某之子", "王某某老伴", "老王家", "王某某①", "亡：王某某", "某某公司", "-王某某", "*王某某", "李四、", "、李四", "王某某父亲",
        "王某某李某某", "王某某（妻", "王某某的女儿", "王某某#", "某某养老院", "代：王某某",
    ],
)  # fmt: skip
def test_a_name_that_may_be_another_is_asked_about(said: str) -> None:
    row = named(said)
    assert row.good
    assert {code for field, code in warnings(row) if field == "name"} & {
        "name_odd",
        "several_values",
    }


@pytest.mark.parametrize("said", ["待核实", "待补", "姓名", "本人", "匿名", "某群众", "尚未联系", "未核实", "不愿透露姓名"])  # fmt: skip
def test_what_stands_for_no_name_is_no_victim(said: str) -> None:
    assert ("name", "not_a_name") in faults(named(said))


@pytest.mark.parametrize(
    "said",
    ["王某", "欧阳某某", "阿某·买某", "某某（化名）", "李四（已故）", "Anna Lee", "王𠮷", "O'Brien", "司马某某", "古丽·阿某木·买某"],
)  # fmt: skip
def test_a_plain_name_is_asked_nothing(said: str) -> None:
    row = named(said)
    assert row.good
    assert not {code for field, code in warnings(row) if field == "name"}


@pytest.mark.parametrize("said", ["（示例）张三", "张三（示例）", "如：张三", "例如：张三", "示例：张三", "【样例】张三", "(范例)张三"])  # fmt: skip
def test_the_example_of_a_form_is_no_row(said: str) -> None:
    rows, reader = taken(VICTIMS, [VICTIM, victim(1, said), victim(2, "李某某")])
    assert rows.keys() == {3}
    assert reader.sheets[0].roles[2] is LineRole.EXAMPLE
    assert "example_left_out" in told(reader)


def test_a_first_row_whose_note_calls_it_an_example_is_no_row() -> None:
    rows, _ = taken(
        VICTIMS, [HEAD, ["张三", "13800138001", 5, 1, "示例"], ["李某某", "13800138002", 6, 1, N]]
    )
    assert rows.keys() == {3}


@pytest.mark.parametrize("name", ["例某", "如某某", "范例某", "样某"])
def test_persons_of_such_names_stay(name: str) -> None:
    rows, _ = taken(VICTIMS, [VICTIM, victim(1, name), victim(2, "李某某")])
    assert rows.keys() == {2, 3}


@pytest.mark.parametrize(
    "label",
    [
        "以上共",
        "∑",
        "总",
        "共",
        "一共",
        "合共",
        "一共2人",
        "以上共2人",
        "本表共",
        "以上总计",
        "上述一共",
    ],
)
def test_totals_in_short(label: str) -> None:
    rows, reader = taken(
        VICTIMS, [VICTIM, victim(1), victim(2, "李某某", 30_000), [label, N, N, N, 80_000]]
    )
    assert rows.keys() == {2, 3}
    assert reader.sheets[0].roles[4] is LineRole.TOTAL
    assert "total_differs" not in told(reader)


@pytest.mark.parametrize("name", ["共某", "总某某", "一共某"])
def test_persons_who_begin_so_stay(name: str) -> None:
    rows, _ = taken(VICTIMS, [VICTIM, victim(1), victim(2, name)])
    assert rows[3].values["name"] == name


def sheet_called(name: str, lines: list) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(workbook(lines)))
    book.active.title = name
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "fen"), [("受害人（万元）", 5_000_000), ("单位：万元", 5_000_000), ("受害人（元）", 500), ("Sheet1", 500)]
)  # fmt: skip
def test_the_sheets_own_name_may_say_the_unit(name: str, fen: int) -> None:
    lines = [["姓名", "投资本金"], ["王某某", 5]]
    (row,), reader = read(sheet_called(name.replace("：", " "), lines), VICTIMS)
    assert row.values["principal"] == fen
    assert ("unit_unsaid" in told(reader)) == (name == "Sheet1")


def test_a_heading_wins_over_the_sheets_name() -> None:
    lines = [["姓名", "投资本金（元）"], ["王某某", 5]]
    (row,), _ = read(sheet_called("受害人（万元）", lines), VICTIMS)
    assert row.values["principal"] == 500
