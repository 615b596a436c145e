"""What the database, or the form of the same noun, would refuse: found in the preview, at its cell."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from api.core.sheets.ledger_found import Fault, LedgerRow
from api.domain.imports.ledger_spec import LedgerSpec
from api.domain.imports.ledgers import LedgerKind
from api.domain.leads.leads import ReporterKind
from api.schemas.leads import LeadCreate
from api.schemas.risk_entities import RiskEntityRow
from api.schemas.victims import VictimCreate
from api.services.imports import import_writers
from api.services.imports.import_rows import StagedRow

_NAMED: Final = ReporterKind.REAL_NAME
#: Shorter texts and smaller numbers than these fit everywhere, and so much in all where prose may
#: stand; only the rest is asked about.
_SHORT: Final = 60
_PROSE: Final = 9_000
_SMALL: Final = 1_000_000_00
#: Names of the form → names of the ledger, where they differ.
_NAMES: Final[dict[LedgerKind, dict[str, str]]] = {
    LedgerKind.LEADS: {
        "received_at": "received_on",
        "primary_category": "categories",
        "reporter": "reporter_name",
    },
    LedgerKind.RISK_ENTITIES: {"responsible_phone": "phone"},
    LedgerKind.VICTIMS: {
        "account": "account_no",
        "returns": "interest_paid",
        "refunds": "principal_refunded",
        "paid_on": "signed_on",
    },
}
_WORDS: Final = {
    "string_too_long": "内容过长，最多 {max_length} 个字",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
}


def faults(spec: LedgerSpec, row: LedgerRow) -> list[Fault]:
    """The faults of a row that its own ledger has none against."""
    found = [
        _fault(spec, row, column.field, "missing", _why_missing(row, column.field, column.label))
        for column in spec.columns
        if column.required and row.values.get(column.field) is None
    ]
    return found or ([] if _is_plain(LedgerKind(spec.kind), row) else _asked(spec, row))


def _why_missing(row: LedgerRow, field: str, label: str) -> str:
    merged = any(f.field == field and f.code == "merged_amount" for f in row.warnings)
    if merged:
        return f"“{label}”与上面的行合并为一格，不能分开；请在每一行填写各自的数"
    return f"“{label}”不能为空"


def _is_plain(kind: LedgerKind, row: LedgerRow) -> bool:
    prose = _prose(kind)
    said = sum(map(len, row.extras.values()))
    for name, value in row.values.items():
        if isinstance(value, str):
            if len(value) <= _SHORT:
                continue
            if name not in prose:
                return False
            said += len(value)
        elif isinstance(value, int) and not 0 <= value <= _SMALL:
            return False
    return said <= _PROSE


@cache
def _prose(kind: LedgerKind) -> frozenset[str]:
    """The columns whose field of the form takes more than a row that is not asked about can hold."""
    return frozenset(
        name
        for name, field in _FORMS[kind].model_fields.items()
        if any((getattr(each, "max_length", None) or 0) > _PROSE for each in field.metadata)
    )


def _asked(spec: LedgerSpec, row: LedgerRow) -> list[Fault]:
    kind = LedgerKind(spec.kind)
    staged = import_writers.as_staged(row)
    try:
        _BODIES[kind](staged)
    except ValidationError as refused:
        return [_of_form(spec, row, dict(each)) for each in refused.errors()]
    return []


def _of_form(spec: LedgerSpec, row: LedgerRow, each: Mapping[str, Any]) -> Fault:
    name = str(each["loc"][0]) if each["loc"] else ""
    field = _NAMES[LedgerKind(spec.kind)].get(name, name)
    said = _WORDS.get(str(each["type"]))
    message = said.format(**each.get("ctx", {})) if said else _sentence(each)
    return _fault(spec, row, field, str(each["type"]), message)


def _sentence(each: Mapping[str, Any]) -> str:
    told = each.get("ctx", {}).get("error")
    return str(told) if told else "不能保存，请核对"


def _fault(spec: LedgerSpec, row: LedgerRow, field: str, code: str, message: str) -> Fault:
    label = spec.by_field[field].label if field in spec.by_field else "整行"
    return Fault(row.sheet, row.number, None, field, label, code, message)


def _yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else Decimal(fen) / 100


def _dumped(body: BaseModel, *money: str) -> dict[str, Any]:
    said = body.model_dump()
    return said | {name: _yuan(said[name]) for name in money}


def _victim(row: StagedRow) -> object:
    body = _dumped(import_writers.victim(row, None), "principal", "returns", "refunds")
    del body["case_id"]
    return _VictimForm.model_validate(body)


class _VictimForm(VictimCreate):
    """The form without the case: that is the import's."""

    case_id: None = None  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]


def _entity(row: StagedRow) -> object:
    return RiskEntityRow.model_validate(_dumped(import_writers.entity(row), "prepaid_amount"))


def _lead(row: StagedRow) -> object:
    told = import_writers.lead(row)
    return LeadCreate.model_validate(
        {
            "channel": told.channel,
            "batch_no": told.batch_no,
            "received_at": told.received_at,
            "narrative": told.narrative,
            "subject_name": told.subject_name,
            "subject_uscc": told.subject_uscc,
            "primary_category": told.primary_category,
            "categories": told.categories,
            "amount_involved": _yuan(told.amount_involved),
            "people_involved": told.people_involved,
            # a ledger may call a report one under a real name without saying the name
            "reporter": {
                "kind": told.reporter.kind,
                "name": told.reporter.name or ("不详" if told.reporter.kind == _NAMED else ""),
                "phone": told.reporter.phone,
            },
            "note": told.note,
        }
    )


_FORMS: Final[dict[LedgerKind, type[BaseModel]]] = {
    LedgerKind.LEADS: LeadCreate,
    LedgerKind.RISK_ENTITIES: RiskEntityRow,
    LedgerKind.VICTIMS: _VictimForm,
}
_BODIES: Final[dict[LedgerKind, Callable[[StagedRow], object]]] = {
    LedgerKind.LEADS: _lead,
    LedgerKind.RISK_ENTITIES: _entity,
    LedgerKind.VICTIMS: _victim,
}
