"""Imports: a file is taken in, read by a job, looked at, and then brought in or dropped."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import Response, UploadFile
from sqlalchemy import (
    ARRAY,
    Text,
    Uuid,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import case_rows
from api.core.base.clock import now
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.core.database.db import database
from api.core.events import events, jobs
from api.core.listing.pagination import Listing, Sort, check_columns, param
from api.core.listing.ways import Way
from api.core.sheets.tables import MAX_BYTES, refusal
from api.domain.across.ways import IMPORT_WAY
from api.domain.imports.imports import (
    IMPORT_FLOW,
    LEDGERS_OF_A_CASE,
    OF_THE_UPLOADER,
    EditedRows,
    ImportAction,
    ImportMode,
    ImportStatus,
    RowDecision,
    RowState,
    may_bring_in,
)
from api.domain.imports.ledgers import LedgerKind
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid
from api.domain.kit.events import EventName
from api.domain.kit.permissions import RowScope
from api.domain.words.files import plain_name
from api.models.imports import Import, ImportFile, ImportRow
from api.models.units import Unit
from api.schemas.common import actions
from api.schemas.imports import (
    ImportItem,
    ImportQuery,
    ImportRead,
)
from api.services.imports import (
    import_forgetting,
    import_preview,
    import_reading,
    import_rows,
    import_updates,
    import_writers,
)
from api.services.kit import _transition, columns
from api.services.kit.standing import InCharge, entered, standing_of
from api.services.recovery.property_items import case_ref

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
check_columns(
    ImportRead, _ITEM, "preview", "is_uploader", "is_corrected", "rows_undecided",
    "available_actions", "standing",
)  # fmt: skip

_UNDECIDED = (
    select(func.count())
    .select_from(ImportRow)
    .where(
        ImportRow.import_id == Import.id,
        ImportRow.state == RowState.EDITED,
        ImportRow.decision.is_(None),
    )
    .scalar_subquery()
)

_VIEWER = param("viewer", Uuid())

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
    scopes={RowScope.UNIT: Import.owner_unit_id == _VIEWER},
    scope_ways={
        RowScope.UNIT: Way(
            Import.owner_unit_id, lambda _, __: select(_VIEWER.label("v")), by_town=False
        )
    },
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
    statement = select(
        Import.preview_enc, Import.owner_unit_id, Import.uploaded_by_id, Import.own_name_enc,
        Import.correction.is_not(None).label("is_corrected"), _UNDECIDED.label("undecided"),
        entered(Import.id, EventName.IMPORT_TRANSITIONED).label("entered"),
        select(Unit.name).where(Unit.id == Import.owner_unit_id).scalar_subquery().label("unit"),
    ).where(Import.id == import_id)  # fmt: skip
    if session is None:
        async with database().reading() as connection:
            more = (await connection.execute(statement)).one()
    else:
        more = (await session.execute(statement)).one()
    status = ImportStatus(found["status"])
    own = more.uploaded_by_id == actor.id
    standing = import_rows.Standing(
        status, more.owner_unit_id, more.uploaded_by_id, found["rows_good"], found["rows_edited"]
    )
    told = own or status not in OF_THE_UPLOADER
    found["preview"] = import_preview.shown_preview(
        found["kind"], more.preview_enc if told else None
    )
    if own and more.own_name_enc is not None:
        found["filename"] = keyring().decrypt(more.own_name_enc)
    found["is_uploader"], found["is_corrected"] = own, more.is_corrected
    found["rows_undecided"] = more.undecided if status is ImportStatus.PREVIEW else 0
    available = IMPORT_FLOW.available(actor, standing)
    found["available_actions"] = actions(available)
    found["standing"] = await standing_of(
        IMPORT_WAY, actor, standing, available, entered=more.entered,
        charge=InCharge(more.unit, (found["created_at"][:10], more.unit), is_shared=False),
    )  # fmt: skip
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
    may_bring_in(actor, kind)
    await _check_case(session, actor, kind, case_id)
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
        filename=_neutral(kind, name),
        own_name_enc=keyring().encrypt(plain_name(name)),
        uploaded_by_id=actor.id,
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


def _neutral(kind: LedgerKind, name: str) -> str:
    """What everybody may read: a file's own name may say of whom it tells."""
    suffix = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    ending = f".{suffix}" if suffix in {"xlsx", "xls", "et", "csv"} else ""
    return f"{kind.label}-{now():%Y%m%d-%H%M%S}{ending}"


async def _check_case(
    session: AsyncSession, actor: Actor, kind: LedgerKind, case_id: UUID | None
) -> None:
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
    await import_reading.parse(import_id)


async def transition(
    session: AsyncSession, actor: Actor, import_id: UUID, body: Any
) -> dict[str, Any]:
    """Commit or cancel. Raises what the flow raises, and Conflict where rows stand in the way."""
    record = await _transition.lock(session, actor, LISTING, Import, import_id)
    if body.action == ImportAction.COMMIT.value:
        await _commit(session, actor, record, body)
    elif body.action == ImportAction.READ_AGAIN.value:
        await read_again(session, actor, record, body, None)
    else:
        await _transition.apply(
            session, actor, record, IMPORT_FLOW, EventName.IMPORT_TRANSITIONED, body
        )
        record.finished_at = now()
        record.preview_enc = record.own_name_enc = record.correction = None
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
    may_bring_in(actor, record.kind)
    await _check_case(session, actor, record.kind, record.case_id)
    # Two imports of one ledger at once: the second one waits here and then finds the rows known.
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
    await session.execute(lock, {"name": f"import:{record.kind}:{record.town_code}"})
    await import_rows.mark_known(session, record)
    await _check_rows(session, record, body)
    names = _sheet_names(record)
    added = [ImportRow.decision == RowDecision.ADD]
    if body.on_edited is EditedRows.ADD:
        added.append(ImportRow.decision.is_(None))
    edited = and_(ImportRow.state == RowState.EDITED, or_(*added))
    wanted = or_(ImportRow.state == RowState.GOOD, edited)
    writer = import_writers.WRITERS[record.kind]
    made = await import_rows.bring_in(session, actor, record, wanted, writer, names)
    made += await import_updates.bring_in(session, actor, record, names)
    record.rows_committed = made
    await import_forgetting.forget(session, record)
    record.mode = body.mode
    record.progress_done = record.progress_total = record.rows_total
    record.finished_at = now()


def _sheet_names(record: Import) -> dict[int, str]:
    kept = import_preview.opened(record.preview_enc) if record.preview_enc else {"sheets": []}
    return {sheet["index"]: sheet["name"] for sheet in kept["sheets"]}


async def _check_rows(session: AsyncSession, record: Import, body: Any) -> None:
    if body.mode is ImportMode.STRICT and record.rows_faulty:
        raise Conflict(
            f"有 {record.rows_faulty} 行有错误，按“全部无误才导入”，一行也没有导入；"
            "请改正后重新上传，或者选择“只导入无误的行”",
            code="import_has_faults",
            rows_faulty=record.rows_faulty,
        )
    if record.rows_faulty and not (record.rows_good or record.rows_edited or record.rows_known):
        # what is all known already came in before, and is a good end
        raise Conflict(
            f"{record.rows_faulty} 行都有错误，没有一行可以导入；请改正后重新上传",
            code="import_all_faulty",
            rows_faulty=record.rows_faulty,
        )
    if not record.rows_edited or body.on_edited is not None:
        return
    undecided = (
        await session.execute(
            select(ImportRow.sheet, ImportRow.row_number)
            .where(
                ImportRow.import_id == record.id,
                ImportRow.state == RowState.EDITED,
                ImportRow.decision.is_(None),
            )
            .order_by(ImportRow.position)
        )
    ).all()
    if undecided:
        names = _sheet_names(record)
        named = [{"sheet": names.get(sheet, ""), "row": row} for sheet, row in undecided[:50]]
        lines = "、".join(str(each["row"]) for each in named[:10])
        more = " 等" if len(undecided) > 10 else ""
        raise Conflict(
            f"有 {len(undecided)} 行（第 {lines}{more} 行）已有记录，内容有出入；"
            "请逐行选择保留原记录、更新还是作为新记录，或者统一选择",
            code="edited_rows_undecided",
            rows_edited=len(undecided),
            rows=named,
            choices=[{"value": v, "label": label} for v, label in EditedRows.labels().items()],
        )


async def read_again(
    session: AsyncSession, actor: Actor, record: Import, body: Any, kept: dict[str, Any] | None
) -> None:
    """Have a locked import's file read once more, as `kept` says. Raises what the flow raises."""
    told = {"corrected": kept is not None}
    await _transition.apply(
        session, actor, record, IMPORT_FLOW, EventName.IMPORT_TRANSITIONED, body, told
    )
    record.correction, record.uses_templates = kept, body.uses_templates
    record.failure_code = record.failure_message = ""
    record.progress_done, record.progress_total = 0, None
    await session.flush()
    await jobs.enqueue(session, "imports.parse", {"import_id": record.id})


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
