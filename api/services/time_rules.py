"""Deadlines by the rule table, with the rule's version kept beside each of them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.calendar import Calendar
from api.domain.clocks import due_by_rule
from api.domain.time_rules import find_rule


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due date, whether it may still move (暂定), and the rule version that gave it."""

    on: date
    is_provisional: bool
    rule_id: str
    rule_version: int


async def due_on(
    session: AsyncSession, rule_id: str, start: date, *, extensions: int = 0
) -> Deadline:
    """The last day of a term by the rule in force on its first day."""
    del session
    rule = find_rule(rule_id, start)
    due = due_by_rule(rule, start, Calendar.builtin(), extensions=extensions)
    return Deadline(due.on, due.provisional, rule.rule_id, rule.version)
