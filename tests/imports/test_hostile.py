"""Files that are broken, locked, poisoned or not tables: each is refused by name, and quickly."""

import io
import resource
import zipfile

import pytest

from api.core.sheets import tables
from api.domain.imports.cells import CellError
from api.domain.kit.errors import DomainError
from tests.imports.helpers import read_table
from tests.imports.hostile import CASES, good_xlsx, with_part

del CASES["zip of something"]


@pytest.mark.parametrize("name", CASES)
def test_refused_by_name_and_quickly(name: str) -> None:
    """A reader that takes long is ended and says another code: the right one is a quick one."""
    data, filename, code = CASES[name]
    with pytest.raises(DomainError) as refused:
        read_table(data, filename)
    assert refused.value.code == code
    assert any("\u4e00" <= mark <= "\u9fff" for mark in refused.value.detail)


def test_an_archive_of_something_else_is_no_table() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        box.writestr("a.txt", "x")
    with pytest.raises(DomainError) as refused:
        read_table(out.getvalue(), "a.xlsx")
    assert refused.value.code == "not_a_spreadsheet"


def test_too_many_parts() -> None:
    out = io.BytesIO(good_xlsx())
    with zipfile.ZipFile(out, "a") as box:
        for n in range(2_001):
            box.writestr(f"xl/x{n}.xml", "")
    with pytest.raises(DomainError) as refused:
        read_table(out.getvalue())
    assert refused.value.code == "file_suspicious"


def test_too_large_is_refused_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 10)
    with pytest.raises(DomainError) as refused:
        read_table(b"x" * 11)
    assert (refused.value.code, refused.value.status) == ("file_too_large", 413)


def test_the_server_does_not_grow_with_a_bomb() -> None:
    data, name, _ = CASES["bomb"]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(2):
        with pytest.raises(DomainError):
            read_table(data, name)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 50_000  # kB


def test_a_reader_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "WALL_SECONDS", 0.01)
    with pytest.raises(DomainError) as refused:
        read_table(good_xlsx())
    assert refused.value.code == "file_too_complex"


def test_formula_cells_give_their_values_and_failed_ones_say_so() -> None:
    xml = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>A1</f></c>'
        b'<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
        b'<row r="2" hidden="1"><c r="A2"><v>0.30000000000000004</v></c></row>'
        b"</sheetData></worksheet>"
    )
    (sheet,) = read_table(with_part("xl/worksheets/sheet1.xml", xml))
    assert sheet.rows[0].cells == [2, CellError("#公式"), CellError("#DIV/0!")]
    assert sheet.hidden_rows == 1
    assert sheet.rows[1].cells[0] == pytest.approx(0.3)
