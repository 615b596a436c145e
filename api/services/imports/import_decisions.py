"""What a person decides about an import before it comes in: how it is read, what edited rows are."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.events import events
from api.domain.imports.imports import (
    READ_AGAIN_FROM,
    UPDATED_BY_ROWS,
    UPLOADER,
    ImportAction,
    ImportStatus,
    RowDecision,
    RowState,
    is_uploader,
)
from api.domain.imports.ledgers import SPECS
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid
from api.domain.kit.events import EventName
from api.domain.recovery.ledger_corrections import SheetCorrection
from api.models.imports import Import, ImportRow
from api.schemas.imports import CorrectionIn, DecisionIn
from api.services.imports import import_corrections, import_preview, import_templates, imports
from api.services.kit import _transition

RESOURCE = imports.RESOURCE


async def correct(
    session: AsyncSession, actor: Actor, import_id: UUID, body: CorrectionIn
) -> dict[str, Any]:
    """Have a file read again as a person says, and keep that as a template where it is named.

    Raises NotFound, Forbidden, StaleVersion, TransitionNotAllowed, Invalid.
    """
    record = await _transition.lock(session, actor, imports.LISTING, Import, import_id)
    step = _Again(body.version, uses_templates=record.uses_templates)
    kept = opened = None
    if record.status in READ_AGAIN_FROM:
        kept = import_corrections.stored(body, SPECS[record.kind])
        opened = import_corrections.opened(kept)
    headings = _headings(record, opened or {})
    await imports.read_again(session, actor, record, step, kept)
    if body.template_name:
        named = {
            index: (said, headings[index])
            for index, said in (opened or {}).items()
            if index in headings and said.columns and not said.skip
        }
        await import_templates.keep(session, actor, record, body.template_name, named)
    return await imports.read(actor, import_id, session)


@dataclass(frozen=True, slots=True)
class _Again:
    """Reading again, as the flow knows it."""

    version: int
    uses_templates: bool
    action: str = ImportAction.READ_AGAIN.value


def _headings(record: Import, corrected: dict[int, SheetCorrection]) -> dict[int, list[str]]:
    """The headings of corrected sheets, as they stand in the file."""
    kept = import_preview.opened(record.preview_enc) if record.preview_enc else {"seen": []}
    found: dict[int, list[str]] = {}
    for one in kept["seen"]:
        said = corrected.get(one["index"])
        if said and said.header:
            found[one["index"]] = import_templates.headings_of(one, said.header)
    return found


async def decide(
    session: AsyncSession, actor: Actor, import_id: UUID, body: DecisionIn
) -> dict[str, Any]:
    """Say what becomes of edited rows. Raises NotFound, Forbidden, StaleVersion, Conflict."""
    record = await _transition.lock(session, actor, imports.LISTING, Import, import_id)
    if not is_uploader(actor, record):
        raise UPLOADER.refusal()
    _transition.check_version(record, body.version)
    if record.status is not ImportStatus.PREVIEW:
        raise Conflict(f"当前状态为“{record.status.label}”，不能再选择", code="decision_too_late")
    if body.decision is RowDecision.UPDATE and record.kind not in UPDATED_BY_ROWS:
        message = f"“{record.kind.label}”的记录不能由台账更新，请在记录中修改"
        raise Invalid(message, errors=[FieldError("/decision", "not_updatable", message)])
    chosen = [ImportRow.import_id == import_id, ImportRow.state == RowState.EDITED]
    if body.positions is None:
        chosen.append(ImportRow.decision.is_(None))
    else:
        chosen.append(ImportRow.position.in_(body.positions))
    decided = await session.execute(
        update(ImportRow)
        .where(*chosen)
        .values(decision=body.decision)
        .returning(ImportRow.position)
    )
    count = len(decided.all())
    if body.positions is not None and count != len(set(body.positions)):
        message = "其中有的行不是“已有记录，内容有出入”的行，请刷新"
        raise Conflict(message, code="rows_not_edited")
    _transition.touch(record)
    told = {"decision": body.decision.value, "rows": count}
    await events.record(session, actor, EventName.IMPORT_DECIDED, RESOURCE, import_id, told)
    await session.flush()
    return await imports.read(actor, import_id, session)
