"""Rows that say anew what a record says: the record takes it over, by the rules of its own noun."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.imports.imports import RowDecision, RowState
from api.domain.imports.ledgers import LedgerKind
from api.domain.kit.actors import Actor
from api.domain.kit.errors import DomainError
from api.domain.words.money import to_yuan
from api.models.imports import Import, ImportRow
from api.models.risk_entities import RiskEntity
from api.models.victims import Victim
from api.schemas.risk_entities import RiskEntityUpdate
from api.schemas.victims import VictimUpdate
from api.services.cases import victims
from api.services.entities import risk_entity_intake
from api.services.imports import import_rows, import_writers
from api.services.imports.import_rows import StagedRow, refused

#: What a mask leaves is nothing that a record should take over.
_MASK: Final = "*"


class _NotTaken(Exception):
    """A value that changes by a decision of its own."""


async def bring_in(
    session: AsyncSession, actor: Actor, record: Import, sheets: Mapping[int, str]
) -> int:
    """Let the records of the rows that were decided so take over what these say; how many.

    Raises Conflict that names the row which its record does not take.
    """
    wanted = (ImportRow.state == RowState.EDITED) & (ImportRow.decision == RowDecision.UPDATE)
    done, after = 0, -1
    while rows := await import_rows.next_batch(session, record.id, wanted, after):
        for row in rows:
            after = row.position
            if row.record_id is None:
                raise refused(row, "没有找到原记录", sheets)
            try:
                await _UPDATES[record.kind](session, actor, row, row.record_id)
            except _NotTaken as error:
                raise refused(row, str(error), sheets) from error
            except DomainError as error:
                said = error.errors[0].message if error.errors else error.detail
                raise refused(row, said, sheets) from error
            await import_rows.remember(session, record, row, row.record_id)
            done += 1
    return done


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says, and says in plain: a blank cell takes nothing away."""
    return {
        name: value
        for name, value in values.items()
        if value not in (None, "") and not (isinstance(value, str) and _MASK in value)
    }


async def _entity(session: AsyncSession, actor: Actor, row: StagedRow, record_id: UUID) -> None:
    entity = await session.get(RiskEntity, record_id)
    if entity is None:
        raise _NotTaken("没有找到原记录")
    said = import_writers.entity(row)
    if said.tier is not None and said.tier != entity.tier:
        raise _NotTaken("风险等级与记录不同；等级须经评定更改，请先在记录中评定，或者保留原记录")
    values = _given({name: getattr(said, name) for name in _ENTITY if name in said.__dict__})
    if not row.values.get("industry"):
        values.pop("industry", None)
    if "prepaid_amount" in values:
        values["prepaid_amount"] = to_yuan(values["prepaid_amount"])
    body = RiskEntityUpdate(version=entity.version, **values)
    await risk_entity_intake.update_one(session, actor, record_id, body)


_ENTITY: Final = (
    "name", "uscc", "industry", "registration", "address", "division_code", "responsible_person",
    "responsible_phone", "elders_served", "prepaid_amount", "problems",
)  # fmt: skip
_VICTIM: Final = (
    "name", "id_number", "phone", "account", "bank_name", "address", "division_code", "paid_on",
)  # fmt: skip


async def _victim(session: AsyncSession, actor: Actor, row: StagedRow, record_id: UUID) -> None:
    claim = await session.get(Victim, record_id)
    if claim is None:
        raise _NotTaken("没有找到原记录")
    said = import_writers.victim(row, claim.case_id)
    stated = (said.principal, said.returns, said.refunds)
    if stated != (claim.principal, claim.returns, claim.refunds):
        raise _NotTaken("金额与登记不同；金额须经核实更改，请在登记中核实，或者保留原记录")
    values = _given({name: getattr(said, name) for name in _VICTIM})
    await victims.update(session, actor, record_id, VictimUpdate(version=claim.version, **values))


_UPDATES: dict[LedgerKind, Callable[[AsyncSession, Actor, StagedRow, UUID], Awaitable[None]]] = {
    LedgerKind.RISK_ENTITIES: _entity,
    LedgerKind.VICTIMS: _victim,
}
