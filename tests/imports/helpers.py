"""What the import tests share: today, the town's places, and one call that reads a file."""

import datetime as dt
from pathlib import Path

from api.core.sheets.ledger_import import LedgerReader, LedgerRow
from api.core.sheets.tables import Sheet, open_table
from api.domain.imports.cells import Surroundings
from api.domain.imports.ledgers import SPECS, LedgerKind
from api.domain.organisation.unit_names import HANDLERS_CALLED
from api.domain.words.places import Places

DATA = Path(__file__).parents[1] / "data"
VILLAGES = [
    "白庙村",
    "刘台村",
    "东湖村",
    "新桥村",
    "大塘村",
    "周楼村",
    "姜庄村",
    "石庙村",
    "众兴社区",
    "赵店村",
    "双河村",
    "陈圩村",
]
DIVISIONS = {
    "霍邱县": "341522000000",
    "众兴集镇": "341522118000",
    **{name: f"341522118{200 + n}" for n, name in enumerate(VILLAGES)},
}
UNITS = {word: kind.value for kind, words in HANDLERS_CALLED.items() for word in words}
TODAY = dt.date(2022, 11, 22)
AROUND = Surroundings(TODAY, divisions=Places(DIVISIONS), units=Places(UNITS, DIVISIONS))


def read(
    data: bytes, kind: LedgerKind = LedgerKind.LEADS, name: str = "a.xlsx"
) -> tuple[list[LedgerRow], LedgerReader]:
    """All rows of a file, and the reader with its remarks."""
    reader = LedgerReader(SPECS[kind], AROUND)
    with open_table(data, name) as sheets:
        return list(reader.walk(sheets)), reader


def read_table(data: bytes, filename: str = "") -> list[Sheet]:
    """All sheets of a small file at once."""
    with open_table(data, filename) as sheets:
        found: list[Sheet] = []
        for sheet in sheets:
            sheet.rows = list(sheet.rows)
            found.append(sheet)
        return found
