"""Ledgers as townships keep them that were once read wrong: each with what is right."""

import datetime as dt
from typing import Any

import pytest

from api.core.sheets.ledger_import import LedgerReader, LedgerRow
from api.domain.imports.ledgers import LedgerKind

from .helpers import DATA, read
from .sheets import told

LEADS, VICTIMS, ENTITIES = LedgerKind.LEADS, LedgerKind.VICTIMS, LedgerKind.RISK_ENTITIES


def ledger(name: str, kind: LedgerKind) -> tuple[dict[int, LedgerRow], LedgerReader]:
    rows, reader = read((DATA / "ledgers" / f"{name}.xlsx").read_bytes(), kind)
    return {row.number: row for row in rows}, reader


#: file → its kind, and of each row that it holds what must be read
VALUES: dict[str, tuple[LedgerKind, dict[int, dict[str, Any]]]] = {
    "agent-group-left-of-victim": (VICTIMS, {3: {"name": "王某某", "principal": 5_000_00}}),
    "blank-in-a-far-column": (LEADS, {2: {"subject_name": "某康养店1"}}),
    "bracket-says-it-is-another-thing": (
        VICTIMS,
        {2: {"principal": 50_000_00, "principal_refunded": 1_000_00}},
    ),
    "carried-forward-victims": (
        VICTIMS,
        {2: {"name": "王某某", "principal": 50_000_00}, 4: {"principal": 30_000_00}},
    ),
    "eleven-at-night": (LEADS, {2: {"received_on": dt.datetime(2022, 5, 13, 23, 20)}}),  # noqa: DTZ001
    "formula-that-yields-nothing": (LEADS, {2: {"amount_involved": 5_000_00, "note": None}}),
    "handlers-phone-is-not-the-reporters": (
        LEADS,
        {2: {"reporter_phone": None, "reporter_kind": "anonymous", "proposed_unit": "police"}},
    ),
    "heading-with-slash-entities": (ENTITIES, {2: {"responsible_person": "钱某某"}}),
    "hidden-column-wins": (LEADS, {2: {"amount_involved": 2_500_00}}),
    "month-total-leads": (LEADS, {2: {"amount_involved": 5_000_00}}),
    "name-padded-with-blank": (VICTIMS, {2: {"name": "张三"}}),
    "notes-below-entities": (ENTITIES, {2: {"name": "某某敬老院"}}),
    "recovered-group-before-involved-group": (
        LEADS,
        {3: {"people_involved": 3, "amount_involved": 5_000_00}},
    ),
    "reporter-column-says-anonymous": (
        LEADS,
        {2: {"reporter_kind": "anonymous", "reporter_name": None}},
    ),
    "row-struck-through": (LEADS, {2: {}, 4: {}}),
    "second-table-other-column-order": (
        LEADS,
        {
            3: {"people_involved": 3, "amount_involved": 100_00},
            6: {"people_involved": 4, "amount_involved": 5_000_00},
        },
    ),
    "total-row-colon-entities": (ENTITIES, {2: {"prepaid_amount": 3_000_00}}),
    "total-row-label-with-words-entities": (ENTITIES, {2: {}, 3: {"prepaid_amount": 5_000_00}}),
    "total-row-with-count-victims": (
        VICTIMS,
        {2: {"principal": 50_000_00}, 3: {"principal": 30_000_00}},
    ),
    "unit-blank-in-heading-entities": (ENTITIES, {4: {"prepaid_amount": 185_000_00}}),
    "unit-in-the-number-format": (LEADS, {2: {"amount_involved": 35_000_00}}),
    "unit-linebreak-in-heading": (LEADS, {2: {"amount_involved": 25_000_00}}),
    "unit-list-in-title": (LEADS, {4: {"people_involved": 12, "amount_involved": 24_000_00}}),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str) -> None:
    kind, wanted = VALUES[name]
    rows, reader = ledger(name, kind)
    assert rows.keys() == wanted.keys()
    for number, values in wanted.items():
        got = {field: rows[number].values.get(field) for field in values}
        assert got == values
        assert rows[number].good, rows[number].faults
    assert "total_differs" not in told(reader)


def test_a_unit_that_the_title_names_is_not_called_missing() -> None:
    _, reader = ledger("unit-list-in-title", LEADS)
    assert "unit_unsaid" not in told(reader)
    _, reader = ledger("unit-in-the-number-format", LEADS)
    assert "unit_unsaid" not in told(reader)


def test_ditto_is_the_cell_above_and_is_asked_about() -> None:
    rows, _ = ledger("ditto-words-leads", LEADS)
    assert rows[3].values["subject_name"] == "某康养店1"
    assert rows[3].values["narrative"] == rows[2].values["narrative"]
    assert {w.field for w in rows[3].warnings if w.code == "ditto"} == {"subject_name", "narrative"}


def test_one_amount_for_a_couple_is_refused_at_its_row() -> None:
    rows, _ = ledger("one-amount-for-a-couple", VICTIMS)
    assert [(f.field, f.code) for f in rows[4].faults] == [("principal", "merged_amount")]
    assert "merged_amount" in {w.code for w in rows[3].warnings}
    assert rows[2].good


@pytest.mark.parametrize(
    ("name", "field"),
    [("two-amounts-in-one-cell", "principal"), ("two-persons-in-a-name-cell", "name")],
)
def test_two_values_in_a_cell_are_refused(name: str, field: str) -> None:
    rows, _ = ledger(name, VICTIMS)
    assert [(f.field, f.code) for f in rows[2].faults] == [(field, "several_values")]


def test_two_unknown_columns_of_one_name_are_both_kept() -> None:
    rows, _ = ledger("two-unknown-columns-of-one-name", VICTIMS)
    assert list(rows[2].extras.values()) == ["第一次：已登记", "第二次：已核对"]


def test_what_is_not_read_is_told_with_its_row() -> None:
    _, reader = ledger("row-struck-through", LEADS)
    assert [r.row for r in reader.remarks if r.code == "row_struck"] == [3]
    _, reader = ledger("handlers-phone-is-not-the-reporters", LEADS)
    assert "column_of_another" in told(reader)
    _, reader = ledger("second-table-other-column-order", LEADS)
    assert [r.row for r in reader.remarks if r.code == "heading_again"] == [5]


def test_columns_of_a_victim_that_are_unknown_are_kept_whole() -> None:
    rows, _ = ledger("ledger-data-of-a-victim-can-be-read-again", VICTIMS)
    assert rows[2].good
    assert rows[2].values["phone"] == "13800138001"
    assert rows[2].extras == {
        "公民身份证号码": "341522194506071513",
        "开户行及账号": "某农商行6228480000000000018",
    }
