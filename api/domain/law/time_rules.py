"""The time limits of the law and of the campaign, as a table: `time_rules.csv` is the data.

Each row is one version of one rule; the record that a clock starts on remembers `rule_id` and
`version`, so that a later change of law does not move an old deadline.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from api.domain.kit.labels import Labelled


class TimeUnit(Labelled):
    """What a term counts."""

    MINUTE = "minute", "分钟"
    HOUR = "hour", "小时"
    DAY = "day", "日"
    WORKING_DAY = "working_day", "个工作日"
    MONTH = "month", "个月"
    YEAR = "year", "年"


class Roll(Labelled):
    """What happens when the last day is not a working day."""

    NEVER = "never", "不顺延"
    NEXT_WORKING_DAY = "next_working_day", "顺延至节假日后第一个工作日"


class Confidence(Labelled):
    """How sure the table is of a row."""

    HIGH = "H", "已核对原文"
    MEDIUM = "M", "依据转载，未核对原件"
    LOW = "L", "本地暂定，可以调整"
    KNOWLEDGE = "K", "待核对"


class RuleGroup(Labelled):
    """Which part of the work a rule belongs to."""

    COUNTING = "counting", "期间计算"
    INTAKE = "intake", "公安受立案"
    TRANSFER = "transfer", "行刑衔接移送"
    CUSTODY = "custody", "强制措施与羁押"
    PROSECUTION = "prosecution", "审查起诉"
    TRIAL = "trial", "审判"
    ENFORCEMENT = "enforcement", "涉财产执行"
    FREEZE = "freeze", "冻结"
    SEIZURE = "seizure", "查封扣押"
    CIVIL = "civil", "民事保全"
    RESTITUTION = "restitution", "返还清退"
    PENALTY = "penalty", "行政处罚"
    MARKET = "market", "市场监管投诉举报"
    PETITION = "petition", "信访"
    HOTLINE = "hotline", "12345热线"
    LEAD = "lead", "线索核查"
    STABILITY = "stability", "涉稳报告"
    PAYMENT = "payment", "紧急止付"
    CIVIL_AFFAIRS = "civil_affairs", "民政"
    CYBER = "cyber", "网络安全事件"
    RECTIFICATION = "rectification", "整改"
    INSPECTION = "inspection", "检查"
    STEP = "step", "内部办理"
    WARNING = "warning", "到期提醒"


#: What a town works by, and may do sooner than it must.
TOWN_RULES = frozenset(
    {
        "LEAD-01", "LEAD-FAST", "LEAD-MAJOR", "LEAD-ATTENTION", "LEAD-KEY-AREA", "RECT-01",
        "TIER-GREEN", "TIER-YELLOW", "TIER-ORANGE", "TIER-RED",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TownTerm:
    """A shorter term that a town set itself, from a day on; none: not any more."""

    term: int | None
    valid_from: date


@dataclass(frozen=True, slots=True)
class TimeRule:
    """One version of one rule. `term` is None where the law sets an order, not a number."""

    rule_id: str
    version: int
    group: RuleGroup
    trigger: str
    term: int | None
    unit: TimeUnit | None
    roll: Roll
    maximum: int | None
    extension_term: int | None
    extension_unit: TimeUnit | None
    extension_approver: str
    next_rule: str | None
    effect: str
    valid_from: date | None
    valid_to: date | None
    source: str
    confidence: Confidence
    note: str

    @property
    def configurable(self) -> bool:
        """Whether an office may set another term: only where the law's own text was not read."""
        return self.confidence is not Confidence.HIGH

    @property
    def tightened_by_towns(self) -> bool:
        """Whether a town may set itself a shorter term: of its own work, never of what others are
        given time for (to object, to answer, to be heard)."""
        return self.rule_id in TOWN_RULES and self.term is not None

    @property
    def term_label(self) -> str:
        """The term as a person reads it: `6个月`; empty for a rule without a number."""
        return "" if self.term is None or self.unit is None else f"{self.term}{self.unit.label}"

    def in_force(self, day: date) -> bool:
        """Whether this version applies to a clock that starts on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@cache
def load_builtin() -> tuple[TimeRule, ...]:
    """All rows of the shipped table, in its order."""
    with Path(__file__).with_name("time_rules.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(parse_row(row) for row in csv.DictReader(lines))


def parse_row(row: dict[str, str]) -> TimeRule:
    """One row of the table as a rule; raises ValueError or KeyError for a faulty one."""
    term, unit = _integer(row["term"]), _unit(row["unit"])
    if (term is None) != (unit is None):
        raise ValueError(f"{row['rule_id']}：期限与单位应当同时填写")
    return TimeRule(
        rule_id=row["rule_id"],
        version=int(row["version"]),
        group=RuleGroup(row["group"]),
        trigger=row["trigger_zh"],
        term=term,
        unit=unit,
        roll=Roll(row["roll"] or Roll.NEVER),
        maximum=_integer(row["maximum"]),
        extension_term=_integer(row["extension_term"]),
        extension_unit=_unit(row["extension_unit"]),
        extension_approver=row["extension_approver"],
        next_rule=row["next_rule"] or None,
        effect=row["effect_zh"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        source=row["source"],
        confidence=Confidence(row["confidence"]),
        note=row["note_zh"],
    )


def find_rule(rule_id: str, on: date, rules: tuple[TimeRule, ...] | None = None) -> TimeRule:
    """The version that applies to a clock started on `on`; KeyError for an unknown rule.

    A fact older than the oldest version we hold (a backlog case) takes that oldest version: the
    numbers rarely changed, and no clock at all would be worse. The record keeps the version.
    """
    versions = [rule for rule in rules or load_builtin() if rule.rule_id == rule_id]
    if not versions:
        raise KeyError(rule_id)
    versions.sort(key=lambda rule: rule.version, reverse=True)
    return next((rule for rule in versions if rule.in_force(on)), versions[-1])


def _integer(text: str) -> int | None:
    return int(text) if text else None


def _unit(text: str) -> TimeUnit | None:
    return TimeUnit(text) if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
