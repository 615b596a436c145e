"""A noun declared once: what of a service follows from its table, its schemas and its flow.

Columns, filters and orders are those of the same name; lists, single records, corrections, steps and
what was masked work as those of every noun do. What is a noun's own stands in its file: the facts
that its flow reads, what a row must hold, what an act does beside the status.
`docs/adding-a-noun.md` shows one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel
from sqlalchemy import ARRAY, ColumnElement, Date, Text, Uuid, func, join, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.core.database import numbers, record_access
from api.core.events import events
from api.core.listing import facets, search
from api.core.listing.facets import Facets
from api.core.listing.pagination import Listing, PageQuery, Sort, check_columns, day
from api.core.listing.ways import Way, days, one
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.kit.flow import Flow
from api.domain.kit.nouns import PATHS
from api.domain.kit.permissions import Permission
from api.domain.kit.standing import Way as Course
from api.models.units import Unit
from api.models.users import User
from api.schemas.changes import Changes
from api.schemas.common import Named, Reveal, Wire, actions
from api.services.kit import _transition, changes, columns, protect, sealing, searching, steps
from api.services.kit._duty_source import Source, seen_record
from api.services.kit.standing import InCharge, entered, standing_of, taken_by
from api.services.kit.steps import Step

M = TypeVar("M")
Rule = Callable[..., None]


def _nothing(*_: Any) -> None:
    """A noun that asks for nothing more."""


@dataclass(frozen=True, slots=True)
class Schemas:
    """How a noun looks on the wire: a new one, its correction, a row, a record, and what a list asks."""

    create: type[Wire]
    update: type[Changes]
    item: type[BaseModel]
    read: type[BaseModel]
    query: type[PageQuery]


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that waits for whoever has a right, and who of them is left out."""

    step: Step
    needs: Permission
    others: Callable[[Actor], Sequence[ColumnElement[bool]]] = lambda _: ()


@dataclass(frozen=True)
class Declared(Generic[M]):
    """One noun: a table with numbers, a unit in charge, masked texts and one flow."""

    resource: str
    #: The letters of its numbers: CG-341522118-2022-0001.
    series: str
    model: type[M]
    flow: Flow[Any, Any]
    way: Course[Any, Any]
    schemas: Schemas
    reads: Permission
    handles: Permission
    created: EventName
    updated: EventName
    moved: EventName
    #: What it is called in lists, home and search.
    title: Any
    #: Written by hand: whatever numbers stand in them are masked.
    texts: tuple[str, ...]
    #: Where a search looks, beside its number.
    searched: tuple[Any, ...]
    #: The words of its table (models): letters by the filters that ask for them.
    words: str
    letters: Mapping[str, str]
    turns: tuple[Turn, ...] = ()
    #: Columns that the flow reads and nobody is shown.
    known: tuple[str, ...] = ()
    #: The status of a new one; else the flow's first.
    begins: Callable[[Any], Any] | None = None
    #: What a row must hold (the row). Raises Invalid.
    check: Rule = _nothing
    #: What an act does to the row beside its status, before and after it (actor, row, body).
    before: Rule = _nothing
    after: Rule = _nothing

    def __post_init__(self) -> None:
        """What would be missed by whoever asks is missed at import."""
        changes.check(self.schemas.update, self.model)
        shown = {name: c for name, c in self._read.items() if name not in self._hidden}
        check_columns(self.schemas.item, self._item)
        check_columns(self.schemas.read, shown, "available_actions", "standing")

    @property
    def path(self) -> str:
        """As in `/api/v1/{path}`."""
        return PATHS[self.resource]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its steps with a term by the table."""
        return tuple(turn.step for turn in self.turns)

    def duties(self) -> list[Source]:
        """What waits, as home tells it."""
        model: Any = self.model
        return [
            seen_record(
                turn.step.kind, self.path, model, turn.needs, turn.step.waits, turn.others,
                title=self.title, number=model.number, since=turn.step.since,
            )
            for turn in self.turns
        ]  # fmt: skip

    # --------------------------------------------------------------------------- what is derived

    def _column(self, name: str, hint: Any) -> Any:
        model: Any = self.model
        if name == "revealable":
            return columns.revealable(model)
        if name == "owner_unit":  # joined, for it may be filtered by
            return columns.named(Unit)
        if hint is Named:
            return columns.unit_named(getattr(model, f"{name}_id"))
        if hasattr(model, name):
            return getattr(model, name)
        person = getattr(model, f"{name}_id")
        return select(User.name).where(User.id == person).scalar_subquery()

    def _columns(self, schema: type[BaseModel]) -> dict[str, Any]:
        hints = get_type_hints(schema)
        made = {"available_actions", "standing"}
        return {
            name: self._column(name, hints[name])
            for name in schema.model_fields
            if name not in made
        }

    @cached_property
    def _item(self) -> dict[str, Any]:
        return self._columns(self.schemas.item)

    @cached_property
    def _hidden(self) -> frozenset[str]:
        return frozenset({*self.known, "entered", "taken_by", "turn_since"})

    @cached_property
    def _read(self) -> dict[str, Any]:
        model: Any = self.model
        return (
            self._columns(self.schemas.read)
            | {name: getattr(model, name) for name in self.known}
            | {
                "entered": entered(model.id, self.moved),
                "taken_by": taken_by(model),
                "turn_since": model.turn_since,
            }
        )

    @cached_property
    def _asked(self) -> tuple[str, ...]:
        """The names of the query that filter by a column."""
        own = self.schemas.query.model_fields.keys() - PageQuery.model_fields.keys()
        return tuple(name for name in self.schemas.query.model_fields if name in own - _NO_COLUMN)

    def _filter(self, name: str, hint: Any) -> tuple[Any, Callable[[Any], Any]]:
        model: Any = self.model
        stem, _, end = name.rpartition("_")
        if end in {"from", "to"}:
            column = getattr(model, f"{stem}_on")
            return Date(), (lambda p: column >= p) if end == "from" else (lambda p: column <= p)
        column = getattr(model, name)
        if _is_list(hint):
            return ARRAY(Text), lambda p: column == func.any(p)
        if _is(hint, UUID):
            return Uuid(), lambda p: column == p
        raise TypeError(f"{self.schemas.query.__name__}.{name} follows from no column")

    @cached_property
    def LISTING(self) -> Listing:  # noqa: N802  # as of every noun
        """How it is read (core/listing)."""
        model: Any = self.model
        query = self.schemas.query
        hints = get_type_hints(query)
        places = [search.folded(each) for each in (*self.searched, model.number)]
        ranges = {name.removesuffix("_from") for name in self._asked if name.endswith("_from")}
        ways: dict[str, Way] = {
            stem: days(getattr(model, f"{stem}_on"), since=f"{stem}_from", until=f"{stem}_to")
            for stem in sorted(ranges)
        }
        if "owner_unit_id" in self._asked:
            ways["owner_unit_id"] = one("owner_unit_id", model.owner_unit_id, by_town=False)
        return Listing(
            resource=self.resource,
            id=model.id,
            town_code=model.town_code,
            source=join(model, Unit, Unit.id == model.owner_unit_id, isouter=True),
            item_columns=self._item,
            read_columns=self._read,
            filters={
                **{name: self._filter(name, hints[name]) for name in self._asked},
                **steps.late_filters(self.steps),
                "q": (Text(), lambda p: or_(*(search.within(each, p) for each in places))),
            },
            sorts={each.value: self._sort(each.value, ranges) for each in hints["sort"]},
            default_sort=query.model_fields["sort"].default.value,
            ways=ways,
            facets=Facets(
                self.words,
                {name: facets.value(letter, name) for name, letter in self.letters.items()},
            ),
            unindexed=frozenset({"q"}),
        )

    def _sort(self, said: str, ranges: set[str]) -> Sort:
        name = said.removeprefix("-")
        column, descending = getattr(self.model, name), said.startswith("-")
        if not isinstance(column.type, Date):
            return Sort(name, column, descending)
        stem = name.removesuffix("_on")
        within = (f"{stem}_from", f"{stem}_to") if stem in ranges else ()
        return Sort(name, column, descending, day, within)

    def _view(self, record: dict[str, Any]) -> Any:
        """What the flow must know of a record that was read as JSON: its columns, as they are in the
        table."""
        kinds: Any = self.model.__table__.columns  # type: ignore[attr-defined]  # every noun has one
        seen = {name: _typed(kinds[name], said) for name, said in record.items() if name in kinds}
        return SimpleNamespace(**seen, owner_unit_id=UUID(record["owner_unit"]["id"]))

    # ------------------------------------------------------------------------------ what is done

    async def page(self, actor: Actor, query: Any) -> Response:
        """A page of visible records."""
        asked = {name: getattr(query, name) for name in self._asked}
        late = await steps.late(self.steps, query.late_step)
        words = None if searching.blank(query.q) else searching.plain(query.q)
        return await self.LISTING.page(
            actor, query, {**asked, **late, "q": words}, query.sort.value
        )

    async def read(
        self, actor: Actor, record_id: UUID, session: AsyncSession | None = None
    ) -> dict[str, Any]:
        """One visible record with what the actor may do with it. Raises NotFound."""
        record = await self.LISTING.one(actor, record_id, session)
        view = self._view(record)
        for name in self.known:
            del record[name]
        available = self.flow.available(actor, view)
        record["available_actions"] = actions(available, edit=self.schemas.update)
        record["standing"] = await standing_of(
            self.way,
            actor,
            view,
            available,
            entered=record.pop("entered"),
            term=steps.term(date.fromisoformat(record.pop("turn_since"))),
            charge=InCharge(record["owner_unit"]["name"], taken=record.pop("taken_by")),
        )
        if not actor.may(self.handles):
            record["revealable"] = []
        return record

    async def create(self, session: AsyncSession, actor: Actor, body: Any) -> dict[str, Any]:
        """Record one. Raises Invalid. Numbers in its texts are masked, and the originals kept."""
        given = {name: getattr(body, name) for name in type(body).model_fields}
        texts = {name: given.pop(name) for name in self.texts}
        model: Any = self.model
        made = model(
            id=uuid7(),
            number=(await numbers.take(self.series, actor.town))[0],
            status=self.begins(body) if self.begins else self.flow.initial,
            **given,
            **sealing.texts(texts),
            town_code=actor.town,
            owner_unit_id=actor.unit_id,
            created_by_post_id=actor.post_id,
        )
        self._written(actor, made)
        session.add(made)
        await session.flush()
        await record_access.grant(session, self.resource, made.id, [actor.unit_id])
        told = {"number": made.number, **({"kind": made.kind.value} if "kind" in given else {})}
        await events.record(session, actor, self.created, self.resource, made.id, told)
        return await self.read(actor, made.id, session)

    def _written(self, actor: Actor, record: Any) -> None:
        self.check(record)
        if "prepared_by_id" in self.known:
            record.prepared_by_id = actor.id

    async def update(
        self, session: AsyncSession, actor: Actor, record_id: UUID, body: Any
    ) -> dict[str, Any]:
        """Correct one. Raises NotFound, Forbidden, StaleVersion, Invalid."""
        record: Any = await _transition.lock(session, actor, self.LISTING, self.model, record_id)
        _transition.check_edit(actor, record, self.flow, body.version)
        given = body.changes()
        texts = {name: given[name] for name in self.texts if name in given}
        for name, value in (given | sealing.texts(texts, record.texts_enc)).items():
            setattr(record, name, value)
        self._written(actor, record)
        record.version += 1
        record.updated_at = now()
        await session.flush()
        told = {"fields": sorted(given)}
        await events.record(session, actor, self.updated, self.resource, record.id, told)
        return await self.read(actor, record_id, session)

    async def transition(
        self, session: AsyncSession, actor: Actor, record_id: UUID, body: Any
    ) -> dict[str, Any]:
        """Take a step of its flow. Raises what `_transition.apply` raises."""
        record: Any = await _transition.lock(session, actor, self.LISTING, self.model, record_id)
        reason = getattr(body, "reason", None)
        told = {"reason": protect.told(reason)} if reason else {}
        self.before(actor, record, body)
        await _transition.apply(session, actor, record, self.flow, self.moved, body, told)
        self.after(actor, record, body)
        await session.flush()
        return await self.read(actor, record_id, session)

    async def reveal(
        self, session: AsyncSession, actor: Actor, record_id: UUID, body: Reveal
    ) -> dict[str, str]:
        """Texts as they were written, for those who may write them, with an audit event.

        Raises NotFound, Forbidden for fields that hold nothing to reveal.
        """
        shown = await self.read(actor, record_id, session)
        record: Any = await _transition.lock(session, actor, self.LISTING, self.model, record_id)
        values = sealing.revealed(self.resource, body.fields, shown["revealable"], record.texts_enc)
        told = {"fields": body.fields, "reason": protect.told(body.reason)}
        await events.record(session, actor, EventName.REVEALED, self.resource, record_id, told)
        return values


#: Of a query: what asks for an order, a step or words, and no column.
_NO_COLUMN = frozenset({"sort", "late_step", "q"})


def _is(hint: Any, kind: type) -> bool:
    return hint is kind or kind in get_args(hint)


def _is_list(hint: Any) -> bool:
    return get_origin(hint) is list or any(_is_list(each) for each in get_args(hint))


def _typed(column: Any, said: Any) -> Any:
    """A value of a column as JSON carries it, as the table has it."""
    kind = column.type.python_type
    if said is None or not isinstance(said, str):
        return said
    if issubclass(kind, Enum | UUID):
        return kind(said)
    return kind.fromisoformat(said) if issubclass(kind, date) else said
