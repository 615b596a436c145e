"""What is kept for a time only is forgotten by a schedule, in the application's own role."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from api import worker
from api.core.base.clock import now
from api.core.web import idempotency
from api.core.web.idempotency import IdempotencyKey


async def test_answers_are_kept_for_seven_days(session):
    """As docs/api.md promises; they hold what was answered, names and all, if encrypted."""
    actor = uuid4()
    for key, age in (("young", timedelta(days=6)), ("old", timedelta(days=8))):
        session.add(
            IdempotencyKey(
                actor_id=actor,
                key=key,
                request_digest=b"x",
                status=201,
                answer_enc=b"y",
                created_at=now() - age,
            )
        )
    await session.flush()
    await idempotency.forget_old(session)
    left = select(IdempotencyKey.key).where(IdempotencyKey.actor_id == actor)
    assert list(await session.scalars(left)) == ["young"]
    assert "idempotency.prune" in {schedule.job for schedule in worker.SCHEDULES}
