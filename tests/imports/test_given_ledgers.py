"""The ledgers a township really sent: every value, every planted fault, nothing else."""

import json

import pytest

from api.domain.imports.ledgers import LedgerKind
from api.domain.leads.channels import LeadChannel

from .helpers import DATA, DIVISIONS, UNITS, read

VILLAGE_OF = {code: name for name, code in DIVISIONS.items()}


def test_every_value_of_the_lead_ledger() -> None:
    rows, reader = read((DATA / "线索台账.xlsx").read_bytes())
    expected = json.loads((DATA / "线索台账.expected.json").read_text("utf-8"))
    got = []
    for row in rows:
        v = row.values
        got.append(
            {
                "row": row.number,
                "received_on": v["received_on"].isoformat(),
                "amount_yuan": f"{v['amount_involved'] // 100}.{v['amount_involved'] % 100:02d}",
                "category": v["categories"][0],
                "anonymous": v["reporter_kind"] == "anonymous",
                "reporter": v["reporter_name"] or "",
                "phone": v["reporter_phone"] or "",
                "subject": v["subject_name"],
                "subject_uscc": v["subject_uscc"] or "",
                "channel": LeadChannel(v["channel"]).label,
                "batch_no": v["batch_no"] or "",
                "people": v["people_involved"],
                "village": VILLAGE_OF[v["division_code"]],
                "handling_unit": v["proposed_unit"],
            }
        )
    for one in expected["rows"]:
        one["handling_unit"] = UNITS[one["handling_unit"]]
    assert got == expected["rows"]
    assert not [fault for row in rows for fault in row.faults]
    total = sum(row.values["amount_involved"] for row in rows)
    assert total == round(float(expected["total_amount_yuan"]) * 100)
    assert [remark.code for remark in reader.remarks] == []
    assert [
        warning for row in rows for warning in row.warnings if warning.code == "credit_code_inner"
    ] == []


def test_exactly_the_planted_faults() -> None:
    rows, _ = read((DATA / "线索台账-含错误.xlsx").read_bytes())
    planted = json.loads((DATA / "线索台账-含错误.faults.json").read_text("utf-8"))
    wanted = {(one["row"], one["column"], one["kind"]) for one in planted}
    assert {(f.row, f.label, f.code) for row in rows for f in row.faults} == wanted
    assert len(rows) == 120


def test_all_risk_entities_come_in() -> None:
    rows, _ = read((DATA / "风险管控名单.xlsx").read_bytes(), LedgerKind.RISK_ENTITIES)
    assert len(rows) == 60
    assert [fault for row in rows for fault in row.faults] == []
    assert {warning.code for row in rows for warning in row.warnings} >= {
        "unregistered_with_uscc",
        "tier_without_problem",
    }


@pytest.mark.parametrize(
    ("field", "total"),
    [
        ("principal", 23_120_000_00),
        ("interest_paid", 2_843_428_00),
        ("principal_refunded", 552_000_00),
    ],
)
def test_victims_add_up_to_the_fen(field: str, total: int) -> None:
    rows, _ = read((DATA / "受害人登记表.xlsx").read_bytes(), LedgerKind.VICTIMS)
    assert len(rows) == 395
    assert not [fault for row in rows for fault in row.faults]
    assert sum(row.values[field] for row in rows) == total


@pytest.mark.parametrize("name", ["线索台账.xlsx", "线索台账-含错误.xlsx", "风险管控名单.xlsx"])
def test_the_codes_of_the_showcase_are_right_to_the_inner_one(name: str) -> None:
    """Only what is planted to be wrong is."""
    from api.domain.words.codes import check_credit_code

    kind = LedgerKind.RISK_ENTITIES if name.startswith("风险") else LedgerKind.LEADS
    rows, _ = read((DATA / name).read_bytes(), kind)
    field = "uscc" if kind is LedgerKind.RISK_ENTITIES else "subject_uscc"
    said = {row.values.get(field) for row in rows} - {None, ""}
    assert len(said) >= 8
    assert [code for code in said if (found := check_credit_code(code)).ok and found.warnings] == []
