"""The town's rule for rewards, as the rule set in force says it (ADR 0049): what is proposed keeps the
number of the version that it was proposed by."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.domain.across.rule_sets import RuleKind, RuleOwner, owner_of
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission
from api.domain.leads.leads import LeadConclusion
from api.domain.rewards import rewards
from api.domain.rewards.rewards import RewardRule
from api.domain.words.money import to_yuan
from api.services.kit import rule_sets
from api.services.kit.rule_sets import Version


def rule_of(version: Version) -> RewardRule:
    """A version as rewards are counted by it."""
    return rewards.rule_of(version.number, version.content, version.source, version.note)


async def current(session: AsyncSession, town: str) -> RewardRule:
    """The version in force today."""
    return rule_of(await rule_sets.in_force(session, RuleKind.REWARDS, town))


async def versions(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """All versions of the actor's town that are or were in force, the one in force first."""
    book = await rule_sets.of_kind(session, RuleKind.REWARDS)
    begun = [v for v in book.versions if v.book in {"", actor.town} and v.valid_from <= today()]
    return {
        "items": [_shown(each) for each in reversed(begun)],
        "may_change": actor.may(Permission.REWARD_MANAGE),
    }


async def kept(town: str, number: int) -> Version | None:
    """The version that a reward of a town was proposed by. Approved ones never change."""
    return (await rule_sets.known(RuleKind.REWARDS)).numbered(town, number)


def recounted(version: Version, conclusion: LeadConclusion, involved: int | None) -> int | None:
    """What a version gives for an outcome, whatever is in force today."""
    return rewards.amount(rule_of(version), conclusion, involved)


def _shown(version: Version) -> dict[str, Any]:
    rule = rule_of(version)
    is_builtin = owner_of(version.book) is RuleOwner.BUILTIN
    return {
        "id": version.id,
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
        "is_builtin": is_builtin,
        "created_at": version.approved_at,
        "valid_from": None if is_builtin else version.valid_from,
    }


async def lock(session: AsyncSession, town: str) -> None:
    """One decision about a town's rewards at a time: they are few, and money."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"rewards:{town}"))))
