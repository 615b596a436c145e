"""Templates: how tables of one heading are read in a town, as somebody once corrected it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.core.database.db import database
from api.core.events import events
from api.core.sheets.ledger_shape import LOOK_AHEAD, Head, line_said, shape
from api.core.sheets.tables import Row, Sheet
from api.domain.imports.imports import LEDGER_NEEDS
from api.domain.imports.ledgers import LedgerKind
from api.domain.kit.actors import Actor
from api.domain.kit.errors import NotFound, StaleVersion
from api.domain.kit.events import EventName
from api.domain.recovery.ledger_corrections import SheetCorrection
from api.domain.words import identifiers
from api.models.imports import Import, ImportTemplate
from api.schemas.imports import TemplateQuery, TemplateUpdate
from api.services.imports.import_corrections import of_sheet

RESOURCE = "import_template"
_SHEETS, _LEFT_OUT = 50, 300


@dataclass(frozen=True, slots=True)
class Template:
    """What the reading of a file must know of a template."""

    id: UUID
    name: str
    lines: int
    reading: Mapping[str, Any]


def key_of(kind: LedgerKind, headings: Iterable[str]) -> bytes | None:
    """By what a template is found again: nothing of the heading can be read from it."""
    found = shape(headings)
    return keyring().digest(f"import-shape:{kind.value}", found)[:16] if found else None


async def of_town(session: AsyncSession, town_code: str, kind: LedgerKind) -> dict[bytes, Template]:
    """The templates of a town for one ledger, by shape."""
    found = await session.scalars(
        select(ImportTemplate).where(
            ImportTemplate.town_code == town_code, ImportTemplate.kind == kind
        )
    )
    return {
        bytes(t.shape): Template(t.id, t.name, int(t.reading["lines"]), t.reading) for t in found
    }


# ------------------------------------------------------------------------- while a file is read


@dataclass(slots=True)
class Seen:
    """What passed by of one sheet."""

    index: int
    name: str
    hidden: bool
    head: Head
    template: Template | None = None
    #: Lines that did not (yet) become a row.
    left: dict[int, str] = field(default_factory=dict[int, str])


@dataclass(slots=True)
class Eyes:
    """Looks at the sheets on their way to the reader: keeps the first lines for the page, finds
    the template for a heading, and notes which lines never became a row."""

    kind: LedgerKind
    #: By sheet, shared with the reader: a template is put in before the reader asks.
    corrections: dict[int, SheetCorrection]
    templates: Mapping[bytes, Template]
    seen: list[Seen] = field(default_factory=list[Seen])

    def passing(self, sheets: Iterable[Sheet]) -> Iterator[Sheet]:
        """The same sheets."""
        for sheet in sheets:
            rows = iter(sheet.rows)
            first = list(islice(rows, LOOK_AHEAD))
            head = Head({row.number: row for row in first}, sheet.merges)
            one = Seen(sheet.index, sheet.name, sheet.hidden, head)
            if len(self.seen) < _SHEETS:
                self.seen.append(one)
            if sheet.index not in self.corrections:
                self._recognise(one)
            sheet.rows = self._watched(one, chain(first, rows))
            yield sheet

    def _recognise(self, one: Seen) -> None:
        for first in one.head.rows:
            for lines in {template.lines for template in self.templates.values()}:
                last = first + lines - 1
                key = key_of(self.kind, one.head.headings(first, last))
                template = self.templates.get(key) if key else None
                if template is not None and template.lines == lines:
                    one.template = template
                    reading = {**template.reading, "header": [first, last]}
                    self.corrections[one.index] = of_sheet(reading)
                    return

    def _watched(self, one: Seen, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            if len(one.left) < _LEFT_OUT:
                one.left[row.number] = line_said(row)
            yield row

    def took(self, sheet: int, row: int) -> None:
        """A line became a row."""
        for one in self.seen:
            if one.index == sheet:
                one.left.pop(row, None)


# -------------------------------------------------------------------------------------- keeping


def headings_of(seen: Mapping[str, Any], header: tuple[int, int]) -> list[str]:
    """The headings of a sheet that was kept, over these lines."""
    rows = {int(number): Row(int(number), list(cells)) for number, cells in seen["lines"]}
    merges = [(m[0], m[1], m[2], m[3]) for m in seen.get("merges", ())]
    return Head(rows, merges).headings(*header)


async def keep(
    session: AsyncSession,
    actor: Actor,
    record: Import,
    name: str,
    sheets: Mapping[int, tuple[SheetCorrection, list[str]]],
) -> None:
    """Keep corrected sheets as templates: one a heading, the later replacing the earlier."""
    for correction, headings in sheets.values():
        key = key_of(record.kind, headings)
        if key is None or correction.header is None:
            continue
        first, last = correction.header
        values: dict[str, Any] = {
            "name": identifiers.masked(name)[0],
            "headings": [identifiers.masked(heading)[0] for heading in headings],
            "reading": {
                "lines": last - first + 1,
                "columns": {str(at): to for at, to in correction.columns.items()},
                "units": {str(at): str(unit) for at, unit in correction.units.items()},
            },
            "updated_at": now(),
        }
        made = insert(ImportTemplate).values(
            id=uuid7(), town_code=record.town_code, kind=record.kind, shape=key, used=0, version=1,
            created_at=now(), created_by_post_id=actor.post_id, **values,
        )  # fmt: skip
        made = made.on_conflict_do_update(
            index_elements=["town_code", "kind", "shape"],
            set_=values | {"version": ImportTemplate.version + 1},
        )
        template_id = await session.scalar(made.returning(ImportTemplate.id))
        await _told(session, actor, template_id, "kept", record.kind)


async def used(session: AsyncSession, templates: Iterable[UUID]) -> None:
    """Note that files were read by these templates."""
    await session.execute(
        update(ImportTemplate)
        .where(ImportTemplate.id.in_(list(templates)))
        .values(used=ImportTemplate.used + 1, last_used_at=now())
    )


def _own_kinds(actor: Actor) -> ColumnElement[bool]:
    return ImportTemplate.kind.in_([k for k, needs in LEDGER_NEEDS.items() if actor.may(needs)])


async def page(actor: Actor, query: TemplateQuery) -> dict[str, Any]:
    """The town's templates, those used last first: a few dozen at most, on one page."""
    statement = (
        select(ImportTemplate)
        .where(ImportTemplate.town_code == actor.town, _own_kinds(actor))
        .order_by(func.coalesce(ImportTemplate.last_used_at, ImportTemplate.created_at).desc())
    )
    if query.kind:
        statement = statement.where(ImportTemplate.kind.in_(query.kind))
    async with database().glance() as session:
        items = [_shown(each) for each in await session.scalars(statement)]
    return {
        "items": items,
        "next_cursor": None,
        "prev_cursor": None,
        "total": len(items),
        "total_is_exact": True,
        "sums": None,
        "notice": None,
    }


def _shown(template: ImportTemplate) -> dict[str, Any]:
    return {
        "id": template.id,
        "kind": template.kind.value,
        "name": template.name,
        "headings": [heading for heading in template.headings if heading],
        "used": template.used,
        "last_used_at": template.last_used_at,
        "created_at": template.created_at,
        "version": template.version,
    }


async def _locked(session: AsyncSession, actor: Actor, template_id: UUID) -> ImportTemplate:
    found = await session.scalar(
        select(ImportTemplate)
        .where(
            ImportTemplate.id == template_id,
            ImportTemplate.town_code == actor.town,
            _own_kinds(actor),
        )
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


async def rename(
    session: AsyncSession, actor: Actor, template_id: UUID, body: TemplateUpdate
) -> dict[str, Any]:
    """Give a template another name. Raises NotFound, StaleVersion."""
    template = await _locked(session, actor, template_id)
    if template.version != body.version:
        raise StaleVersion(current=template.version)
    name = body.changes().get("name")
    template.name = identifiers.masked(name)[0] if name else template.name
    template.version += 1
    template.updated_at = now()
    await session.flush()
    await _told(session, actor, template_id, "renamed", template.kind)
    return _shown(template)


async def remove(session: AsyncSession, actor: Actor, template_id: UUID) -> None:
    """Drop a template; what was read by it stays as it is. Raises NotFound."""
    template = await _locked(session, actor, template_id)
    await session.execute(delete(ImportTemplate).where(ImportTemplate.id == template_id))
    await _told(session, actor, template_id, "removed", template.kind)


async def _told(
    session: AsyncSession, actor: Actor, template_id: UUID | None, what: str, kind: LedgerKind
) -> None:
    told = {"what": what, "kind": kind.value}
    await events.record(
        session, actor, EventName.IMPORT_TEMPLATE_CHANGED, RESOURCE, template_id, told
    )
