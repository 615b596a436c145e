"""The one way in which records are corrected: absent stays, null clears or is refused.

A noun writes its correction as `class LeadUpdate(Changes, of=LeadCreate, clears={…})`, every field
as `T | None = None` with the very type of the new record. At import it is compared with that: a
rule of the new record can't be missing in its correction, and what null does is written down for
every field. `services/kit/changes.py` compares with the table.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Final, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel, Field, ValidationInfo, create_model, field_validator
from pydantic_core import PydanticCustomError, PydanticUndefined

from api.core.web.request_names import label_of
from api.domain.kit.flow import Field as FlowField
from api.domain.kit.flow import FieldKind
from api.domain.kit.labels import Labelled
from api.schemas.common import DivisionCode, Money, OptionalProse, Prose, Wire
from api.schemas.days import kind_of

Version = Annotated[int, Field(ge=1, description="所依据的版本号")]


def _without_null(hint: Any) -> Any:
    """`T` of `T | None`; a remark about the whole is no type."""
    if get_origin(hint) in {Union, UnionType}:
        kept = [each for each in get_args(hint) if each is not NoneType]
        return kept[0] if len(kept) == 1 else Union[tuple(kept)]  # noqa: UP007  # made at run time
    return hint


_KINDS: Final[tuple[tuple[Any, FieldKind], ...]] = (
    (Money, FieldKind.MONEY),
    (DivisionCode, FieldKind.DIVISION),
    (Prose, FieldKind.LONG_TEXT),
    (OptionalProse, FieldKind.LONG_TEXT),
)
_PLAIN_KINDS: Final[dict[Any, FieldKind]] = {
    bool: FieldKind.BOOLEAN,
    int: FieldKind.INTEGER,
    date: FieldKind.DATE,
    datetime: FieldKind.DATETIME,
    UUID: FieldKind.UNIT,
    str: FieldKind.TEXT,
}


def _kind(hint: Any) -> tuple[FieldKind | None, type[Labelled] | None]:
    """How a form asks for a value; None for what has a form of its own (a checklist)."""
    for known, kind in _KINDS:
        if hint == known:
            return kind, None
    plain = get_args(hint)[0] if hasattr(hint, "__metadata__") else hint
    if get_origin(plain) is list:
        [item] = get_args(plain)
        choice = isinstance(item, type) and issubclass(item, Labelled)
        return (FieldKind.MULTI_ENUM, item) if choice else (None, None)
    if isinstance(plain, type) and issubclass(plain, Labelled):
        return FieldKind.ENUM, plain
    return _PLAIN_KINDS.get(plain), None


class Changes(Wire):
    """A correction, based on a version."""

    version: Version

    #: What a field that was cleared holds: what a new record holds that never named it.
    cleared: ClassVar[Mapping[str, Any]] = {}
    masked: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, **rest: Any) -> None:
        """Takes the words of `__pydantic_init_subclass__`, which knows the fields."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        *,
        of: type[BaseModel],
        clears: Collection[str] = (),
        own: Collection[str] = (),
        masked: Collection[str] = (),
        **rest: Any,
    ) -> None:
        """`clears`: what null empties; `own`: fields that a new record does not have yet;
        `masked`: what is shown behind a mask, so that a form can't begin with it."""
        super().__pydantic_init_subclass__(**rest)
        mine, theirs = (get_type_hints(each, include_extras=True) for each in (cls, of))
        for name in cls.model_fields.keys() - {"version", *own}:
            if _without_null(mine[name]) != _without_null(theirs.get(name)):
                raise TypeError(f"{cls.__name__}.{name} is not what {of.__name__} takes")
            field, first = cls.model_fields[name], of.model_fields[name]
            field.title = field.title or first.title
            field.description = field.description or first.description
        empty = {name: cls._empty(of, name, own) for name in clears}
        if unclear := [name for name, value in empty.items() if value is PydanticUndefined]:
            raise TypeError(f"{cls.__name__}: null cannot clear {', '.join(unclear)}")
        cls.cleared, cls.masked = empty, frozenset(masked)

    @classmethod
    def _empty(cls, of: type[BaseModel], name: str, own: Collection[str]) -> Any:
        if name in own:
            return "" if _without_null(get_type_hints(cls)[name]) is str else None
        default = of.model_fields[name].get_default(call_default_factory=True)
        return (
            default if default in (None, "", [], 0) and default is not False else PydanticUndefined
        )

    @classmethod
    def to(
        cls,
        of: type[BaseModel],
        *,
        stays: Collection[str] = (),
        clears: Collection[str] = (),
        masked: Collection[str] = (),
    ) -> "type[Changes]":
        """The correction of what is given as `of`: every field of it, but for those that stay."""
        hints = get_type_hints(of, include_extras=True)
        fields: dict[str, Any] = {
            name: (_without_null(hints[name]) | None, Field(None))
            for name in of.model_fields
            if name not in stays
        }
        return create_model(
            of.__name__.removesuffix("Create") + "Update",
            __base__=cls,
            __doc__="Corrections; what is left out stays.",
            __module__=of.__module__,
            __cls_kwargs__={"of": of, "clears": clears, "masked": masked},
            **fields,
        )

    @field_validator("*", mode="before")
    @classmethod
    def _null_clears(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.field_name not in {"version", *cls.cleared}:
            raise PydanticCustomError("not_clearable", "不能清空")
        return value

    def changes(self) -> dict[str, Any]:
        """What is to be set, by field; what null cleared as the value that stands for nothing."""
        given = self.model_dump(exclude={"version"}, exclude_unset=True)
        return {n: self.cleared[n] if value is None else value for n, value in given.items()}

    @classmethod
    def needs(cls) -> tuple[FlowField, ...]:
        """The fields of the form by which a record is corrected, in the order of the schema."""
        hints = get_type_hints(cls, include_extras=True)
        found: list[FlowField] = []
        for name in cls.model_fields:
            kind, options = _kind(_without_null(hints[name]))
            if name == "version" or kind is None:
                continue
            required = name not in cls.cleared and kind is not FieldKind.BOOLEAN
            label = cls.model_fields[name].title or label_of(cls, name)
            found.append(
                FlowField(
                    name, label, kind, required, options,
                    masked=name in cls.masked, day=kind_of(hints[name]),
                )
            )  # fmt: skip
        return tuple(found)
