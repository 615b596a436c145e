"""Leads that may tell of the same matter: a few look-ups find candidates, evidence is weighed here.

Look-ups go by what is indexed: numbers (blind indexes), the name and its sound, runs of rare words.
Each is bounded, so that a page costs the same at a million leads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Text,
    Uuid,
    and_,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import BYTEA, TSQUERY
from sqlalchemy.orm import aliased

from api.core.base.crypto import keyring
from api.core.database.db import Planning, database
from api.core.listing.pagination import Compiled, compile_statement, param, yuan
from api.domain.kit.actors import Actor
from api.domain.kit.errors import NotFound
from api.domain.kit.permissions import Permission, RowScope, follows_only
from api.domain.leads import similarity
from api.domain.leads.leads import LeadConclusion, LeadStatus, TransferStage, can_absorb, can_join
from api.domain.leads.similarity import Features, Match
from api.domain.words import names
from api.domain.words.identifiers import PUBLIC_KINDS, IdentifierKind, IdentifierState
from api.models.informants import LeadAccusedUnit
from api.models.leads import Lead, LeadIdentifier
from api.models.units import Division, Unit
from api.schemas.lead_links import LeadDraft
from api.services.kit import columns, protect
from api.services.leads import lead_lookups, lead_texts, leads

#: Candidates by each look-up, and suggestions in an answer.
_EACH, _SHOWN = 20, 20
#: A character with several readings may be stored under another one.
_SOUNDS = 8


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is looked for: the features of a lead, and the keys that candidates are found by."""

    features: Features
    indexes: list[bytes]
    usccs: list[str]
    words: list[str]
    #: Tsqueries of places, hosts and people, and the sounds of names that the text speaks of.
    facts: list[str]
    #: And of the words that are its own.
    own: list[str]
    spoken: list[str]
    own_id: UUID | None = None


# --- the one statement ----------------------------------------------------------------------------


def _numbers() -> Any:
    values = select(func.unnest(param("indexes", ARRAY(BYTEA))).label("value")).subquery("v")
    found = (
        select(LeadIdentifier.lead_id.label("id"))
        .where(LeadIdentifier.value_index == values.c.value, _STANDS)
        .limit(literal_column(str(_EACH)))
        .lateral("by_number")
    )
    return select(found.c.id).select_from(values).join(found, literal_column("true"))


def _keys(column: Any, name: str) -> Any:
    values = select(func.unnest(param(name, ARRAY(Text))).label("value")).subquery(f"{name}_given")
    found = (
        select(Lead.id.label("id"))
        .where(column == values.c.value, column != literal_column("''"))
        .order_by(Lead.id.desc())
        .limit(literal_column(str(_EACH)))
        .lateral(f"by_{name}")
    )
    return select(found.c.id).select_from(values).join(found, literal_column("true"))


def _words(name: str, most: int) -> Any:
    """The rows of the rarest words first: those of a common one take no place from them."""
    given = (
        func.unnest(param(name, ARRAY(Text)))
        .table_valued("query", with_ordinality="at")
        .render_derived(f"{name}_given")
    )
    # planned as if all were wanted: for the first few PostgreSQL would rather read the whole table
    found = (
        select(Lead.id.label("id"))
        .where(Lead.search.op("@@")(cast(given.c.query, TSQUERY)))
        .correlate(given)
        .cte(f"by_{name}", nesting=True)
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    hit = (
        select(found.c.id)
        .limit(literal_column(str(_EACH)))
        .add_cte(found, nest_here=True)
        .lateral(f"hit_{name}")
    )
    some = (
        select(hit.c.id)
        .select_from(given)
        .join(hit, literal_column("true"))
        .group_by(hit.c.id)
        .order_by(func.min(given.c.at), func.count().desc(), hit.c.id)
        .limit(literal_column(str(most)))
        .subquery(f"some_{name}")
    )
    return select(some.c.id)


#: Not even counted for whom it is kept off: a unit could ask whether somebody reported it.
_ABOUT_A_UNIT = exists(select(literal_column("1")).where(LeadAccusedUnit.lead_id == Lead.id))
#: The number of whoever a lead was handed to or answered by says nothing of its affair.
_STANDS = and_(
    LeadIdentifier.state != literal_column(f"'{IdentifierState.DISMISSED.value}'"),
    lead_texts.of_the_affair(),
)
_Owner = aliased(Unit)
_KNOWN = columns.json_list(
    select(
        func.json_build_array(
            LeadIdentifier.kind,
            func.encode(LeadIdentifier.value_index, literal_column("'hex'")),
            LeadIdentifier.value_mask,
        )
    ).where(LeadIdentifier.lead_id == Lead.id, _STANDS),
    LeadIdentifier.id,
)
_COMPARED: dict[str, Any] = {
    "subject_name": Lead.subject_name,
    "narrative": Lead.narrative,
    "subject_uscc": Lead.subject_uscc,
    "fen": Lead.amount_involved.cast(BigInteger),
    "identifiers": _KNOWN,
}
_ROW: dict[str, Any] = _COMPARED | {
    "id": Lead.id,
    "number": Lead.number,
    "status": Lead.status,
    "conclusion": Lead.conclusion,
    "primary_category": Lead.primary_category,
    "division_name": Division.name,
    "received_at": Lead.received_at,
    "amount_involved": yuan(Lead.amount_involved),
    "owner_unit": leads.owned(columns.named(_Owner)),
    "version": Lead.version,
    "is_merged": Lead.merged_into_id.is_not(None),
    "transfer_stage": Lead.transfer_stage,
    "owes": Lead.owes,
}
_NOT_SHOWN = {*_COMPARED, "transfer_stage", "owes"}
_compiled: dict[tuple[RowScope, tuple[str, ...]], Compiled] = {}


def _statement(scope: RowScope, texts: tuple[str, ...]) -> Any:
    found = union(
        _numbers(),
        _keys(Lead.subject_uscc, "usccs"),
        _keys(Lead.name_key, "names"),
        _keys(Lead.name_sound, "sounds"),
        *(_words(name, 2 * _EACH) for name in texts),
    ).subquery("found")
    own = param("own_id", Uuid())
    linked = or_(
        Lead.merged_into_id.is_(None),
        Lead.merged_into_id != func.coalesce(own, literal_column(f"'{UUID(int=0)}'::uuid")),
    )
    seen = leads.LISTING.sees(scope)
    rows = (
        select(
            *(column.label(name) for name, column in _ROW.items()),
            seen.label("seen"),
        )
        .select_from(found)
        .join(Lead, Lead.id == found.c.id)
        .join(Division, Division.code == Lead.division_code)
        .join(_Owner, _Owner.id == Lead.owner_unit_id)
        .where(Lead.id.is_distinct_from(own), linked, or_(seen, ~_ABOUT_A_UNIT))
        .subquery("r")
    )
    return select(func.json_agg(func.row_to_json(literal_column("r"))).cast(Text)).select_from(rows)


# --- what is looked for ---------------------------------------------------------------------------


def _said(
    kinds: Iterable[tuple[str, str, str]], uscc: str, *, personal: bool
) -> frozenset[tuple[IdentifierKind, str]]:
    """Identifiers for comparing. A hit on a personal one would confirm a guess to whoever may not
    be shown it: they compare public ones alone."""
    said = {
        (IdentifierKind(kind), mask if IdentifierKind(kind) in PUBLIC_KINDS else index)
        for kind, index, mask in kinds
        if personal or IdentifierKind(kind) in PUBLIC_KINDS
    }
    if uscc:
        said.add((IdentifierKind.CREDIT_CODE, uscc))
    return frozenset(said)


async def _wanted(
    given: dict[str, Any],
    known: Sequence[tuple[str, str, str]],
    *,
    personal: bool,
    own_id: UUID | None = None,
) -> _Wanted:
    """The features of a lead or a draft and its keys; `known` are kind, blind index and mask."""
    said = _said(known, given["subject_uscc"], personal=personal)
    indexes = [
        bytes.fromhex(index)
        for kind, index, _ in known
        if personal or IdentifierKind(kind) in PUBLIC_KINDS
    ]
    usccs = [str(value) for kind, value in said if kind is IdentifierKind.CREDIT_CODE]
    keys = keyring()
    indexes += [keys.blind_index(IdentifierKind.CREDIT_CODE.value, code) for code in usccs]
    told = f"{given['subject_name']} {given['narrative']}"
    features = similarity.features(given["subject_name"], given["narrative"], said, given["fen"])
    return _Wanted(
        features,
        list(dict.fromkeys(indexes)),
        usccs,
        await lead_lookups.phrases(told),
        await lead_lookups.told(features),
        await lead_lookups.own_words(features),
        [names.sound(each) for each in names.spoken(given["narrative"])],
        own_id,
    )


def _sounds(brand: str) -> list[str]:
    readings = [names.syllables(character) for character in brand]
    told: list[str] = []
    for said in product(*readings):
        told.append(" ".join(said))
        if len(told) == _SOUNDS:
            break
    return told if brand else []


async def _similar(actor: Actor, wanted: _Wanted, *, personal: bool) -> dict[str, Any]:
    scope = actor.scope
    asked = {"words": wanted.words, "facts": wanted.facts, "own": wanted.own}
    shape = scope, tuple(name for name, query in asked.items() if query)
    compiled = _compiled.get(shape)
    if compiled is None:
        compiled = _compiled[shape] = compile_statement(_statement(*shape))
    who = wanted.features.name
    values: dict[str, object] = {
        "indexes": wanted.indexes,
        "usccs": wanted.usccs,
        "names": [who.core] if who.is_known else [],
        "sounds": list(dict.fromkeys([*_sounds(who.brand), *wanted.spoken])),
        **asked,
        "own_id": wanted.own_id,
        "viewer": actor.viewer,
        "town": actor.town,
    }
    bound = [compiled.fixed.get(name, values.get(name)) for name in compiled.names]
    # every part of it has its own limit: one plan is right for all, and planning takes longer
    row = await database().fetchrow(compiled.sql, *bound, planning=Planning.ONCE)
    return _weighed(actor, wanted.features, orjson.loads(row[0] or "[]"), personal=personal)


def _weighed(
    actor: Actor, features: Features, rows: list[dict[str, Any]], *, personal: bool
) -> dict[str, Any]:
    found: list[tuple[Match, dict[str, Any]]] = []
    hidden = 0
    compare = similarity.comparing(features)
    for row in rows:
        match = compare(_features(row, personal=personal))
        if not match.is_similar:
            continue
        if row["seen"]:
            found.append((match, row))
        else:
            hidden += 1
    found.sort(key=lambda each: (each[0].bits, each[1]["id"]), reverse=True)
    # that there is a lead about somebody is itself news: only to those who handle leads
    may_count = not follows_only(actor.role, Permission.LEAD_HANDLE)
    return {
        "items": [_item(match, row) for match, row in found[:_SHOWN]],
        "hidden": hidden if may_count else None,
    }


def _features(row: dict[str, Any], *, personal: bool) -> Features:
    said = _said(row["identifiers"], row["subject_uscc"], personal=personal)
    return similarity.features(row["subject_name"], row["narrative"], said, row["fen"])


def _mergeable(row: dict[str, Any]) -> dict[str, bool]:
    """Both ways between this lead and another one; the pair itself is judged when it is merged."""
    status, merged = LeadStatus(row["status"]), bool(row["is_merged"])
    conclusion = LeadConclusion(row["conclusion"]) if row["conclusion"] else None
    stage = TransferStage(row["transfer_stage"]) if row["transfer_stage"] else None
    return {
        "can_join": can_join(status, stage, row["owes"], is_merged=merged),
        "can_absorb": can_absorb(status, conclusion, is_merged=merged),
    }


def _item(match: Match, row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in _ROW if name not in _NOT_SHOWN}
    return shown | {
        "subject_name": row["subject_name"],
        **_mergeable(row),
        "score": match.score,
        "reasons": [reason.value for reason, _ in match.reasons],
    }


# --- for routes -----------------------------------------------------------------------------------


async def of_lead(actor: Actor, lead_id: UUID) -> dict[str, Any]:
    """Leads like a visible one. Raises NotFound."""
    scope = actor.scope
    compiled = _own.get(scope)
    if compiled is None:
        compiled = _own[scope] = compile_statement(_own_statement(scope))
    values = {
        "lead_id": lead_id,
        "viewer": actor.viewer,
        "town": actor.town,
    }
    bound = [compiled.fixed.get(name, values.get(name)) for name in compiled.names]
    row = await database().fetchrow(compiled.sql, *bound, planning=Planning.ONCE)
    if row is None:
        raise NotFound
    personal = actor.may(Permission.LEAD_REVEAL)
    known = orjson.loads(row["identifiers"])
    wanted = await _wanted(dict(row), known, personal=personal, own_id=lead_id)
    return await _similar(actor, wanted, personal=personal)


_own: dict[RowScope, Compiled] = {}


def _own_statement(scope: RowScope) -> Any:
    compared = _COMPARED | {"identifiers": cast(_KNOWN, Text)}
    return select(*(column.label(name) for name, column in compared.items())).where(
        Lead.id == param("lead_id", Uuid()), leads.LISTING.scope(scope)
    )


async def of_draft(actor: Actor, body: LeadDraft) -> dict[str, Any]:
    """Leads like one that is being typed. Nothing of it is kept."""
    subject, narrative = protect.text(body.subject_name, ""), protect.text(body.narrative, "")
    entered = [protect.given(each.kind, each.value) for each in body.identifiers]
    rows = [*subject.identifiers, *narrative.identifiers, *(row for row in entered if row)]
    known = [(row["kind"].value, row["value_index"].hex(), row["value_mask"]) for row in rows]
    given = {
        "subject_name": subject.text,
        "narrative": narrative.text,
        "subject_uscc": body.subject_uscc,
        "fen": body.amount_involved,
    }
    personal = actor.may(Permission.LEAD_REVEAL)
    wanted = await _wanted(given, known, personal=personal)
    return await _similar(actor, wanted, personal=personal)
