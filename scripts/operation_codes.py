"""Which error codes an operation can give, read off the sources.

From the handler of a route one follows the functions that it calls, and that these call in turn,
through services, access and the law book. Whatever codes are made in them the operation may answer
with, and those of the conditions of a flow by which it changes a status. It is an upper bound: a
branch that this operation never takes counts as well. What any request may meet before its handler
(a login that is over, a body that cannot be read, a database that is away) is told once, in
docs/api.md, and not of each operation.
"""

import ast
import json
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from api.domain.kit.flow import Flow
from scripts import error_codes

_ROOMS = ("api.routers.", "api.services.", "api.access.", "api.domain.")
#: Whoever is refused for these is refused everywhere.
_EVERYWHERE = frozenset({"api.access.guards", "api.access.replays", "api.services.kit.health"})
#: What a flow offers refuses nobody.
_ONLY_SHOWN = frozenset({"available", "initial", "steps", "name"})
_API = Path(__file__).resolve().parents[1] / "api"

Name = tuple[str, str]


def _modules() -> dict[str, ast.Module]:
    found: dict[str, ast.Module] = {}
    for path in sorted(_API.rglob("*.py")):
        parts = path.relative_to(_API.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def _defined(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
        case ast.Assign():
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case _:
            pass


class Sources:
    """Every top-level name of the application: what it refers to, and the codes made in it."""

    def __init__(self) -> None:
        self._trees = _modules()
        constants = error_codes.constants(self._trees.values())
        read = {name: error_codes.Module(tree, constants) for name, tree in self._trees.items()}
        makers = error_codes.makers(read.values())
        self._codes: dict[Name, set[tuple[int, str]]] = {}
        self._refers: dict[Name, set[Name]] = {}
        self._functions = {
            name: {
                each.name
                for each in tree.body
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
            }
            for name, tree in self._trees.items()
        }
        for name, tree in self._trees.items():
            imported = self._imported(tree)
            own = {each for statement in tree.body for each in _defined(statement)}
            for statement in tree.body:
                refers = set(self._references(name, statement, own, imported))
                part = read[name].within(statement)
                codes = {(each.status, each.code) for each in error_codes.made(part, makers)}
                for each in _defined(statement):
                    self._refers.setdefault((name, each), set()).update(refers)
                    self._codes.setdefault((name, each), set()).update(codes)

    def _imported(self, tree: ast.Module) -> Mapping[str, Name]:
        """Local name → the module, or the name in one, that it stands for."""
        found: dict[str, Name] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("api"):
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    here = alias.asname or alias.name
                    found[here] = (whole, "") if whole in self._trees else (
                        str(node.module), alias.name
                    )  # fmt: skip
        return found

    def _references(
        self, module: str, statement: ast.stmt, own: set[str], imported: Mapping[str, Name]
    ) -> Iterator[Name]:
        """The functions that a statement calls or hands on to be called, and the tables it uses."""
        shown = {
            id(node.value)
            for node in ast.walk(statement)
            if isinstance(node, ast.Attribute) and node.attr in _ONLY_SHOWN
        }
        for node in ast.walk(statement):
            if id(node) in shown:
                continue
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                at = imported.get(node.value.id)
                if at and not at[1] and node.attr in self._functions.get(at[0], ()):
                    yield at[0], node.attr
            elif isinstance(node, ast.Name):
                at = (module, node.id) if node.id in own else imported.get(node.id, ("", ""))
                if at[1] in self._functions.get(at[0], ()):
                    yield at
                elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield at  # a table: what it says itself, and not what it names

    def _is_function(self, name: Name) -> bool:
        return name[1] in self._functions.get(name[0], ())

    def _of_table(self, name: Name) -> set[tuple[int, str]]:
        """Of a flow the conditions of its steps; of another table what stands in it."""
        table = getattr(import_module(name[0]), name[1], None)
        if not isinstance(table, Flow):
            return self._codes.get(name, set())
        conditions = [each for step in table.steps.values() for each in step.when]
        conditions += table.edit.when if table.edit else ()
        return {(each.error.status, each.name) for each in conditions}

    def codes(self, module: str, function: str) -> set[tuple[int, str]]:
        """Status and code of everything that can be reached from a function."""
        seen: set[Name] = set()
        left = [(module, function)]
        found: set[tuple[int, str]] = set()
        while left:
            name = left.pop()
            if name in seen or name[0] in _EVERYWHERE or not name[0].startswith(_ROOMS):
                continue
            seen.add(name)
            if self._is_function(name):
                found |= self._codes.get(name, set())
                left += self._refers.get(name, ())
            else:
                found |= self._of_table(name)
                left += [each for each in self._refers.get(name, ()) if self._is_function(each)]
        return found


def by_operation(routes: Any) -> dict[str, list[str]]:
    """Operation → its codes, in their order. `routes`: the application's own."""
    sources = Sources()
    general = error_codes.general()
    found: dict[str, list[str]] = {}
    for route in routes:
        codes = sources.codes(route.endpoint.__module__, route.endpoint.__name__)
        kept = {code for status, code in codes if status >= 0 and code not in general}
        found[route.unique_id] = sorted(code for code in kept if error_codes.is_code(code))
    return dict(sorted(found.items()))


def main() -> None:
    """Write the table that the OpenAPI document reads."""
    from api.core.web.openapi import CODES, api_routes
    from api.routers import ROUTERS

    found = {name: codes for name, codes in by_operation(api_routes(ROUTERS)).items() if codes}
    CODES.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(_API.parent))
    main()
