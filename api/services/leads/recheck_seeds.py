"""The seeds of draws for second verification: sealed under a fingerprint before anybody can know
what they draw, used once, never chosen and never made for the draw that uses them."""

import secrets
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.domain.kit import sampling
from api.domain.kit.errors import Conflict
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel
from api.models.recheck_samples import RecheckSeed
from api.models.units import Division

_WAITS = RecheckSeed.used_by_id.is_(None)


async def seal(session: AsyncSession, town: str) -> None:
    """See to it that a seed waits for the town's next draw; one that waits is never exchanged."""
    waiting = select(RecheckSeed.id).where(RecheckSeed.town_code == town, _WAITS)
    if await session.scalar(waiting):
        return
    seed = secrets.token_hex(16)
    # two who conclude a town's first leads at the same moment seal one seed
    await session.execute(
        insert(RecheckSeed)
        .values(
            id=uuid7(),
            town_code=town,
            commitment=sampling.commitment(seed),
            seed_enc=keyring().encrypt(seed),
            committed_at=now(),
        )
        .on_conflict_do_nothing(index_elements=["town_code"], index_where=_WAITS)
    )


async def seal_all(session: AsyncSession) -> int:
    """Seal a seed for every town that has none; a schedule of the worker. Returns how many."""
    towns = select(Division.code).where(
        func.length(Division.code) == LEVEL_DIGITS[DivisionLevel.TOWN],
        ~exists().where(RecheckSeed.town_code == Division.code, _WAITS),
    )
    found = list(await session.scalars(towns))
    for town in found:
        await seal(session, town)
    return len(found)


async def in_turn(session: AsyncSession, town: str) -> RecheckSeed:
    """The seed that waits for the town's next draw.

    Raises Conflict where none does: one made now would be made by whoever draws, and drawing would
    be tried again until it suits.
    """
    found = await session.scalar(
        select(RecheckSeed).where(RecheckSeed.town_code == town, _WAITS).with_for_update()
    )
    if found is None:
        raise Conflict(
            "本镇抽样的种子还没有封存；种子须在抽取之前封存，系统每小时封存一次，请过一小时再抽",
            code="seed_not_sealed",
        )
    return found


async def waiting(session: AsyncSession, town: str) -> dict[str, Any]:
    """The fingerprint of the seed that waits, and since when; empty where none does."""
    row = (
        await session.execute(
            select(RecheckSeed.commitment, RecheckSeed.committed_at).where(
                RecheckSeed.town_code == town, _WAITS
            )
        )
    ).one_or_none()
    return {
        "commitment": row.commitment if row else "",
        "committed_at": row.committed_at if row else None,
    }
