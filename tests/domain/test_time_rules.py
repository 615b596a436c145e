"""The table of time limits: complete, well-formed, and true to the numbers of the law."""

import re
from datetime import date

import pytest

from api.domain.law.time_rules import (
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


#: Every rule as the law or the campaign gives it: term and unit (~: rolled to the next working day),
#: + how far it may be extended, < how long in all, > what follows it.
EVERY_RULE = """
    CNT-01 -, CNT-02 -, CNT-03 -, CNT-04 -, CNT-05 -,
    INT-01 0h>INT-02, INT-01b 24h>INT-02, INT-02 3d~<30, INT-02b 7d~<30, INT-02c 30d~,
    INT-03 24h, INT-03b 3d~, INT-04 7d~<60, INT-04b 30d~+30d<60, INT-05 24h,
    INT-06 3d~>INT-07a, INT-07a 7d~>INT-07b, INT-07b 30d~+30d<60>INT-07c, INT-07c 7d~>INT-07d,
    INT-07d 30d~+30d<60, INT-08 7d~>INT-09, INT-09 15d~, INT-10 3d~, INT-11 3d~,
    TRF-01 3d~>TRF-02, TRF-02 24h>TRF-04, TRF-03 24h, TRF-04 3d~>TRF-07, TRF-04b 10d~<60,
    TRF-04c 30d~+30d<60, TRF-05a 24h>TRF-05b, TRF-05b 3d~>TRF-04, TRF-06a 3d~>TRF-06b,
    TRF-06b 3d~>TRF-06c, TRF-06c 3d~, TRF-07 3d~, TRF-08 -,
    CUS-01 12h<24, CUS-01b 24h, CUS-02 24h>CUS-03, CUS-03 3d+4d<7>CUS-04, CUS-03b 30d>CUS-04,
    CUS-04 7d>CUS-05, CUS-04b 15d~+5d<20, CUS-05 2m+1m<7>PRO-01, CUS-05b 2m>PRO-01,
    CUS-05c 2m>PRO-01, CUS-06 5d>CUS-05, CUS-07a 12m, CUS-07b 6m,
    PRO-01 1m~+15d>TRI-01, PRO-01b 10d~+5d<15>TRI-01d, PRO-02 1m~>PRO-01, PRO-03a 7d~>PRO-03b,
    PRO-03b 7d~, PRO-03c 7d~,
    TRI-01 2m~+3m<6>TRI-02, TRI-01b 3m~+3m<6>TRI-02, TRI-01c 20d~>TRI-02,
    TRI-01d 10d~+5d<15>TRI-02, TRI-02 10d~>TRI-03, TRI-02b 5d~>TRI-03, TRI-03 2m~+2m<4>ENF-01,
    ENF-01 7d~>ENF-02, ENF-02 6m~, ENF-03a 10d~>ENF-03b, ENF-03b 1m~, ENF-04 1y,
    FRZ-01 6m+6m>FRZ-01, FRZ-01b 1y+1y>FRZ-01b, FRZ-02 2y+2y>FRZ-02, FRZ-03 6m+6m>FRZ-03,
    FRZ-04 3d, FRZ-05 -,
    SEA-01 2y+1y>SEA-01b, SEA-01b 1y+1y>SEA-01b, SEA-02 6m~, SEA-03 30d+30d<60, SEA-04 24h,
    SEA-05 30d+30d<60, SEA-06 30d+30d<60, SEA-06b 3wd, SEA-07 7wd,
    CIV-01a 1y+1y>CIV-01a, CIV-01b 2y+2y>CIV-01b, CIV-01c 3y+3y>CIV-01c,
    RET-01 -, RET-02 ->RET-02b, RET-02b 30d~>RET-02c, RET-02c 3wd, RET-03 -, RET-04 -,
    RET-05 -, RET-06 -,
    PEN-01 90d, PEN-02a 5wd, PEN-02b 7wd, PEN-03 7wd, PEN-04 15d, PEN-05 2y, PEN-05b 5y,
    PEN-06 30d~+30d<60, PEN-06b 6m,
    MKT-01 7wd>MKT-01b, MKT-01b 45wd, MKT-02 15wd+15wd<30>MKT-03, MKT-03 5wd,
    XF-01 15d, XF-02 15d, XF-03 5wd, XF-04 60d+30d<90>XF-05a, XF-05a 30d>XF-05b,
    XF-05b 30d>XF-05c, XF-05c 30d>XF-05d, XF-05d 30d,
    HOT-01 1wd>HOT-01c, HOT-01b 2wd, HOT-01c 5wd, HOT-01d 15wd,
    LEAD-01 15wd+15wd<30, LEAD-FAST 5wd, LEAD-MAJOR 5wd, LEAD-ATTENTION 7wd,
    LEAD-KEY-AREA 10wd, LEAD-UNOWNED 2wd>LEAD-UNOWNED-COUNTY, LEAD-UNOWNED-COUNTY 5wd,
    LEAD-ACK 2wd>LEAD-01, LEAD-ASSIST 7wd, LEAD-OPEN-CASE 3wd, LEAD-CLOSE 5wd, LEAD-DISPUTE 5wd, LEAD-INF-ASK 1wd>LEAD-INF-OPEN,
    LEAD-INF-OPEN 2h,
    RST-01 2wd>RST-02, RST-02 30d~>RST-03, RST-03 5wd,
    STB-01a 30min>STB-01b, STB-01b 60min,
    ARR-01 48h,
    ELD-01 30d,
    CYB-01 4h, CYB-01b 1h, CYB-01c 2h,
    DUE-FURTHEST 3y,
    RECT-01 15d~+15d<30,
    INSPECT-PLAN 15d,
    TIER-GREEN 180d~>TIER-GREEN, TIER-YELLOW 90d~>TIER-YELLOW, TIER-ORANGE 30d~>TIER-ORANGE,
    TIER-RED 7d~>TIER-RED,
    LEDGER-CONFIRM 3wd,
    STEP-PREPARE 5wd, STEP-APPROVE 3wd, STEP-PAY 5wd, STEP-CLAIM 30wd, STEP-CHECK 10wd,
    STEP-HANDLE 30wd, STEP-ANSWER 3wd, STEP-ONWARD 10wd, STEP-CLOSE 5wd,
    WARN-D1 30wd, WARN-D2 15wd, WARN-D3 7wd, WARN-D4 3wd, WARN-D5 1wd, WARN-H1 12h, WARN-H2 2h,
"""
_SHORT = {"working_day": "wd", "day": "d", "hour": "h", "month": "m", "year": "y", "minute": "min"}


def in_short(rule: TimeRule) -> str:
    told = f"{rule.term}{_SHORT[rule.unit.value]}" if rule.unit else "-"
    told += "~" if rule.roll is Roll.NEXT_WORKING_DAY else ""
    if rule.extension_unit:
        told += f"+{rule.extension_term}{_SHORT[rule.extension_unit.value]}"
    told += f"<{rule.maximum}" if rule.maximum else ""
    return told + (f">{rule.next_rule}" if rule.next_rule else "")


def test_every_rule_once_more():
    """No term, extension, longest time or successor changes unnoticed."""
    wanted = [each.split() for each in EVERY_RULE.replace("\n", " ").split(",") if each.strip()]
    told = [[rule.rule_id, in_short(rule)] for rule in RULES if rule.version == 1]
    assert sorted(told) == sorted(wanted)


TOWNS = {
    "LEAD-01", "LEAD-FAST", "LEAD-MAJOR", "LEAD-ATTENTION", "LEAD-KEY-AREA", "RECT-01", "TIER-GREEN",
    "TIER-YELLOW", "TIER-ORANGE", "TIER-RED",
}  # fmt: skip


def test_a_town_shortens_its_own_work_and_nobody_elses_time():
    assert {rule.rule_id for rule in RULES if rule.tightened_by_towns} == TOWNS


@pytest.mark.parametrize(
    ("day", "version"),
    [(date(1999, 1, 1), 1), (date(2025, 12, 31), 1), (date(2026, 1, 1), 2), (date(2030, 1, 1), 2)],
)
def test_a_clock_goes_by_the_law_of_the_day_on_which_it_starts(day, version):
    """治安管理处罚法 of 2025 is in force from the first day of 2026."""
    assert find_rule("PEN-06", day).version == version


def test_the_first_and_the_last_day_of_a_version():
    one, two = (rule for rule in RULES if rule.rule_id == "PEN-06")
    last, first = one.valid_to, two.valid_from
    assert last is not None
    assert first is not None
    assert one.in_force(last)
    assert not one.in_force(first)
    assert two.in_force(first)
    assert not two.in_force(last)
    with pytest.raises(KeyError):
        find_rule("NO-SUCH", first)


def test_only_what_the_law_leaves_open_may_be_set():
    for rule in RULES:
        assert rule.configurable is (rule.confidence.value != "H"), rule.rule_id
