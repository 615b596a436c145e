"""Statements compiled once, for plain asyncpg: SQL text, and the order of its parameters."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from sqlalchemy import BindParameter, bindparam
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.types import TypeEngine

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_DIALECT = asyncpg_dialect()


class _Spelled(_DIALECT.statement_compiler):
    """Words and numbers that a listing's own code holds stand in the SQL itself: bound, a score of
    them (the names of a JSON's members above all) would be sent and evaluated at every call."""

    def visit_bindparam(self, bindparam: BindParameter[Any], **kw: Any) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        value = bindparam.value
        if isinstance(value, str | int) and not isinstance(value, Enum) and "\\" not in str(value):
            kw["literal_binds"] = True
        return super().visit_bindparam(bindparam, **kw)


_DIALECT.statement_compiler = _Spelled


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL text and the order of its parameters."""

    sql: str
    names: tuple[str, ...]
    #: Values that the listing's own conditions hold, by parameter name.
    fixed: Mapping[str, object]

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """The values in the order of the parameters."""
        fixed = self.fixed
        return [fixed[name] if name in fixed else values[name] for name in self.names]


def compile_statement(statement: Any) -> Compiled:
    """Compile once for plain asyncpg."""
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    fixed = {k: plain(v) for k, v in compiled.params.items() if v is not None}
    return Compiled(compiled.string, tuple(compiled.positiontup or ()), fixed)


def param(name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
    """A parameter of a listing, given its value at each call."""
    return bindparam(name, None, type_=kind)


def plain(value: object) -> object:
    """A value as asyncpg takes it: the code of an enumeration, alone or in a list."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list):
        return [plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value


class Kept(Generic[K, V]):
    """What was made last, by its key: so many at most, the one asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._made)

    def get(self, key: K, make: Callable[[K], V]) -> V:
        """What was made for a key, made now if need be."""
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = make(key)
            if len(self._made) > self._most:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(key)
        return found
