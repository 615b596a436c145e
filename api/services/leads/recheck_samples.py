"""Drawing concluded leads for second verification, and what came of it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.access import visibility
from api.core.base.clock import today
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.core.database import numbers
from api.core.events import events
from api.core.listing import keyset
from api.domain.kit import sampling
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid, NotFound
from api.domain.kit.events import EventName
from api.domain.leads.leads import LeadConclusion, LeadStatus
from api.domain.leads.recheck_samples import DrawExclusion, exclusion
from api.models.leads import Lead
from api.models.recheck_samples import RecheckSample, RecheckSampleLine
from api.models.units import Unit
from api.schemas.recheck_samples import (
    RecheckLineQuery,
    RecheckSampleCreate,
    RecheckSampleQuery,
)
from api.services.leads import lead_steps, leads, recheck_seeds

RESOURCE = "recheck_sample"
_Line = RecheckSampleLine


async def create(session: AsyncSession, actor: Actor, body: RecheckSampleCreate) -> dict[str, Any]:
    """Draw a sample of the town's leads and keep it with its population.

    Raises Invalid for a period that ends before it begins, Conflict where nothing was concluded or
    no seed was sealed before.
    """
    if body.period_to < body.period_from:
        message = "结论日期的止日不能早于起日"
        raise Invalid(message, errors=[FieldError("/period_to", "before_start", message)])
    await _one_at_a_time(session, actor.town)
    concluded = await _concluded(session, actor, body)
    left_out = {row.id: why for row in concluded if (why := _exclusion(actor, row)) is not None}
    population = [row for row in concluded if row.id not in left_out]
    if not population:
        raise Conflict(_none(left_out.values()), code="population_empty")
    members = [sampling.Member(str(row.id), _stratum(row)) for row in population]
    kept = await recheck_seeds.in_turn(session, actor.town)
    seed = keyring().decrypt(kept.seed_enc)
    period = f"{body.period_from}/{body.period_to}"
    drawn = set(sampling.sample(sampling.Draw(seed, period, body.size), members))
    made: dict[str, Any] = {
        "id": uuid7(),
        "number": (await numbers.take("CY", actor.division_code))[0],
        "town_code": actor.town,
        "period_from": body.period_from,
        "period_to": body.period_to,
        "conclusions": [each.value for each in dict.fromkeys(body.conclusions)],
        "seed": seed,
        "seed_commitment": kept.commitment,
        "seed_committed_at": kept.committed_at,
        "size": body.size,
        "population_size": len(members),
        "population_digest": sampling.digest(members),
        "created_by_post_id": actor.post_id,
    }
    await session.execute(insert(RecheckSample).values(made))
    kept.used_by_id = made["id"]
    await session.flush()
    await recheck_seeds.seal(session, actor.town)
    await session.execute(
        insert(_Line),
        [
            {
                "sample_id": made["id"],
                "lead_id": row.id,
                "unit_id": row.concluded_unit_id,
                "category": row.primary_category,
                "drawn": str(row.id) in drawn,
                "excluded": left_out.get(row.id),
                "first_conclusion": row.conclusion,
            }
            for row in concluded
        ],
    )
    await events.record(
        session, actor, EventName.RECHECK_SAMPLE_DRAWN, RESOURCE, made["id"],
        {"number": made["number"], "drawn": len(drawn), "population": len(members)},
    )  # fmt: skip
    return await read(session, actor, made["id"])


async def seal(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """What is known of the seed of the town's next draw: its fingerprint."""
    return await recheck_seeds.waiting(session, actor.town)


async def is_drawn(session: AsyncSession, lead_id: UUID) -> bool:
    """Whether a lead was drawn for a second verification that has not ended."""
    asked = select(Lead.id).where(Lead.id == lead_id, exists().where(lead_steps.OPEN_LINE))
    return await session.scalar(asked) is not None


async def _one_at_a_time(session: AsyncSession, town: str) -> None:
    """Two samples drawn at the same moment would both take what waits in neither of them yet."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"recheck:{town}"))))


def _stratum(row: Any) -> tuple[str, ...]:
    return (str(row.concluded_unit_id), row.primary_category.value)


def _none(reasons: Iterable[DrawExclusion]) -> str:
    said = "该期间没有符合条件的线索可供抽取"
    why = [f"{count} 条{reason.label}" for reason, count in sorted(Counter(reasons).items())]
    return f"{said}：{'；'.join(why)}" if why else said


def _exclusion(actor: Actor, row: Any) -> DrawExclusion | None:
    people = frozenset({row.concluded_by_id, *row.concluded_person_ids})
    return exclusion(actor.id, people, row.status, waits=row.waits, is_merged=row.is_merged)


async def _concluded(session: AsyncSession, actor: Actor, body: RecheckSampleCreate) -> list[Any]:
    """The leads concluded in the period, and whether each waits from an earlier sample."""
    waiting = exists().where(_Line.lead_id == Lead.id, _Line.waits())
    found = await session.execute(
        select(
            Lead.id, Lead.concluded_unit_id, Lead.primary_category, Lead.conclusion,
            Lead.concluded_by_id, Lead.concluded_person_ids, waiting.label("waits"),
            Lead.status, Lead.merged_into_id.is_not(None).label("is_merged"),
        )
        .where(
            leads.LISTING.visible(actor),
            Lead.status != LeadStatus.WITHDRAWN,
            Lead.conclusion.in_(body.conclusions),
            Lead.concluded_on.between(body.period_from, body.period_to),
            Lead.concluded_unit_id.is_not(None),
        )
        .order_by(Lead.id)
    )  # fmt: skip
    return list(found)


def _count(*conditions: Any) -> Any:
    return (
        select(func.count())
        .where(_Line.sample_id == RecheckSample.id, _Line.drawn, *conditions)
        .scalar_subquery()
    )


_ITEM = {
    **{
        name: getattr(RecheckSample, name)
        for name in (
            "id", "number", "period_from", "period_to", "conclusions", "size",
            "population_size", "created_at",
        )
    },
    "drawn": _count(),
    "done": _count(_Line.second_conclusion.is_not(None)),
    "overturned": _count(_Line.second_conclusion != _Line.first_conclusion),
}  # fmt: skip


async def page(session: AsyncSession, actor: Actor, query: RecheckSampleQuery) -> dict[str, Any]:
    """The town's samples, the latest first."""
    statement = select(*(column.label(name) for name, column in _ITEM.items())).where(
        visibility.seen(actor, RecheckSample)
    )
    return await keyset.page(
        session, statement, RecheckSample.id, query,
        lambda row: {name: getattr(row, name) for name in _ITEM},
        name="recheck_samples", descending=True,
    )  # fmt: skip


async def read(session: AsyncSession, actor: Actor, sample_id: UUID) -> dict[str, Any]:
    """One sample, drawn once more from what is stored. Raises NotFound."""
    row = await _sample(session, actor, sample_id)
    lines = await _lines_of(session, sample_id)
    members = [line for line in lines if line.excluded is None]
    left_out = Counter(line.excluded for line in lines if line.excluded is not None)
    return {name: getattr(row, name) for name in _ITEM | _PROOF} | {
        "next_commitment": (await recheck_seeds.waiting(session, actor.town))["commitment"],
        "reproduced": _record(row, lines).is_right(),
        "strata": _strata(members),
        "excluded": [
            {"reason": each.value, "count": left_out[each]}
            for each in DrawExclusion
            if left_out[each]
        ],
    }


async def protocol(session: AsyncSession, actor: Actor, sample_id: UUID) -> dict[str, Any]:
    """Everything that a sample was drawn from, for another program to draw it again. Raises NotFound."""
    row = await _sample(session, actor, sample_id)
    return {"number": row.number} | _record(row, await _lines_of(session, sample_id)).as_document()


_PROOF = {
    "seed": RecheckSample.seed,
    "seed_commitment": RecheckSample.seed_commitment,
    "seed_committed_at": RecheckSample.seed_committed_at,
    "population_digest": RecheckSample.population_digest,
}


async def _sample(session: AsyncSession, actor: Actor, sample_id: UUID) -> Any:
    row = (
        await session.execute(
            select(*(column.label(name) for name, column in (_ITEM | _PROOF).items())).where(
                RecheckSample.id == sample_id, visibility.seen(actor, RecheckSample)
            )
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


async def _lines_of(session: AsyncSession, sample_id: UUID) -> list[Any]:
    found = await session.execute(
        select(_Line.lead_id, _Line.unit_id, _Line.category, _Line.drawn, _Line.excluded, Unit.name)
        .join(Unit, Unit.id == _Line.unit_id)
        .where(_Line.sample_id == sample_id)
    )
    return list(found)


def _record(row: Any, lines: list[Any]) -> sampling.Record:
    return sampling.Record(
        sampling.Draw(row.seed, f"{row.period_from}/{row.period_to}", row.size),
        row.seed_commitment,
        row.population_digest,
        tuple(
            sampling.Member(str(line.lead_id), (str(line.unit_id), line.category.value))
            for line in lines
            if line.excluded is None
        ),
        tuple(
            sampling.Excluded(str(line.lead_id), line.excluded.value)
            for line in lines
            if line.excluded is not None
        ),
        frozenset(str(line.lead_id) for line in lines if line.drawn),
    )


def _strata(lines: list[Any]) -> list[dict[str, Any]]:
    names = {line.unit_id: line.name for line in lines}
    whole = Counter((line.unit_id, line.category) for line in lines)
    drawn = Counter((line.unit_id, line.category) for line in lines if line.drawn)
    return [
        {
            "unit": {"id": unit_id, "name": names[unit_id]},
            "category": category.value,
            "population": whole[unit_id, category],
            "drawn": drawn[unit_id, category],
        }
        for unit_id, category in sorted(whole, key=lambda each: (names[each[0]], each[1].value))
    ]


async def lines(
    session: AsyncSession, actor: Actor, sample_id: UUID, query: RecheckLineQuery
) -> dict[str, Any]:
    """The leads of a sample's population, or those left out of it. Raises NotFound."""
    if not await session.scalar(
        select(RecheckSample.id).where(
            RecheckSample.id == sample_id, visibility.seen(actor, RecheckSample)
        )
    ):
        raise NotFound
    second = aliased(Unit)
    statement = (
        select(
            _Line, Lead.number, Lead.subject_name, Lead.status,
            Unit.name.label("unit_name"), second.name.label("second_name"),
        )
        .join(Lead, Lead.id == _Line.lead_id)
        .join(Unit, Unit.id == _Line.unit_id)
        .outerjoin(second, second.id == _Line.second_unit_id)
        .where(_Line.sample_id == sample_id, leads.LISTING.visible(actor))
    )  # fmt: skip
    left_out = _Line.excluded.is_not(None) if query.excluded else _Line.excluded.is_(None)
    statement = statement.where(left_out)
    if query.drawn is not None:
        statement = statement.where(_Line.drawn == query.drawn)
    return await keyset.page(
        session, statement, _Line.lead_id, query, _shown, name=f"recheck_lines:{sample_id}"
    )


def _shown(row: Any) -> dict[str, Any]:
    line: RecheckSampleLine = row.RecheckSampleLine
    second = {"id": line.second_unit_id, "name": row.second_name} if line.second_unit_id else None
    return {
        "lead_id": line.lead_id,
        "number": row.number,
        "subject_name": row.subject_name,
        "status": row.status.value,
        "unit": {"id": line.unit_id, "name": row.unit_name},
        "category": line.category.value,
        "drawn": line.drawn,
        "excluded": line.excluded.value if line.excluded else None,
        "first_conclusion": line.first_conclusion.value,
        "second_conclusion": line.second_conclusion.value if line.second_conclusion else None,
        "second_unit": second,
        "second_on": line.second_on,
    }


async def second_done(
    session: AsyncSession, actor: Actor, lead_id: UUID, found: LeadConclusion
) -> None:
    """Write down in the sample what the second verification of a drawn lead found."""
    await session.execute(
        update(_Line)
        .where(_Line.lead_id == lead_id, _Line.waits())
        .values(second_conclusion=found, second_unit_id=actor.unit_id, second_on=today())
    )
