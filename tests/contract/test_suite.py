"""The rules of the tests themselves (CONTRIBUTING.md)."""

import ast
from collections import defaultdict

import pytest

from tests.conftest import ROOT
from tests.trees import parsed

FILES = {
    path.relative_to(ROOT).as_posix(): parsed(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "tests").rglob("*.py"))
}
#: What says how long something took. A test that asserts that of a busy machine says nothing.
CLOCKS = {"monotonic", "perf_counter", "process_time", "elapsed"}


def modules(tree: ast.Module) -> list[str]:
    """What a file imports, as `tests.routers.test_leads`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def helpers(tree: ast.Module) -> dict[str, str]:
    """The functions of a file that are neither tests nor fixtures: what they do, without their
    names and what is said of them."""
    found = {}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("test_") or node.decorator_list:
            continue
        says = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
        body = ast.Module(node.body[says:], [])
        found[ast.dump(node.args) + ast.dump(body)] = node.name
    return found


def test_no_test_leans_on_another_test():
    """Whoever changes a file of tests changes that file; what several need stands beside them."""
    assert {
        (path, module)
        for path, tree in FILES.items()
        for module in modules(tree)
        if any(part.startswith("test_") for part in module.split(".")[:-1])
        or module.rpartition(".")[2].startswith("test_")
    } == set()


def test_every_helper_has_one_home():
    homes = defaultdict(list)
    for path, tree in FILES.items():
        for body, name in helpers(tree).items():
            homes[body].append(f"{path}::{name}")
    assert [each for each in homes.values() if len(each) > 1] == []


@pytest.mark.parametrize("path", FILES)
def test_no_test_asserts_how_long_something_took(path):
    """Not against a number of seconds: against a yardstick of the same run, or in steps."""
    assert [
        node.lineno
        for node in ast.walk(FILES[path])
        if isinstance(node, ast.Assert)
        for part in ast.walk(node.test)
        if isinstance(part, ast.Attribute) and part.attr in CLOCKS
    ] == []
