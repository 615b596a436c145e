"""What is shown of an import's rows, of its sheets and of its file, and to whom."""

import asyncio
import dataclasses
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import and_, case, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.crypto import keyring
from api.core.base.security import sign, unsign
from api.core.database.db import database
from api.core.events import events
from api.core.listing.pagination import bad_cursor
from api.core.sheets.annotate import annotate
from api.core.sheets.ledger_found import Fault, SheetFound
from api.domain.imports.imports import (
    OF_THE_UPLOADER,
    READ_AGAIN_FROM,
    UPLOADER,
    ImportStatus,
    RowState,
    is_uploader,
)
from api.domain.imports.ledgers import SPECS
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, NotFound
from api.domain.kit.events import EventName
from api.models.imports import Import, ImportFile, ImportIdentity, ImportRow
from api.schemas.imports import ImportRowQuery
from api.services.imports import import_forgetting, import_preview, imports

RESOURCE = imports.RESOURCE
_UNREAD = frozenset({ImportStatus.PARSING, ImportStatus.NEEDS_MAPPING})
_FAULTS_LAST = case((ImportRow.state == RowState.FAULTY, 0), else_=1)


async def rows(actor: Actor, import_id: UUID, query: ImportRowQuery) -> dict[str, Any]:
    """A page of the rows of an import, masked, in the order of the file, or those with faults
    first. Raises NotFound, Forbidden for a file that is somebody else's."""
    order = [_FAULTS_LAST, ImportRow.position] if query.faulty_first else [ImportRow.position]
    async with database().glance() as session:
        record = await _readable(session, actor, import_id)
        conditions: list[Any] = [ImportRow.import_id == import_id]
        if query.state:
            conditions.append(ImportRow.state.in_(query.state))
        if query.cursor is not None:
            after = _after(query.cursor, len(order))
            conditions.append(tuple_(*order) > tuple_(*(literal(each) for each in after)))
        # A row that came in is told by its identity; one that came in before, by what was found.
        became = and_(
            ImportIdentity.import_id == ImportRow.import_id,
            ImportIdentity.identity == ImportRow.identity,
            ImportIdentity.occurrence == ImportRow.occurrence,
        )
        statement = (
            select(ImportRow, func.coalesce(ImportIdentity.record_id, ImportRow.record_id))
            .outerjoin(ImportIdentity, became)
            .where(*conditions)
            .order_by(*order)
        )
        found = (await session.execute(statement.limit(query.limit + 1))).all()
        total = None
        if query.with_total:
            counted = [ImportRow.import_id == import_id]
            counted += [ImportRow.state.in_(query.state)] if query.state else []
            total = await session.scalar(
                select(func.count()).select_from(ImportRow).where(*counted)
            )
    kept = import_preview.opened(record.preview_enc) if record.preview_enc else {"sheets": []}
    sheets = {sheet["index"]: sheet for sheet in kept["sheets"]}
    spec = SPECS[record.kind]
    page = [import_preview.shown_row(spec, row, made, sheets) for row, made in found[: query.limit]]
    last = found[len(page) - 1][0] if len(found) > query.limit else None
    return {
        "items": page,
        "next_cursor": sign("cursor:import_rows", _place(last, len(order))) if last else None,
        "prev_cursor": None,
        "total": total,
        "total_is_exact": total is not None,
        "sums": None,
        "notice": None,
    }


def _place(row: ImportRow, parts: int) -> list[int]:
    return [int(row.state is not RowState.FAULTY), row.position][-parts:]


def _after(cursor: str, parts: int) -> list[int]:
    try:
        stored: Any = unsign("cursor:import_rows", cursor)
        after = [int(each) for each in stored]
    except (ValueError, TypeError) as error:
        raise bad_cursor() from error
    if len(after) != parts:
        raise bad_cursor()
    return after


async def _readable(session: AsyncSession, actor: Actor, import_id: UUID) -> Import:
    """An import that this person may look into. Raises NotFound, Forbidden."""
    record = await session.scalar(
        select(Import).where(Import.id == import_id, imports.LISTING.visible(actor))
    )
    if record is None:
        raise NotFound
    if record.status in OF_THE_UPLOADER and not is_uploader(actor, record):
        raise UPLOADER.refusal()
    return record


async def sheets(actor: Actor, import_id: UUID) -> dict[str, Any]:
    """The sheets of a file as they stand, and how they are read. Raises NotFound, Forbidden,
    Conflict where the file is read no more."""
    async with database().glance() as session:
        record = await _readable(session, actor, import_id)
        if record.status not in READ_AGAIN_FROM:
            raise Conflict("文件正在读取，或者已经导入、取消", code="sheets_not_available")
        return import_preview.shown_sheets(record)


async def annotated(actor: Actor, import_id: UUID) -> tuple[str, bytes]:
    """The user's own file with red cells and reasons; once it came in, a table of the rows that
    did not, without what names a person. Raises NotFound, Forbidden, Conflict."""
    async with database().glance() as session:
        record = await _readable(session, actor, import_id)
        stored = await session.get(ImportFile, import_id)
        came = record.status is ImportStatus.COMMITTED
        if record.preview_enc is None or not (stored or came) or record.status in _UNREAD:
            raise Conflict("文件还没有读完，或者已经清除", code="annotated_not_available")
        preview, name = import_preview.opened(record.preview_enc), record.filename
        if record.own_name_enc is not None:
            name = keyring().decrypt(record.own_name_enc)
        if came:
            rows = await import_forgetting.rest(session, import_id)
            content = await asyncio.to_thread(import_forgetting.rebuilt, record.kind, preview, rows)
            done = await asyncio.to_thread(
                annotate, content, import_forgetting.faults(rows), _found(preview), "a.xlsx"
            )
        else:
            staged = await session.execute(
                select(ImportRow.payload_enc).where(ImportRow.import_id == import_id)
            )
            sealed = [payload for (payload,) in staged]
            content = stored.content_enc if stored else b""
            done = await asyncio.to_thread(_annotate, preview, content, sealed, name)
    await events.record_apart(
        actor, EventName.DOWNLOADED, RESOURCE, import_id, {"what": "annotated"}, result="ok"
    )
    return f"{name.rsplit('.', 1)[0]}-标注.xlsx", done


def _found(preview: dict[str, Any]) -> list[SheetFound]:
    return [
        SheetFound(
            index=sheet["index"],
            name=sheet["name"],
            header_row=sheet["header_row"],
            fields={int(at): field for at, field in sheet["fields"].items()},
            labels={},
            ignored=(),
        )
        for sheet in preview["sheets"]
    ]


def _annotate(preview: dict[str, Any], content: bytes, sealed: list[bytes], name: str) -> bytes:
    keys = keyring()
    places = {
        sheet["index"]: {field: int(at) for at, field in sheet["fields"].items()}
        for sheet in preview["sheets"]
    }
    faults = [
        _placed(Fault(*fault), places)
        for payload in sealed
        for fault in orjson.loads(keys.decrypt_bytes(payload))["faults"]
    ]
    return annotate(keys.decrypt_bytes(content), faults, _found(preview), name)


def _placed(fault: Fault, places: dict[int, dict[str, int]]) -> Fault:
    """A fault that was found later than its cell, at its cell."""
    if fault.column is not None:
        return fault
    return dataclasses.replace(fault, column=places.get(fault.sheet, {}).get(fault.field))
