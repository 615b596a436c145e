"""CSV and its like: a line is cut into cells by marks, and a mark too many moves what follows."""

import pytest

from api.domain.kit.errors import DomainError

from .helpers import read, read_table
from .sheets import VICTIMS, faults, warnings

HEAD = ["姓名", "投资本金（元）", "备注"]
GOOD = ["王某某", "5", "好"]


def text(*lines: list[str], mark: str = ",", encoding: str = "utf-8", before: str = "") -> bytes:
    return (before + "".join(mark.join(line) + "\r\n" for line in lines)).encode(encoding)


def rows_of(data: bytes) -> list:
    return read(data, VICTIMS, "a.csv")[0]


def refused(data: bytes) -> DomainError:
    with pytest.raises(DomainError) as found:
        read_table(data, "a.csv")
    return found.value


@pytest.mark.parametrize(
    "line",
    [
        ["王某某", "5", "000", ""], ["王某某", "5", "000.00", "好"], ["王某某", "1", "234", "567"], ["王某某", "¥5", "000", ""], ["王某某", "'5", "000", ""],
        ["王某某", "5", "说好返利", "没有返"], ["王某某", "某", "5", "好"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("mark", [",", "，", ";", "\t", "|"])
def test_a_line_with_too_many_cells_is_asked_about(line: list[str], mark: str) -> None:
    (first, second) = rows_of(text(HEAD, line, ["李某某", "6", "好"], mark=mark))
    (fault,) = [one for one in first.faults if one.code == "line_cut"]
    assert "4 格" in fault.message
    assert "3 格" in fault.message
    assert " 列" in fault.message
    assert fault.row == 2
    assert second.good


def test_a_parted_amount_is_seen_though_every_line_has_it() -> None:
    rows = rows_of(text(HEAD, ["王某某", "5", "000", ""], ["李某某", "6", "000", ""]))
    assert [row.good for row in rows] == [False, False]


@pytest.mark.parametrize(
    ("line", "told"),
    [(["王某某", "5", "000"], "B 列“5”与 C 列“000”"), (["王某某", "12", "500"], "B 列“12”与 C 列“500”")],
)  # fmt: skip
def test_a_parted_amount_without_the_last_marks_is_asked_about(line: list[str], told: str) -> None:
    (row,) = rows_of(text(HEAD, line))
    (remark,) = [one for one in (*row.faults, *row.warnings) if one.code == "line_cut"]
    assert told in remark.message
    assert remark.field == "principal"


def test_a_nought_at_the_head_of_the_next_amount_is_no_amount() -> None:
    head = ["姓名", "投资本金（元）", "已返利息（元）", "备注"]
    (row,) = rows_of(text(head, ["王某某", "5", "000", ""]))
    assert ("principal", "line_cut") in faults(row)


def test_quoted_thousands_are_one_amount() -> None:
    (row,) = rows_of(text(HEAD, ["王某某", '"5,000"', "好"]))
    assert row.good
    assert row.values["principal"] == 500_000
    assert "line_cut" not in {code for _, code in warnings(row)}


def test_small_amounts_in_ten_thousands_beside_another_are_not_asked_about() -> None:
    head = ["姓名", "投资本金（万元）", "已返利息（万元）"]
    (row,) = rows_of(text(head, ["王某某", "120", "100"]))
    assert "line_cut" not in {code for _, code in warnings(row)}


def test_a_line_with_too_few_cells_is_asked_about() -> None:
    first, second = rows_of(text(HEAD, ["王某某", "5"], GOOD))
    assert "line_cut" in {code for _, code in warnings(first)}
    assert "line_cut" not in {code for _, code in warnings(second)}


def test_a_sentence_broken_over_two_lines_is_asked_about() -> None:
    rows = rows_of(text(HEAD, ["王某某", "5", "说好返利\n后来没有返"], ["李某某", "6", "好"]))
    assert not rows[1].good


@pytest.mark.parametrize(
    "lines",
    [
        [[*HEAD, "", ""], [*GOOD, "", ""]],
        [HEAD, [*GOOD, ""], ["李某某", "6", "好", ""], ["赵某某", "7", "", ""]],
        [[*HEAD, "", ""], GOOD],
    ],
)
def test_blank_columns_at_the_end_are_nothing(lines: list[list[str]]) -> None:
    rows = rows_of(text(*lines))
    assert all(row.good for row in rows)
    assert not {code for row in rows for _, code in warnings(row)} & {"line_cut"}


def test_one_line_that_is_longer_than_all_others_is_asked_about() -> None:
    first, second, third = rows_of(
        text(HEAD, [*GOOD, ""], ["李某某", "6", "好"], ["赵某某", "7", "好"])
    )
    assert "line_cut" in {code for _, code in warnings(first)}
    assert second.good
    assert third.good


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "，", "；"])
def test_whatever_parts_the_cells(mark: str) -> None:
    (row,) = rows_of(text(HEAD, GOOD, mark=mark))
    assert (row.values["name"], row.values["principal"]) == ("王某某", 500)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_whatever_the_encoding(encoding: str) -> None:
    (row,) = rows_of(
        text(HEAD, ["王𠮷" if encoding[:2] != "gb" else "王某", "5", "好"], encoding=encoding)
    )
    assert row.values["principal"] == 500


def test_excels_own_first_line_names_the_mark() -> None:
    lines = [HEAD, ["王某某", "5", "好,，坏"]]
    (row,) = rows_of(text(*lines, mark=";", before="sep=;\r\n"))
    assert row.number == 3
    assert row.values["note"] == "好,，坏"


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ([HEAD, ['"王某某', "5", "好"], ["李某某", "6", "好"]], 2),
        ([HEAD, GOOD, ["王某某", "5", '"好'], ["李某某", "6", "好"], ["赵某某", "7", "好"]], 3),
        ([HEAD, ["王某某", "5", '"好'], ["李某某", "6", "好"], ["赵某某", "7", '"好']], 2),
        ([HEAD, ["王某某", "5", '"好']], 2),
        ([[*HEAD, "编号"], ["王某某", "5", '"好', "1"], ["李某某", "6", "好", "2"], ["赵某某", "7", '好"', "3"]], 2),
    ],
)  # fmt: skip
def test_quotes_that_do_not_pair_swallow_no_rows(lines: list[list[str]], number: int) -> None:
    error = refused(text(*lines))
    assert error.code == "quotes_unbalanced"
    assert f"第 {number} 行" in error.detail


def test_a_quoted_sentence_may_have_lines_and_marks() -> None:
    said = '"第一，好\n第二,坏\n第三,一般"'
    first, second = rows_of(text(HEAD, ["王某某", "5", said], ["李某某", "6", "好"]))
    assert first.values["note"] == said.strip('"')
    assert (second.number, second.values["principal"]) == (3, 600)


@pytest.mark.parametrize("said", ['="0012"', '"=""0012"""', "'0012", "0012"])
def test_numbers_that_excel_was_told_to_leave_alone(said: str) -> None:
    (row,) = rows_of(text(["编号", *HEAD], [said, *GOOD]))
    assert row.values["source_number"] in {"0012", "'0012"}


@pytest.mark.parametrize("heading", ["银行卡号", "身份证号", "联系电话", "编号"])
@pytest.mark.parametrize("said", ["6.22E+18", "3.41522E+17", '="6.22E+18"', "1E+15"])
def test_a_number_that_excel_has_shortened_is_refused(heading: str, said: str) -> None:
    (row,) = rows_of(text([heading, *HEAD], [said, *GOOD]))
    assert {code for _, code in faults(row)} == {"digits_lost"}


def test_a_shortened_number_in_an_unknown_column_is_told() -> None:
    (row,) = rows_of(text(["合同", *HEAD], ["6.22E+18", *GOOD]))
    assert "digits_lost" in {one.code for one in row.warnings}


def test_a_heading_cut_by_its_own_comma_is_asked_about() -> None:
    (row,) = rows_of(text(["姓名", "投资本金（元,含息）", "备注"], GOOD))
    assert "line_cut" in {one.code for one in (*row.faults, *row.warnings)}
