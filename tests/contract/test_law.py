"""Code holds who and how often, never how long: terms stand in the rule table, days in the calendar.

Read off the source: a length of time written in a service or a flow is one that no county can
change and that another endpoint counts otherwise.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trees import parsed

ROOT = Path(__file__).resolve().parents[2] / "api"
#: The only home of the calendar that comes with the program, and who hands it out.
CALENDAR_HOMES = {
    "domain/law/calendar.py",
    "services/kit/time_rules.py",
    "services/organisation/holiday_years.py",
}
#: Lengths that are no terms of law or of the campaign: how machines behave.
MACHINES = {
    "domain/reporters/receipts.py",  # how often strangers may ask
    "services/reporters/receipts.py",
    "domain/imports/cell_days.py",  # a spreadsheet's day numbers
    "domain/law/calendar.py",
    "domain/law/clocks.py",
    "services/reporters/public_load.py",  # by which stretches strangers are counted
    "services/organisation/auth.py",  # settings
    "services/organisation/operators.py",
    "services/imports/imports.py",  # how long an upload is kept
    "services/leads/leads.py",  # the end of a day in a filter
    "domain/law/warnings.py",  # steps of the table, counted back from an end
}
_LENGTHS = {"timedelta", "relativedelta"}
_BUILTIN = {"load_builtin", "find_rule", "builtin"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for room in ("domain", "services", "routers", "access", "schemas", "models"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not path.name.startswith("demo"):
                yield name, parsed(path.read_text(encoding="utf-8"))


def called(tree: ast.Module, names: set[str]) -> list[int]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            what = node.func
            name = what.attr if isinstance(what, ast.Attribute) else getattr(what, "id", "")
            if name in names:
                found.append(node.lineno)
    return found


def test_the_calendar_that_is_shipped_is_asked_for_in_one_place() -> None:
    wrong = [
        f"{name}:{line}"
        for name, tree in sources()
        if name not in CALENDAR_HOMES
        for line in called(tree, {"builtin"})
    ]
    assert wrong == []


def test_nobody_else_imports_the_holiday_library() -> None:
    wrong = [
        name
        for name, tree in sources()
        if name != "domain/law/calendar.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and "chinese_calendar" in ast.unparse(node)
    ]
    assert wrong == []


def test_rules_are_read_from_the_table_as_the_county_left_it() -> None:
    wrong = [
        f"{name}:{line}"
        for name, tree in sources()
        if name not in {"domain/law/time_rules.py", "services/kit/time_rules.py"}
        for line in called(tree, _BUILTIN - {"builtin"})
    ]
    assert wrong == []


def test_no_length_of_time_is_written_in_services_and_flows() -> None:
    wrong = [
        f"{name}:{line}"
        for name, tree in sources()
        if name not in MACHINES
        for line in called(tree, _LENGTHS)
    ]
    assert wrong == []


def terms(tree: ast.Module) -> list[int]:
    """Numbers written beside a unit of time: `Term(6, TimeUnit.MONTH)`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            texts = [ast.unparse(each) for each in [*node.args, *(k.value for k in node.keywords)]]
            numbers = [
                each
                for each in node.args
                if isinstance(each, ast.Constant) and isinstance(each.value, int)
            ]
            if numbers and any(text.startswith("TimeUnit.") for text in texts):
                found.append(node.lineno)
    return found


def test_no_number_stands_beside_a_unit_of_time() -> None:
    wrong = [f"{name}:{line}" for name, tree in sources() for line in terms(tree)]
    assert wrong == []


_NAMED = re.compile(r"LADDER|WARN|REMIND|RUNG|ESCALAT|REACH|_(?:DAYS|HOURS|MONTHS)$")


def named_lengths(tree: ast.Module) -> list[int]:
    """Numbers under a name that says how long: `LADDER = (30, 15, 7)`, `REACH_DAYS = 75`."""
    found = []
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = [each.id for each in targets if isinstance(each, ast.Name)]
        value = getattr(node, "value", None)
        if value is None or not any(_NAMED.search(name.upper()) for name in names):
            continue
        found += [
            node.lineno
            for each in ast.walk(value)
            if isinstance(each, ast.Constant) and type(each.value) in {int, float}
        ][:1]
    return found


def test_no_ladder_is_written_in_code() -> None:
    wrong = [f"{name}:{line}" for name, tree in sources() for line in named_lengths(tree)]
    assert wrong == []


@pytest.mark.parametrize(
    "text", ["LADDER = (30, 15)", "REACH_DAYS: int = 75", "_REMIND = {'a': 3}", "NOTICE_HOURS = 2"]
)
def test_the_search_finds_ladders(text: str) -> None:
    assert named_lengths(parsed(text)) == [1]
    assert named_lengths(parsed("WARNING = 'warning'")) == []


@pytest.mark.parametrize("text", ["Term(6, TimeUnit.MONTH)", "due_on(day, 7, TimeUnit.DAY, roll)"])
def test_the_search_finds_what_it_looks_for(text: str) -> None:
    assert terms(parsed(text)) == [1]
    assert called(parsed("x = day + timedelta(days=3)"), _LENGTHS) == [1]
