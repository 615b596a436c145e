"""Versions of rule sets: drafted, compared, approved by a second person, in force from a day.

What decides by them asks services/kit/rule_sets.py.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Text,
    and_,
    any_,
    case,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.access import visibility
from api.core.base.clock import now, today
from api.core.base.statements import param
from api.core.database.db import database
from api.core.events import events
from api.core.listing.pagination import Listing, Sort, check_columns
from api.domain.across import rule_sets as rules
from api.domain.across.rule_sets import (
    BUILTINS,
    RULE_SET_FLOW,
    RULE_SETS,
    Builtin,
    RuleForce,
    RuleKind,
    RuleOwner,
    RuleSet,
    RuleSetAction,
    RuleSetStatus,
)
from api.domain.across.ways import RULE_SET_WAY
from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import county_of
from api.domain.kit.duties import DutyKind
from api.domain.kit.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission, RowScope
from api.domain.words import rule_content
from api.domain.words.rule_content import Content, Entry
from api.models.rule_sets import RuleSetVersion
from api.models.users import User
from api.schemas.common import actions
from api.schemas.rule_sets import (
    RuleSetVersionCreate,
    RuleSetVersionItem,
    RuleSetVersionQuery,
    RuleSetVersionRead,
    RuleSetVersionUpdate,
)
from api.services.kit import _transition, columns, due_days, protect, steps
from api.services.kit import changes as corrections
from api.services.kit import rule_sets as books
from api.services.kit._duty_source import in_status
from api.services.kit.rule_sets import Book, Version
from api.services.kit.standing import InCharge, begun, entered, standing_of, taken_by
from api.services.kit.steps import Step, holder_unit

RESOURCE = "rule_set_version"
corrections.check(RuleSetVersionUpdate, RuleSetVersion)

_V = RuleSetVersion
_TODAY = param("today", Date())
_Later = aliased(RuleSetVersion)
_TOWN = param("town", Text())
#: By a later one of its book; what all towns share, by one of the reader's own.
_REPLACED = exists().where(
    _Later.kind == _V.kind,
    _Later.number.is_not(None),
    _Later.valid_from <= _TODAY,
    or_(
        and_(_Later.town_code == _V.town_code, _Later.number > _V.number),
        and_(_Later.town_code == _TOWN, _V.town_code != _TOWN),
    ),
)


def _literal(code: str) -> Any:
    return literal_column(f"'{code}'", Text())


_FORCE = case(
    (_V.status != RuleSetStatus.APPROVED, _literal(RuleForce.NONE)),
    (_V.valid_from > _TODAY, _literal(RuleForce.AHEAD)),
    (_REPLACED, _literal(RuleForce.REPLACED)),
    else_=_literal(RuleForce.IN_FORCE),
)
#: A county's code is shorter than a town's.
_OWNER = case(
    (func.length(_V.town_code) == func.length(func.left(_V.town_code, literal_column("6"))),
     _literal(RuleOwner.SHARED)),
    else_=_literal(RuleOwner.TOWN),
)  # fmt: skip
_ITEM: dict[str, Any] = {
    "id": _V.id,
    "kind": _V.kind,
    "owner": _OWNER,
    "number": _V.number,
    "status": _V.status,
    "force": _FORCE,
    "valid_from": _V.valid_from,
    "source": _V.source,
    "author": select(func.string_agg(User.name, _literal("、")))
    .where(User.id == func.any(_V.author_ids))
    .scalar_subquery(),
    "approved_by": select(User.name).where(User.id == _V.approved_by_id).scalar_subquery(),
    "approved_at": _V.approved_at,
    "version": _V.version,
}
_READ: dict[str, Any] = _ITEM | {
    "content": _V.content,
    "note": _V.note,
    "based_on_id": _V.based_on_id,
    "refused_reason": _V.refused_reason,
    "is_earlier": _V.is_earlier,
    "created_at": _V.created_at,
    "updated_at": _V.updated_at,
    "town_code": _V.town_code,
    "author_ids": _V.author_ids,
    "owner_unit_id": _V.owner_unit_id,
    "entered": entered(_V.id, EventName.RULE_SET_TRANSITIONED),
    "taken_by": taken_by(_V),
    "turn_since": _V.turn_since,
    "begun_by": columns.unit_named(_V.owner_unit_id),
}
#: Only the flow and the head read these.
_DECIDING = ("town_code", "author_ids", "owner_unit_id")
check_columns(RuleSetVersionItem, _ITEM)
check_columns(
    RuleSetVersionRead,
    {
        name: column
        for name, column in _READ.items()
        if name not in {*_DECIDING, "entered", "taken_by", "turn_since", "begun_by"}
    },
    "available_actions",
    "standing",
)

_ANY_TEXT = ARRAY(Text)
#: What is done with a version, and until when.
STEPS = (
    Step(DutyKind.RULE_SET_SUBMIT, in_status(_V.status, RuleSetStatus.DRAFT), _V.turn_since),
    Step(
        DutyKind.RULE_SET_APPROVE,
        in_status(_V.status, RuleSetStatus.SUBMITTED),
        _V.turn_since,
        holder_unit(Permission.RULE_SET_APPROVE, _V.town_code, _V.owner_unit_id),
    ),
)
#: What a version is called, wherever it waits.
KIND_LABEL = case(
    *((_V.kind == _literal(kind), _literal(kind.label)) for kind in RuleKind), else_=_literal("")
)


def to_approve(actor: Any) -> ColumnElement[bool]:
    """What waits for somebody who approves: of their book and subject, none that they wrote in."""
    mine = [_literal(kind) for kind, row in RULE_SETS.items() if actor.may(row.approves)]
    return and_(
        _V.town_code == actor.town,
        STEPS[1].waits,
        _V.kind.in_(mine),
        not_(any_(_V.author_ids) == actor.id),
    )


LISTING = Listing(
    resource=RESOURCE,
    id=_V.id,
    town_code=_V.town_code,
    source=_V.__table__,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "kind": (_ANY_TEXT, lambda p: _V.kind == func.any(p)),
        "status": (_ANY_TEXT, lambda p: _V.status == func.any(p)),
        **steps.late_filters(STEPS),
    },
    sorts={"-id": Sort("id", _V.id, descending=True), "id": Sort("id", _V.id)},
    default_sort="-id",
    scopes={
        RowScope.TOWN: _V.town_code.in_([_TOWN, func.left(_TOWN, literal_column("6"))]),
        RowScope.COUNTY: _V.town_code == _TOWN,
    },
    unindexed=frozenset({"kind", "status"}),
)


async def page(actor: Actor, query: RuleSetVersionQuery) -> Response:
    """Drafts and versions, the latest first."""
    asked = {
        "kind": query.kind,
        "status": query.status,
        **await steps.late(STEPS, query.late_step),
    }
    return await LISTING.page(actor, query, asked, query.sort.value)


# ------------------------------------------------------------------------------ kinds


async def kinds(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Every kind that has a book of the actor's, with what is in force and what is drafted."""
    found = [kind for kind in RULE_SETS.values() if _concerns(actor, kind)]
    return {"items": [(await _shown(session, actor, kind))[0] for kind in found]}


def _concerns(actor: Actor, kind: RuleSet) -> bool:
    """The county has no part in what each town sets for itself."""
    return rules.owner_of(actor.town) in kind.owners or actor.scope is RowScope.TOWN


async def kind(session: AsyncSession, actor: Actor, code: RuleKind) -> dict[str, Any]:
    """One kind: what its versions hold, and all of them. Raises NotFound."""
    row = _kind(actor, code)
    shown, items, book = await _shown(session, actor, row)
    in_force = book.in_force(actor.town, today())
    approved = [each for each in items if each["number"] is not None]
    builtin = [_builtin_item(row, each, in_force) for each in reversed(row.builtin)]
    return shown | {
        "entries": [_entry(each) for each in row.entries],
        "content": rule_content.shown(row.entries, in_force.content),
        "versions": [*sorted(approved, key=lambda each: -each["number"]), *builtin],
    }


def _kind(actor: Actor, code: RuleKind) -> RuleSet:
    row = RULE_SETS[code]
    if not _concerns(actor, row):
        raise NotFound
    return row


async def _shown(
    session: AsyncSession, actor: Actor, row: RuleSet
) -> tuple[dict[str, Any], list[dict[str, Any]], Book]:
    """A kind as the actor sees it, the versions that are rows, and its book."""
    book = await books.of_kind(session, row.kind)
    statement = select(*(column.label(name) for name, column in _ITEM.items())).where(
        _V.kind == row.kind, visibility.seen(actor, _V), _V.status != RuleSetStatus.WITHDRAWN
    )
    found = await session.execute(statement.order_by(_V.id), {"today": today(), "town": actor.town})
    items = [dict(each) for each in found.mappings()]
    ids = {each["id"]: each for each in items}
    in_force = book.in_force(actor.town, today())
    open_ = next((each for each in items if _is_own_draft(actor, each)), None)
    shown = {
        "kind": row.kind.value,
        "label": row.kind.label,
        "about": row.about,
        "in_force": ids.get(in_force.id) or _builtin_item(row, BUILTINS[in_force.id][1], in_force),
        "ahead": [each for each in items if each["force"] == RuleForce.AHEAD],
        "open": open_,
        "waits_for": await _waits_for(session, actor, open_),
        "may_draft": _may_draft(actor, row) and open_ is None,
    }
    return shown, items, book


def _is_own_draft(actor: Actor, item: dict[str, Any]) -> bool:
    own = item["owner"] == rules.owner_of(actor.town).value
    return own and RuleSetStatus(item["status"]) in rules.OPEN


async def _waits_for(session: AsyncSession, actor: Actor, item: dict[str, Any] | None) -> str:
    """Whose turn it is with a draft, as the head of its page says it."""
    if item is None:
        return ""
    head = (await read(actor, item["id"], session))["standing"]
    return "、".join(f"{each['whom']}：{each['what']}" for each in head["now"])


def _may_draft(actor: Actor, row: RuleSet) -> bool:
    return (
        actor.may(Permission.RULE_SET_PREPARE)
        and actor.may(row.drafts)
        and rules.owner_of(actor.town) in row.owners
    )


def _entry(entry: Entry) -> dict[str, Any]:
    labels = entry.options.labels() if entry.options else None
    return {
        "name": entry.name,
        "label": entry.label,
        "kind": entry.kind.value,
        "options": None
        if labels is None
        else [{"value": code, "label": label} for code, label in labels.items()],
        "least": entry.least,
        "most": entry.most,
        "rows": [_entry(each) for each in entry.rows],
        "key": entry.key,
        "named": [{"value": code, "label": label} for code, label in entry.named.items()],
        "help": entry.help,
    }


def _builtin_item(row: RuleSet, version: Builtin, in_force: Version) -> dict[str, Any]:
    is_it = version.id == in_force.id
    return {
        "id": version.id,
        "kind": row.kind.value,
        "owner": RuleOwner.BUILTIN.value,
        "number": version.number,
        "status": RuleSetStatus.APPROVED.value,
        "force": (RuleForce.IN_FORCE if is_it else RuleForce.REPLACED).value,
        "valid_from": None,
        "source": version.source,
        "author": None,
        "approved_by": None,
        "approved_at": None,
        "version": 1,
    }


# ------------------------------------------------------------------------------ one version


@dataclass(frozen=True, slots=True)
class _FlowView:
    """What the flow must know of a version that was read as JSON."""

    status: RuleSetStatus
    owner_unit_id: UUID
    kind: RuleKind
    town_code: str
    author_ids: tuple[UUID, ...]
    is_past: bool


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible version with what the actor may do with it. Raises NotFound."""
    if record_id in BUILTINS:
        return await _builtin(actor, record_id, session)
    found = await LISTING.one(actor, record_id, session)
    book, authors, unit = (found.pop(name) for name in _DECIDING)
    status = RuleSetStatus(found["status"])
    record = _FlowView(
        status,
        UUID(unit),
        RuleKind(found["kind"]),
        book,
        tuple(UUID(each) for each in authors),
        date.fromisoformat(found["valid_from"]) < today(),
    )
    available = RULE_SET_FLOW.available(actor, record)
    found["content"] = rule_content.shown(RULE_SETS[record.kind].entries, found["content"])
    found["available_actions"] = actions(available, edit=RuleSetVersionUpdate)
    found["standing"] = await standing_of(
        RULE_SET_WAY,
        actor,
        record,
        available,
        entered=found.pop("entered"),
        term=steps.term(date.fromisoformat(found.pop("turn_since"))),
        charge=InCharge(
            found["begun_by"]["name"], created=begun(found), taken=found.pop("taken_by")
        ),
    )
    return found


async def _builtin(actor: Actor, record_id: UUID, session: AsyncSession | None) -> dict[str, Any]:
    row, version = BUILTINS[record_id]
    if not _concerns(actor, row):
        raise NotFound
    if session is not None:
        book = await books.of_kind(session, row.kind)
    else:
        async with database().glance() as own:
            book = await books.of_kind(own, row.kind)
    return _builtin_item(row, version, book.in_force(actor.town, today())) | {
        "content": rule_content.shown(row.entries, version.content),
        "note": "",
        "based_on_id": None,
        "refused_reason": "",
        "is_earlier": False,
        "created_at": rules.RELEASED,
        "updated_at": rules.RELEASED,
        "standing": None,
        "available_actions": [],
    }


async def differences(
    session: AsyncSession, actor: Actor, record_id: UUID, against: UUID | None
) -> dict[str, Any]:
    """What a version says otherwise than another of its kind, that one by default from which it was
    drafted. Raises NotFound, Invalid (`other_kind`)."""
    after = await read(actor, record_id, session)
    before_id = against or after["based_on_id"] or after["id"]
    before = await read(actor, UUID(str(before_id)), session)
    if before["kind"] != after["kind"]:
        message = "只能比较同一类规则的两个版本"
        raise Invalid(
            message, code="other_kind", errors=[FieldError("#query/against", "other_kind", message)]
        )
    entries = RULE_SETS[RuleKind(after["kind"])].entries
    contents = [rule_content.parsed(entries, each["content"])[0] for each in (before, after)]
    found = rule_content.differences(entries, *contents)
    if before["source"] != after["source"]:
        found.append(rule_content.Difference("", "依据", before["source"], after["source"]))
    return {
        "before": {name: before[name] for name in _ITEM},
        "after": {name: after[name] for name in _ITEM},
        "items": [
            {"rule": each.rule, "field": each.field, "before": each.before, "after": each.after}
            for each in found
        ],
    }


# ------------------------------------------------------------------------------ writing


def _content(row: RuleSet, given: Any) -> Content:
    """What was sent, as it is stored. Raises Invalid naming all that is wrong with it."""
    made, faults = rule_content.parsed(row.entries, given)
    if not faults:
        faults = [replace(each, pointer=f"/content{each.pointer}") for each in row.faults(made)]
    if faults:
        raise Invalid(faults[0].message, errors=faults)
    return made


def _ensure_day(book: Book, code: str, valid_from: date) -> None:
    last = book.last(code)
    faults = rules.day_faults(valid_from, today(), last.valid_from if last else None)
    if faults:
        raise Invalid(faults[0].message, code=faults[0].code, errors=faults)


async def draft(
    session: AsyncSession, actor: Actor, code: RuleKind, body: RuleSetVersionCreate
) -> dict[str, Any]:
    """Begin the next version in the actor's book.

    Raises NotFound, Forbidden (`not_own_book`, `not_own_subject`), Conflict (`draft_open`), Invalid.
    """
    row = _kind(actor, code)
    if rules.owner_of(actor.town) not in row.owners:
        raise Forbidden(rules.OWN_BOOK.sentence, code=rules.OWN_BOOK.name)
    if not actor.may(row.drafts):
        raise Forbidden(rules.DRAFTS.sentence, code=rules.DRAFTS.name)
    await due_days.check(session, body)
    await _lock(session, code, actor.town)
    await _ensure_alone(session, code, actor.town)
    book = await books.of_kind(session, code)
    _ensure_day(book, actor.town, body.valid_from)
    base = book.last(actor.town) or book.in_force(actor.town, today())
    made = RuleSetVersion(
        kind=code,
        town_code=actor.town,
        status=RULE_SET_FLOW.initial,
        content=base.content if body.content is None else _content(row, body.content),
        source=protect.told(body.source),
        note=protect.told(body.note),
        valid_from=body.valid_from,
        based_on_id=base.id,
        author_ids=[actor.id],
        owner_unit_id=actor.unit_id,
        created_by_post_id=actor.post_id,
    )
    session.add(made)
    await session.flush()
    told = {"kind": code.value, "valid_from": made.valid_from.isoformat()}
    await events.record(session, actor, EventName.RULE_SET_DRAFTED, RESOURCE, made.id, told)
    return await read(actor, made.id, session)


async def _lock(session: AsyncSession, code: RuleKind, town: str) -> None:
    """One draft and one approval of a book at a time."""
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtext(f"rule-set:{code.value}:{town}")))
    )


async def _ensure_alone(session: AsyncSession, code: RuleKind, town: str) -> None:
    open_ = await session.scalar(
        select(_V.id).where(and_(_V.kind == code, _V.town_code == town, _V.status.in_(rules.OPEN)))
    )
    if open_ is not None:
        raise Conflict(
            "已有一个新版本正在起草或者待批准，请在它上面修改，或者先作废",
            code="draft_open",
            open_id=str(open_),
        )


async def update(
    session: AsyncSession, actor: Actor, record_id: UUID, body: RuleSetVersionUpdate
) -> dict[str, Any]:
    """Change a draft. Raises NotFound, Forbidden, Conflict (`closed`), StaleVersion, Invalid."""
    await due_days.check(session, body)
    version = await _locked(session, actor, record_id)
    _transition.check_edit(actor, version, RULE_SET_FLOW, body.version)
    changes = body.changes()
    if "content" in changes:
        changes["content"] = _content(RULE_SETS[version.kind], changes["content"])
    for name in ("source", "note"):
        if name in changes:
            changes[name] = protect.told(changes[name])
    if "valid_from" in changes:
        book = await books.of_kind(session, version.kind)
        _ensure_day(book, version.town_code, changes["valid_from"])
    for name, value in changes.items():
        setattr(version, name, value)
    version.author_ids = [*dict.fromkeys([*version.author_ids, actor.id])]
    _transition.touch(version)
    await session.flush()
    told = {"fields": sorted(changes)}
    await events.record(session, actor, EventName.RULE_SET_UPDATED, RESOURCE, version.id, told)
    return await read(actor, record_id, session)


async def _locked(session: AsyncSession, actor: Actor, record_id: UUID) -> RuleSetVersion:
    if record_id in BUILTINS:
        raise Conflict("随系统提供的版本不能改，请起草新的版本", code="closed")
    version = await _transition.lock(session, actor, LISTING, RuleSetVersion, record_id)
    version.is_past = version.valid_from < today()
    return version


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Submit, approve, refuse, take back or withdraw. Raises what `_transition.apply` raises, Invalid
    for a first day that is over."""
    version = await _locked(session, actor, record_id)
    reason = getattr(body, "reason", None)
    told: dict[str, Any] = {"reason": protect.told(reason)} if reason else {}
    if body.action == RuleSetAction.SUBMIT.value:
        _transition.check(actor, version, RULE_SET_FLOW, body)
        book = await books.of_kind(session, version.kind)
        _ensure_day(book, version.town_code, version.valid_from)
    elif body.action == RuleSetAction.APPROVE.value:
        _transition.check(actor, version, RULE_SET_FLOW, body)
        told |= await _number(session, actor, version)
    elif body.action == RuleSetAction.REFUSE.value:
        version.refused_reason = told["reason"]
    await _transition.apply(
        session, actor, version, RULE_SET_FLOW, EventName.RULE_SET_TRANSITIONED, body, told
    )
    await session.flush()
    return await read(actor, record_id, session)


async def _number(session: AsyncSession, actor: Actor, version: RuleSetVersion) -> dict[str, Any]:
    """The next number of its book, above those that came with the system; what event tells of it."""
    await _lock(session, version.kind, version.town_code)
    book = await books.of_kind(session, version.kind)
    known = (version.town_code, county_of(version.town_code), "")
    version.number = 1 + max(each.number for each in book.versions if each.book in known)
    version.approved_by_id, version.approved_at = actor.id, now()
    books.changed(session, version.kind)
    return {"number": version.number, "valid_from": version.valid_from.isoformat()}
