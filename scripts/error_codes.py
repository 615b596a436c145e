"""Every stable error code in the sources, with the sentence a person reads beside it.

The sources are parsed, not run: a code is a literal next to its sentence, and this finds the pair
wherever an error, a field error or a condition of a flow is made, also through small helpers that
take `code` and a sentence as parameters. A value inside a sentence is shown as `…`.
"""

import ast
import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from api.core.web.errors import TITLES
from api.core.web.faults import MESSAGES, OF_A_CHOICE
from api.domain.kit import errors
from api.domain.rewards.rewards import RewardHindrance

SENTENCES = ("message", "sentence", "detail", "hint")
CODES = ("code", "name")
KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.DomainError)
}
#: What the import says of a ledger's rows and sheets; everything else answers a request.
LEDGER_ROOMS = frozenset({"cells", "ledger_header", "ledger_import", "ledger_spec", "ledgers"})
_CODE = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, order=True)
class Found:
    """One pair. `status` is 0 for what stands in `errors[]`, -1 for a remark about a ledger."""

    code: str
    status: int
    sentence: str
    article: str = ""


FIELD, LEDGER = 0, -1


@dataclass(frozen=True)
class Maker:
    """A class or helper whose call makes a pair: where among its parameters code and sentence are."""

    params: tuple[str, ...]
    code: str
    sentence: str
    status: int
    #: What a parameter is where a call leaves it out.
    defaults: Mapping[str, ast.expr] = field(default_factory=dict)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


class Module:
    """One source file: its functions and what their local names stand for."""

    def __init__(self, tree: ast.Module, constants: dict[str, ast.expr]) -> None:
        self.tree = tree
        self.part: ast.AST = tree
        self.constants = constants
        self.scopes: dict[ast.AST, ast.AST] = {}
        self._note(tree, tree)

    def _note(self, node: ast.AST, scope: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self.scopes[child] = scope
            inner = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            self._note(child, child if inner else scope)

    def within(self, part: ast.stmt) -> "Module":
        """The same module, looked at in one of its statements."""
        found = copy.copy(self)
        found.part = part
        return found

    def walk(self) -> Iterator[ast.AST]:
        """Every node that is looked at."""
        return ast.walk(self.part)

    def texts(self, node: ast.expr | None, depth: int = 0) -> list[str]:
        """What an expression may read as; empty when the sources do not say."""
        if depth > 4:
            return []
        match node:
            case ast.Constant(value=str() | int() as value):
                found = [str(value)]
            case ast.JoinedStr(values=parts):
                found = ["".join(self._part(part, depth) for part in parts)]
            case ast.BinOp(left=first, op=ast.Add(), right=second):
                left, right = self.texts(first, depth + 1), self.texts(second, depth + 1)
                found = [a + b for a in left or ["…"] for b in right or ["…"]]
            case ast.IfExp(body=first, orelse=second):
                found = self.texts(first, depth + 1) + self.texts(second, depth + 1)
            case ast.Name():
                found = self._assigned(node, depth)
            case _:
                found = []
        return found

    def _part(self, node: ast.expr, depth: int) -> str:
        if isinstance(node, ast.FormattedValue):
            found = self.texts(node.value, depth + 1)
            return found[0] if len(found) == 1 else "…"
        return "".join(self.texts(node, depth + 1))

    def _assigned(self, name: ast.Name, depth: int) -> list[str]:
        """What was last given to a name before its use, here or at the top of any module."""
        here = self.scopes.get(name, self.tree)
        given = [
            node
            for node in ast.walk(here)
            if isinstance(node, ast.Assign)
            and name.id in map(_name, node.targets)
            and (here is self.tree or node.lineno < name.lineno)
        ]
        if given:
            return self.texts(max(given, key=lambda node: node.lineno).value, depth + 1)
        return self.texts(self.constants.get(name.id), depth + 1)

    def function_of(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function that a node stands in."""
        scope = self.scopes.get(node)
        return scope if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef) else None


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return tuple(n for n in names if n not in {"self", "cls"})


def _defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    placed = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
    given = node.args.defaults
    found = dict(zip(placed[len(placed) - len(given) :], given, strict=True))
    for named, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if default is not None:
            found[named.arg] = default
    return found


def _pair(names: Iterable[str]) -> tuple[str, str] | None:
    present = list(names)
    code = next((n for n in CODES if n in present), None)
    sentence = next((n for n in SENTENCES if n in present), None)
    return (code, sentence) if code and sentence else None


def _classes(module: Module) -> Iterator[tuple[str, Maker]]:
    """Dataclasses that hold a code and a sentence."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ClassDef) or node.name in KINDS:
            continue
        fields = tuple(
            a.target.id
            for a in node.body
            if isinstance(a, ast.AnnAssign) and isinstance(a.target, ast.Name)
        )
        if pair := _pair(fields):
            status = errors.Forbidden.status if "error" in fields else 0
            yield node.name, Maker(fields, *pair, status)


def _helpers(module: Module) -> Iterator[tuple[str, Maker]]:
    """Functions that take a code and a sentence and put them into an error."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            params = _parameters(node)
            if pair := _pair(params):
                yield node.name, Maker(params, *pair, _status_made(node), _defaults(node))


def _status_made(function: ast.AST) -> int:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _name(node.func) in KINDS:
            given = [k.value for k in node.keywords if k.arg == "code"]
            if any(isinstance(value, ast.Name) for value in given):
                return KINDS[_name(node.func)].status
    return 0


def _arguments(call: ast.Call, maker: Maker) -> dict[str, ast.expr]:
    named = {k.arg: k.value for k in call.keywords if k.arg}
    return {**maker.defaults, **dict(zip(maker.params, call.args, strict=False)), **named}


def _called(module: Module, makers: dict[str, Maker]) -> Iterator[Found]:
    for node in module.walk():
        if not isinstance(node, ast.Call):
            continue
        name = _name(node.func)
        if name in KINDS:
            yield from _raised(module, node, KINDS[name])
        elif name in makers:
            maker = makers[name]
            given = _arguments(node, maker)
            status = maker.status
            if "error" in given:
                status = KINDS.get(_name(given["error"]), errors.Forbidden).status
            articles = module.texts(given.get("article")) or [""]
            for code in module.texts(given.get(maker.code)):
                for sentence in module.texts(given.get(maker.sentence)) or [""]:
                    yield Found(code, status, sentence, articles[0])


def _raised(module: Module, call: ast.Call, kind: type[errors.DomainError]) -> Iterator[Found]:
    named = {k.arg: k.value for k in call.keywords if k.arg}
    articles = module.texts(named.get("article")) or [""]
    sentences = module.texts(call.args[0]) if call.args else [kind.title]
    function = module.function_of(call)
    given = named.get("code")
    if isinstance(given, ast.Name) and function and given.id in _parameters(function):
        return  # a helper: its callers name the code
    for code in module.texts(given) if given is not None else [str(kind.code)]:
        for sentence in sentences or [""]:
            yield Found(code, kind.status, sentence, articles[0])


def _tables(module: Module) -> Iterator[Found]:
    """Tables such as `{"file_empty": (Invalid, "文件是空的"), …}`."""
    for node in module.walk():
        if not isinstance(node, ast.Dict):
            continue
        for key, value in zip(node.keys, node.values, strict=True):
            if (
                isinstance(value, ast.Tuple)
                and len(value.elts) == 2
                and _name(value.elts[0]) in KINDS
            ):
                for code in module.texts(key):
                    for sentence in module.texts(value.elts[1]):
                        yield Found(code, KINDS[_name(value.elts[0])].status, sentence)


def constants(trees: Iterable[ast.Module]) -> dict[str, ast.expr]:
    """Names at the top of modules that stand for one text wherever they occur."""
    found: dict[str, list[ast.expr]] = {}
    for tree in trees:
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found.setdefault(node.targets[0].id, []).append(node.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _general() -> Iterator[Found]:
    """What is said without a literal code: kinds of errors, statuses, faults of the JSON itself."""
    for kind in KINDS.values():
        yield Found(str(kind.code), kind.status, kind.title)
    for status, title in TITLES.items():
        yield Found(f"http_{status}", status, title)
    for kind, message in MESSAGES.items():
        yield Found(kind, FIELD, re.sub(r"\{\w+\}", "…", message))
    for kind in OF_A_CHOICE:
        yield Found(kind, FIELD, "请选择：…；不是可以选择的内容")
    yield Found("value_error", FIELD, "说明随情况而定")
    for hindrance in RewardHindrance:
        yield Found(hindrance.value, errors.Conflict.status, hindrance.label)
    yield Found("internal", 500, "系统出现意外错误，请凭请求编号联系管理员")


def makers(modules: Iterable[Module]) -> dict[str, Maker]:
    """The classes and helpers of all modules whose call makes a pair."""
    every = list(modules)
    shared = dict(made for module in every for made in _classes(module))
    shared["PydanticCustomError"] = Maker(("code", "message"), "code", "message", FIELD)
    return shared | dict(made for module in every for made in _helpers(module))


def made(module: Module, known: dict[str, Maker]) -> set[Found]:
    """The pairs that are made in a module, or in a part of one."""
    return {*_called(module, known), *_tables(module)}


def general() -> frozenset[str]:
    """The codes of kinds of errors: they say something else each time."""
    return frozenset({str(kind.code) for kind in KINDS.values()} | {"internal"})


def is_code(text: str) -> bool:
    """Whether a text can be a code."""
    return _CODE.fullmatch(text) is not None


def collect(root: Path) -> list[Found]:
    """Every pair below a folder, each once, in the order of its code."""
    trees = {p: ast.parse(p.read_text(encoding="utf-8")) for p in sorted(root.rglob("*.py"))}
    named = constants(trees.values())
    modules = {path: Module(tree, named) for path, tree in trees.items()}
    shared = dict(made for module in modules.values() for made in _classes(module))
    shared["PydanticCustomError"] = Maker(("code", "message"), "code", "message", FIELD)
    found = set(_general())
    for path, module in modules.items():
        pairs = {*_called(module, shared | dict(_helpers(module))), *_tables(module)}
        if path.stem in LEDGER_ROOMS:
            pairs = {replace(p, status=LEDGER) if p.status == FIELD else p for p in pairs}
        # a general code says something else each time; its field errors say what
        found |= {p for p in pairs if p.status in {FIELD, LEDGER} or p.code not in general()}
    return sorted(one for one in found if _CODE.fullmatch(one.code))
