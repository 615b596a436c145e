"""When a term ends. Pure arithmetic on dates; the calendar is handed in.

Sources: 刑事诉讼法第105条 (start day not counted, roll over holidays, never in custody),
刑诉法解释(2021)第202条 (months), 行政处罚法第85条 and 行政强制法第69条 (working days),
公安机关办理刑事案件程序规定第240条 (a freeze lapses by itself at its end date).
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.domain.law.calendar import Calendar
from api.domain.law.time_rules import Roll, TimeRule, TimeUnit

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONTHS_A_YEAR = 12
SUB_DAY = frozenset({TimeUnit.MINUTE, TimeUnit.HOUR})


@dataclass(frozen=True, slots=True)
class Due:
    """The last day on which the act is in time; provisional (暂定) until the holidays are out."""

    on: date
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class DueAt:
    """The last moment in time, Asia/Shanghai; for terms in days the end of the last day."""

    at: datetime
    provisional: bool = False


def add_months(start: date, months: int) -> date:
    """The same-numbered day `months` later; last day to last day; a missing day is the last one.

    刑诉法解释(2021)第202条. Differs from common libraries: 28 February plus one month is 31 March.
    """
    index = start.year * MONTHS_A_YEAR + start.month - 1 + months
    year, month = index // MONTHS_A_YEAR, index % MONTHS_A_YEAR + 1
    last = monthrange(year, month)[1]
    starts_on_last = start.day == monthrange(start.year, start.month)[1]
    return date(year, month, last if starts_on_last else min(start.day, last))


def expires_on(start: date, term: int, unit: TimeUnit) -> date:
    """The last effective day of a measure: it never rolls, weekend or not.

    The date on the paper is authoritative; this is its default and its cross-check.
    """
    match unit:
        case TimeUnit.DAY:
            return start + timedelta(days=term)
        case TimeUnit.MONTH:
            return add_months(start, term)
        case TimeUnit.YEAR:
            return add_months(start, term * MONTHS_A_YEAR)
        case _:
            raise ValueError(f"期限单位“{unit.label}”不能推算到期日")


def due_on(start: date, term: int, unit: TimeUnit, roll: Roll, calendar: Calendar) -> Due:
    """The last day of a term that starts on `start`; the start day itself is not counted."""
    if term < 0:
        raise ValueError("期限不能为负数")
    if unit is TimeUnit.WORKING_DAY:
        end = calendar.step(start, term)
        return Due(end, not _all_settled(start + timedelta(days=1), end, calendar))
    return _rolled(expires_on(start, term, unit), roll, calendar)


def due_by_rule(
    rule: TimeRule,
    start: date,
    calendar: Calendar,
    *,
    extensions: int = 0,
    in_custody: bool = False,
) -> Due:
    """The last day by a rule of the table, with that many of its extensions granted.

    Extensions run from the end of the term before any roll. In custody nothing rolls
    (刑事诉讼法第105条第四款).
    """
    term, unit = _number(rule)
    roll = Roll.NEVER if in_custody else rule.roll
    if not extensions:
        return due_on(start, term, unit, roll, calendar)
    more, more_unit = _extension(rule)
    if more_unit is unit:
        return due_on(start, term + extensions * more, unit, roll, calendar)
    base = due_on(start, term, unit, Roll.NEVER, calendar)
    extended = due_on(base.on, extensions * more, more_unit, roll, calendar)
    return Due(extended.on, base.provisional or extended.provisional)


def gone_on(rule: TimeRule, due: Due, pauses: Sequence[date], calendar: Calendar) -> Due:
    """The last day of a term that stood still: after each pause as much is left as before it.

    `pauses`: from one day to another, and so on; one that has not ended does not count yet.
    """
    _, unit = _number(rule)
    for since, until in zip(pauses[::2], pauses[1::2], strict=False):
        if unit is TimeUnit.WORKING_DAY:
            on = calendar.step(due.on, calendar.working_days_between(since, until))
            later = Due(on, not _all_settled(due.on, on, calendar))
        else:
            later = _rolled(due.on + (until - since), rule.roll, calendar)
        due = Due(later.on, due.provisional or later.provisional)
    return due


def due_at(start: datetime, term: int, unit: TimeUnit) -> datetime:
    """The end of a term in hours or minutes: every one counts, night and holiday alike."""
    if start.tzinfo is None:
        raise ValueError("时间必须带时区")
    if term < 0:
        raise ValueError("期限不能为负数")
    if unit not in SUB_DAY:
        raise ValueError(f"期限单位“{unit.label}”不按时刻计算")
    length = timedelta(minutes=term) if unit is TimeUnit.MINUTE else timedelta(hours=term)
    return (start.astimezone(UTC) + length).astimezone(SHANGHAI)


def deadline(
    rule: TimeRule,
    start: datetime,
    calendar: Calendar,
    *,
    extensions: int = 0,
    in_custody: bool = False,
) -> DueAt:
    """The last moment by a rule, whatever its unit: what a record stores as `due_at`."""
    term, unit = _number(rule)
    if unit in SUB_DAY:
        return DueAt(due_at(start, term, unit))
    if start.tzinfo is None:
        raise ValueError("时间必须带时区")
    day = start.astimezone(SHANGHAI).date()
    due = due_by_rule(rule, day, calendar, extensions=extensions, in_custody=in_custody)
    return DueAt(end_of_day(due.on), due.provisional)


def end_of_day(day: date) -> datetime:
    """The last second of a day in China: a deadline holds until the day is over."""
    return datetime.combine(day, time(23, 59, 59), SHANGHAI)


def working_days_left(today: date, due: date, calendar: Calendar) -> int:
    """`还剩 n 个工作日`: 0 on the last day, negative when overdue."""
    if today <= due:
        return calendar.working_days_between(today, due)
    return -calendar.working_days_between(due, today)


def _number(rule: TimeRule) -> tuple[int, TimeUnit]:
    if rule.term is None or rule.unit is None:
        raise ValueError(f"{rule.rule_id} 没有固定期限")
    return rule.term, rule.unit


def _extension(rule: TimeRule) -> tuple[int, TimeUnit]:
    if rule.extension_term is None or rule.extension_unit is None:
        raise ValueError(f"{rule.rule_id} 没有延长期限的规定")
    return rule.extension_term, rule.extension_unit


def _rolled(end: date, roll: Roll, calendar: Calendar) -> Due:
    if roll is Roll.NEVER:
        return Due(end)
    landed = calendar.next_working_day(end)
    return Due(landed, not _all_settled(end, landed, calendar))


def _all_settled(first: date, last: date, calendar: Calendar) -> bool:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return all(calendar.is_settled(day) for day in days)
