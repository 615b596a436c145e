"""Days that people name for what is to come: as far ahead as the rule table lets them, no further.

A year mistyped would be a term that nobody sees run out.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.domain.kit.days import FURTHEST
from api.domain.kit.errors import FieldError, Invalid
from api.schemas.days import bounded_days
from api.services.kit import time_rules


async def check(session: AsyncSession, body: Any) -> None:
    """Whatever days a form names for what is to come; what the house does by itself fills in none.

    Raises Invalid (`too_far`).
    """
    (await checked(session, body))()


async def checked(session: AsyncSession, body: Any) -> Callable[[], None]:
    """The same, to be told with what else is wrong with the form."""
    faults = await _faults(session, body)

    def told() -> None:
        if faults:
            raise Invalid(faults[0].message, errors=faults)

    return told


async def _faults(session: AsyncSession, body: Any) -> list[FieldError]:
    if not isinstance(body, BaseModel):
        return []
    given = [
        (name, day)
        for name in bounded_days(type(body))
        if isinstance(day := getattr(body, name, None), date)
    ]
    if not given:
        return []
    clock = await time_rules.clock(session)
    last = clock.due_on(FURTHEST, today()).on
    message = f"不能晚于{last}（{FURTHEST}），请核对年份"
    return [FieldError(f"/{name}", "too_far", message) for name, day in given if day > last]
