"""The demo's leads: about 120, one in every state that a lead can be in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from api.core.base.clock import now, today
from api.domain.demo import demo
from api.domain.demo import demo_stories as told
from api.domain.leads.categories import LeadCategory
from api.domain.leads.channels import LeadChannel
from api.domain.leads.leads import (
    Department,
    DiversionRoute,
    FeedbackMode,
    LeadConclusion,
    ReporterKind,
    Solved,
    TransferResult,
)
from api.schemas.leads import LeadCreate
from api.schemas.recheck_samples import RecheckSampleCreate
from api.services.demo.demo_stage import Stage, Story, act
from api.services.leads import (
    lead_assist_decisions,
    lead_assists,
    lead_decisions,
    lead_intake,
    recheck_samples,
)

_CATEGORIES = {"C1": 22, "C2": 14, "C3": 28, "C4": 6, "C5": 10, "C6": 9, "C0": 11}
#: Who takes in what: the post, and through which channel.
_INTAKE: tuple[tuple[str, LeadChannel, int], ...] = (
    ("office", LeadChannel.PLATFORM_12337, 14),
    ("office", LeadChannel.COUNTY_OFFICE, 8),
    ("office", LeadChannel.HOTLINE_12345, 14),
    ("office", LeadChannel.HOTLINE_12315, 6),
    ("office", LeadChannel.REPORT_PHONE, 9),
    ("office", LeadChannel.LETTER_OR_VISIT, 6),
    ("office", LeadChannel.PETITION, 5),
    ("office", LeadChannel.BANK_ALERT, 5),
    ("office", LeadChannel.REPORT_BOX, 3),
    ("office", LeadChannel.MEDIA, 2),
    ("police", LeadChannel.POLICE_110, 8),
    ("market", LeadChannel.OWN_SWEEP, 4),
    ("civil", LeadChannel.DEPARTMENT_TRANSFER, 3),
    ("village01", LeadChannel.VILLAGE_REPORT, 6),
    ("village02", LeadChannel.VILLAGE_REPORT, 4),
    ("grid01", LeadChannel.GRID_SWEEP, 7),
)
#: Not the office's own: these wait for it to register them.
_HANDED_IN = tuple(row for row in _INTAKE if row[0] != "office")
_HOMES = {"village01": 1, "village02": 2, "grid01": 1}

_CONCLUSIONS = {
    LeadConclusion.ILLEGAL: 9,
    LeadConclusion.IRREGULAR: 12,
    LeadConclusion.CIVIL_DISPUTE: 7,
    LeadConclusion.UNFOUNDED: 12,
    LeadConclusion.UNVERIFIABLE: 4,
    LeadConclusion.DUPLICATE: 3,
}
#: Who verifies a second time: the first of them that took no part in the first.
_VERIFIERS = ("market", "police", "justice")
_NAMED_MODES = (FeedbackMode.PHONE, FeedbackMode.PHONE, FeedbackMode.IN_PERSON, FeedbackMode.LETTER)

#: How far leads come: how many of each, and how many days ago they came in (from, to).
_DONE: tuple[tuple[str, int, int, int], ...] = (
    ("archived", 13, 115, 198),
    ("closed", 32, 58, 185),
    ("fed_back", 5, 22, 45),
    ("concluded", 8, 16, 34),
    ("recheck", 3, 34, 60),
    ("withdrawn", 3, 4, 18),
    ("rejected", 4, 3, 20),
    ("transferred_department", 4, 20, 70),
    ("transferred_police", 3, 20, 60),
    ("proposed", 1, 18, 22),
    ("escalated", 2, 15, 50),
    ("disputed", 2, 3, 6),
)
#: Leads being verified: due so many working days from today.
_VERIFYING = (-9, -6, -4, -2, -1, 0, 1, 2, 2, 2, 3, 4, 5, 6, 8, 9, 11, 12)
#: Leads that nobody has acknowledged yet: assigned so many working days ago.
_ASSIGNED = (0, 0, 1, 1, 1, 2, 3, 4)
_REGISTERED = (0, 0, 1, 1, 2, 3)
_RECEIVED = (0, 0, 0, 1, 1, 2)


@dataclass(slots=True)
class Lead:
    """One lead on its way: what it says, who has it, how it stands."""

    stage: Stage
    creator: str
    body: LeadCreate
    handler: str
    id: UUID
    version: int = 1
    #: Who was asked to assist, and owes an answer.
    assistant: str = ""
    #: Who assisted: with the handler, those who may not verify the lead a second time.
    assisted_by: str = ""
    conclusion: LeadConclusion | None = None

    async def assisted(self) -> None:
        """Whoever was asked answers."""
        if not self.assistant:
            return
        session = self.stage.session
        (owed,) = await lead_assists.open_ones(session, self.id)
        await lead_assist_decisions.transition(
            session,
            self.stage.actors[self.assistant],
            self.id,
            owed.id,
            act("answer", {"version": owed.version}, answer=told.ASSIST_ANSWER),
        )
        self.assisted_by, self.assistant = self.assistant, ""

    async def take(self, post: str, action: str, **given: Any) -> None:
        """One action; every one raises the version."""
        body = act(action, {"version": self.version}, **given)
        await lead_decisions.act(self.stage.session, self.stage.actors[post], self.id, body)
        self.version += 1


def stories(stage: Stage) -> list[Story]:
    """All of them."""
    chance = stage.random
    made: list[Story] = []
    for fate, count, latest, earliest in _DONE:
        for _ in range(count):
            came = stage.ago(chance.randrange(latest, earliest))
            made.append(_finished(stage, fate, stage.moment(came)))
    for due in _VERIFYING:
        assigned = stage.start_for("LEAD-01", stage.day(due))
        made.append(_waiting(stage, assigned, acknowledged=True))
    made += [_waiting(stage, stage.day(-n), acknowledged=False) for n in _ASSIGNED]
    made += [_taken_in(stage, stage.day(-n), registered=True) for n in _REGISTERED]
    made += [_taken_in(stage, stage.day(-n), registered=False) for n in _RECEIVED]
    made.append(_sampled(stage))
    return made


# --- what a lead says ---------------------------------------------------------------------------


def _body(
    stage: Stage, intake: Sequence[tuple[str, LeadChannel, int]], at: datetime
) -> tuple[str, LeadCreate]:
    chance = stage.random
    creator, channel, _ = chance.choices(intake, [weight for *_, weight in intake])[0]
    category = LeadCategory(chance.choices(list(_CATEGORIES), list(_CATEGORIES.values()))[0])
    code, village = demo.VILLAGES[_HOMES[creator]] if creator in _HOMES else stage.village()
    name, uscc = stage.subject(category)
    said = stage.complaint(category, name, village)
    return creator, LeadCreate.model_validate(
        {
            "channel": channel.value,
            "batch_no": f"{at.year}年第{at.month - 3}批"
            if channel in {LeadChannel.PLATFORM_12337, LeadChannel.COUNTY_OFFICE} and at.month > 3
            else "",
            "received_at": at.isoformat(),
            "subject_name": name,
            "subject_uscc": uscc,
            "primary_category": category.value,
            "division_code": code,
            "reporter": _reporter(stage),
            "narrative": said["narrative"],
            "amount_involved": f"{said['yuan']}.00",
            "people_involved": said["people"],
            "red_flags": [flag.value for flag in said["flags"]],
            "fast_track": chance.random() < 0.06,
        }
    )


def _reporter(stage: Stage) -> dict[str, str]:
    if stage.random.random() < 0.38:
        return {"kind": ReporterKind.ANONYMOUS.value}
    return {
        "kind": ReporterKind.REAL_NAME.value,
        "name": stage.person(),
        "phone": stage.phone(),
    }


def _handler(stage: Stage, category: LeadCategory) -> str:
    return stage.random.choice(told.HANDLERS[category])


async def _sampled(stage: Stage) -> Story:
    """The office draws some of what was found to be nothing, to have it looked at again."""
    yield stage.moment(stage.day(-2))
    body = RecheckSampleCreate.model_validate(
        {"period_from": stage.ago(150), "period_to": stage.day(-2), "size": 4}
    )
    await recheck_samples.create(stage.session, stage.actors["office"], body)


# --- what becomes of it -------------------------------------------------------------------------


async def come_in(stage: Stage, creator: str, body: LeadCreate, handler: str = "") -> Lead:
    """Take a lead in, as whoever received it."""
    made, _ = await lead_intake.create(stage.session, stage.actors[creator], body)
    chosen = handler or _handler(stage, body.primary_category)
    return Lead(stage, creator, body, chosen, UUID(made["id"]))


async def _taken_in(stage: Stage, day: date, *, registered: bool) -> Story:
    at = stage.moment(day)
    creator, body = _body(stage, _INTAKE if registered else _HANDED_IN, at)
    yield at
    lead = await come_in(stage, creator, body)
    if registered and creator != "office":
        yield stage.after(at, 0)
        await lead.take("office", "register")


async def _to_unit(stage: Stage, lead: Lead) -> None:
    if stage.random.random() < 0.15:
        lead.assistant = "market" if lead.handler != "market" else "police"
    await lead.take(
        "office", "assign", unit_id=stage.unit(lead.handler),
        assisting_unit_ids=[stage.unit(lead.assistant)] if lead.assistant else [],
        assist_task=told.ASSIST_TASK if lead.assistant else None,
    )  # fmt: skip


async def _waiting(stage: Stage, assigned: date, *, acknowledged: bool) -> Story:
    """A lead that its unit has now, since that day."""
    came = stage.moment(stage.step(assigned, -stage.random.choice((1, 1, 2))))
    creator, body = _body(stage, _INTAKE, came)
    yield came
    lead = await come_in(stage, creator, body)
    if creator != "office":
        yield stage.after(came, 0)
        await lead.take("office", "register")
    at = stage.moment(assigned)
    yield at
    await _to_unit(stage, lead)
    if acknowledged:
        yield stage.after(at, stage.random.choice((0, 1, 1, 2)))
        await lead.take(lead.handler, "acknowledge")


def _sender(fate: str, category: LeadCategory, stage: Stage) -> str:
    """Who handles a lead that goes to the police: somebody with the power to punish (移送规定第2条)."""
    chosen = _handler(stage, category)
    to_police = fate in {"proposed", "transferred_police"}
    return "market" if to_police and chosen in {"police", "justice"} else chosen


async def _finished(stage: Stage, fate: str, came: datetime) -> Story:
    """A lead that went its way; where the story ends is what `fate` names."""
    chance = stage.random
    creator, body = _body(stage, _INTAKE, came)
    yield came
    lead = await come_in(stage, creator, body, _sender(fate, body.primary_category, stage))
    at = came
    if creator != "office":
        yield (at := stage.after(at, chance.choice((0, 1))))
        await lead.take("office", "register")
    if fate in _EARLY:
        yield (at := stage.after(at, 1))
        await _EARLY[fate](stage, lead)
        if fate == "withdrawn" and chance.random() < 0.5:
            yield stage.after(at, 12)
            await lead.take("office", "archive")
        return
    yield (at := stage.after(at, chance.choice((0, 1, 1))))
    await _to_unit(stage, lead)
    if fate == "disputed":
        yield stage.after(at, 1)
        await lead.take(
            lead.handler, "dispute", reason=chance.choice(told.DISPUTES),
            proposed_unit_id=stage.unit("police" if lead.handler != "police" else "justice"),
        )  # fmt: skip
        return
    yield (at := stage.after(at, chance.choice((0, 1, 1, 2))))
    await lead.take(lead.handler, "acknowledge")
    yield (at := stage.after(at, chance.randrange(2, 9)))
    if fate in _SENT_ON:
        await _SENT_ON[fate](stage, lead)
        return
    await _conclude(stage, lead)
    if fate == "concluded":
        return
    if fate == "recheck":
        yield stage.after(at, 3)
        await _verify_again(stage, lead)
        return
    yield (at := stage.after(at, chance.choice((1, 1, 2, 3))))
    await answer(stage, lead)
    if fate == "fed_back":
        return
    yield (at := stage.after(at, chance.choice((1, 2, 3))))
    await close(lead)
    if fate == "archived":
        yield stage.after(at, chance.randrange(8, 20))
        await lead.take("office", "archive")


async def _verify_again(stage: Stage, lead: Lead) -> None:
    took_part = (lead.handler, lead.assisted_by)
    other = next(post for post in _VERIFIERS if post not in took_part)
    reason = stage.random.choice(told.RECHECKS)
    await lead.take("office", "recheck", unit_id=stage.unit(other), reason=reason)


async def _conclude(stage: Stage, lead: Lead) -> None:
    chance = stage.random
    await lead.assisted()
    conclusion = chance.choices(list(_CONCLUSIONS), list(_CONCLUSIONS.values()))[0]
    findings = chance.choice(told.FINDINGS[conclusion]).format(
        people=lead.body.people_involved or 1, amount=(lead.body.amount_involved or 0) // 100
    )
    diverted = (
        {"diversion_route": DiversionRoute.MEDIATION, "diversion_department": told.MEDIATORS}
        if conclusion is LeadConclusion.CIVIL_DISPUTE
        else {}
    )
    await lead.take(lead.handler, "conclude", conclusion=conclusion, findings=findings, **diverted)
    lead.conclusion = conclusion


async def _receive(stage: Stage, lead: Lead, post: str) -> None:
    await lead.take(
        post, "record_receipt", received_at=now(), received_by=stage.actors[post].name,
        receipt_no=stage.document("众专接〔{year}〕{n}号"),
    )  # fmt: skip


async def _hand_on(stage: Stage, lead: Lead) -> None:
    """What the conclusion asks for: a dispute arrives, a violation goes to who may punish."""
    if lead.conclusion is LeadConclusion.CIVIL_DISPUTE:
        await _receive(stage, lead, lead.handler)
    elif lead.conclusion is LeadConclusion.ILLEGAL and lead.handler == "justice":
        await lead.take(
            lead.handler, "transfer_department", organ=Department.MARKET,
            receiver_unit_id=stage.unit("market"), reason=told.TRANSFERS[0][1],
            materials=told.PAPERS, document_no=stage.document("众专办移〔{year}〕{n}号"),
        )  # fmt: skip
        await _receive(stage, lead, "market")
        await lead.take(
            "market", "record_result", result=TransferResult.HANDLED, result_on=today(),
            result_note=told.SOLVED[0][1],
        )  # fmt: skip


async def answer(stage: Stage, lead: Lead) -> None:
    """Tell the reporter what was found."""
    await _hand_on(stage, lead)
    named = lead.body.reporter.kind is ReporterKind.REAL_NAME
    mode = stage.random.choice(_NAMED_MODES) if named else FeedbackMode.IMPOSSIBLE
    note = stage.random.choice(told.FEEDBACK) if named else told.FEEDBACK_IMPOSSIBLE
    await lead.take(lead.handler, "feed_back", feedback_mode=mode, feedback_note=note)


async def close(lead: Lead) -> None:
    """The office's last word: whether the problem is solved, too."""
    solved, note = lead.stage.random.choice(told.SOLVED)
    await lead.take("office", "close", solved=Solved(solved), solved_note=note)


async def _reject(stage: Stage, lead: Lead) -> None:
    await lead.take("office", "reject", reason=stage.random.choice(told.REJECTIONS))


async def _withdraw(stage: Stage, lead: Lead) -> None:
    await lead.take("office", "withdraw", reason=stage.random.choice(told.WITHDRAWALS))


async def _transfer(stage: Stage, lead: Lead) -> None:
    department, reason = stage.random.choice(told.TRANSFERS)
    await lead.take(
        lead.handler, "transfer_department", organ=Department.OTHER, department=department,
        reason=reason, materials=told.PAPERS,
        document_no=stage.document("众专办移〔{year}〕{n}号"),
    )  # fmt: skip


async def _propose(stage: Stage, lead: Lead) -> None:
    await lead.take(
        lead.handler, "propose_transfer", reported_on=today(),
        investigators=f"{stage.person()}、{stage.person()}",
        report=stage.random.choice(told.POLICE_TRANSFERS),
    )  # fmt: skip


async def _to_police(stage: Stage, lead: Lead) -> None:
    await _propose(stage, lead)
    await lead.take("leader", "approve_transfer")
    await lead.take(
        lead.handler, "transfer_police", reason=stage.random.choice(told.POLICE_TRANSFERS),
        receiver_unit_id=stage.unit("police"), materials=told.PAPERS, approved_on=today(),
        approved_by=stage.actors["leader"].name,
        document_no=stage.document("众专办移〔{year}〕{n}号"),
    )  # fmt: skip
    await _receive(stage, lead, "police")


async def _escalate(stage: Stage, lead: Lead) -> None:
    await lead.take("office", "escalate", reason=stage.random.choice(told.ESCALATIONS))


_EARLY = {"rejected": _reject, "withdrawn": _withdraw}
_SENT_ON = {
    "transferred_department": _transfer,
    "proposed": _propose,
    "transferred_police": _to_police,
    "escalated": _escalate,
}
