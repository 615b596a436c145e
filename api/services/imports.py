"""Imports: a file is taken in, read by a job, looked at, and then brought in or dropped."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from fastapi import Response, UploadFile
from sqlalchemy import ARRAY, Text, Uuid, and_, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import case_rows
from api.core import events, jobs
from api.core.annotate import annotate
from api.core.clock import now
from api.core.crypto import keyring
from api.core.db import database
from api.core.ids import uuid7
from api.core.ledger_import import Fault, SheetFound
from api.core.pagination import Listing, Sort, check_columns, param
from api.core.security import sign, unsign
from api.core.tables import MAX_BYTES, refusal
from api.domain.actors import Actor
from api.domain.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from api.domain.events import EventName
from api.domain.files import plain_name
from api.domain.imports import (
    IMPORT_FLOW,
    LEDGER_NEEDS,
    LEDGERS_OF_A_CASE,
    EditedRows,
    ImportMode,
    ImportStatus,
    RowState,
)
from api.domain.ledgers import SPECS, LedgerKind
from api.domain.permissions import RowScope
from api.models.imports import Import, ImportFile, ImportIdentity, ImportRow
from api.schemas.common import actions
from api.schemas.imports import ImportItem, ImportQuery, ImportRead, ImportRowQuery
from api.services import (
    _transition,
    columns,
    import_preview,
    import_reading,
    import_rows,
    import_writers,
)
from api.services.property_items import case_ref

RESOURCE = "import"
#: Files and staged rows hold personal data and have served their purpose by then.
KEPT = timedelta(days=30)

_ITEM: dict[str, Any] = {
    "id": Import.id,
    "kind": Import.kind,
    "status": Import.status,
    "filename": Import.filename,
    "size": Import.size,
    "file_sha256": Import.file_sha256,
    "owner_unit": columns.unit_named(Import.owner_unit_id),
    "case": case_ref(Import.case_id),
    "progress_done": Import.progress_done,
    "progress_total": Import.progress_total,
    "rows_total": Import.rows_total,
    "rows_good": Import.rows_good,
    "rows_faulty": Import.rows_faulty,
    "rows_known": Import.rows_known,
    "rows_edited": Import.rows_edited,
    "rows_repeated": Import.rows_repeated,
    "rows_warned": Import.rows_warned,
    "rows_committed": Import.rows_committed,
    "mode": Import.mode,
    "failure_code": Import.failure_code,
    "failure_message": Import.failure_message,
    "created_at": Import.created_at,
    "updated_at": Import.updated_at,
    "finished_at": Import.finished_at,
    "version": Import.version,
}
check_columns(ImportItem, _ITEM)
check_columns(ImportRead, _ITEM, "preview", "available_actions")

LISTING = Listing(
    resource=RESOURCE,
    id=Import.id,
    town_code=Import.town_code,
    source=Import.__table__,
    item_columns=_ITEM,
    read_columns=_ITEM,
    filters={
        "kind": (ARRAY(Text), lambda p: Import.kind == func.any(p)),
        "status": (ARRAY(Text), lambda p: Import.status == func.any(p)),
    },
    sorts={
        "-id": Sort("id", Import.id, descending=True),
        "id": Sort("id", Import.id),
    },
    default_sort="-id",
    scopes={RowScope.UNIT: Import.owner_unit_id == param("viewer", Uuid())},
)


async def page(actor: Actor, query: ImportQuery) -> Response:
    """A page of the town's imports."""
    return await LISTING.page(
        actor, query, {"kind": query.kind, "status": query.status}, query.sort.value
    )


async def read(
    actor: Actor, import_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One import with its preview. Raises NotFound."""
    found = await LISTING.one(actor, import_id, session)
    statement = select(Import.preview_enc, Import.owner_unit_id).where(Import.id == import_id)
    if session is None:
        async with database().reading() as connection:
            sealed, owner = (await connection.execute(statement)).one()
    else:
        sealed, owner = (await session.execute(statement)).one()
    standing = import_rows.Standing(ImportStatus(found["status"]), owner)
    found["preview"] = import_preview.shown_preview(found["kind"], sealed)
    found["available_actions"] = actions(IMPORT_FLOW.available(actor, standing))
    return found


async def create(
    session: AsyncSession,
    actor: Actor,
    kind: LedgerKind,
    file: UploadFile,
    case_id: UUID | None = None,
) -> dict[str, Any]:
    """Take in a file and have it read by a job. Raises what `take_in` raises."""
    content = await file.read(MAX_BYTES + 1)
    import_id = await take_in(session, actor, kind, file.filename or "未命名", content, case_id)
    await jobs.enqueue(session, "imports.parse", {"import_id": import_id})
    return await read(actor, import_id, session)


async def take_in(
    session: AsyncSession,
    actor: Actor,
    kind: LedgerKind,
    name: str,
    content: bytes,
    case_id: UUID | None = None,
) -> UUID:
    """Keep a file for reading. Raises Forbidden for a kind that the actor may not bring in, Invalid
    for a case that is missing or too much and for an empty file, NotFound for a case that the
    actor does not see, PayloadTooLarge."""
    await _check_kind(session, actor, kind, case_id)
    if len(content) > MAX_BYTES:
        raise refusal("file_too_large")
    if not content:
        raise refusal("file_empty")
    import_id = uuid7()
    digest, sealed = await asyncio.to_thread(_sealed, content)
    record = Import(
        id=import_id,
        kind=kind,
        status=IMPORT_FLOW.initial,
        filename=plain_name(name),
        size=len(content),
        file_sha256=digest,
        town_code=actor.town,
        owner_unit_id=actor.unit_id,
        case_id=case_id,
        created_by_post_id=actor.post_id,
    )
    session.add(record)
    await session.flush()
    await session.execute(insert(ImportFile), {"import_id": import_id, "content_enc": sealed})
    told = {"kind": kind.value, "sha256": digest, "size": len(content)}
    await events.record(session, actor, EventName.IMPORT_CREATED, RESOURCE, import_id, told)
    return import_id


async def _check_kind(
    session: AsyncSession, actor: Actor, kind: LedgerKind, case_id: UUID | None
) -> None:
    if not actor.may(LEDGER_NEEDS[kind]):
        raise Forbidden(f"您的岗位不能导入“{kind.label}”")
    if kind not in LEDGERS_OF_A_CASE:
        if case_id is not None:
            raise _wrong_case(f"“{kind.label}”不属于某个案件，请不要选择案件", "case_not_wanted")
        return
    if case_id is None:
        raise _wrong_case(f"“{kind.label}”属于一个案件，请选择案件", "case_missing")
    await case_rows.case(session, actor, case_id)


def _wrong_case(message: str, code: str) -> Invalid:
    return Invalid(message, code=code, errors=[FieldError("/case_id", code, message)])


def _sealed(content: bytes) -> tuple[str, bytes]:
    return hashlib.sha256(content).hexdigest(), keyring().encrypt_bytes(content)


async def parse(import_id: UUID) -> None:
    """Read the file of an import (the job that `create` put into the queue)."""
    await import_reading.parse(import_id, import_writers.RECOGNISERS)


async def rows(actor: Actor, import_id: UUID, query: ImportRowQuery) -> dict[str, Any]:
    """A page of the rows of an import, masked, in the order of the file. Raises NotFound."""
    after = _after(query.cursor)
    async with database().session() as session:
        kind = await session.scalar(
            select(Import.kind).where(Import.id == import_id, LISTING.visible(actor))
        )
        if kind is None:
            raise NotFound
        conditions = [ImportRow.import_id == import_id, ImportRow.position > after]
        if query.state:
            conditions.append(ImportRow.state.in_(query.state))
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
            .order_by(ImportRow.position)
        )
        found = (await session.execute(statement.limit(query.limit + 1))).all()
        total = None
        if query.with_total:
            total = await session.scalar(
                select(func.count()).select_from(ImportRow).where(conditions[0], *conditions[2:])
            )
    spec = SPECS[LedgerKind(kind)]
    shown = [import_preview.shown_row(spec, row, made) for row, made in found[: query.limit]]
    more = len(found) > query.limit
    return {
        "items": shown,
        "next_cursor": sign("cursor:import_rows", [shown[-1]["position"]]) if more else None,
        "prev_cursor": None,
        "total": total,
        "total_is_exact": total is not None,
        "notice": None,
    }


def _after(cursor: str | None) -> int:
    if cursor is None:
        return -1
    try:
        stored: Any = unsign("cursor:import_rows", cursor)
        return int(stored[0])
    except (ValueError, TypeError, IndexError) as error:
        raise Invalid("分页游标无效，请从第一页重新查询", code="cursor_invalid") from error


async def annotated(actor: Actor, import_id: UUID) -> tuple[str, bytes]:
    """The user's own file with red cells and reasons. Raises NotFound, Conflict."""
    async with database().session() as session:
        record = await session.scalar(
            select(Import).where(Import.id == import_id, LISTING.visible(actor))
        )
        if record is None:
            raise NotFound
        stored = await session.get(ImportFile, import_id)
        if stored is None or record.preview_enc is None:
            raise Conflict("文件还没有读完，或者已经按期清除", code="annotated_not_available")
        staged = await session.execute(
            select(ImportRow.payload_enc).where(ImportRow.import_id == import_id)
        )
        sealed = [payload for (payload,) in staged]
        preview, content, name = record.preview_enc, stored.content_enc, record.filename
    done = await asyncio.to_thread(_annotate, preview, content, sealed, name)
    await events.record_apart(
        actor, EventName.DOWNLOADED, RESOURCE, import_id, {"what": "annotated"}, result="ok"
    )
    return f"{name.rsplit('.', 1)[0]}-标注.xlsx", done


def _annotate(preview: bytes, content: bytes, sealed: list[bytes], name: str) -> bytes:
    keys = keyring()
    sheets = [
        SheetFound(
            sheet["index"],
            sheet["name"],
            sheet["header_row"],
            {int(at): field for at, field in sheet["fields"].items()},
            {},
            (),
        )
        for sheet in orjson.loads(keys.decrypt_bytes(preview))["sheets"]
    ]
    faults = [
        Fault(*fault)
        for payload in sealed
        for fault in orjson.loads(keys.decrypt_bytes(payload))["faults"]
    ]
    return annotate(keys.decrypt_bytes(content), faults, sheets, name)


async def transition(
    session: AsyncSession, actor: Actor, import_id: UUID, body: Any
) -> dict[str, Any]:
    """Commit or cancel. Raises what the flow raises, and Conflict where rows stand in the way."""
    record = await _transition.lock(session, actor, LISTING, Import, import_id)
    if body.action == "commit":
        await _commit(session, actor, record, body)
    else:
        await _transition.apply(
            session, actor, record, IMPORT_FLOW, EventName.IMPORT_TRANSITIONED, body
        )
        record.finished_at = now()
        record.preview_enc = None
        await session.flush()
        await _drop_content(session, [import_id])
    await session.flush()
    return await read(actor, import_id, session)


async def _commit(session: AsyncSession, actor: Actor, record: Import, body: Any) -> None:
    # Right, version and status first: an outsider learns nothing from what follows.
    told: dict[str, Any] = {"mode": body.mode.value}
    await _transition.apply(
        session, actor, record, IMPORT_FLOW, EventName.IMPORT_TRANSITIONED, body, told
    )
    await _check_kind(session, actor, record.kind, record.case_id)
    # Two imports of one ledger at once: the second one waits here and then finds the rows known.
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
    await session.execute(lock, {"name": f"import:{record.kind}:{record.town_code}"})
    await import_rows.mark_known(session, record)
    await _check_rows(record, body)
    add = body.on_edited is EditedRows.ADD
    states = [RowState.GOOD, RowState.EDITED] if add else [RowState.GOOD]
    writer = import_writers.WRITERS[record.kind]
    record.rows_committed = await import_rows.bring_in(session, actor, record, states, writer)
    record.mode = body.mode
    record.progress_done = record.progress_total = record.rows_total
    record.finished_at = now()


async def _check_rows(record: Import, body: Any) -> None:
    if body.mode is ImportMode.STRICT and record.rows_faulty:
        raise Conflict(
            f"有 {record.rows_faulty} 行有错误，按“全部无误才导入”，一行也没有导入；"
            "请改正后重新上传，或者选择“只导入无误的行”",
            code="import_has_faults",
            rows_faulty=record.rows_faulty,
        )
    if record.rows_edited and body.on_edited is None:
        raise Conflict(
            f"有 {record.rows_edited} 行以前导入过，疑似又有改动；请选择保留原记录，还是作为新记录导入",
            code="edited_rows_undecided",
            rows_edited=record.rows_edited,
            choices=[{"value": v, "label": label} for v, label in EditedRows.labels().items()],
        )


async def _drop_content(session: AsyncSession, import_ids: list[UUID]) -> None:
    await session.execute(delete(ImportFile).where(ImportFile.import_id.in_(import_ids)))
    await session.execute(delete(ImportRow).where(ImportRow.import_id.in_(import_ids)))


async def prune(session: AsyncSession) -> None:
    """Drop files and staged rows a month after the import; what came in stays known."""
    old = select(Import.id).where(
        Import.created_at < now() - KEPT,
        Import.id.in_(select(ImportFile.import_id)),
    )
    ids = list(await session.scalars(old))
    if ids:
        await _drop_content(session, ids)
