"""A person says how a sheet is to be read; where nothing was understood, what stands there is told."""

from decimal import Decimal

import pytest

from api.core.sheets.ledger_import import LedgerReader
from api.core.sheets.tables import open_table
from api.domain.imports.ledger_lines import LineRole, SheetState
from api.domain.imports.ledgers import SPECS, LedgerKind
from api.domain.kit.errors import DomainError
from api.domain.recovery.ledger_corrections import KEPT, LEFT_OUT, Correction, SheetCorrection

from .books import HEAD, book, line
from .helpers import AROUND


def walked(data: bytes, kind: LedgerKind = LedgerKind.LEADS, **sheet: object):
    reader = LedgerReader(SPECS[kind], AROUND, Correction({0: SheetCorrection(**sheet)}))
    rows, refusal = [], None
    with open_table(data, "a.xlsx") as sheets:
        try:
            rows.extend(reader.walk(sheets))
        except DomainError as error:
            refusal = error.code
    return rows, reader, refusal


STRANGE = [
    ["登记表"],
    ["序", "人员", "交了多少", "别的"],
    [1, "王某某", 5, "甲"],
    [2, "李某某", 6, "乙"],
]


def test_a_sheet_without_a_known_heading_is_told_and_read_once_its_columns_are_named() -> None:
    _, reader, refusal = walked(book(STRANGE), LedgerKind.VICTIMS)
    assert refusal == "header_not_found"
    (found,) = reader.found
    assert (found.state, found.missing) == (SheetState.NO_HEADER, ("姓名", "投资本金"))
    assert found.lines[1].cells == ("序", "人员", "交了多少", "别的")
    assert reader.sheets == []

    rows, reader, refusal = walked(
        book(STRANGE),
        LedgerKind.VICTIMS,
        header=(2, 2),
        columns={1: "name", 2: "principal", 3: LEFT_OUT},
        units={2: Decimal(10_000)},
    )
    assert refusal is None
    assert [(row.values["name"], row.values["principal"]) for row in rows] == [
        ("王某某", 50_000_00),
        ("李某某", 60_000_00),
    ]
    assert rows[0].extras == {}
    (found,) = reader.sheets
    taken = {one.letter: (one.field, one.unit_from) for one in found.columns}
    assert taken == {
        "A": (LEFT_OUT, ""),
        "B": ("name", ""),
        "C": ("principal", "person"),
        "D": (LEFT_OUT, ""),
    }


def test_a_missing_column_can_be_named_and_a_guess_taken_back() -> None:
    head = [*HEAD]
    head[3] = "哪家"
    _, reader, refusal = walked(book([head, line()]))
    assert refusal == "columns_missing"
    assert reader.found[0].missing == ("反映对象",)
    assert reader.found[0].fields[6] == "amount_involved"
    rows, _, refusal = walked(book([head, line()]), columns={3: "subject_name", 6: KEPT})
    assert refusal is None
    assert rows[0].values["subject_name"] == "甲公司1"
    assert "amount_involved" not in rows[0].values
    assert rows[0].extras == {"涉案金额": "5"}


def test_a_column_that_a_person_names_wins_over_the_guess() -> None:
    rows, reader, _ = walked(book([[*HEAD, "核定"], [*line(), 7]]), columns={8: "amount_involved"})
    assert rows[0].values["amount_involved"] == 7_00
    assert rows[0].extras == {"涉案金额": "5"}
    assert "unit_unsaid" in {remark.code for remark in reader.remarks}


def test_rows_go_out_and_come_in_as_told_and_a_sheet_is_left_out_whole() -> None:
    lines = [HEAD, line(1), line(2), ["合计", "12345", "2022-09-01", None, None, None, 10]]
    rows, reader, _ = walked(book(lines), rows_out=frozenset({2}), rows_in=frozenset({4}))
    assert [row.number for row in rows] == [3, 4]
    assert reader.sheets[0].roles[2] is LineRole.LEFT_OUT
    rows, reader, refusal = walked(book(lines), skip=True)
    assert (rows, refusal) == ([], "header_not_found")
    assert reader.found[0].state is SheetState.SKIPPED


def test_a_sheet_without_any_heading_is_read_from_its_first_line() -> None:
    lines = [["王某某", 5], ["李某某", 6]]
    rows, _, _ = walked(
        book(lines), LedgerKind.VICTIMS, header=(0, 0), columns={0: "name", 1: "principal"}
    )
    assert [row.values["name"] for row in rows] == ["王某某", "李某某"]


@pytest.mark.parametrize("far", [45, 60])
def test_a_heading_far_down_is_found_where_a_person_says_it_is(far: int) -> None:
    lines = [["说明"]] * (far - 1) + [HEAD, line()]
    rows, _, _ = walked(book(lines), header=(far, far))
    assert [row.number for row in rows] == [far + 1]
