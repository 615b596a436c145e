"""Cases: opened from leads, accepted, filed, investigated, tried, closed, or sent another way."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    Text,
    Uuid,
    case,
    cast,
    exists,
    func,
    insert,
    join,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import BYTEA, TSQUERY, aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.access import links
from api.core import events, numbers, record_access, search
from api.core.clock import now, today
from api.core.crypto import keyring
from api.core.ids import uuid7
from api.core.pagination import Listing, Sort, check_columns, yuan
from api.domain.actors import Actor
from api.domain.cases import (
    CASE_FLOW,
    DAY_FIELDS,
    CaseAction,
    CaseStatus,
    check_approval,
    check_day,
    filing_rule,
)
from api.domain.errors import Conflict, FieldError, Forbidden, Invalid, RuleViolated
from api.domain.events import EventName
from api.domain.leads import LeadConclusion
from api.domain.permissions import Permission
from api.models.cases import Case, CaseDecision, CaseIdentifier, CaseLead
from api.models.leads import Lead
from api.models.units import Division, Unit
from api.schemas.cases import CaseCreate, CaseItem, CaseQuery, CaseRead, CaseUpdate
from api.schemas.common import Reveal, actions
from api.services import _transition, columns, places, protect, time_rules

RESOURCE = "case"

_Owner = aliased(Unit)
_SOURCE = join(Case, Division, Division.code == Case.division_code, isouter=True).join(
    _Owner, _Owner.id == Case.owner_unit_id, isouter=True
)
_ITEM: dict[str, Any] = {
    "id": Case.id,
    "number": Case.number,
    "title": Case.title,
    "police_case_no": Case.police_case_no,
    "status": Case.status,
    "primary_category": Case.primary_category,
    "charges": Case.charges,
    "flags": Case.flags,
    "is_backlog": Case.is_backlog,
    "amount_involved": yuan(Case.amount_involved),
    "victims_count": Case.victims_count,
    "division_code": Case.division_code,
    "division_name": Division.name,
    "owner_unit": columns.named(_Owner),
    "accepted_on": Case.accepted_on,
    "filed_on": Case.filed_on,
    "solved_on": Case.solved_on,
    "due_on": Case.due_on,
    "due_is_provisional": Case.due_is_provisional,
    "version": Case.version,
}

_SOURCE_LEADS = columns.json_list(
    select(
        func.json_build_object(
            "id", Lead.id,
            "number", Lead.number,
            "subject_name", Lead.subject_name,
            *links.deciding("lead", Lead.id, Lead.town_code),
        )
    ).where(CaseLead.case_id == Case.id, CaseLead.lead_id == Lead.id)
)  # fmt: skip
_IDENTIFIERS = columns.json_list(
    select(
        func.json_build_object(
            "id", CaseIdentifier.id,
            "kind", CaseIdentifier.kind,
            "value_mask", CaseIdentifier.value_mask,
            "field", CaseIdentifier.field,
        )
    ).where(CaseIdentifier.case_id == Case.id)
)  # fmt: skip
_DECISION = func.json_build_object(
    "action", CaseDecision.action,
    "decided_on", CaseDecision.decided_on,
    "authority_level", CaseDecision.authority_level,
    "document_no", CaseDecision.document_no,
    "reason", CaseDecision.reason,
    "charges", CaseDecision.charges,
    "recorded_at", CaseDecision.recorded_at,
)  # fmt: skip
_DECISIONS = (
    select(
        func.coalesce(
            func.json_agg(aggregate_order_by(_DECISION, CaseDecision.id)),
            literal_column("'[]'::json"),
        )
    )
    .where(CaseDecision.case_id == Case.id)
    .scalar_subquery()
)
_DIVERSION = case(
    (
        Case.diversion_department != literal_column("''"),
        func.json_build_object(
            "route", Case.civil_route,
            "department", Case.diversion_department,
            "unit", columns.unit_named(Case.diversion_unit_id),
            "receipt_no", Case.diversion_receipt_no,
        ),
    )
)  # fmt: skip
_READ: dict[str, Any] = _ITEM | {
    "summary": Case.summary,
    "source_leads": _SOURCE_LEADS,
    "identifiers": _IDENTIFIERS,
    "decisions": _DECISIONS,
    "concluded_on": Case.concluded_on,
    "adjudged_on": Case.adjudged_on,
    "closed_on": Case.closed_on,
    "returns_count": Case.returns_count,
    "not_indicted_ground": Case.not_indicted_ground,
    "due_rule": Case.due_rule,
    "due_rule_version": Case.due_rule_version,
    "diversion": _DIVERSION,
    "created_at": Case.created_at,
    "updated_at": Case.updated_at,
}
check_columns(CaseItem, _ITEM)
check_columns(CaseRead, _READ, "available_actions", "revealable", "source_lead_ids")

_ANY_TEXT = ARRAY(Text)
#: Cases that were never filed come before every filed one. Not `date.min`: asyncpg would send
#: -infinity for it.
_NEVER = date(1000, 1, 1)
_FILED = func.coalesce(Case.filed_on, literal_column(f"'{_NEVER}'::date"), type_=Date())
_IS_OVERDUE = Case.due_on < literal_column("current_date")
_TEXTS = func.concat_ws(
    literal_column("' '"), Case.title, Case.summary, Case.police_case_no, type_=Text()
)


def _filed(value: str | None) -> date:
    return date.fromisoformat(value) if value else _NEVER


LISTING = Listing(
    resource=RESOURCE,
    id=Case.id,
    town_code=Case.town_code,
    source=_SOURCE,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "status": (_ANY_TEXT, lambda p: Case.status == func.any(p)),
        "primary_category": (_ANY_TEXT, lambda p: Case.primary_category == func.any(p)),
        "charge": (Text(), lambda p: p == func.any(Case.charges)),
        "flag": (Text(), lambda p: p == func.any(Case.flags)),
        "is_backlog": (Boolean(), lambda p: Case.is_backlog == p),
        "is_solved": (Boolean(), lambda p: Case.solved_on.is_not(None) == p),
        "overdue": (Boolean(), lambda p: func.coalesce(_IS_OVERDUE, literal_column("false")) == p),
        "owner_unit_id": (Uuid(), lambda p: Case.owner_unit_id == p),
        "source_lead_id": (
            Uuid(),
            lambda p: exists(
                select(literal_column("1")).where(
                    CaseLead.case_id == Case.id, CaseLead.lead_id == p
                )
            ),
        ),
        "police_case_no": (Text(), lambda p: Case.police_case_no == p),
        "division_from": (Text(), lambda p: Case.division_code >= p),
        "division_below": (Text(), lambda p: Case.division_code < p),
        "filed_from": (Date(), lambda p: Case.filed_on >= p),
        "filed_to": (Date(), lambda p: Case.filed_on <= p),
        "number": (Text(), lambda p: Case.number == p),
        "words": (Text(), lambda p: Case.search.op("@@")(cast(p, TSQUERY))),
        "pattern": (Text(), lambda p: func.lower(_TEXTS).like(p)),
        "identifier": (
            ARRAY(BYTEA),
            lambda p: exists(
                select(literal_column("1")).where(
                    CaseIdentifier.case_id == Case.id, CaseIdentifier.value_index == func.any(p)
                )
            ),
        ),
    },
    sorts={
        "-id": Sort("id", Case.id, descending=True),
        "id": Sort("id", Case.id),
        "-filed_on": Sort("filed_on", _FILED, descending=True, parse=_filed),
        "filed_on": Sort("filed_on", _FILED, parse=_filed),
    },
    default_sort="-id",
)

#: Only for `visible`: cases may not call the service of leads, which calls them (decisions).
_LEADS = Listing(
    resource="lead",
    id=Lead.id,
    town_code=Lead.town_code,
    source=Lead.__table__,
    item_columns={},
    read_columns={},
    filters={},
    sorts={},
    default_sort="",
)


def _search_filters(words: str | None) -> dict[str, object]:
    if not words or not words.strip():
        return {}
    if words.upper().startswith("AJ-"):
        return {"number": words.upper()}
    exact = protect.indexes(words)
    if exact:
        return {"identifier": exact}
    found = search.query(words)
    return {"words": found, "pattern": search.like(words)} if found else {"number": words}


async def page(actor: Actor, query: CaseQuery) -> Response:
    """A page of visible cases."""
    place = query.division_code
    return await LISTING.page(
        actor,
        query,
        {
            "status": query.status,
            "primary_category": query.primary_category,
            "charge": query.charge,
            "flag": query.flag,
            "is_backlog": query.is_backlog,
            "is_solved": query.is_solved,
            "overdue": query.overdue,
            "owner_unit_id": query.owner_unit_id,
            "source_lead_id": query.source_lead_id,
            "police_case_no": query.police_case_no or None,
            "division_from": place,
            "division_below": columns.division_end(place) if place else None,
            "filed_from": query.filed_from,
            "filed_to": query.filed_to,
            **_search_filters(query.q),
        },
        query.sort.value,
    )


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the flow must know of a case that was read as JSON."""

    status: CaseStatus
    owner_unit_id: UUID
    charges: list[str]
    accepted_on: str | None
    solved_on: str | None
    adjudged_on: str | None
    returns_count: int
    diversion_department: str
    diversion_receipt_no: str


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible case with what the actor may do with it. Raises NotFound."""
    found = await LISTING.one(actor, record_id, session)
    diversion = found["diversion"] or {"department": "", "receipt_no": ""}
    standing = _Standing(
        CaseStatus(found["status"]),
        UUID(found["owner_unit"]["id"]),
        found["charges"],
        found["accepted_on"],
        found["solved_on"],
        found["adjudged_on"],
        found["returns_count"],
        diversion["department"],
        diversion["receipt_no"],
    )
    found["available_actions"] = actions(list(CASE_FLOW.available(actor, standing)))
    found["revealable"] = _revealable(actor, found)
    found["source_leads"] = links.keep(actor, Permission.LEAD_READ, found["source_leads"])
    found["source_lead_ids"] = [each["id"] for each in found["source_leads"]]
    return found


def _revealable(actor: Actor, found: dict[str, Any]) -> list[str]:
    if not found["identifiers"] or not actor.may(Permission.CASE_REVEAL):
        return []
    return ["title", "summary", "identifiers"]


async def create(
    session: AsyncSession, actor: Actor, body: CaseCreate
) -> tuple[dict[str, Any], bool]:
    """Open a case, from leads or on the police's own; (the case, whether it is new).

    The same police case number again answers with the case that is there. Raises Invalid,
    RuleViolated for a lead that is no suspected crime, Conflict for a number used elsewhere.
    """
    replayed = await _replayed(session, actor, body)
    if replayed is not None:
        return replayed, False
    sources = await _sources(session, actor, body.source_lead_ids)
    row, identifiers = await _row(session, actor, body, sources)
    inserted = await session.scalar(
        upsert(Case)
        .values(row)
        .on_conflict_do_nothing(
            index_elements=["police_case_no"], index_where=text("police_case_no <> ''")
        )
        .returning(Case.id)
    )
    if inserted is None:
        replayed = await _replayed(session, actor, body)
        if replayed is None:
            raise Conflict
        return replayed, False
    if identifiers:
        await session.execute(insert(CaseIdentifier), identifiers)
    await record_access.grant(session, RESOURCE, inserted, [actor.unit_id])
    await events.record(
        session, actor, EventName.CASE_CREATED, RESOURCE, inserted, {"number": row["number"]}
    )
    await _link(session, actor, inserted, sources)
    return await read(actor, inserted, session), True


async def _replayed(session: AsyncSession, actor: Actor, body: CaseCreate) -> dict[str, Any] | None:
    """The case that has this police number already, when the same case is meant."""
    if not body.police_case_no:
        return None
    found = await session.scalar(select(Case).where(Case.police_case_no == body.police_case_no))
    if found is None:
        return None
    if found.owner_unit_id != actor.unit_id:
        raise _taken()
    linked = set(
        await session.scalars(select(CaseLead.lead_id).where(CaseLead.case_id == found.id))
    )
    other_title = body.title is not None and protect.told(body.title) != found.title
    if other_title or not set(body.source_lead_ids) <= linked:
        raise _taken(found)
    return await read(actor, found.id, session)


def _taken(existing: Case | None = None) -> Conflict:
    message = "该公安案件编号已登记为另一案件"
    errors = [FieldError("/police_case_no", "police_case_no_taken", message)]
    refusal = Conflict(message, code="police_case_no_taken", errors=errors)
    if existing:
        refusal.extra |= {"id": str(existing.id), "number": existing.number}
    return refusal


async def _sources(session: AsyncSession, actor: Actor, lead_ids: list[UUID]) -> list[Lead]:
    """The visible leads of a new case in the order given, kept from changing meanwhile."""
    wanted = list(dict.fromkeys(lead_ids))
    if not wanted:
        return []
    rows = await session.scalars(
        select(Lead)
        .where(Lead.id.in_(wanted), _LEADS.visible(actor))
        .order_by(Lead.id)
        .with_for_update(read=True, of=Lead)
    )
    found = {lead.id: lead for lead in rows}
    for position, lead_id in enumerate(lead_ids):
        pointer = f"/source_lead_ids/{position}"
        if lead_id not in found:
            message = "线索不存在或无权查看"
            raise Invalid(message, errors=[FieldError(pointer, "lead_unknown", message)])
        if found[lead_id].conclusion is not LeadConclusion.SUSPECTED_CRIME:
            message = f"线索 {found[lead_id].number} 的核查结论不是“涉嫌犯罪”，不能据以登记案件"
            raise RuleViolated(
                message,
                code="lead_not_suspected_crime",
                errors=[FieldError(pointer, "lead_not_suspected_crime", message)],
                article="《公安机关办理刑事案件程序规定》第一百七十八条",
            )
    return [found[lead_id] for lead_id in wanted]


async def _row(
    session: AsyncSession, actor: Actor, body: CaseCreate, sources: list[Lead]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of a new case, and the identifiers in its texts."""
    first = sources[0] if sources else None
    category = body.primary_category or (first.primary_category if first else None)
    named = body.title or (f"{first.subject_name}涉嫌养老诈骗案"[:200] if first else None)
    missing = [
        FieldError(f"/{field}", "missing", "没有来源线索时必填")
        for field, value in (("title", named), ("primary_category", category))
        if not value
    ]
    if missing or not named:
        raise Invalid("没有来源线索的案件须填写案件名称和类别", errors=missing)
    code = body.division_code or (first.division_code if first else actor.division_code)
    place = await places.locate(session, code)
    _own_place(actor, place)
    case_id = uuid7()
    title, summary = protect.text(named, "title"), protect.text(body.summary, "summary")
    row = {
        "id": case_id,
        "number": (await numbers.take("AJ", place.town_code))[0],
        "status": CASE_FLOW.initial,
        "title": title.text,
        "police_case_no": body.police_case_no,
        "summary": summary.text,
        "primary_category": category,
        "charges": [c.value for c in dict.fromkeys(body.charges)],
        "flags": [f.value for f in dict.fromkeys(body.flags)],
        "is_backlog": body.is_backlog,
        "amount_involved": body.amount_involved,
        "victims_count": body.victims_count,
        "division_code": place.division_code,
        "town_code": place.town_code,
        "owner_unit_id": actor.unit_id,
        "created_by_post_id": actor.post_id,
        "search": _words(title.text, summary.text, body.police_case_no),
    }
    found = [each | {"case_id": case_id} for each in (*title.identifiers, *summary.identifiers)]
    return row, found


def _words(*texts: str) -> str:
    """A tsvector literal of the bigrams."""
    return " ".join(f"'{token}'" for token in search.tokens(" ".join(texts)))


def _own_place(actor: Actor, place: places.Place) -> None:
    if not place.division_code.startswith(actor.division_code[:9]):
        message = "只能登记本镇范围内的案件"
        raise Invalid(message, errors=[FieldError("/division_code", "other_town", message)])


async def _link(session: AsyncSession, actor: Actor, case_id: UUID, sources: list[Lead]) -> None:
    """Tie the leads to the case. Their timelines tell of it without its number: a village that
    sees the lead need not learn what the police have opened."""
    if not sources:
        return
    rows = [{"case_id": case_id, "lead_id": lead.id} for lead in sources]
    await session.execute(insert(CaseLead), rows)
    told = {"to": RESOURCE, "case_id": str(case_id)}
    linked = [events.row(actor, EventName.LEAD_LINKED, "lead", lead.id, told) for lead in sources]
    await session.execute(insert(events.Event), linked)


async def update(
    session: AsyncSession, actor: Actor, record_id: UUID, body: CaseUpdate
) -> dict[str, Any]:
    """Correct a case that is not closed.

    Raises NotFound, StaleVersion, Forbidden, Invalid, Conflict, RuleViolated.
    """
    found = await _transition.lock(session, actor, LISTING, Case, record_id)
    if found.owner_unit_id != actor.unit_id:
        raise Forbidden("只有承办单位可以修改", code="not_own_unit")
    _transition.check_version(found, body.version)
    if found.status is CaseStatus.CLOSED:
        raise Conflict("案件已结案，不能修改", code="closed")
    changes = body.model_dump(exclude={"version"}, exclude_unset=True, exclude_none=True)
    told: dict[str, Any] = {"fields": sorted(changes)}
    await _check_changes(session, actor, found, changes)
    if "charges" in changes:
        # a change of qualification stays readable in the timeline (C2)
        told["charges"] = {"from": found.charges, "to": changes["charges"]}
    for name, value in changes.items():
        setattr(found, name, value)
    if "charges" in changes and found.status is CaseStatus.UNDER_REVIEW and found.stage_on:
        await _set_due(session, found, filing_rule(found.charges), found.stage_on)
    found.search = _words(found.title, found.summary, found.police_case_no)
    found.version += 1
    found.updated_at = now()
    await session.flush()
    await events.record(session, actor, EventName.CASE_UPDATED, RESOURCE, found.id, told)
    return await read(actor, record_id, session)


async def _check_changes(
    session: AsyncSession, actor: Actor, found: Case, changes: dict[str, Any]
) -> None:
    """Bring the changes into the form in which they are stored, or refuse them."""
    for name in ("charges", "flags"):
        if name in changes:
            changes[name] = [each.value for each in dict.fromkeys(changes[name])]
    if found.filed_on and changes.get("charges") == []:
        message = "已立案的案件须有涉嫌的罪名"
        raise Invalid(message, errors=[FieldError("/charges", "charges_missing", message)])
    if "diversion_receipt_no" in changes and not found.diversion_department:
        message = "没有移送其他单位的案件不登记回执"
        raise Invalid(message, errors=[FieldError("/diversion_receipt_no", "not_sent", message)])
    number = changes.get("police_case_no")
    if number and await session.scalar(
        select(Case.id).where(Case.police_case_no == number, Case.id != found.id)
    ):
        raise _taken()
    if "division_code" in changes:
        place = await places.locate(session, changes["division_code"])
        _own_place(actor, place)
    for name in ("title", "summary"):
        if name in changes:
            changes[name] = await _protected(session, found.id, name, changes[name])


async def _protected(session: AsyncSession, case_id: UUID, field: str, value: str) -> str:
    """Replace a text of a case: its old identifiers go, the new ones come."""
    made = protect.text(value, field)
    old = await session.scalars(
        select(CaseIdentifier).where(
            CaseIdentifier.case_id == case_id, CaseIdentifier.field == field
        )
    )
    for row in old:
        await session.delete(row)
    await session.flush()
    if made.identifiers:
        await session.execute(
            insert(CaseIdentifier), [row | {"case_id": case_id} for row in made.identifiers]
        )
    return made.text


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the case flow and keep the decision.

    Raises what `_transition.apply` raises, RuleViolated with the article, and Invalid.
    """
    found = await _transition.lock(session, actor, LISTING, Case, record_id)
    action, before = CaseAction(body.action), found.status
    reason = protect.told(getattr(body, "reason", None) or "")
    told = {"reason": reason} if reason else {}
    await _transition.apply(
        session, actor, found, CASE_FLOW, EventName.CASE_TRANSITIONED, body, told
    )
    level, document = getattr(body, "authority_level", None), getattr(body, "document_no", None)
    check_approval(action, level, document, filed=found.filed_on is not None)
    on = _happened(found, action, body)
    if action is CaseAction.FILE and before is not CaseStatus.UNDER_REVIEW and not reason:
        message = "重新立案须说明新的事实、证据或者检察机关通知立案的文号"
        raise Invalid(message, errors=[FieldError("/reason", "missing", message)])
    await _stage(session, found, action, on, before)
    if action in _DIVERSIONS:
        await _divert(session, found, body)
    if action is CaseAction.DECLINE_TO_INDICT:
        found.not_indicted_ground = body.ground
    session.add(
        CaseDecision(
            case_id=found.id,
            action=action,
            decided_on=on,
            authority_level=level,
            document_no=document or "",
            reason=reason,
            charges=found.charges,
            recorded_by_post_id=actor.post_id,
        )
    )
    await session.flush()
    return await read(actor, record_id, session)


def _happened(found: Case, action: CaseAction, body: Any) -> date:
    """The day of the decision, checked against today and against what came before."""
    field = DAY_FIELDS.get(action, "decided_on")
    on: date = getattr(body, field, None) or today()
    after = found.filed_on if action is CaseAction.SOLVE else found.stage_on
    check_day(field, on, today=today(), not_before=after)
    return on


_DIVERSIONS = frozenset({CaseAction.DIVERT_CIVIL, CaseAction.DIVERT_ADMINISTRATIVE})

#: The column that an action dates.
_DATES = {
    CaseAction.ACCEPT: "accepted_on",
    CaseAction.FILE: "filed_on",
    CaseAction.SOLVE: "solved_on",
    CaseAction.CONCLUDE_INVESTIGATION: "concluded_on",
    CaseAction.ADJUDGE: "adjudged_on",
    CaseAction.CLOSE: "closed_on",
}
#: What no longer holds once an action is taken; the decisions keep it.
_CLEARED = {
    CaseAction.RETURN_FOR_INVESTIGATION: ("concluded_on",),
    CaseAction.ENFORCE: ("closed_on",),
    CaseAction.WITHDRAW: ("solved_on",),
    CaseAction.REOPEN: (
        "concluded_on", "adjudged_on", "closed_on", "not_indicted_ground", "civil_route",
        "diversion_unit_id",
    ),
}  # fmt: skip
#: Acts that leave a running clock alone.
_CLOCK_RUNS_ON = frozenset({CaseAction.SOLVE, CaseAction.CONCLUDE_INVESTIGATION})


async def _stage(
    session: AsyncSession, found: Case, action: CaseAction, on: date, before: CaseStatus
) -> None:
    """The dates, the counter and the clock that follow from an action."""
    for name in _CLEARED.get(action, ()):
        setattr(found, name, None)
    if action in _DATES:
        setattr(found, _DATES[action], on)
    if action is not CaseAction.SOLVE:
        found.stage_on = on
    if action not in _CLOCK_RUNS_ON:
        await _set_due(session, found, "", on)
    match action:
        case CaseAction.ACCEPT:
            await _set_due(session, found, filing_rule(found.charges), on)
        case CaseAction.RETURN_FOR_INVESTIGATION:
            found.returns_count += 1
            await _set_due(session, found, "PRO-02", on)
        case CaseAction.REOPEN:
            found.accepted_on = found.accepted_on or on
            if before is CaseStatus.WITHDRAWN:
                found.filed_on = None  # 撤案 voids the filing
            found.returns_count = 0
            found.diversion_department = found.diversion_receipt_no = ""
            await _set_due(session, found, filing_rule(found.charges), on)
        case _:
            pass


async def _set_due(session: AsyncSession, found: Case, rule: str, start: date) -> None:
    """Start a clock, or stop it (no rule)."""
    due = await time_rules.due_on(session, rule, start) if rule else None
    found.due_on = due.on if due else None
    found.due_is_provisional = due.is_provisional if due else False
    found.due_rule = due.rule_id if due else ""
    found.due_rule_version = due.rule_version if due else None


async def _divert(session: AsyncSession, found: Case, body: Any) -> None:
    if body.unit_id:
        found.diversion_unit_id = (await places.unit(session, body.unit_id, "unit_id")).id
    found.civil_route = getattr(body, "route", None)
    found.diversion_department = protect.told(body.department)
    found.diversion_receipt_no = body.receipt_no or ""


async def reveal(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Reveal
) -> dict[str, str]:
    """Plain values of masked fields, for those entitled, with an audit event.

    Raises NotFound, Forbidden for fields that hold nothing to reveal.
    """
    found = await read(actor, record_id, session)
    refused = [name for name in body.fields if name not in found["revealable"]]
    if refused:
        raise Forbidden(f"无权查看：{'、'.join(refused)}", code="field_not_revealable")
    rows = list(
        await session.scalars(select(CaseIdentifier).where(CaseIdentifier.case_id == record_id))
    )
    values = {name: _plain(rows, found, name) for name in body.fields}
    told = {"fields": body.fields, "reason": protect.told(body.reason)}
    await events.record(session, actor, EventName.REVEALED, RESOURCE, record_id, told)
    return values


def _plain(rows: list[CaseIdentifier], found: dict[str, Any], name: str) -> str:
    keys = keyring()
    if name == "identifiers":
        return "\n".join(f"{row.kind.label}：{keys.decrypt(row.value_enc)}" for row in rows)
    inside = [
        (row.starts_at, row.ends_at, row.raw_enc)
        for row in rows
        if row.field == name and row.starts_at is not None and row.ends_at and row.raw_enc
    ]
    return protect.restore(found[name], inside)
