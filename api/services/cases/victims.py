"""The register of victims of a case: claims, masked; plain values only by an audited reveal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import ARRAY, Boolean, LargeBinary, Text, Uuid, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import case_rows
from api.core.base.clock import now, today
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.core.database import numbers
from api.core.events import events
from api.core.listing import facets, orders, search
from api.core.listing.facets import Facets
from api.core.listing.pagination import Listing, Sort, check_columns, yuan
from api.core.listing.ways import one
from api.domain.across.field_labels import labels_said
from api.domain.across.ways import VICTIM_WAY
from api.domain.cases.victims import VICTIM_FLOW, VictimAction, VictimStatus
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.errors import Conflict, Forbidden
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.domain.recovery.distributions import ClaimStatus, DistributionStatus, LineStatus
from api.domain.words import codes, documents, money
from api.domain.words.identifier_patterns import BY_DOCUMENT
from api.domain.words.identifiers import IdentifierKind
from api.domain.words.masks import mask_address
from api.models import victims as victim_models
from api.models.distributions import Distribution, DistributionLine
from api.models.units import Unit
from api.models.victims import Victim
from api.schemas.common import Reveal, actions
from api.schemas.victims import VictimCreate, VictimItem, VictimQuery, VictimRead, VictimUpdate
from api.services.kit import _transition, columns, protect, sealing, searching, steps
from api.services.kit import changes as corrections
from api.services.kit._duty_source import in_status
from api.services.kit.standing import InCharge, entered, standing_of
from api.services.kit.steps import Step, holder_unit
from api.services.recovery.property_items import case_ref

RESOURCE = "victim"
corrections.check(VictimUpdate, Victim)

_REVEALED = ("name", "id_number", "phone", "account", "address")
#: Free texts: what is masked in them is kept beside them.
_TEXTS = ("bank_name", "note", "basis")
_UNDER_WAY = (
    DistributionStatus.APPROVED,
    DistributionStatus.PUBLISHED,
    DistributionStatus.PAYING,
    DistributionStatus.PARTLY_PAID,
)

_ITEM: dict[str, Any] = {
    "id": Victim.id,
    "number": Victim.number,
    "case": case_ref(Victim.case_id),
    "status": Victim.status,
    "claim_status": Victim.claim_status,
    "name": Victim.name_mask,
    "id_kind": Victim.id_kind,
    "id_number": Victim.id_number_mask,
    "phone": Victim.phone_mask,
    "is_elder": Victim.is_elder,
    "principal": yuan(Victim.principal),
    "returns": yuan(Victim.returns),
    "refunds": yuan(Victim.refunds),
    "version": Victim.version,
}


def _shares(*statuses: LineStatus) -> Any:
    return (
        select(func.coalesce(func.sum(DistributionLine.share), 0))
        .where(DistributionLine.victim_id == Victim.id, DistributionLine.status.in_(statuses))
        .scalar_subquery()
    )


_PAID = _shares(LineStatus.PAID)
_COMING = _shares(LineStatus.PAYING, LineStatus.FAILED, LineStatus.SET_ASIDE)
_READ: dict[str, Any] = _ITEM | {
    "account": Victim.account_mask,
    "bank_name": Victim.bank_name,
    "address": Victim.address_mask,
    "division_code": Victim.division_code,
    "paid_on": Victim.paid_on,
    "basis": Victim.basis,
    "note": Victim.note,
    "lost": yuan(Victim.principal),
    "got_before": yuan(Victim.returns + Victim.refunds),
    "paid_out": yuan(_PAID),
    "to_come": yuan(_COMING),
    "outstanding": yuan(
        func.greatest(Victim.principal - Victim.returns - Victim.refunds - _PAID, 0)
    ),
    "import_id": Victim.import_id,
    "import_row": Victim.import_row,
    "created_at": Victim.created_at,
    "updated_at": Victim.updated_at,
    "revealable": columns.revealable(Victim, *_REVEALED),
    "turn_since": Victim.turn_since,
    "entered": entered(Victim.id, EventName.VICTIM_UPDATED),
    "owner": select(Unit.name).where(Unit.id == Victim.owner_unit_id).scalar_subquery(),
}
check_columns(VictimItem, _ITEM)
check_columns(
    VictimRead,
    {
        name: column
        for name, column in _READ.items()
        if name not in {"entered", "owner", "turn_since"}
    },
    "available_actions",
    "standing",
)

_ANY_TEXT = ARRAY(Text)

#: Claims are verified by whoever has the right, the unit that registered them first.
STEPS = (
    Step(
        DutyKind.VICTIM_VERIFY,
        in_status(Victim.status, VictimStatus.REGISTERED),
        Victim.turn_since,
        holder_unit(Permission.VICTIM_HANDLE, Victim.town_code, Victim.owner_unit_id),
    ),
)

LISTING = Listing(
    resource=RESOURCE,
    id=Victim.id,
    town_code=Victim.town_code,
    source=Victim.__table__,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "case_id": (Uuid(), lambda p: Victim.case_id == p),
        "status": (_ANY_TEXT, lambda p: Victim.status == func.any(p)),
        "claim_status": (_ANY_TEXT, lambda p: Victim.claim_status == func.any(p)),
        "is_elder": (Boolean(), lambda p: Victim.is_elder == p),
        "import_id": (Uuid(), lambda p: Victim.import_id == p),
        **steps.late_filters(STEPS),
        "number": (_ANY_TEXT, lambda p: Victim.number == func.any(p)),
        "key": (
            ARRAY(LargeBinary),
            lambda p: or_(
                Victim.name_index == func.any(p),
                Victim.id_number_index == func.any(p),
                Victim.phone_index == func.any(p),
                Victim.account_index == func.any(p),
            ),
        ),
    },
    sorts={
        "-id": Sort("id", Victim.id, descending=True),
        "id": Sort("id", Victim.id),
        **orders.filled("principal", Victim.principal, money.parse),
    },
    sums={
        "principal": Victim.principal,
        "returns": Victim.returns,
        "refunds": Victim.refunds,
    },
    default_sort="-id",
    scopes=case_rows.scopes(Victim.case_id),
    ways={
        "case_id": one("case_id", Victim.case_id, by_town=False),
        "import_id": one("import_id", Victim.import_id, by_town=False),
    },
    scope_ways=case_rows.scope_ways(Victim.case_id),
    facets=Facets(
        victim_models.FACETS,
        {
            "status": facets.value("s", "status"),
            "claim_status": facets.value("d", "claim_status"),
            "is_elder": facets.value("e", "is_elder"),
        },
    ),
)


_WHOLE = "姓名、证件号、电话、账号已加密，只能按完整内容查找；没有查到，不等于没有登记"


def _search(actor: Actor, text: str | None) -> dict[str, object]:
    if text is None or searching.blank(text):
        return {}
    found = searching.numbers("SH", actor.division_code, text)
    keys = [sealing.name_key(text), *protect.indexes(text)]
    return {"number": found} if found and search.plain(text).startswith("sh") else {"key": keys}


async def page(actor: Actor, query: VictimQuery) -> Response:
    """A page of the register."""
    filters = {
        "case_id": query.case_id,
        "status": query.status,
        "claim_status": query.claim_status,
        "is_elder": query.is_elder,
        "import_id": query.import_id,
        **await steps.late(STEPS, query.late_step),
        **_search(actor, query.q),
    }
    notice = _WHOLE if query.q else None
    return await LISTING.page(actor, query, filters, query.sort.value, notice=notice)


@dataclass(frozen=True, slots=True)
class _FlowView:
    status: VictimStatus
    owner_unit_id: UUID


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible claim with what the actor may do with it. Raises NotFound."""
    item = await LISTING.one(actor, record_id, session)
    record = _FlowView(VictimStatus(item["status"]), actor.unit_id)
    available = VICTIM_FLOW.available(actor, record)
    item["available_actions"] = actions(available, edit=VictimUpdate)
    item["standing"] = await standing_of(
        VICTIM_WAY,
        actor,
        record,
        available,
        entered=item.pop("entered"),
        term=steps.term(date.fromisoformat(item.pop("turn_since"))),
        charge=InCharge(item.pop("owner"), is_shared=False),
    )
    if not actor.may(Permission.VICTIM_REVEAL):
        item["revealable"] = []
    return item


_NUMBERS = {
    "phone": IdentifierKind.PHONE,
    "account": IdentifierKind.BANK_ACCOUNT,
}


def _sealed(changes: dict[str, Any], held: bytes | None = None) -> dict[str, Any]:
    stored = {k: v for k, v in changes.items() if k not in _REVEALED}
    if "name" in changes:
        stored |= sealing.name("name", changes["name"], indexed=True)
    if "address" in changes:
        address = changes["address"].strip()
        stored["address_enc"] = keyring().encrypt(address) if address else None
        stored["address_mask"] = mask_address(address)
    if "id_number" in changes:
        stored |= sealing.document("id_number", changes.get("id_kind"), changes["id_number"])
    for field, kind in _NUMBERS.items():
        if field in changes:
            stored |= sealing.number(field, kind, changes[field])
    return stored | sealing.texts({k: v for k, v in stored.items() if k in _TEXTS}, held)


def _is_elder(id_number: str, on: date | None) -> bool | None:
    """Whether the person was sixty on the day of the payment; unknown without number or day."""
    known = codes.parse_resident_id(
        documents.told(id_number)[1]
    )  # elders still carry numbers of fifteen digits
    return known.is_elder_on(on) if known and on else None


async def create(session: AsyncSession, actor: Actor, body: VictimCreate) -> dict[str, Any]:
    """Register a claim in a visible case. Raises NotFound, Invalid, Conflict for a second claim."""
    case = await case_rows.open_case(session, actor, body.case_id, "受害人")
    row = draft(actor, case.town_code, body)
    await _once(session, case.id, row["id_number_index"])
    row["number"] = (await numbers.take("SH", case.town_code))[0]
    session.add(Victim(**row))
    await session.flush()
    await events.record(
        session, actor, EventName.VICTIM_CREATED, RESOURCE, row["id"],
        {"number": row["number"], "case_id": str(case.id)},
    )  # fmt: skip
    return await read(actor, row["id"], session)


def draft(actor: Actor, town_code: str, body: VictimCreate) -> dict[str, Any]:
    """The row of a new claim, all but its number. Raises Invalid."""
    return _sealed(body.model_dump()) | {
        "id": uuid7(),
        "number": "",
        "town_code": town_code,
        "owner_unit_id": actor.unit_id,
        "status": VICTIM_FLOW.initial,
        "turn_since": today(),
        "is_elder": _is_elder(body.id_number, body.paid_on),
        "basis": "",
        "import_id": None,
        "import_row": None,
        "created_at": now(),
        "created_by_post_id": actor.post_id,
        "updated_at": now(),
        "version": 1,
    }


async def registered(
    session: AsyncSession, case_id: UUID, id_numbers: Sequence[str]
) -> dict[str, UUID]:
    """ID numbers (as they were checked) that stand in the case's register, with their claims."""
    keys = {
        protect.index(_kind(number), documents.told(number)[1]): number for number in id_numbers
    }
    found = await session.execute(
        select(Victim.id_number_index, Victim.id).where(
            Victim.case_id == case_id,
            Victim.id_number_index == func.any(list(keys)),
            Victim.status != VictimStatus.WITHDRAWN,
        )
    )
    return {keys[bytes(row.id_number_index)]: row.id for row in found}


def _kind(id_number: str) -> IdentifierKind:
    return BY_DOCUMENT[documents.told(id_number)[0]]


async def _once(
    session: AsyncSession, case_id: UUID, key: bytes | None, but: UUID | None = None
) -> None:
    if key is None:
        return
    twin = await session.scalar(
        select(Victim.number).where(
            Victim.case_id == case_id,
            Victim.id_number_index == key,
            Victim.status != VictimStatus.WITHDRAWN,
            Victim.id != but,
        )
    )
    if twin is not None:
        raise Conflict(f"该证件号已在本案登记（{twin}）", code="already_registered", number=twin)


async def update(
    session: AsyncSession, actor: Actor, record_id: UUID, body: VictimUpdate
) -> dict[str, Any]:
    """Correct who and where; amounts are changed by verifying. Raises NotFound, StaleVersion."""
    victim = await _transition.lock(session, actor, LISTING, Victim, record_id)
    _transition.check_edit(actor, victim, VICTIM_FLOW, body.version)
    changes = body.changes()
    if "id_kind" in changes and "id_number" not in changes:
        sealed_before = victim.id_number_enc  # another kind of paper is checked anew
        changes["id_number"] = keyring().decrypt(sealed_before) if sealed_before else ""
    if {"name", "id_number", "account", "bank_name"} & set(changes):
        # a payment that the bank sent back may be corrected; one that was only approved may not
        await _not_promised(session, victim.id, LineStatus.PLANNED, LineStatus.PAYING)
    sealed = _sealed(changes, victim.texts_enc)
    await _once(session, victim.case_id, sealed.get("id_number_index"), victim.id)
    _put(victim, sealed)
    plain = keyring().decrypt(victim.id_number_enc) if victim.id_number_enc else ""
    victim.is_elder = _is_elder(plain, victim.paid_on)
    victim.version += 1
    victim.updated_at = now()
    await session.flush()
    await events.record(
        session, actor, EventName.VICTIM_UPDATED, RESOURCE, victim.id, {"fields": sorted(changes)}
    )
    return await read(actor, record_id, session)


def _put(victim: Victim, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(victim, name, value)


async def _not_promised(session: AsyncSession, victim_id: UUID, *statuses: LineStatus) -> None:
    """What a leader approved is not changed behind his back: who is paid, to which account."""
    plan = await session.scalar(
        select(Distribution.number)
        .join(
            DistributionLine,
            and_(
                DistributionLine.distribution_id == Distribution.id,
                DistributionLine.round == Distribution.round,
            ),
        )
        .where(
            DistributionLine.victim_id == victim_id,
            DistributionLine.share > 0,
            DistributionLine.status.in_(statuses),
            Distribution.status.in_(_UNDER_WAY),
        )
        .limit(1)
    )
    if plan is not None:
        message = f"已列入批准的清退方案{plan}，请先退回或者撤回方案再修改"
        raise Conflict(message, code="in_approved_plan")


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Verify, exclude, reopen or withdraw a claim. Raises what `_transition.apply` raises."""
    victim = await _transition.lock(session, actor, LISTING, Victim, record_id)
    if body.action == VictimAction.EXCLUDE.value and actor.may(Permission.VICTIM_HANDLE):
        owed = (LineStatus.PLANNED, LineStatus.PAYING, LineStatus.FAILED)
        await _not_promised(session, victim.id, *owed)
    told = {"reason": protect.told(body.reason)} if getattr(body, "reason", None) else {}
    await _transition.apply(
        session, actor, victim, VICTIM_FLOW, EventName.VICTIM_UPDATED, body, told
    )
    if body.action == VictimAction.VERIFY.value:
        victim.principal, victim.returns, victim.refunds = (
            body.principal,
            body.returns,
            body.refunds,
        )
        _put(victim, sealing.texts({"basis": body.basis}, victim.texts_enc))
    elif body.action == VictimAction.EXCLUDE.value:
        victim.claim_status = ClaimStatus.EXCLUDED
    elif body.action == VictimAction.REOPEN.value and victim.claim_status is ClaimStatus.EXCLUDED:
        victim.claim_status = ClaimStatus.REGISTERED
    await session.flush()
    return await read(actor, record_id, session)


async def reveal(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Reveal
) -> dict[str, str]:
    """Plain values for those entitled, with an audit event. Raises NotFound, Forbidden.

    The finance post reveals payees only through the plan that it pays (facts 4).
    """
    if not actor.may(Permission.VICTIM_READ):
        raise Forbidden
    shown = await read(actor, record_id, session)
    refused = [name for name in body.fields if name not in shown["revealable"]]
    if refused:
        raise Forbidden(
            f"无权查看：{labels_said(refused, of=RESOURCE)}", code="field_not_revealable"
        )
    victim = await _transition.lock(session, actor, LISTING, Victim, record_id)
    keys = keyring()
    values = {
        name: sealing.original(victim.texts_enc, name)
        if name in _TEXTS
        else keys.decrypt(getattr(victim, f"{name}_enc"))
        for name in body.fields
    }
    told = {"fields": body.fields, "reason": protect.told(body.reason)}
    await events.record(session, actor, EventName.REVEALED, RESOURCE, record_id, told)
    return values
