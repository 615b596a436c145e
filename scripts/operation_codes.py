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
from api.services.kit.declared import Declared
from scripts import error_codes

_ROOMS = ("api.routers.", "api.services.", "api.access.", "api.domain.")
#: Whoever is refused for these is refused everywhere.
_EVERYWHERE = frozenset({"api.access.guards", "api.access.replays", "api.services.kit.health"})
#: What a flow offers refuses nobody.
_ONLY_SHOWN = frozenset({"available", "initial", "steps", "name"})
_API = Path(__file__).resolve().parents[1] / "api"

Name = tuple[str, str]
#: Where the methods of declared nouns stand.
_DECLARED = Declared.__module__


def _only_shown(part: ast.AST) -> set[int]:
    """The flows of which a part of a source asks nothing but what they offer."""
    return {
        id(node.value)
        for node in ast.walk(part)
        if isinstance(node, ast.Attribute) and node.attr in _ONLY_SHOWN
    }


def _conditions(flow: Flow[Any, Any]) -> set[tuple[int, str]]:
    conditions = [each for step in flow.steps.values() for each in step.when]
    conditions += flow.edit.when if flow.edit else ()
    return {(each.error.status, each.name) for each in conditions}


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
        self._methods = dict(self._read_methods(read[_DECLARED], makers))

    def _read_methods(
        self, module: error_codes.Module, makers: dict[str, error_codes.Maker]
    ) -> Iterator[tuple[str, set[str]]]:
        """What each method of a declared noun refers to; returns the parts of the noun that it uses."""
        tree = self._trees[_DECLARED]
        imported = self._imported(tree)
        own = {each for statement in tree.body for each in _defined(statement)}
        methods = [
            each
            for statement in tree.body
            if isinstance(statement, ast.ClassDef) and statement.name == Declared.__name__
            for each in statement.body
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        for method in methods:
            name = _DECLARED, f".{method.name}"
            self._functions[_DECLARED].add(name[1])
            self._refers[name] = set(self._references(_DECLARED, method, own, imported))
            part = module.within(method)
            self._codes[name] = {(e.status, e.code) for e in error_codes.made(part, makers)}
            shown = _only_shown(method)
            used = {
                node.attr
                for node in ast.walk(method)
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "self"
                and id(node) not in shown
            }
            yield method.name, used

    def of_noun(self, noun: Declared[Any], method: str) -> set[tuple[int, str]]:
        """The same of what a declared noun does: its methods, and the functions and the flow that it
        was given."""
        seen: set[str] = set()
        left, found = [method], set[tuple[int, str]]()
        while left:
            part = left.pop()
            if part in seen:
                continue
            seen.add(part)
            if part in self._methods:
                found |= self.codes(_DECLARED, f".{part}")
                left += self._methods[part]
            elif isinstance(given := getattr(noun, part), Flow):
                found |= _conditions(given)
            elif callable(given):
                found |= self.codes(given.__module__, given.__name__)
        return found

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
        shown = _only_shown(statement)
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
        return _conditions(table) if isinstance(table, Flow) else self._codes.get(name, set())

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
        noun, name = getattr(route.endpoint, "noun", None), route.endpoint.__name__
        codes = (
            sources.of_noun(noun, name) if noun else sources.codes(route.endpoint.__module__, name)
        )
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
