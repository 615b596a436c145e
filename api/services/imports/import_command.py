"""A ledger brought in from the command line: read here and now instead of by the worker's job."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import visibility
from api.core.database.db import database
from api.domain.imports.imports import EditedRows, ImportMode, ImportStatus, RowState
from api.domain.imports.ledgers import LedgerKind
from api.domain.kit.actors import Actor
from api.domain.kit.errors import DomainError, Forbidden, NotFound
from api.domain.kit.permissions import Permission
from api.models.cases import Case
from api.models.imports import Import
from api.schemas.imports import ImportRowQuery, ImportTransition
from api.services.imports import import_views, imports
from api.services.organisation import operators

Report = Callable[[str, int, int], None]
_BODY: TypeAdapter[Any] = TypeAdapter(ImportTransition)
_LOOKS = 0.1


@dataclass(slots=True)
class Outcome:
    """What became of a file: the import as it is shown, its faulty rows, the annotated workbook,
    and why nothing came in."""

    found: dict[str, Any]
    faulty: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    annotated: tuple[str, bytes] | None = None
    refusal: DomainError | None = None


async def run(
    kind: LedgerKind,
    name: str,
    content: bytes,
    *,
    post: str,
    mode: ImportMode,
    on_edited: EditedRows | None,
    report: Report,
    case: str | None = None,
) -> Outcome:
    """Read a file as the post's holder and bring its rows in, into the case of that number where
    the ledger is one of a case. Raises what the services raise.

    Where that is refused, the import is cancelled: the corrected file is a new one.
    """
    async with database().session() as session, session.begin():
        actor = await operators.enter(session, post, "yinling import")
        if not actor.may(Permission.IMPORT_RUN):
            raise Forbidden(f"岗位“{post}”无权导入台账")
        case_id = await _case(session, actor, case) if case else None
        import_id = await imports.take_in(session, actor, kind, name, content, case_id)
    try:
        outcome = await _read(actor, import_id, report)
        await _bring_in(actor, outcome, mode, on_edited, report)
    finally:
        async with database().session() as session, session.begin():
            await operators.leave(session, actor)
    return outcome


async def _case(session: AsyncSession, actor: Actor, number: str) -> UUID:
    found = await session.scalar(
        select(Case.id).where(Case.number == number.strip().upper(), visibility.seen(actor, Case))
    )
    if found is None:
        raise NotFound(f"没有编号为“{number}”的案件，或者该岗位看不到它")
    return found


async def _read(actor: Actor, import_id: UUID, report: Report) -> Outcome:
    watching = asyncio.create_task(_watch(import_id, report))
    try:
        await imports.parse(import_id)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    outcome = Outcome(await imports.read(actor, import_id))
    if outcome.found["status"] != ImportStatus.PREVIEW.value:
        return outcome
    total = outcome.found["rows_total"]
    report("读取并检查", total, total)
    outcome.faulty = await _faulty(actor, import_id)
    if outcome.faulty or outcome.found["rows_warned"]:
        outcome.annotated = await import_views.annotated(actor, import_id)
    return outcome


async def _watch(import_id: UUID, report: Report) -> None:
    """Tell how many rows were read; how many there are is known at the end."""
    statement = select(Import.progress_done).where(Import.id == import_id)
    while True:
        async with database().reading() as connection:
            done = await connection.scalar(statement) or 0
        report("读取并检查", done, max(done, 1))
        await asyncio.sleep(_LOOKS)


async def _faulty(actor: Actor, import_id: UUID) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        query = ImportRowQuery(
            state=[RowState.FAULTY],
            limit=200,
            cursor=cursor,
            with_total=False,
            with_sums=False,
            faulty_first=False,
        )
        page = await import_views.rows(actor, import_id, query)
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


async def _bring_in(
    actor: Actor,
    outcome: Outcome,
    mode: ImportMode,
    on_edited: EditedRows | None,
    report: Report,
) -> None:
    import_id, version = UUID(outcome.found["id"]), outcome.found["version"]
    commit = {"action": "commit", "version": version, "mode": mode, "on_edited": on_edited}
    if outcome.found["status"] == ImportStatus.PREVIEW.value:
        report("导入", 0, outcome.found["rows_total"])
        try:
            async with database().session() as session, session.begin():
                body = _BODY.validate_python(commit)
                outcome.found = await imports.transition(session, actor, import_id, body)
        except DomainError as refusal:
            outcome.refusal = refusal
        else:
            report("导入", outcome.found["rows_total"], outcome.found["rows_total"])
            return
    async with database().session() as session, session.begin():
        body = _BODY.validate_python({"action": "cancel", "version": version})
        told = await imports.transition(session, actor, import_id, body)
        outcome.found = told | {"preview": outcome.found["preview"]}
