"""What an event says beside its sentence: to whom, until when, why; and book entries as one line."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE
from api.domain.across.field_labels import field_label, short_label
from api.domain.kit.events import EventName
from api.domain.kit.flow import Field, FieldKind, Flow
from api.domain.recovery.ledger import AccountKind
from api.domain.words.money import formatted
from api.models.units import Unit

#: What is told though no form asked for it, in the order in which it is read.
_ALSO = (
    "receiver", "unit", "due_on", "planned_on", "expires_on", "objection_until", "review_on", "deadline",
    "dropped_on", "document_no", "reason", "taken_from", "handler", "turn", "corrected", "paper",
)  # fmt: skip
_LEDGER = frozenset({EventName.LEDGER_POSTED.value, EventName.LEDGER_VOIDED.value})
Line = dict[str, str]


async def unit_names(session: AsyncSession, said: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the units that events speak of."""
    wanted = {
        each
        for data in said
        for name, value in data.items()
        if name.endswith(("unit_id", "unit_ids"))
        for each in (value if isinstance(value, list) else [value])
        if each
    }
    if not wanted:
        return {}
    rows = await session.execute(
        select(Unit.id, Unit.name).where(Unit.id.in_([UUID(str(each)) for each in wanted]))
    )
    return {str(unit_id): name for unit_id, name in rows}


def lines(
    flow: Flow[Any, Any] | None,
    subject_type: str,
    data: Mapping[str, Any],
    units: Mapping[str, str],
) -> list[Line]:
    """What an event of a life cycle tells, in the words of the form that was filled in."""
    asked = _form(flow, data.get("action"))
    found = [
        {"label": short_label(field.label), "value": said}
        for field in asked
        if (said := _value(field, data.get(field.name), units))
    ]
    if awaits := data.get("awaits"):
        whom = data.get("awaits_whom") or units.get(str(data.get("awaits_unit_id")), "")
        found.append({"label": "下一步由", "value": f"{whom}（{awaits}）"})
    known = {field.name for field in asked}
    for name in _ALSO:
        if name not in known and (value := data.get(name)):
            label = _OWN_WORDS.get(name) or short_label(field_label(name, of=subject_type) or "")
            found.append({"label": label, "value": str(value)})
    return found


#: Where the table of fields has another meaning of the name.
_OWN_WORDS = {
    "receiver": "交给",
    "unit": "单位",
    "reason": "理由",
    "taken_from": "不再由该单位办理",
    "handler": "经办人",
    "turn": "事项",
    "corrected": "修改",
    "paper": "文书",
}


def _form(flow: Flow[Any, Any] | None, action: object) -> Sequence[Field]:
    if flow is None or action is None:
        return ()
    return next((step.fields for each, step in flow.steps.items() if each.value == action), ())


def _value(field: Field, given: Any, units: Mapping[str, str]) -> str:
    if given in (None, "", []):
        return ""
    if field.options is not None:
        return field.options.labels().get(str(given), str(given))
    if field.kind in {FieldKind.UNIT, FieldKind.UNITS}:
        many = given if isinstance(given, list) else [given]
        return "、".join(filter(None, (units.get(str(each)) for each in many)))
    if field.kind is FieldKind.DATETIME:
        return f"{datetime.fromisoformat(given).astimezone(TIMEZONE):%Y-%m-%d %H:%M}"
    return str(given)


# --- book entries ----------------------------------------------------------------------------


def grouped(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Book entries that one person made one after another on a day are one line of a timeline:
    paying a hundred people is one act."""
    found: list[dict[str, Any]] = []
    for key, run in groupby(entries, _run):
        same = list(run)
        found += [_as_one(same)] if key[0] in _LEDGER else same
    return found


def _run(entry: Mapping[str, Any]) -> tuple[str, str, date | str]:
    if entry["name"] not in _LEDGER:
        return entry["name"], entry["id"], ""
    return entry["name"], entry["actor_name"], entry["at"].astimezone(TIMEZONE).date()


def _as_one(run: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if not all({"amount", "debit", "credit"} <= each["data"].keys() for each in run):
        return run[0]  # told to somebody who only follows the record
    ways: dict[str, tuple[int, int]] = {}
    for entry in reversed(run):  # the first of them first
        for way in entry["data"].get("ways") or [entry["data"]]:
            name = f"{_pot(way['credit'])} → {_pot(way['debit'])}"
            number, fen = ways.get(name, (0, 0))
            ways[name] = number + int(way["transfers"]), fen + _fen(way["amount"])
    number = sum(each for each, _ in ways.values())
    whole = formatted(sum(fen for _, fen in ways.values()))
    details = [
        {"label": name, "value": f"{number} 笔，{formatted(fen)}"}
        for name, (number, fen) in ways.items()
    ]
    label = f"{run[0]['label']} {number} 笔，共 {whole}"
    return run[0] | {"label": label, "details": details}


def _fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


def _pot(code: str) -> str:
    return AccountKind.labels().get(code, code)
