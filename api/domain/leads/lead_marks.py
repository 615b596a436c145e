"""What makes a lead more pressing than others (突出重点, P5), and the stricter term that follows.

Terms stand in `time_rules.csv`; here only which of them applies.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Protocol, TypeVar

from api.domain.kit.labels import Labelled


class FocusMark(Labelled):
    """Why the office watches a lead."""

    MAJOR = "major", "重大线索"
    HIGH_ATTENTION = "high_attention", "社会关注度高"
    KEY_AREA = "key_area", "重点地区"


USUAL_RULE = "LEAD-01"
FAST_RULE = "LEAD-FAST"
#: Its reporter told and nothing else left, a lead is closed within a term of its own.
CLOSE_RULE = "LEAD-CLOSE"
#: The strictest first, as the terms are shipped; which one wins is counted, not read off here.
MARK_RULES: dict[FocusMark, str] = {
    FocusMark.MAJOR: "LEAD-MAJOR",
    FocusMark.HIGH_ATTENTION: "LEAD-ATTENTION",
    FocusMark.KEY_AREA: "LEAD-KEY-AREA",
}


class Counted(Protocol):
    """A deadline as the clock counted it."""

    @property
    def on(self) -> date:
        """Its last day."""
        ...


D = TypeVar("D", bound=Counted)


def rules_for(marks: Collection[FocusMark | str], *, fast: bool) -> tuple[str, ...]:
    """Every rule that applies to a lead, in one order whatever the order of its marks."""
    marked = [rule for mark, rule in MARK_RULES.items() if mark in marks]
    return (*((FAST_RULE,) if fast else ()), *marked, USUAL_RULE)


def rules_of(marks: Collection[FocusMark | str], running: str, *, fast: bool) -> tuple[str, ...]:
    """The same of a lead whose term runs by a rule: marks hasten what was to be found and told, and
    that is over when it is only to be closed."""
    return (CLOSE_RULE,) if running == CLOSE_RULE else rules_for(marks, fast=fast)


def strictest(deadlines: Iterable[D]) -> D:
    """The earliest; of several on one day the first."""
    return min(deadlines, key=lambda each: each.on)


def tightened(present: date, strict: date, today: date) -> date:
    """A term that gets stricter: never later than it was, and nobody is late at once by a mark."""
    return min(present, max(strict, today))


def loosened(present: date, usual: date, today: date) -> date:
    """A term that is the usual one again: never earlier than today, and not at all if nothing is
    won by it."""
    return max(usual, today) if usual > present else present
