"""Property items: registered, examined, objected to, disposed of."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    LargeBinary,
    Text,
    Uuid,
    and_,
    case,
    cast,
    func,
    insert,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import case_rows
from api.core.base.clock import now, today
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.core.database import numbers
from api.core.events import events
from api.core.listing import facets, orders, search
from api.core.listing.facets import Facets
from api.core.listing.pagination import Listing, Sort, check_columns, param, yuan
from api.core.listing.ways import one
from api.domain.across.field_labels import labels_said
from api.domain.across.ways import PROPERTY_WAY
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.errors import Conflict, FieldError, Forbidden, Invalid
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.domain.law.authorities import NOT_AN_ORGAN, is_organ
from api.domain.recovery.property_items import (
    PROPERTY_FLOW,
    Ownership,
    PropertyAction,
    PropertyKind,
    PropertyStatus,
    check_answers,
    check_disposal,
    check_held,
    is_same_thing,
)
from api.domain.recovery.property_measures import MeasureKind, MeasureStatus, refuse
from api.domain.recovery.restated import of_item
from api.domain.recovery.restraint import RESTRAINING
from api.domain.words.money import to_fen
from api.models import property_items as item_models
from api.models.cases import Case
from api.models.property_items import PropertyDetermination, PropertyItem
from api.models.property_measures import PropertyMeasure
from api.schemas.common import Reveal, actions, restating
from api.schemas.property_items import (
    PropertyItemCreate,
    PropertyItemItem,
    PropertyItemQuery,
    PropertyItemRead,
    PropertyItemUpdate,
)
from api.services.kit import _transition, columns, protect, sealing, searching, steps
from api.services.kit import changes as corrections
from api.services.kit._duty_source import in_status
from api.services.kit.standing import InCharge, begun, entered, standing_of, taken_by
from api.services.kit.steps import Step, holder_unit

RESOURCE = "property_item"
corrections.check(PropertyItemUpdate, PropertyItem)
_CLOSED = frozenset({PropertyStatus.DISPOSED, PropertyStatus.WITHDRAWN})
#: Whatever people may write a phone or an ID number into (a custodian with the mobile phone).
_TEXTS = ("title", "description", "location", "institution", "custodian", "appraiser", "quantity")
_REVEALED = ("owner_name", "holder_name", "account", "objector")


def case_ref(case_id: Any) -> Any:
    """`{id, number, title}` of the case; its title for those who read cases."""
    title = case((param("reads_cases", Boolean()), Case.title), else_=literal_column("''"))
    named = func.json_build_object("id", Case.id, "number", Case.number, "title", title)
    return select(named).where(Case.id == case_id).scalar_subquery()


#: The day of the request, Chinese time.
TODAY = param("today", Date())


def effective_status() -> ColumnElement[str]:
    """A measure's status: over the day after its last day, swept already or not (程序规定 240)."""
    ran_out = and_(
        PropertyMeasure.status == MeasureStatus.ACTIVE, PropertyMeasure.expires_on < TODAY
    )
    lapsed = literal_column(f"'{MeasureStatus.LAPSED.value}'", Text())
    return case((ran_out, lapsed), else_=cast(PropertyMeasure.status, Text))


_ITEM: dict[str, Any] = {
    "id": PropertyItem.id,
    "number": PropertyItem.number,
    "case": case_ref(PropertyItem.case_id),
    "status": PropertyItem.status,
    "kind": PropertyItem.kind,
    "title": PropertyItem.title,
    "owner_name": PropertyItem.owner_name_mask,
    "holder_name": PropertyItem.holder_name_mask,
    "institution": PropertyItem.institution,
    "account": PropertyItem.account_mask,
    "amount": yuan(PropertyItem.amount),
    "appraised_value": yuan(PropertyItem.appraised_value),
    "ownership": PropertyItem.ownership,
    "disposal": PropertyItem.disposal,
    "version": PropertyItem.version,
}
_DETERMINATIONS = columns.json_list(
    select(
        func.json_build_object(
            "id", PropertyDetermination.id,
            "ownership", PropertyDetermination.ownership,
            "authority", PropertyDetermination.authority,
            "document_no", PropertyDetermination.document_no,
            "reason", PropertyDetermination.reason,
            "decided_at", PropertyDetermination.decided_at,
        )
    ).where(PropertyDetermination.property_item_id == PropertyItem.id),
    PropertyDetermination.id,
)  # fmt: skip
_MEASURES = columns.json_list(
    select(
        func.json_build_object(
            "id", PropertyMeasure.id,
            "kind", PropertyMeasure.kind,
            "status", effective_status(),
            "authority", PropertyMeasure.authority,
            "document_no", PropertyMeasure.document_no,
            "starts_on", PropertyMeasure.starts_on,
            "expires_on", PropertyMeasure.expires_on,
            "rank", PropertyMeasure.rank,
        )
    ).where(PropertyMeasure.property_item_id == PropertyItem.id),
    PropertyMeasure.id,
)  # fmt: skip
_READ: dict[str, Any] = _ITEM | {
    "description": PropertyItem.description,
    "location": PropertyItem.location,
    "custodian": PropertyItem.custodian,
    "quantity": PropertyItem.quantity,
    "appraised_on": PropertyItem.appraised_on,
    "appraiser": PropertyItem.appraiser,
    "court_item_no": PropertyItem.court_item_no,
    "objector": PropertyItem.objector_mask,
    "objection": PropertyItem.objection,
    "disposed_on": PropertyItem.disposed_on,
    "disposal_authority": PropertyItem.disposal_authority,
    "disposal_document_no": PropertyItem.disposal_document_no,
    "proceeds": yuan(PropertyItem.proceeds),
    "determinations": _DETERMINATIONS,
    "measures": _MEASURES,
    "created_at": PropertyItem.created_at,
    "updated_at": PropertyItem.updated_at,
    "revealable": columns.revealable(PropertyItem, *_REVEALED),
    "entered": entered(PropertyItem.id, EventName.PROPERTY_ITEM_TRANSITIONED, "disposed_on"),
    "taken_by": taken_by(PropertyItem),
    "turn_since": PropertyItem.turn_since,
    "begun_by": columns.unit_named(PropertyItem.owner_unit_id),
}
check_columns(PropertyItemItem, _ITEM)
check_columns(
    PropertyItemRead,
    {
        name: column
        for name, column in _READ.items()
        if name not in {"entered", "taken_by", "begun_by", "turn_since"}
    },
    "available_actions",
    "standing",
)

_ANY_TEXT = ARRAY(Text)
_ACCOUNT = re.compile(r"\d{4}")
#: Of an account the mask shows the last digits; whole it is looked for by its blind index.
_SEARCHED = (PropertyItem.number, PropertyItem.title, PropertyItem.account_mask)


def _step(kind: DutyKind, status: PropertyStatus) -> Step:
    unit = holder_unit(
        Permission.PROPERTY_HANDLE, PropertyItem.town_code, PropertyItem.owner_unit_id
    )
    waits = in_status(PropertyItem.status, status)
    return Step(kind, waits, PropertyItem.turn_since, unit)


#: What is done with an item, and until when.
STEPS = (
    _step(DutyKind.PROPERTY_DETERMINE, PropertyStatus.REGISTERED),
    _step(DutyKind.PROPERTY_DISPUTED, PropertyStatus.DISPUTED),
    _step(DutyKind.PROPERTY_DISPOSE, PropertyStatus.DETERMINED),
)

LISTING = Listing(
    resource=RESOURCE,
    id=PropertyItem.id,
    town_code=PropertyItem.town_code,
    source=PropertyItem.__table__,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "case_id": (Uuid(), lambda p: PropertyItem.case_id == p),
        "status": (_ANY_TEXT, lambda p: PropertyItem.status == func.any(p)),
        "kind": (_ANY_TEXT, lambda p: PropertyItem.kind == func.any(p)),
        **steps.late_filters(STEPS),
        "ownership": (_ANY_TEXT, lambda p: PropertyItem.ownership == func.any(p)),
        "account": (LargeBinary(), lambda p: PropertyItem.account_index == p),
        "number": (Text(), lambda p: PropertyItem.number == p),
        "q": (
            _ANY_TEXT,
            lambda p: or_(
                searching.is_asked(PropertyItem.account_index, p),
                *(searching.says(each, p) for each in _SEARCHED),
            ),
        ),
    },
    sorts={
        "-id": Sort("id", PropertyItem.id, descending=True),
        "id": Sort("id", PropertyItem.id),
        **orders.orders("property_items", "amount", orders.MONEY),
    },
    sums={"amount": PropertyItem.amount, "appraised_value": PropertyItem.appraised_value},
    default_sort="-id",
    scopes=case_rows.scopes(PropertyItem.case_id),
    ways={
        "case_id": one("case_id", PropertyItem.case_id, by_town=False),
    },
    scope_ways=case_rows.scope_ways(PropertyItem.case_id),
    facets=Facets(
        item_models.FACETS,
        {
            "status": facets.value("s", "status"),
            "kind": facets.value("k", "kind"),
            "ownership": facets.value("w", "ownership"),
        },
    ),
    unindexed=frozenset({"q"}),
)


async def page(actor: Actor, query: PropertyItemQuery) -> Response:
    """A page of visible items."""
    filters = {
        "case_id": query.case_id,
        "status": query.status,
        "kind": query.kind,
        "ownership": query.ownership,
        **await steps.late(STEPS, query.late_step),
        "account": sealing.account_key(query.account) if query.account else None,
        "number": query.number.upper() if query.number else None,
        "q": _asked(actor, query.q),
    }
    notice = searching.notice(actor, Permission.CASE_REVEAL, query.q)
    return await LISTING.page(actor, query, filters, query.sort.value, notice=notice)


def _asked(actor: Actor, text: str | None) -> list[str] | None:
    """Words, and for those who may be shown it the account that they may be."""
    if text is None or searching.blank(text):
        return None
    whole = search.plain(text) if actor.may(Permission.CASE_REVEAL) else ""
    keys = [sealing.account_key(text).hex()] if _ACCOUNT.search(whole) else []
    return [*searching.words(text), *keys]


@dataclass(frozen=True, slots=True)
class _FlowView:
    status: PropertyStatus
    owner_unit_id: UUID


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible item with what the actor may do with it. Raises NotFound."""
    item = await LISTING.one(actor, record_id, session)
    standing = _FlowView(PropertyStatus(item["status"]), actor.unit_id)
    worth = item["appraised_value"] or item["amount"]
    restated = restating(of_item(to_fen(worth) if worth else None))
    available = PROPERTY_FLOW.available(actor, standing)
    item["available_actions"] = actions(available, restated, edit=PropertyItemUpdate)
    item["standing"] = await standing_of(
        PROPERTY_WAY,
        actor,
        standing,
        available,
        entered=item.pop("entered"),
        term=steps.term(date.fromisoformat(item.pop("turn_since"))),
        charge=InCharge(created=begun(item), taken=item.pop("taken_by")),
    )
    if not actor.may(Permission.CASE_REVEAL):
        item["revealable"] = []
    return item


def _sealed(changes: dict[str, Any], held: bytes | None = None) -> dict[str, Any]:
    """Plain names and numbers out, sealed columns in."""
    stored = {k: v for k, v in changes.items() if k not in {"owner_name", "holder_name", "account"}}
    for field in ("owner_name", "holder_name"):
        if field in changes:
            stored |= sealing.name(field, changes[field])
    if "account" in changes:
        stored |= sealing.certificate("account", changes["account"])
    return stored | sealing.texts({k: v for k, v in stored.items() if k in _TEXTS}, held)


async def create(session: AsyncSession, actor: Actor, body: PropertyItemCreate) -> dict[str, Any]:
    """Register an item of a visible case. Raises NotFound for another case, Conflict for an account
    that is registered there already."""
    found = await case_rows.open_case(session, actor, body.case_id, "涉案财物")
    row = _sealed(body.model_dump())
    await _once(session, found.id, row["account_index"], body.kind, row["title"])
    item = PropertyItem(
        number=(await numbers.take("CC", found.town_code))[0],
        town_code=found.town_code,
        owner_unit_id=actor.unit_id,
        created_by_post_id=actor.post_id,
        status=PROPERTY_FLOW.initial,
        **row,
    )
    session.add(item)
    await session.flush()
    await events.record(
        session, actor, EventName.PROPERTY_ITEM_CREATED, RESOURCE, item.id,
        {"number": item.number, "kind": item.kind.value, "case_id": str(item.case_id)},
    )  # fmt: skip
    return await read(actor, item.id, session)


async def _once(
    session: AsyncSession,
    case_id: UUID,
    account: bytes | None,
    kind: PropertyKind,
    title: str,
    item_id: UUID | None = None,
) -> None:
    """Raises Conflict for an account or certificate number that another item of the case has: held
    and counted twice. The case is locked."""
    if account is None:
        return
    there = await session.scalars(
        select(PropertyItem).where(
            PropertyItem.case_id == case_id,
            PropertyItem.account_index == account,
            PropertyItem.status != PropertyStatus.WITHDRAWN,
            PropertyItem.id != item_id,
        )
    )
    for each in there:
        same = search.plain(title), search.plain(each.title)
        if is_same_thing((kind, PropertyKind(each.kind)), same):
            message = f"本案已登记该账号或者权证号的财物：{each.number}"
            raise Conflict(
                message,
                code="property_known",
                errors=[FieldError("/account", "property_known", message)],
                id=str(each.id),
                number=each.number,
            )


async def update(
    session: AsyncSession, actor: Actor, record_id: UUID, body: PropertyItemUpdate
) -> dict[str, Any]:
    """Correct an item that is still in the case. Raises NotFound, StaleVersion, Forbidden."""
    item = await _transition.lock(session, actor, LISTING, PropertyItem, record_id)
    _transition.check_edit(actor, item, PROPERTY_FLOW, body.version)
    changes = body.changes()
    stored = _sealed(changes, item.texts_enc)
    if {"account", "title"} & set(changes):
        await case_rows.case(session, actor, item.case_id, lock=True)
        account = stored.get("account_index", item.account_index)
        title = stored.get("title", item.title)
        await _once(session, item.case_id, account, PropertyKind(item.kind), title, item.id)
    _put(item, stored)
    item.version += 1
    item.updated_at = now()
    await session.flush()
    await events.record(
        session, actor, EventName.PROPERTY_ITEM_UPDATED, RESOURCE, item.id,
        {"fields": sorted(changes)},
    )  # fmt: skip
    return await read(actor, record_id, session)


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the flow. Raises what `_transition.apply` raises, and RuleViolated."""
    item = await _transition.lock(session, actor, LISTING, PropertyItem, record_id)
    told = {"reason": protect.told(body.reason)}
    await _transition.apply(
        session, actor, item, PROPERTY_FLOW, EventName.PROPERTY_ITEM_TRANSITIONED, body, told
    )
    effect = _EFFECTS.get(body.action)
    if effect:
        await effect(session, actor, item, body)
    await session.flush()
    return await read(actor, record_id, session)


#: The texts of a determination.
_DETERMINED = ("authority", "reason")


async def _determine(session: AsyncSession, actor: Actor, item: PropertyItem, body: Any) -> None:
    if not is_organ(body.authority):
        errors = [FieldError("/authority", "not_an_organ", NOT_AN_ORGAN)]
        raise Invalid(NOT_AN_ORGAN, errors=errors)
    item.ownership = body.ownership
    made = uuid7()
    named = {f"determinations.{made}.{name}": getattr(body, name) for name in _DETERMINED}
    kept = sealing.texts(named, item.texts_enc)
    item.texts_enc, item.texts_kept = kept["texts_enc"], kept["texts_kept"]
    await session.execute(
        insert(PropertyDetermination).values(
            id=made,
            property_item_id=item.id,
            ownership=body.ownership,
            document_no=body.document_no,
            **{name: kept[each] for name, each in zip(_DETERMINED, named, strict=True)},
            decided_by_post_id=actor.post_id,
        )
    )


async def _object(session: AsyncSession, actor: Actor, item: PropertyItem, body: Any) -> None:
    del session, actor
    _put(item, sealing.name("objector", body.objector))
    _put(item, sealing.texts({"objection": body.reason}, item.texts_enc))


def _put(item: PropertyItem, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(item, name, value)


async def _held_by(session: AsyncSession, item_id: UUID) -> list[str]:
    """What lies on an item or waits there, by kind and paper."""
    rows = await session.execute(
        select(PropertyMeasure.kind, PropertyMeasure.document_no).where(
            PropertyMeasure.property_item_id == item_id,
            PropertyMeasure.kind.in_([*RESTRAINING, MeasureKind.WAITING_FREEZE]),
            effective_status().in_([MeasureStatus.ACTIVE.value, MeasureStatus.QUEUED.value]),
        ),
        {"today": today()},
    )
    return [f"{MeasureKind(kind).label}（{document}）" for kind, document in rows]


async def _dispose(session: AsyncSession, actor: Actor, item: PropertyItem, body: Any) -> None:
    del actor
    faults = check_answers(body.disposal, body.authority, has_proceeds=body.proceeds is not None)
    if faults:
        raise Invalid(faults[0].message, errors=faults)
    refuse(
        check_disposal(
            body.disposal,
            Ownership(item.ownership),
            level=body.authority_level,
            has_photos=bool(body.has_photos),
            appraised=item.appraised_value is not None,
            has_receipt=bool(body.has_receipt),
        )
        + check_held(body.disposal, await _held_by(session, item.id))
    )
    item.disposal = body.disposal
    item.disposed_on = body.disposed_on
    _put(item, sealing.texts({"disposal_authority": body.authority}, item.texts_enc))
    item.disposal_document_no = body.document_no
    item.proceeds = body.proceeds


_EFFECTS = {
    PropertyAction.DETERMINE.value: _determine,
    PropertyAction.OBJECT.value: _object,
    PropertyAction.DISPOSE.value: _dispose,
}


async def reveal(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Reveal
) -> dict[str, str]:
    """Plain names and numbers for those entitled, with an audit event."""
    shown = await read(actor, record_id, session)
    refused = [name for name in body.fields if name not in shown["revealable"]]
    if refused:
        raise Forbidden(
            f"无权查看：{labels_said(refused, of=RESOURCE)}", code="field_not_revealable"
        )
    item = await _transition.lock(session, actor, LISTING, PropertyItem, record_id)
    keys = keyring()
    values = {
        name: keys.decrypt(getattr(item, f"{name}_enc"))
        if name in _REVEALED
        else sealing.original(item.texts_enc, name)
        for name in body.fields
    }
    told = {"fields": body.fields, "reason": protect.told(body.reason)}
    await events.record(session, actor, EventName.REVEALED, RESOURCE, record_id, told)
    return values
