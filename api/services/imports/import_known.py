"""Which rows of a file tell of a record that is there already, however it came: by our own number,
by a number that stands once, by name and place."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.entities.risk_entities import EntityStatus
from api.domain.entities.risk_measures import LegalActor
from api.domain.imports.ledgers import LedgerKind
from api.domain.words.masks import mask_address
from api.models.imports import Import
from api.models.leads import Lead
from api.models.risk_entities import RiskEntity
from api.services.cases import victims
from api.services.imports import exports

#: Our own numbers, as exports write them.
_OWN: dict[LedgerKind, re.Pattern[str]] = {
    LedgerKind.LEADS: re.compile(r"XS-\d{9}-\d{4}-\d{4,}"),
    LedgerKind.RISK_ENTITIES: re.compile(r"QY-\d{9}-\d{4}-\d{4,}"),
}


def own_number(kind: LedgerKind, said: Any) -> str:
    """The number of a record of ours that stands in a cell; empty where none does."""
    pattern = _OWN.get(kind)
    if pattern is None or not isinstance(said, str) or not said:
        return ""
    bare = "".join(unicodedata.normalize("NFKC", said).upper().split())
    return bare if pattern.fullmatch(bare) else ""


@dataclass(frozen=True, slots=True)
class Met:
    """A record that a row tells of."""

    record_id: UUID
    #: the row says nothing that the record does not
    same: bool = False
    #: it was found by our own number: the row is a way of writing that record, faults or not
    own: bool = False


Values = Mapping[str, Any]


class Recogniser(Protocol):
    """Looks for the records of rows; kept as long as a file is read."""

    async def meet(self, session: AsyncSession, rows: Sequence[Values]) -> list[Met | None]:
        """For each row the record it tells of, if there is one."""
        ...


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(unicodedata.normalize("NFKC", value).split()) or None
    return value if value not in ((), []) else None


def _equal(values: Values, record: Any, names: Mapping[str, str]) -> bool:
    return all(_tidy(values.get(f)) == _tidy(getattr(record, a)) for f, a in names.items())


# --------------------------------------------------------------------------------------- leads


@dataclass(slots=True)
class _Leads:
    """Leads are known by their number; what they tell of may well be told twice."""

    town_code: str

    async def meet(self, session: AsyncSession, rows: Sequence[Values]) -> list[Met | None]:
        numbers = [own_number(LedgerKind.LEADS, row.get("source_number")) for row in rows]
        wanted = sorted(filter(None, numbers))
        if not wanted:
            return [None] * len(rows)
        found = await session.execute(
            select(
                Lead.id, Lead.number, Lead.channel, Lead.subject_name, Lead.people_involved,
                Lead.amount_involved, Lead.batch_no,
            ).where(Lead.town_code == self.town_code, Lead.number == func.any(wanted))
        )  # fmt: skip
        there = {lead.number: lead for lead in found}
        return [
            self._met(row, there.get(number)) for row, number in zip(rows, numbers, strict=True)
        ]

    def _met(self, row: Values, lead: Any) -> Met | None:
        if lead is None:
            return None
        names = ["channel", "subject_name", "people_involved", "amount_involved", "batch_no"]
        return Met(lead.id, _equal(row, lead, dict(zip(names, names, strict=True))), own=True)


# ------------------------------------------------------------------------------- risk entities


def _printed(row: Values, entity: Any) -> bool:
    """Whether a row says nothing but what our own export says of the entity: somebody who changed
    any cell is asked, even where the record keeps it elsewhere."""
    same = {
        "name": entity.name,
        "uscc": entity.uscc,
        "address": entity.address,
        "responsible_person": entity.responsible_person_mask,
        "industry": entity.industry,
        "registration": entity.registration,
        "elders_served": entity.elders_served,
        "prepaid_amount": entity.prepaid_amount,
        "problems": entity.problems,
        "tier": entity.tier,
        "measure_actor": exports.each(LegalActor, entity.actors),
        "responsible_staff": entity.owner,
        "rectify_by": entity.rectify_by,
        "progress": exports.told(EntityStatus, entity.status),
    }
    if set(row.get("measures") or ()) != {str(kind) for kind in entity.kinds or ()}:
        return False
    if bool(row.get("delisted")) != (entity.status == EntityStatus.DELISTED):
        return False
    return all(_tidy(row.get(field)) == _tidy(value) for field, value in same.items())


def name_key(name: str) -> str:
    """The name of a company for comparison: width, blanks, brackets and dots aside."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name)).casefold()


@dataclass(slots=True)
class _Entities:
    """The entities of a town, which are few: by number, by credit code, by name and village."""

    entities: Sequence[Any]
    by_number: Mapping[str, Any]
    by_code: Mapping[str, Any]
    by_name: Mapping[str, Sequence[Any]]

    async def meet(self, session: AsyncSession, rows: Sequence[Values]) -> list[Met | None]:
        del session
        return [self._met(row) for row in rows]

    def _met(self, row: Values) -> Met | None:
        number = own_number(LedgerKind.RISK_ENTITIES, row.get("source_number"))
        if number in self.by_number:
            found = self.by_number[number]
            return Met(found.id, _printed(row, found), own=True)
        code = row.get("uscc") or ""
        if code and code in self.by_code:
            found = self.by_code[code]
            return Met(found.id, _printed(row, found))
        likely = [e for e in self._of_name(row) if not (code and e.uscc)]
        near = [e for e in likely if _same_place(row, e)]
        if not near:
            return None
        equal = [e for e in near if _printed(row, e)]
        return Met((equal or near)[0].id, bool(equal))

    def _of_name(self, row: Values) -> Sequence[Any]:
        return self.by_name.get(name_key(str(row.get("name") or "")), ())


def _same_place(row: Values, entity: Any) -> bool:
    """Nothing says that they lie apart. A town's own code stands for a place nobody gave."""
    said, known = str(row.get("division_code") or ""), str(entity.division_code)
    if len(said) > 9 and len(known) > 9:
        return said == known
    address = str(row.get("address") or "")
    if address and entity.address:
        return _tidy(mask_address(address)) == _tidy(entity.address) or (
            len(said) > 9 or len(known) > 9
        )
    return True


async def _entities(session: AsyncSession, town_code: str) -> _Entities:
    printed = exports.F2.statement.add_columns(RiskEntity.id, RiskEntity.division_code)
    found = (await session.execute(printed.where(RiskEntity.town_code == town_code))).all()
    by_name: dict[str, list[Any]] = {}
    for each in found:
        by_name.setdefault(name_key(each.name), []).append(each)
    return _Entities(
        found, {e.number: e for e in found}, {e.uscc: e for e in found if e.uscc}, by_name
    )


# -------------------------------------------------------------------------------------- victims


@dataclass(slots=True)
class _Victims:
    """Who stands in the case's register, by the number of the document."""

    case_id: UUID

    async def meet(self, session: AsyncSession, rows: Sequence[Values]) -> list[Met | None]:
        wanted = [str(row["id_number"]) for row in rows if row.get("id_number")]
        there = await victims.registered(session, self.case_id, wanted) if wanted else {}
        return [
            Met(there[number]) if (number := str(row.get("id_number"))) in there else None
            for row in rows
        ]


async def recogniser(session: AsyncSession, record: Import) -> Recogniser:
    """Whatever knows the records of an import's ledger."""
    if record.kind is LedgerKind.RISK_ENTITIES:
        return await _entities(session, record.town_code)
    if record.kind is LedgerKind.VICTIMS and record.case_id is not None:
        return _Victims(record.case_id)
    return _Leads(record.town_code)


Known = Callable[[AsyncSession, Import], Awaitable[Recogniser]]
