"""Exports hold a batch of rows and no more, however long the ledger is."""

import gc
import tracemalloc
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from api.core.sheets.sheets import SheetColumn, xlsx_stream
from api.services.imports import exports
from tests.exports import F1 as COLUMNS_OF_FACTS


class Row(list):
    """A row that can be counted."""


def alive() -> int:
    return sum(type(each) is Row for each in gc.get_objects())


@pytest.mark.slow
async def test_the_workbook_holds_a_batch_of_rows():
    most = 0

    async def rows():
        nonlocal most
        for number in range(20_000):
            if number % 1000 == 999:
                most = max(most, alive())
            yield Row([number, f"第{number}条"])

    columns = [SheetColumn("序号", 6, "number"), SheetColumn("说明")]
    pieces = [piece async for piece in xlsx_stream(columns, rows(), title="台账")]
    assert b"".join(pieces)[:2] == b"PK"
    assert max(map(len, pieces)) <= 64 * 1024
    # batches of 500: one being filled, one being written, one that a thread has not let go of yet
    assert 0 < most <= 1_501, "of 20,000"


async def test_the_rows_come_from_the_database_batch_by_batch(session):
    """Ten million rows are asked for and the first few thousand taken: nobody waits for the rest."""
    number = func.generate_series(1, 10_000_000).label("number")
    form = SimpleNamespace(
        columns=[exports.column("编号", lambda row: row.number)], title="台账", resource="lead"
    )
    actor = SimpleNamespace(name="测试")
    rows = exports._rows(actor, form, select(number), {})
    tracemalloc.start()
    taken = 0
    async for row in rows:
        taken += 1
        assert row == [taken, taken]
        if taken == 5_000:
            break
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    await rows.aclose()
    assert peak < 8 * 2**20


def test_form_f1_has_the_columns_of_the_form():
    """Facts 3.5 asks for the amount in 万元; no column more, none less, in this order."""
    made = ["序号", *(column.sheet.label for column in exports.F1.columns)]
    assert made == COLUMNS_OF_FACTS
