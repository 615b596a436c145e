"""What a case says: taken in from leads or the police's own system, and corrected."""

import re
from collections.abc import Sequence
from typing import Any
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import cast, func, insert, or_, select, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import visibility
from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.core.database import constraints, record_access
from api.core.events import events
from api.core.listing import search
from api.domain.across.field_labels import labels_said
from api.domain.cases.cases import CASE_FLOW, CaseStatus, filing_rule, title_from
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid, RuleViolated
from api.domain.kit.events import EventName
from api.domain.leads.leads import opens_case
from api.domain.leads.police_decisions import declined
from api.domain.words import pinyin
from api.domain.words.money import to_yuan
from api.models.cases import Case, CaseIdentifier, CaseLead
from api.models.leads import Lead
from api.schemas.cases import CaseCreate, CaseUpdate
from api.services.cases import case_followed, case_handovers, case_texts
from api.services.cases.case_decisions import set_due
from api.services.cases.cases import LISTING, RESOURCE, read
from api.services.kit import _transition, places, protect
from api.services.kit import changes as corrections
from api.services.leads import lead_texts, police_decisions, unnamed

_WHAT = "案件"
corrections.check(CaseUpdate, Case)


async def create(
    session: AsyncSession, actor: Actor, body: CaseCreate
) -> tuple[dict[str, Any], bool]:
    """Open a case, from leads or on the police's own; (the case, whether it is new).

    The same once more under the same police case number answers with the case that is there. Raises
    Invalid, RuleViolated for a lead that is no suspected crime or that they declined, Conflict for
    a number that another case has, or the same one with other contents.
    """
    replayed = await _replayed(session, actor, body)
    if replayed is not None:
        return replayed, False
    sources = await _sources(session, actor, body.source_lead_ids, body.police_case_no)
    number = body.police_case_no
    handover = await case_handovers.source(session, actor, body.source_handover_id, number)
    told = await case_handovers.known(session, handover) if handover else None
    row, identifiers = await _row(session, actor, body, sources, told)
    await _ensure_within(session, body, sources)
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
    if handover:
        await case_handovers.tie(session, actor, inserted, handover)
    if sources or handover:
        made = await session.get_one(Case, inserted)
        await case_followed.begin(session, actor, made, sources, handover)
    return await read(actor, inserted, session), True


async def _replayed(session: AsyncSession, actor: Actor, body: CaseCreate) -> dict[str, Any] | None:
    """The case that has this police number already, when the same case is meant."""
    if not body.police_case_no:
        return None
    found = await _numbered(session, body.police_case_no)
    if found is None:
        return None
    if found.owner_unit_id != actor.unit_id:
        raise _taken()
    linked = set(
        await session.scalars(select(CaseLead.lead_id).where(CaseLead.case_id == found.id))
    )
    differs = await _differing(session, found, body)
    tied = await case_handovers.is_tied(session, found.id, body.source_handover_id)
    if differs or not tied or not set(body.source_lead_ids) <= linked:
        raise _taken(found, differs)
    return await read(actor, found.id, session)


def _number_key(number: str) -> str:
    """A paper's number however its brackets, blanks and letters are typed; what stands between two
    digits keeps them apart (〔2026〕88 is not 〔202〕688)."""
    parts = [search.plain(each) for each in re.split(r"[\W_]+", normalize("NFKC", number))]
    joined = ""
    for part in filter(None, parts):
        apart = joined[-1:].isdigit() and part[0].isdigit()
        joined += f"-{part}" if apart else part
    return joined


async def _numbered(session: AsyncSession, number: str, but: UUID | None = None) -> Case | None:
    """The case that has this police number, however it is written; who asks for it next waits."""
    key = _number_key(number)
    lock = func.hashtext(f"police case:{key}")
    await session.execute(select(func.pg_advisory_xact_lock(lock)))
    said = [Case.police_case_no == number]
    if asked := search.query(number):
        said.append(Case.search.op("@@")(cast(asked, TSQUERY)))
    rows = await session.execute(
        select(Case.id, Case.police_case_no).where(
            or_(*said), Case.police_case_no != "", Case.id != but
        )
    )
    for found_id, written in rows:
        if written == number or (key and _number_key(written) == key):
            return await session.get_one(Case, found_id)
    return None


#: What a request that is the same once more says again as it was stored.
_SAID_AGAIN = (
    "primary_category", "charges", "flags", "is_backlog", "amount_involved", "victims_count",
    "division_code",
)  # fmt: skip
#: What a lead, or the unit, says where it is left out.
_TAKEN_OVER = frozenset({"title", "primary_category", "division_code"})


async def _differing(session: AsyncSession, found: Case, body: CaseCreate) -> list[str]:
    """The fields that a request says otherwise than the case that is there."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    given = {k: v for k, v in given.items() if v is not None or k not in _TAKEN_OVER}
    differs = [
        name
        for name in _SAID_AGAIN
        if name in given and _as_stored(given[name]) != _as_stored(getattr(found, name))
    ]
    for name in ("title", "summary"):
        if name in given:
            [told] = await unnamed.elsewhere(session, body.source_lead_ids, str(given[name]))
            if protect.told(told) != getattr(found, name):
                differs.append(name)
    return differs


def _as_stored(value: Any) -> Any:
    return [*dict.fromkeys(map(str, value))] if isinstance(value, list) else value


def _taken(existing: Case | None = None, differs: Sequence[str] = ()) -> Conflict:
    refusal = constraints.expected("uq_cases_police_case_no")
    if existing is None:
        return refusal
    message = f"该公安案件编号已登记为 {existing.number}"
    if differs:
        message += f"，{labels_said(differs, of=RESOURCE)}与原登记不同；要改的，请修改原案件"
    errors = [FieldError("/police_case_no", refusal.code, message)]
    return Conflict(
        message,
        code=refusal.code,
        errors=errors,
        id=str(existing.id),
        number=existing.number,
    )


async def _sources(
    session: AsyncSession, actor: Actor, lead_ids: list[UUID], police_case_no: str
) -> list[Lead]:
    """The visible leads of a new case in the order given, kept from changing meanwhile."""
    wanted = list(dict.fromkeys(lead_ids))
    if not wanted:
        return []
    rows = await session.scalars(
        select(Lead)
        .where(Lead.id.in_(wanted), visibility.seen(actor, Lead))
        .order_by(Lead.id)
        .with_for_update(of=Lead)
    )
    found = {lead.id: lead for lead in rows}
    said = await police_decisions.said(session, wanted)
    for position, lead_id in enumerate(lead_ids):
        pointer = f"/source_lead_ids/{position}"
        if lead_id not in found:
            message = "线索不存在或无权查看"
            raise Invalid(message, errors=[FieldError(pointer, "lead_unknown", message)])
        lead = found[lead_id]
        if lead_id in said and not said[lead_id][0].filed:
            raise declined(lead.number, pointer)
        if not opens_case(
            actor.unit_id, lead.conclusion, lead.transfer_stage, lead.transfer_receiver_id, None
        ):
            message = (
                f"线索 {lead.number} 的核查结论不是“涉嫌犯罪”，也没有由本单位接收移送，"
                "不能据以登记案件"
            )
            raise RuleViolated(
                message,
                code="lead_not_suspected_crime",
                errors=[FieldError(pointer, "lead_not_suspected_crime", message)],
                article="《公安机关办理刑事案件程序规定》第一百七十八条",
            )
    if not police_case_no:
        await _not_opened(session, actor, wanted)
    return [found[lead_id] for lead_id in wanted]


async def _opened_from(session: AsyncSession, lead_ids: list[UUID]) -> Case | None:
    """The first case that came of these leads and goes on or was closed."""
    return await session.scalar(
        select(Case)
        .join(CaseLead, CaseLead.case_id == Case.id)
        .where(CaseLead.lead_id.in_(lead_ids), Case.status != CaseStatus.WITHDRAWN)
        .order_by(Case.id)
        .limit(1)
    )


async def _not_opened(session: AsyncSession, actor: Actor, lead_ids: list[UUID]) -> None:
    """One matter is one case, whoever presses the button twice; what the police split (分案) comes
    in with a number of its own. The leads are locked."""
    there = await _opened_from(session, lead_ids)
    if there is None:
        return
    refusal = Conflict("该线索已登记案件；分案办理的，请填写公安案件编号", code="lead_has_case")
    if await session.scalar(select(Case.id).where(Case.id == there.id, LISTING.visible(actor))):
        refusal.extra |= {"id": str(there.id), "number": there.number}
    raise refusal


async def _row(
    session: AsyncSession,
    actor: Actor,
    body: CaseCreate,
    sources: list[Lead],
    sent: case_handovers.Known | None,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of a new case, and the identifiers in its texts."""
    first = sources[0] if sources else None
    category = body.primary_category or (
        first.primary_category if first else sent.category if sent else None
    )
    named = body.title or (
        title_from(first.subject_name) if first else sent.title if sent else None
    )
    missing = [
        FieldError(f"/{field}", "missing", "没有来源线索、来源移送时必填")
        for field, value in (("title", named), ("primary_category", category))
        if not value
    ]
    if missing or not named:
        raise Invalid("没有来源线索的案件须填写案件名称和类别", errors=missing)
    code = body.division_code or (first or sent or actor).division_code
    place, number = await places.numbered(session, actor, code, _WHAT, "AJ")
    case_id = uuid7()
    amount, people, summary = await _carried(session, body, first, sent)
    named, told = await unnamed.elsewhere(session, body.source_lead_ids, named, summary)
    title, summary = protect.text(named, "title"), protect.text(told, "summary")
    row = {
        "id": case_id,
        "number": number,
        "status": CASE_FLOW.initial,
        "title": title.text,
        "police_case_no": body.police_case_no,
        "summary": summary.text,
        "primary_category": category,
        "charges": [c.value for c in dict.fromkeys(body.charges)],
        "flags": [f.value for f in dict.fromkeys(body.flags)],
        "is_backlog": body.is_backlog,
        "amount_involved": amount,
        "victims_count": people,
        "division_code": place.division_code,
        "town_code": place.town_code,
        "owner_unit_id": actor.unit_id,
        "created_by_post_id": actor.post_id,
        **_words(title.text, summary.text, body.police_case_no),
    }
    found = [each | {"case_id": case_id} for each in (*title.identifiers, *summary.identifiers)]
    return row, found


async def _ensure_within(session: AsyncSession, body: CaseCreate, sources: list[Lead]) -> None:
    """What the police split (分案) comes together to no more than the lead says, or somebody says that
    it does. Raises RuleViolated (`beyond_lead`). The leads are locked."""
    if body.beyond_lead or not body.amount_involved:
        return
    for lead in sources:
        await _ensure_together(session, lead, body.amount_involved)


async def _ensure_together(
    session: AsyncSession, lead: Lead, amount: int, besides: UUID | None = None
) -> None:
    """That a case of so much, with the others of a lead, stays within it. Raises RuleViolated."""
    asked = (
        select(func.coalesce(func.sum(Case.amount_involved), 0), func.count())
        .join(CaseLead, CaseLead.case_id == Case.id)
        .where(
            CaseLead.lead_id == lead.id,
            Case.status != CaseStatus.WITHDRAWN,
            Case.id.is_distinct_from(besides),
        )
    )
    others, number = (await session.execute(asked)).one()
    known, before = lead.amount_involved, int(others or 0)
    if number and known is not None and before + amount > known:
        message = (
            f"线索 {lead.number} 的涉案金额是{to_yuan(known)}元，已登记的案件合计{to_yuan(before)}元，"
            f"再加{to_yuan(amount)}元就超过了；确实超过的，请在案情里说明并勾选“超过线索金额”"
        )
        fault = FieldError("/amount_involved", "beyond_lead", message)
        raise RuleViolated(message, code="beyond_lead", errors=[fault])


async def _carried(
    session: AsyncSession, body: CaseCreate, first: Lead | None, sent: case_handovers.Known | None
) -> tuple[int | None, int | None, str]:
    """How much, how many people, what happened: what was left out is what the first lead says, with
    the numbers that its text had. What was given empty stays empty. Money and people are counted
    once: what another case of the lead has taken over, the police split by hand. Without a lead it is
    what the hand-over said."""
    given, amount, people = body.model_fields_set, body.amount_involved, body.victims_count
    summary = body.summary
    if first is None:
        if sent and "amount_involved" not in given:
            amount = sent.amount
        if sent and "summary" not in given:
            summary = sent.summary
        return amount, people, summary
    is_first = await _opened_from(session, [first.id]) is None
    if "amount_involved" not in given and is_first:
        amount = first.amount_involved
    if "victims_count" not in given and is_first:
        people = first.people_involved
    if "summary" not in given:
        summary = await lead_texts.written(session, first.id, "narrative", first.narrative)
    return amount, people, summary


def _words(title: str, summary: str, police_case_no: str) -> dict[str, str]:
    """The columns that a search reads; the title is found by its letters as well."""
    return search.document(title, summary, police_case_no, *pinyin.letters(title))


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
    _transition.check_edit(actor, found, CASE_FLOW, body.version)
    changes = body.changes()
    looked_at = changes.pop("beyond_lead", False)
    told: dict[str, Any] = {"fields": sorted(changes)}
    if not looked_at:
        await _ensure_still_within(session, found, changes.get("amount_involved"))
    await _check_changes(session, actor, found, changes)
    if "charges" in changes:
        # a change of qualification stays readable in the timeline (C2)
        told["charges"] = {"from": found.charges, "to": changes["charges"]}
    for name, value in changes.items():
        setattr(found, name, value)
    if "charges" in changes and found.status is CaseStatus.UNDER_REVIEW and found.stage_on:
        await set_due(session, found, filing_rule(found.charges), found.stage_on)
    for name, value in _words(found.title, found.summary, found.police_case_no).items():
        setattr(found, name, value)
    found.version += 1
    found.updated_at = now()
    await session.flush()
    await events.record(session, actor, EventName.CASE_UPDATED, RESOURCE, found.id, told)
    return await read(actor, record_id, session)


async def _ensure_still_within(session: AsyncSession, found: Case, amount: int | None) -> None:
    """A case that is said to be about more is asked the same as a new one. Raises RuleViolated."""
    if not amount or amount <= (found.amount_involved or 0):
        return
    leads = await session.scalars(
        select(Lead)
        .join(CaseLead, CaseLead.lead_id == Lead.id)
        .where(CaseLead.case_id == found.id)
        .order_by(Lead.id)
    )
    for lead in leads.all():
        await _ensure_together(session, lead, amount, besides=found.id)


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
    number = changes.get("police_case_no")
    if number and await _numbered(session, number, found.id):
        raise _taken()
    if "division_code" in changes:
        await places.own(session, actor, changes["division_code"], _WHAT)
    linked = await session.scalars(select(CaseLead.lead_id).where(CaseLead.case_id == found.id))
    leads = list(linked)
    for name in ("title", "summary"):
        if name in changes:
            [named] = await unnamed.elsewhere(session, leads, changes[name])
            changes[name] = await case_texts.keep(session, found.id, name, named)
