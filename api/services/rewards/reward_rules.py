"""The town's rule for rewards, in versions: what is proposed keeps the version it was proposed by."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Invalid, StaleVersion
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.domain.leads.leads import LeadConclusion
from api.domain.rewards import rewards
from api.domain.rewards.rewards import RewardRule, RewardStep
from api.domain.words.money import to_yuan
from api.models.rewards import RewardRuleVersion
from api.schemas.rewards import RewardRuleCreate
from api.services.kit import protect

RESOURCE = "reward_rule"


async def _rows(session: AsyncSession, town: str) -> list[RewardRuleVersion]:
    found = await session.scalars(
        select(RewardRuleVersion)
        .where(RewardRuleVersion.town_code == town)
        .order_by(RewardRuleVersion.version.desc())
    )
    return list(found)


async def current(session: AsyncSession, town: str) -> RewardRule:
    """The version in force."""
    held = await _rows(session, town)
    return _rule(held[0]) if held else rewards.BUILTIN


def _rule(row: RewardRuleVersion) -> RewardRule:
    return RewardRule(
        version=row.version,
        conclusions=tuple(LeadConclusion(each) for each in row.conclusions),
        steps=tuple(RewardStep(each["at_least"], each["reward"]) for each in row.steps),
        basis_points=row.basis_points,
        floor=row.floor,
        cap=row.cap,
        allows_anonymous=row.allows_anonymous,
        source=row.source,
        note=row.note,
    )


async def versions(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """All versions of the actor's town, the one in force first."""
    held = await _rows(session, actor.town)
    shown = [_shown(_rule(row)) | {"created_at": row.created_at} for row in held]
    builtin = _shown(rewards.BUILTIN) | {"created_at": None}
    return {"items": [*shown, builtin], "may_change": actor.may(Permission.REWARD_MANAGE)}


def _shown(rule: RewardRule) -> dict[str, Any]:
    return {
        "version": rule.version,
        "conclusions": [each.value for each in rule.conclusions],
        "steps": [
            {"at_least": to_yuan(step.at_least), "reward": to_yuan(step.reward)}
            for step in rule.steps
        ],
        "basis_points": rule.basis_points,
        "floor": to_yuan(rule.floor),
        "cap": to_yuan(rule.cap),
        "allows_anonymous": rule.allows_anonymous,
        "source": rule.source,
        "note": rule.note,
        "is_builtin": rule.version == rewards.BUILTIN.version,
    }


async def create_version(
    session: AsyncSession, actor: Actor, body: RewardRuleCreate
) -> dict[str, Any]:
    """Put another version in force. Raises StaleVersion, Invalid."""
    town = actor.town
    await lock(session, town)
    newest = await current(session, town)
    if body.version != newest.version:
        raise StaleVersion(current=newest.version)
    made = RewardRule(
        version=newest.version + 1,
        conclusions=tuple(dict.fromkeys(body.conclusions)),
        steps=tuple(RewardStep(step.at_least, step.reward) for step in body.steps),
        basis_points=body.basis_points,
        floor=body.floor,
        cap=body.cap,
        allows_anonymous=body.allows_anonymous,
        source=protect.told(body.source),
        note=protect.told(body.note),
    )
    wrong = rewards.faults(made)
    if wrong:
        raise Invalid(wrong[0].message, errors=wrong)
    session.add(
        RewardRuleVersion(
            town_code=town,
            version=made.version,
            conclusions=[each.value for each in made.conclusions],
            steps=[{"at_least": step.at_least, "reward": step.reward} for step in made.steps],
            basis_points=made.basis_points,
            floor=made.floor,
            cap=made.cap,
            allows_anonymous=made.allows_anonymous,
            source=made.source,
            note=made.note,
            created_by_post_id=actor.post_id,
        )
    )
    await session.flush()
    told = {"version": made.version, "source": made.source}
    await events.record(session, actor, EventName.REWARD_RULE_CHANGED, RESOURCE, None, told)
    return await versions(session, actor)


async def lock(session: AsyncSession, town: str) -> None:
    """One decision about a town's rewards at a time: they are few, and money."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"rewards:{town}"))))
