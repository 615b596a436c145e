"""Warnings and alarms that are given once each, whoever runs twice, at once or after a crash."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.models.duties import DutyNotice


async def given(
    session: AsyncSession,
    subject_type: str,
    subject_id: UUID,
    due_on: date,
    steps: Mapping[str, int | None],
) -> set[str]:
    """Write down steps (with the version of the rule that gives each) before one end of one record;
    returns those that nobody had written down before.

    The row of a step is its key, in the transaction of its event: of two who give it at once, one
    waits for the other and then gives nothing.
    """
    if not steps:
        return set()
    rows = [
        {
            "subject_type": subject_type,
            "subject_id": subject_id,
            "due_on": due_on,
            "rule_id": step,
            "rule_version": version,
            "noticed_at": now(),
        }
        for step, version in steps.items()
    ]
    new = await session.scalars(
        insert(DutyNotice).values(rows).on_conflict_do_nothing().returning(DutyNotice.rule_id)
    )
    return set(new)
