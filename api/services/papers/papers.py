"""Papers: shown before they are made, made with a number, read, voided, downloaded."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import ARRAY, Text, Uuid, func, join, literal_column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import paper_rows
from api.core.base.clock import now, today
from api.core.base.ids import uuid7
from api.core.documents import docx
from api.core.events import events
from api.core.listing.pagination import Listing, Sort, check_columns
from api.domain.kit.actors import Actor
from api.domain.kit.errors import (
    Conflict,
    DomainError,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
)
from api.domain.kit.events import EventName
from api.domain.papers import papers as rules
from api.domain.papers.blocks import Block, BlockKind, Filled, Part, fill, needed
from api.domain.papers.fields import registered
from api.domain.papers.numbers import number_of, prefix_of
from api.domain.papers.papers import PAPER_FLOW, PaperKind, PaperStatus
from api.models.papers import Paper, PaperSeries
from api.models.units import Division, Unit
from api.schemas.common import actions
from api.schemas.papers import PaperCreate, PaperItem, PaperPreviewQuery, PaperQuery, PaperRead
from api.services.kit import _transition, columns, protect, searching
from api.services.papers import facts
from api.services.papers.facts import Source

RESOURCE = "paper"
#: Filled in when it is made; until then the place is shown.
_AT_MAKING = {"number": "（制作时编号）"}
#: Of the day and the number alone no two papers differ.
_OF_ITSELF = frozenset({"number", "made_on"})
#: One at a time in a process: writing a document is work for a whole core.
_turn = asyncio.Semaphore(1)

_ITEM: dict[str, Any] = {
    "id": Paper.id,
    "number": Paper.number,
    "kind": Paper.kind,
    "status": Paper.status,
    "noun": Paper.noun,
    "subject_id": Paper.subject_id,
    "owner_unit": columns.named(Unit),
    "made_by": Paper.made_by,
    "created_at": Paper.created_at,
    "void_reason": Paper.void_reason,
    "version": Paper.version,
}
_READ: dict[str, Any] = _ITEM | {
    "template_version": Paper.template_version,
    "facts": Paper.facts,
    "voided_at": Paper.voided_at,
    "voided_by": Paper.voided_by,
    "updated_at": Paper.updated_at,
}
check_columns(PaperItem, _ITEM)
check_columns(
    PaperRead,
    {name: column for name, column in _READ.items() if name != "facts"},
    "blocks",
    "available_actions",
)
_ANY_TEXT = ARRAY(Text)

LISTING = Listing(
    resource=RESOURCE,
    id=Paper.id,
    town_code=Paper.town_code,
    source=join(Paper, Unit, Unit.id == Paper.owner_unit_id),
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "kind": (_ANY_TEXT, lambda p: Paper.kind == func.any(p)),
        "status": (_ANY_TEXT, lambda p: Paper.status == func.any(p)),
        "nouns": (_ANY_TEXT, lambda p: Paper.noun == func.any(p)),
        "subject_id": (Uuid(), lambda p: Paper.subject_id == p),
        "owner_unit_id": (Uuid(), lambda p: Paper.owner_unit_id == p),
        "named": (_ANY_TEXT, lambda p: searching.says(Paper.number, p)),
    },
    sorts={
        "-id": Sort("id", Paper.id, descending=True),
        "id": Sort("id", Paper.id),
    },
    default_sort="-id",
    scopes=paper_rows.SCOPES,
    unindexed=frozenset({"named", "nouns", "kind", "status"}),
)


def _readable(actor: Actor) -> list[str]:
    """The nouns whose records, and so their papers, this role reads."""
    return [noun for noun, needs in rules.READS.items() if actor.may(needs)]


async def page(actor: Actor, query: PaperQuery) -> Response:
    """A page of the papers of visible records."""
    asked = {
        "kind": query.kind,
        "status": query.status,
        "nouns": _readable(actor),
        "subject_id": query.subject_id,
        "owner_unit_id": query.owner_unit_id,
        "named": None if searching.blank(query.q) else searching.words(query.q or ""),
    }
    return await LISTING.page(actor, query, asked, query.sort.value)


async def _one(actor: Actor, paper_id: UUID, session: AsyncSession | None = None) -> dict[str, Any]:
    found = await LISTING.one(actor, paper_id, session)
    if not actor.may(rules.READS[found["noun"]]):
        raise NotFound
    return found


class _FlowView:
    """What the flow must know of a paper that was read as JSON."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.status = PaperStatus(found["status"])
        self.owner_unit_id = UUID(found["owner_unit"]["id"])


async def read(actor: Actor, paper_id: UUID, session: AsyncSession | None = None) -> dict[str, Any]:
    """One paper as it was made, with what may be done with it. Raises NotFound."""
    found = await _one(actor, paper_id, session)
    blocks = _as_made(found)
    ids = {found["noun"]: UUID(found["subject_id"])}
    found["blocks"] = _shown(blocks, found["noun"], ids)
    found["available_actions"] = actions(PAPER_FLOW.available(actor, _FlowView(found)))
    return found


def _as_made(found: dict[str, Any]) -> list[Filled]:
    kind = PaperKind(found["kind"])
    blocks = rules.template(kind, found["template_version"]).blocks
    return fill(blocks, found.pop("facts"))


def _shown(blocks: Sequence[Filled], noun: str, ids: Mapping[str, UUID]) -> list[dict[str, Any]]:
    known = registered(noun)

    def parts(each: Iterable[Part]) -> list[dict[str, Any]]:
        return [
            {
                "text": part.text,
                "field": part.field or None,
                "label": known[part.field].label if part.field else None,
                "noun": (known[part.field].noun or noun) if part.field else None,
                "record_id": ids.get(known[part.field].noun, ids.get(noun)) if part.field else None,
            }
            for part in each
        ]

    return [
        {
            "kind": block.kind,
            "parts": parts(block.parts),
            "rows": [
                {"heading": parts(heading), "content": parts(content)}
                for heading, content in block.rows
            ],
        }
        for block in blocks
    ]


# --- before it is made ----------------------------------------------------------------------------


async def preview(session: AsyncSession, actor: Actor, query: PaperPreviewQuery) -> dict[str, Any]:
    """The paper as it would be made now, with what is missing and what stands in the way.

    Raises NotFound, Conflict for a record that is over.
    """
    source = await facts.gather(session, actor, query.kind, query.subject_id)
    blocks = rules.template(query.kind).blocks
    values = _AT_MAKING | _day() | source.values
    refusal = ""
    try:
        await _ensure_may(session, actor, query.kind, source)
    except DomainError as refused:
        refusal = refused.detail
    notice = (
        f"记录上已经登记文书编号“{source.document_no}”，与制作时所编的号不同的，请更正记录"
        if source.document_no
        else ""
    )
    return {
        "kind": query.kind,
        "noun": source.noun,
        "subject_id": source.subject_id,
        "blocks": _shown(fill(blocks, values), source.noun, source.ids),
        "missing": [
            {"field": name, "label": label, "fill_in": fill_in}
            for name, label, fill_in in _missing(blocks, source.noun, values)
        ],
        "refusal": refusal,
        "notice": notice,
    }


def _day() -> dict[str, str]:
    return {"made_on": facts.on(today())}


def _missing(
    blocks: Sequence[Block], noun: str, values: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    known = registered(noun)
    empty = (name for name in needed(blocks) if not values.get(name, "").strip())
    return [(name, known[name].label, known[name].fill_in) for name in empty]


async def _ensure_may(session: AsyncSession, actor: Actor, kind: PaperKind, source: Source) -> None:
    """Who may do the act on the record makes the paper of it. Raises Forbidden, RuleViolated."""
    if not actor.may(rules.RULES[kind].needs):
        raise Forbidden
    rules.in_charge(kind).ensure(actor, source)
    if source.legal_actor is not None:
        unit = await session.get_one(Unit, actor.unit_id)
        named = source.values.get("legal_actor_name", "")
        rules.ensure_signs(kind, unit.behaviour, unit.name, source.legal_actor, named)


# --- making ---------------------------------------------------------------------------------------


async def make(session: AsyncSession, actor: Actor, body: PaperCreate) -> dict[str, Any]:
    """Make a paper: the values are kept, and it gets the next number of its series.

    Raises NotFound, Forbidden, RuleViolated, Conflict, and Invalid naming every fact that is
    missing; then no number is spent.
    """
    source = await facts.gather(session, actor, body.kind, body.subject_id)
    await _ensure_may(session, actor, body.kind, source)
    template = rules.template(body.kind)
    values = _AT_MAKING | _day() | source.values
    missing = _missing(template.blocks, source.noun, values)
    if missing:
        raise _incomplete(body.kind, missing)
    values = {name: protect.told(text) for name, text in values.items()}
    paper = Paper(
        id=uuid7(),
        status=PAPER_FLOW.initial,
        kind=body.kind,
        template_version=template.version,
        town_code=actor.town,
        noun=source.noun,
        subject_id=source.subject_id,
        owner_unit_id=actor.unit_id,
        made_by=actor.name,
        created_by_post_id=actor.post_id,
    )
    await _number(session, paper)
    await _ensure_new(session, paper, values)
    paper.facts = values | {"number": paper.number}
    session.add(paper)
    await session.flush()
    await events.record(
        session, actor, EventName.PAPER_MADE, paper.noun, paper.subject_id, _told(paper)
    )
    return await read(actor, paper.id, session)


def _incomplete(kind: PaperKind, missing: Sequence[tuple[str, str, str]]) -> Invalid:
    said = "；".join(f"{label}（{fill_in}）" if fill_in else label for _, label, fill_in in missing)
    return Invalid(
        f"还不能制作{kind.label}，缺少：{said}",
        code="paper_incomplete",
        errors=[
            FieldError("/subject_id", "missing", fill_in or f"请补充{label}", label)
            for _, label, fill_in in missing
        ],
    )


async def _number(session: AsyncSession, paper: Paper) -> None:
    """The next number of the series. Whoever takes one meanwhile waits for this transaction, and
    what fails gives its number back with it: there is no gap."""
    series, year = rules.RULES[paper.kind].series, today().year
    counter = insert(PaperSeries).values(
        town_code=paper.town_code, series=series, year=year, last=1
    )
    paper.series, paper.year = series, year
    paper.seq = (
        await session.scalar(
            counter.on_conflict_do_update(
                index_elements=["town_code", "series", "year"],
                set_={"last": PaperSeries.last + 1},
            ).returning(PaperSeries.last)
        )
        or 1
    )
    town = await session.scalar(select(Division.name).where(Division.code == paper.town_code))
    paper.number = number_of(prefix_of(town or ""), series, year, paper.seq)


async def _ensure_new(session: AsyncSession, paper: Paper, values: Mapping[str, str]) -> None:
    """Raises Conflict where the same was made already: two numbers would say one thing."""
    others = await session.execute(
        select(Paper.number, Paper.facts).where(
            paper_rows.is_of(paper.noun, paper.subject_id),
            Paper.kind == paper.kind,
            Paper.status == literal_column(f"'{PaperStatus.MADE.value}'"),
        )
    )
    for number, said in others:
        if _without_itself(said) == _without_itself(values):
            raise Conflict(
                f"内容相同的{paper.kind.label}已经制作：{number}；要重新制作的，请先作废",
                code="paper_exists",
            )


def _without_itself(values: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if name not in _OF_ITSELF}


def _told(paper: Paper) -> dict[str, Any]:
    return {"paper_id": str(paper.id), "paper": f"{paper.kind.label} {paper.number}"}


# --- afterwards -----------------------------------------------------------------------------------


async def transition(
    session: AsyncSession, actor: Actor, paper_id: UUID, body: Any
) -> dict[str, Any]:
    """Void a paper: it stays, with its number and the reason. Raises what `_transition.apply`
    raises."""
    await _one(actor, paper_id, session)
    paper = await _transition.lock(session, actor, LISTING, Paper, paper_id)
    reason = protect.told(body.reason)
    _transition.check(actor, paper, PAPER_FLOW, body)
    paper.voided_at, paper.voided_by, paper.void_reason = now(), actor.name, reason
    await _transition.apply(
        session,
        actor,
        paper,
        PAPER_FLOW,
        EventName.PAPER_TRANSITIONED,
        body,
        _told(paper) | {"flow": RESOURCE, "reason": reason},
        tells=(paper.noun, paper.subject_id),
    )
    await session.flush()
    return await read(actor, paper_id, session)


async def file(session: AsyncSession, actor: Actor, paper_id: UUID) -> tuple[str, bytes]:
    """The name and content of a paper's Word document, and who fetched it goes into the audit.

    Raises NotFound.
    """
    found = await _one(actor, paper_id, session)
    kind, number = PaperKind(found["kind"]), str(found["number"])
    blocks = _as_made(found)
    if found["status"] == PaperStatus.VOIDED.value:
        said = f"本文书已作废：{found['void_reason']}"
        blocks.insert(0, Filled(BlockKind.NOTE, (Part(said),)))
    told = {"paper_id": str(paper_id), "paper": f"{kind.label} {number}"}
    await events.record(
        session, actor, EventName.DOWNLOADED, found["noun"], UUID(found["subject_id"]), told
    )
    made_at = datetime.fromisoformat(found["created_at"])
    async with _turn:
        content = await asyncio.to_thread(docx.written, blocks, f"{kind.label} {number}", made_at)
    return f"{kind.label}（{number}）.docx", content
