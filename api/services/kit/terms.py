"""How far a last day is, in the unit of the rule that gave it: the one place that says so.

Lists, records, hand-overs, home and what is brought before the leaders ask here; so the table of a
record's clocks tells what its strip tells.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from api.core.base.clock import today
from api.services.kit import time_rules

#: So many ends of rows are remembered: days times rules.
_MOST_ENDS = 4096


@dataclass(frozen=True, slots=True)
class Named:
    """What a last day, its rule and the version of that are called in a row."""

    due: str = "due_on"
    rule: str = "due_rule"
    version: str = "due_rule_version"


DUE = Named()
INSPECTION = Named("next_inspection_due", "inspection_rule", "inspection_rule_version")
MEASURE = Named("expires_on", "rule_id", "rule_version")


#: Changes the term of a row, as the rules say.
Said = Callable[[dict[str, Any], time_rules.Clock], None]


def _as_it_is(row: dict[str, Any], clock: time_rules.Clock) -> None:
    """Most rows carry the term that is to be told."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Rules and calendar as they were read a short while ago, for what is only shown."""

    clock: time_rules.Clock
    days: time_rules.WorkingDays
    _units: dict[tuple[str, int | None], bool] = field(
        default_factory=dict[tuple[str, int | None], bool]
    )
    #: How rows end, by the end that they had.
    _ends: dict[tuple[Named, Said], dict[str, str]] = field(
        default_factory=dict[tuple[Named, Said], dict[str, str]]
    )

    def left(self, due: date | None, rule: str, version: int | None = None) -> int | None:
        """Working days until the last one, 0 on it, negative behind it; None where there is no last
        day, or the rule counts otherwise: then days of the calendar are told."""
        if due is None or not rule:
            return None
        key = rule, version
        if key not in self._units:
            self._units[key] = time_rules.in_working_days(self.clock, rule, version)
        return self.days.left(due) if self._units[key] else None

    def of(self, row: Mapping[str, Any], names: Named = DUE) -> int | None:
        """The same of a row as it was read."""
        due = row[names.due]
        return self.left(
            date.fromisoformat(due) if due else None, row[names.rule] or "", row[names.version]
        )

    def overdue(self, due: date | None) -> bool:
        """A last day counts to its end."""
        return due is not None and due < today()

    def closing(self, names: Named = DUE, *, said: Said = _as_it_is) -> Callable[[str], str]:
        """What closes a row of a list again, as JSON, behind what the rules and the calendar know.

        A row ends with its term, which few days, rules and versions make: nearly every row is closed
        by an end that is known already. `said` changes the term where the row's own is not the one
        to tell; it may read what stands behind `names.due`.
        """
        begin, ends = f',"{names.due}":', self._ends.setdefault((names, said), {})

        def end_of(row: dict[str, Any]) -> str:
            said(row, self.clock)
            return orjson.dumps(row | {"working_days_left": self.of(row, names)}).decode()[1:]

        def close(item: str) -> str:
            # inside a JSON text a quotation mark never stands without its backslash
            head, found, tail = item.rpartition(begin)
            end = ends.get(tail)
            if end is not None:
                return head + end
            try:
                row = orjson.loads("{" + found[1:] + tail)
            except (
                orjson.JSONDecodeError
            ):  # the last of that name belongs to something within the row
                return "{" + end_of(orjson.loads(item))
            if len(ends) >= _MOST_ENDS:
                ends.clear()
            ends[tail] = "," + end_of(row)
            return head + ends[tail]

        return close


_kept: Terms | None = None


async def known() -> Terms:
    """What is shown beside last days. Reads nothing on most calls, and finds the unit of a rule
    once for as long as rules and calendar are the same."""
    global _kept  # noqa: PLW0603  # of this process
    clock, days = await time_rules.known(), await time_rules.working_days()
    if _kept is None or _kept.clock is not clock or _kept.days is not days:
        _kept = Terms(clock, days)
    return _kept
