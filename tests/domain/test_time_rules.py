"""The table of time limits: complete, well-formed, and true to the numbers of the law."""

import re
from datetime import date

import pytest

from api.domain.time_rules import (
    Confidence,
    Roll,
    RuleGroup,
    TimeRule,
    TimeUnit,
    find_rule,
    load_builtin,
    parse_row,
)

pytestmark = pytest.mark.days

RULES = load_builtin()
BY_ID: dict[str, TimeRule] = {rule.rule_id: rule for rule in RULES}
#: How many rules of each family the law review listed.
FAMILIES = {
    "CNT": 5, "INT": 11, "TRF": 8, "CUS": 7, "PRO": 3, "TRI": 3, "ENF": 4, "FRZ": 5, "SEA": 7,
    "CIV": 1, "RET": 6, "PEN": 6, "MKT": 3, "XF": 5, "HOT": 1, "LEAD": 1, "STB": 1, "ARR": 1,
    "ELD": 1, "CYB": 1,
}  # fmt: skip
#: rule, term, unit, roll: read from the law text once more, independently of the table.
STATUTORY = [
    ("INT-05", 24, "hour", "never"), ("INT-06", 3, "day", "next_working_day"),
    ("INT-07b", 30, "day", "next_working_day"), ("INT-09", 15, "day", "next_working_day"),
    ("TRF-01", 3, "day", "next_working_day"), ("TRF-02", 24, "hour", "never"),
    ("TRF-05a", 24, "hour", "never"), ("TRF-05b", 3, "day", "next_working_day"),
    ("CUS-01", 12, "hour", "never"), ("CUS-03", 3, "day", "never"), ("CUS-04", 7, "day", "never"),
    ("CUS-05", 2, "month", "never"), ("CUS-07a", 12, "month", "never"),
    ("CUS-07b", 6, "month", "never"), ("PRO-01", 1, "month", "next_working_day"),
    ("TRI-02", 10, "day", "next_working_day"), ("ENF-03a", 10, "day", "next_working_day"),
    ("ENF-03b", 1, "month", "next_working_day"), ("FRZ-01", 6, "month", "never"),
    ("FRZ-01b", 1, "year", "never"), ("FRZ-02", 2, "year", "never"),
    ("FRZ-03", 6, "month", "never"), ("SEA-01", 2, "year", "never"),
    ("SEA-07", 7, "working_day", "never"), ("CIV-01a", 1, "year", "never"),
    ("CIV-01b", 2, "year", "never"), ("CIV-01c", 3, "year", "never"),
    ("PEN-01", 90, "day", "never"), ("PEN-02a", 5, "working_day", "never"),
    ("MKT-01", 7, "working_day", "never"), ("XF-04", 60, "day", "never"),
]  # fmt: skip


def base_number(rule_id: str) -> str:
    return re.sub(r"[a-z]$", "", rule_id)


def test_nothing_of_the_eighty_is_lost():
    numbered = {base_number(rule.rule_id) for rule in RULES if re.search(r"-\d\d", rule.rule_id)}
    ours = {"RECT-01", "RST-01", "RST-02", "RST-03"}  # no law gives these terms
    assert len(numbered - ours) == 80
    for family, count in FAMILIES.items():
        assert sum(number.startswith(family + "-") for number in numbered) == count, family


@pytest.mark.parametrize(("rule_id", "term", "unit", "roll"), STATUTORY)
def test_statutory_numbers(rule_id, term, unit, roll):
    rule = BY_ID[rule_id]
    assert (rule.term, rule.unit, rule.roll) == (term, unit, roll)


@pytest.mark.parametrize(
    ("rule_id", "term"),
    [("TIER-GREEN", 180), ("TIER-YELLOW", 90), ("TIER-ORANGE", 30), ("TIER-RED", 7),
     ("RECT-01", 15), ("LEAD-ACK", 2), ("LEAD-01", 15), ("HOT-01", 1)],
)  # fmt: skip
def test_own_clocks_are_defaults_that_an_office_may_change(rule_id, term):
    assert BY_ID[rule_id].term == term
    assert BY_ID[rule_id].confidence is Confidence.LOW
    assert BY_ID[rule_id].configurable


def test_law_read_in_its_text_is_not_configurable():
    assert not BY_ID["FRZ-01"].configurable


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.rule_id}/{rule.version}")
def test_every_row_is_well_formed(rule):
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert chinese.search(rule.trigger)
    assert chinese.search(rule.effect)
    assert chinese.search(rule.source)
    assert not re.search(r"[A-Za-z]{4,}|\[", rule.trigger + rule.effect + rule.note + rule.source)
    assert rule.next_rule is None or rule.next_rule in BY_ID
    assert (rule.extension_term is None) == (rule.extension_unit is None)
    assert rule.term is None or rule.term >= 0
    if rule.maximum is not None:
        assert rule.term is not None
        assert rule.maximum >= rule.term
        if rule.extension_term and rule.extension_unit is rule.unit:
            assert rule.maximum >= rule.term + rule.extension_term
    if rule.valid_from and rule.valid_to:
        assert rule.valid_from <= rule.valid_to


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.rule_id}/{rule.version}")
def test_custody_freeze_and_seal_never_roll(rule):
    measures = {RuleGroup.FREEZE, RuleGroup.CIVIL}
    held = rule.group is RuleGroup.CUSTODY and "未被拘留" not in rule.trigger
    sealed = rule.group is RuleGroup.SEIZURE and rule.rule_id != "SEA-02"
    if rule.group in measures or held or sealed or rule.unit in {TimeUnit.HOUR, TimeUnit.MINUTE}:
        assert rule.roll is Roll.NEVER


def test_version_keys_are_unique_and_versions_do_not_overlap():
    keys = [(rule.rule_id, rule.version) for rule in RULES]
    assert len(keys) == len(set(keys))
    for day in (date(2022, 5, 13), date(2026, 11, 22)):
        for rule_id in BY_ID:
            assert sum(rule.in_force(day) for rule in RULES if rule.rule_id == rule_id) <= 1


def test_the_version_follows_the_day_the_clock_started():
    assert find_rule("PEN-06", date(2025, 12, 31)).version == 1
    assert find_rule("PEN-06", date(2026, 1, 1)).version == 2
    assert find_rule("PEN-06", date(2026, 1, 1)).confidence is Confidence.KNOWLEDGE


def test_an_older_fact_takes_the_oldest_version_held():
    assert find_rule("FRZ-01", date(2019, 3, 1)).term == 6
    with pytest.raises(KeyError):
        find_rule("NO-99", date(2022, 5, 13))


def test_term_label_reads_as_chinese():
    assert BY_ID["FRZ-01"].term_label == "6个月"
    assert BY_ID["SEA-07"].term_label == "7个工作日"
    assert BY_ID["RET-05"].term_label == ""


def test_a_term_without_unit_is_refused():
    row = {"rule_id": "X-01", "version": "1", "group": "lead", "trigger_zh": "", "term": "3"}
    with pytest.raises(ValueError, match="X-01"):
        parse_row({**row, "unit": ""})
