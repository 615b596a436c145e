"""What was ordered held and what the books hold: two totals, and why they differ.

A measure says what an authority ordered; the ledger says what was posted under it. Neither follows
from the other (a freeze of an account with less in it, an entry not made yet), so both are shown,
and the difference is taken apart until nothing of it is left unnamed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.domain.kit.labels import Labelled
from api.domain.recovery.property_measures import MeasureKind

#: What keeps money or a thing where it is; a query does not, and who waits holds nothing yet.
RESTRAINING = frozenset(
    {
        MeasureKind.STOP_PAYMENT,
        MeasureKind.FREEZE,
        MeasureKind.SEAL,
        MeasureKind.SEIZE,
        MeasureKind.REGISTRATION,
    }
)


class RestraintGap(Labelled):
    """Why what was ordered and what the book holds are two amounts."""

    NOT_BOOKED = "not_booked", "措施有效，账上未记或者未记足"
    BEYOND = "beyond", "账上所记超过措施载明的金额"
    NO_AMOUNT = "no_amount", "措施有效但未载明金额，账上已记"
    ENDED = "ended", "措施已解除或者失效，账上仍记为已控制"
    UNNAMED = "unnamed", "账上未写明依据哪项措施"


@dataclass(frozen=True, slots=True)
class Ordered:
    """One measure: what lies under it in the book, in fen; `gap` as the list of measures has it."""

    item_id: UUID
    in_force: bool
    amount: int | None
    held: int
    gap: RestraintGap | None


@dataclass(frozen=True, slots=True)
class GapLine:
    """One reason: how many rows it has, and its part of the difference."""

    gap: RestraintGap
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both totals in fen; the lines sum up to what the one is more than the other."""

    ordered: int
    booked: int
    lines: tuple[GapLine, ...]


def compare(measures: Iterable[Ordered], booked: int, unnamed_entries: int) -> Comparison:
    """Take the difference apart.

    Several measures may lie on one thing: held is what the largest of them names, once.
    """
    rows = [*measures]
    items: dict[UUID, list[Ordered]] = {}
    for row in rows:
        if row.in_force:
            items.setdefault(row.item_id, []).append(row)
    parts = dict.fromkeys(RestraintGap, 0)
    ordered = 0
    for held_on in items.values():
        named = [row.amount for row in held_on if row.amount is not None]
        under = sum(row.held for row in held_on)
        ordered += max(named, default=0)
        if not named:
            parts[RestraintGap.NO_AMOUNT] -= under
        elif under > max(named):
            parts[RestraintGap.BEYOND] -= under - max(named)
        else:
            parts[RestraintGap.NOT_BOOKED] += max(named) - under
    parts[RestraintGap.ENDED] = -sum(row.held for row in rows if not row.in_force)
    parts[RestraintGap.UNNAMED] = sum(row.held for row in rows) - booked
    counts = {gap: sum(row.gap is gap for row in rows) for gap in RestraintGap}
    counts[RestraintGap.UNNAMED] = unnamed_entries if parts[RestraintGap.UNNAMED] else 0
    lines = (GapLine(gap, counts[gap], parts[gap]) for gap in RestraintGap if parts[gap])
    return Comparison(ordered, booked, tuple(lines))


def in_force_on(day: date, starts: date, released: date | None, expires: date | None) -> bool:
    """Whether a measure held on a day; the day on which it ends is its last."""
    ends = released or expires
    return starts <= day and (ends is None or day <= ends)
