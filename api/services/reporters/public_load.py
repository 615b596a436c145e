"""How many strangers come, and what each of them pays for it: counted over all processes."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE, now, written
from api.core.base.config import settings
from api.core.database.db import database
from api.core.web import proof_of_work
from api.domain.kit.errors import TooManyAttempts
from api.domain.reporters import receipts
from api.domain.reporters.receipts import ProofPurpose
from api.models.receipts import PublicLoad, ReceiptFailures

#: Everything is counted by stretches of this length.
STRETCH = timedelta(minutes=10)
KEPT = timedelta(days=1)


def stretch() -> datetime:
    """When the present stretch began."""
    seconds = int(STRETCH.total_seconds())
    return datetime.fromtimestamp(int(now().timestamp()) // seconds * seconds, TIMEZONE)


def _asked(purpose: ProofPurpose) -> Any:
    since = now() - receipts.GLOBAL_WINDOW
    failed = select(func.coalesce(func.sum(ReceiptFailures.failures), 0)).where(
        ReceiptFailures.started_at >= since
    )
    load = select(func.coalesce(func.sum(PublicLoad.count), 0)).where(
        PublicLoad.purpose == purpose, PublicLoad.started_at >= since
    )
    return select(failed.scalar_subquery().label("failed"), load.scalar_subquery().label("load"))


def _bits(purpose: ProofPurpose, found: Any) -> int:
    base = settings().public_proof_bits
    return receipts.bits_for(base, purpose, int(found.failed), int(found.load))


async def challenge(purpose: ProofPurpose) -> dict[str, Any]:
    """A fresh challenge, as hard as it has to be now. Nothing is stored."""
    async with database().reading() as connection:
        found = (await connection.execute(_asked(purpose))).one()
    made = proof_of_work.challenge(purpose.value, _bits(purpose, found), receipts.PROOF_LIFE)
    return {"challenge": made.text, "bits": made.bits, "expires_at": written(made.expires_at)}


async def check(session: AsyncSession, purpose: ProofPurpose, proof: proof_of_work.Solved) -> None:
    """Count a request whose proof fits. Raises Invalid (`proof_stale`) when the proof is no longer
    enough, TooManyAttempts (`public_full`) when there are more than anybody could look at."""
    found = (await session.execute(_asked(purpose))).one()
    if purpose is ProofPurpose.REPORT and found.load >= settings().public_reports_per_hour:
        raise TooManyAttempts(
            "现在提交举报的人太多，请过一会儿再提交，或者打电话反映",
            code="public_full",
            headers={"Retry-After": "600"},
        )
    lenient = receipts.LENIENT_BITS if purpose is ProofPurpose.REPORT else 0
    if proof.bits < _bits(purpose, found) - lenient:
        raise proof_of_work.stale()
    await session.execute(delete(PublicLoad).where(PublicLoad.started_at < now() - KEPT))
    made = insert(PublicLoad).values(started_at=stretch(), purpose=purpose, count=1)
    await session.execute(
        made.on_conflict_do_update(
            index_elements=[PublicLoad.started_at, PublicLoad.purpose],
            set_={"count": PublicLoad.count + 1},
        )
    )
