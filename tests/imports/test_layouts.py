"""The same rows in any layout come out the same; what a row is does not depend on how it is drawn."""

import random

import pytest

from api.core.sheets.ledger_import import LedgerRow

from . import layouts
from .helpers import DIVISIONS, read

WRITERS = {
    "xlsx": lambda layout, _rng: layouts.as_xlsx(layout),
    "xls": lambda layout, _rng: layouts.as_xls(layout),
    "csv": lambda layout, rng: layouts.as_csv(
        layout, rng.choice(["gb18030", "utf-8", "utf-8-sig", "utf-16"]), rng.choice(",\t;")
    ),
}


def check(row: LedgerRow, truth: layouts.Truth, fields: list[str]) -> None:
    values = row.values
    for name in fields:
        if name == "division_code":
            assert values[name] == DIVISIONS[truth.division]
        else:
            assert values[name] == getattr(truth, name), name


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("seed", range(25))
def test_any_layout_gives_the_same_values(kind: str, seed: int) -> None:
    rng = random.Random(f"{kind}{seed}")
    truths = layouts.truths(rng, 12)
    layout = layouts.draw(rng, truths, cells=kind != "csv")
    data = WRITERS[kind](layout, rng)
    rows, reader = read(data, name=f"x.{kind}")
    assert [(f.row, f.label, f.code, f.message) for row in rows for f in row.faults] == []
    assert len(rows) == len(truths)
    for row, truth in zip(rows, truths, strict=True):
        check(row, truth, layout.fields)
    assert "total_differs" not in {remark.code for remark in reader.remarks}


def test_identity_does_not_depend_on_layout() -> None:
    rng = random.Random(7)
    truths = layouts.truths(rng, 10)
    found = []
    for seed in range(400):
        one = random.Random(seed)
        layout = layouts.draw(one, truths)
        # Only full tables without unknown columns show the same information.
        if len(layout.fields) < len(layouts.HEADINGS) or any(
            "附加列" in str(c) for line in layout.lines for c in line
        ):
            continue
        rows, _ = read(layouts.as_xlsx(layout))
        found.append([row.fingerprint.replace("众兴集镇".encode(), b"") for row in rows])
        if len(found) == 8:
            break
    assert len(found) == 8
    short = [[_without_place(one) for one in rows] for rows in found]
    assert all(rows == short[0] for rows in short)


def _without_place(fingerprint: bytes) -> bytes:
    import orjson

    version, cells = orjson.loads(fingerprint)
    return orjson.dumps([version, [pair for pair in cells if pair[0] != "division_code"]])
