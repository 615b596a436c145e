"""Wire types that every noun uses: money, texts, actions, transitions."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin
from unicodedata import category
from uuid import UUID

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from api.domain.kit.duties import DutyKind
from api.domain.kit.flow import Available, Correction, FieldKind, Flow
from api.domain.kit.flow import Field as FlowField
from api.domain.kit.labels import Labelled
from api.domain.words import amounts
from api.domain.words.money import PATTERN, to_fen
from api.domain.words.texts import cleaned
from api.schemas.days import DAYS, PastMoment

#: What a text of nothing else looks empty with: spaces, format and control characters.
_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cf", "Cc"})
#: Letters and signs by their category, and nothing to see: fillers of Hangul, Braille without a dot.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_BLANKS = " " + "".join(_BLANK_LETTERS)


def plain_fields(model: type[BaseModel]) -> list[str]:
    """The fields of a form that are whole numbers, or yes and no; amounts are written otherwise."""
    return [
        name
        for name, field in model.model_fields.items()
        if _plain(field.annotation)
        and not any(isinstance(each, WithJsonSchema) for each in field.metadata)
    ]


def _plain(hint: Any) -> bool:
    if hint == Money:
        return False
    if hasattr(hint, "__metadata__"):
        return _plain(get_args(hint)[0])
    if get_origin(hint) in {Union, UnionType}:
        return all(each is NoneType or _plain(each) for each in get_args(hint))
    return hint in {int, bool}


#: The late ones at one step of a noun's flow.
LateStep = Annotated[DutyKind | None, Field(description="只看这一项待办逾期没有办的")]


class Wire(BaseModel):
    """What clients send: unknown fields are refused, so that a typo never looks like success."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, defer_build=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **rest: Any) -> None:
        """A number is a number, yes or no is yes or no: `true` is not one, and "5" is a text."""
        super().__pydantic_init_subclass__(**rest)
        for name in plain_fields(cls):
            cls.model_fields[name].metadata.append(Strict())

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, given: Any) -> Any:
        """One rule for the texts of every noun (domain/words/texts.py)."""
        return cleaned(given) if isinstance(given, dict) else given


class Shown(BaseModel):
    """What clients get. No defaults here: generated clients would take the fields for optional."""

    model_config = ConfigDict(defer_build=True)


def _fen(value: object) -> int:
    """As people write and say it (domain/words/amounts.py); a vague one comes back as a question.
    No number: whoever counts in fen would be a hundred times wrong without anybody noticing. Nor
    what only programs write (`1e3`, `1_000`)."""
    if not isinstance(value, str | Decimal):
        raise ValueError('金额应为字符串形式的十进制元，例如 "12345.67"')  # noqa: TRY004  # pydantic
    try:
        return amounts.typed(value) if isinstance(value, str) else to_fen(value)
    except amounts.Unsettled as error:
        raise PydanticCustomError("amount_unsettled", "{asks}", {"asks": str(error)}) from error


def printable(text: str) -> str:
    """A text that can be stored and shown. Raises ValueError."""
    if text.isprintable() and text.strip(_BLANKS):  # most are; looking at each character takes long
        return text
    if any(ord(c) < 32 and c not in "\n\t\r" for c in text):
        raise ValueError("含有无法保存的控制字符")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("含有不完整的字符") from error
    if text and all(category(c) in _UNSEEN or c in _BLANK_LETTERS for c in text):
        raise ValueError("没有看得见的字")
    return text


def one_line(text: str) -> str:
    """A name, a number, a place: what stands in one line of a list. Joining the lines would make one
    person of two, so they come back to whoever wrote them. Raises ValueError."""
    printable(text)
    if not text.isprintable() and any(c in "\n\t\r" for c in text):
        raise PydanticCustomError("line_break", "请写成一行，不要换行，也不要使用制表符")
    return text


#: Yuan on the wire, whole fen inside.
Money = Annotated[
    int,
    BeforeValidator(_fen),
    WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["12345.67"]}),
]
Yuan = Annotated[str, Field(pattern=r"^-?\d+\.\d{2}$", examples=["12345.67"])]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(one_line)]
Optional = Annotated[str, StringConstraints(max_length=200), AfterValidator(one_line)]
Prose = Annotated[
    str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(printable)
]
OptionalProse = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(printable)]
#: As long as the longest name: what was copied from a record finds it.
Asked = Annotated[str, StringConstraints(max_length=200), AfterValidator(printable)]
DivisionCode = Annotated[str, StringConstraints(pattern=r"^\d{6}(\d{3}(\d{3}(\d{3})?)?)?$")]
#: What every last day has beside it, from one place (services/kit/terms.py).
WorkingDaysLeft = Annotated[
    int | None,
    Field(
        description="还剩几个工作日；当天为 0，超期为负数；没有期限的、期限不按工作日计算的为空，按日历天数说"
    ),
]


class Named(Shown):
    """A reference that can be shown without a second request."""

    id: UUID
    name: str


class FigureQuery(Shown):
    """The list behind a figure: `GET /api/v1/{resource}?{params}` holds exactly its rows."""

    resource: str
    params: dict[str, str | bool | list[str]]


class Option(Shown):
    """One value of a choice."""

    value: str
    label: str


class NeedCondition(Shown):
    """The value of another field that makes a form ask for this one."""

    field: str
    value: str


class Need(Shown):
    """One thing that an action asks for; forms are built from this."""

    field: str
    label: str
    kind: FieldKind
    required: bool
    options: list[Option] | None
    rule: str | None = Field(description="给出默认期限的规则编号")
    only_with: NeedCondition | None = Field(description="仅当另一字段取该值时才须填写")
    needed_for: str | None = Field(description="可以不填的，什么情况下须填写")
    value: str | None = Field(description="预先选好的值，可以改")
    masked: bool = Field(description="现有内容已打码，不能从中改起；填写即替换，不填则不变")


class AvailableAction(Shown):
    """A button: what the present user may do with the record now."""

    action: str
    label: str
    danger: bool
    restates: str | None = Field(description="办理前再说一遍的事：给谁、多少钱；不涉及资金的为空")
    needs: list[Need]


class Reveal(Wire):
    """A request to see personal data in plain, with the reason that goes into the audit."""

    fields: Annotated[list[Label], Field(min_length=1, max_length=20, title="要查看的栏目")]
    reason: Annotated[
        str, StringConstraints(min_length=4, max_length=500), AfterValidator(printable)
    ]


class Revealed(Shown):
    """Plain values by field; a field that holds nothing is empty."""

    values: dict[str, str]


def _options(kind: type[Labelled] | None) -> list[dict[str, str]] | None:
    return (
        [{"value": code, "label": label} for code, label in kind.labels().items()] if kind else None
    )


def _condition(need: FlowField) -> dict[str, str] | None:
    return (
        {"field": need.only_with[0], "value": need.only_with[1].value} if need.only_with else None
    )


class Correctable(Protocol):
    """The schema of a correction, as far as its form is made from it."""

    @classmethod
    def needs(cls) -> tuple[FlowField, ...]:
        """What its form asks for."""
        ...


def actions(
    available: Sequence[Available],
    offered: Mapping[str, Mapping[str, str | None]] | None = None,
    *,
    edit: type[Correctable] | None = None,
) -> list[Any]:
    """The wire form of what a flow offers; `offered` are values to begin with, by action and
    field, `edit` is what the record is corrected by. What is the same for everybody is finished
    JSON, made once."""
    begun = offered or {}
    return [
        _edit_offer(edit)
        if edit is not None and each.action is Correction.EDIT
        else offer(each, values)
        if (values := begun.get(each.action.value))
        else _usual_offer(each)
        for each in available
    ]


@cache
def _edit_offer(edit: type[Correctable]) -> orjson.Fragment:
    shown = Available(Correction.EDIT, edit.needs(), danger=False)
    return orjson.Fragment(orjson.dumps(offer(shown)))


def restating(sentences: Mapping[str, str]) -> dict[str, dict[str, str | None]]:
    """Sentences by action, as `actions` takes what is offered."""
    return {action: {RESTATED: sentence} for action, sentence in sentences.items()}


def rule_of(field: str) -> str:
    """The key among offered values that names another rule for a field than the usual one."""
    return f"{field}:rule"


def options_of(field: str) -> str:
    """The key among offered values that leaves a choice fewer options: their codes, by commas."""
    return f"{field}:options"


#: The key among offered values of the sentence that a dialog says again before it is confirmed.
RESTATED = ":restated"


def _offered_options(need: FlowField, values: Mapping[str, str | None]) -> Any:
    every, kept = _options(need.options), values.get(options_of(need.name))
    if every is None or kept is None:
        return every
    return [option for option in every if option["value"] in kept.split(",")]


@cache
def _usual_offer(each: Available) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps(offer(each)))


def offer(
    each: Available, values: Mapping[str, str | None] = MappingProxyType({})
) -> dict[str, Any]:
    """One action in its wire form, for whoever has something to add to it."""
    return {
        "action": each.action.value,
        "label": each.action.label,
        "danger": each.danger,
        "restates": values.get(RESTATED),
        "needs": [
            {
                "field": need.name,
                "label": need.label,
                "kind": need.kind.value,
                "required": need.required,
                "options": _offered_options(need, values),
                "rule": values.get(rule_of(need.name), need.rule),
                "only_with": _condition(need),
                "needed_for": need.needed_for or None,
                "value": values.get(need.name),
                "masked": need.masked,
            }
            for need in each.needs
        ],
    }


_TYPES: dict[FieldKind, Any] = {
    FieldKind.TEXT: Label,
    FieldKind.LONG_TEXT: Prose,
    FieldKind.INTEGER: Annotated[int, Field(ge=0, le=10_000_000)],
    FieldKind.MONEY: Money,
    FieldKind.DATETIME: PastMoment,
    FieldKind.BOOLEAN: bool,
    FieldKind.UNIT: UUID,
    FieldKind.UNITS: Annotated[list[UUID], Field(max_length=20)],
    FieldKind.RECORD: UUID,
    FieldKind.DIVISION: DivisionCode,
}


def _type(need: FlowField) -> Any:
    if need.kind is FieldKind.ENUM:
        return need.options
    if need.kind is FieldKind.DATE and need.day is not None:
        return DAYS[need.day]
    return _TYPES[need.kind]


def _field(need: FlowField) -> tuple[Any, Any]:
    kind: Any = _type(need)
    if need.required and need.only_with is None and not need.only_from:
        return kind, Field(title=need.label)
    return kind | None, Field(None, title=need.label)


def transition_union(flow: Flow[Any, Any], noun: str) -> Any:
    """The body of `POST …/transitions`: one model an action, made from the flow's own table, so
    that what the button asks for and what the API takes can never differ."""
    models: list[Any] = []
    for action, step in flow.steps.items():
        fields: dict[str, Any] = {need.name: _field(need) for need in step.fields}
        fields["action"] = (Literal[action.value], Field(title="操作"))
        fields["version"] = (int, Field(ge=1, description="所依据的版本号"))
        models.append(
            create_model(
                f"{noun}{''.join(part.title() for part in action.value.split('_'))}",
                __base__=Wire,
                __doc__=f"{action.label}",
                **fields,
            )
        )
    union: Any = models[0]
    if len(models) == 1:  # nothing to tell apart
        return union
    for model in models[1:]:
        union |= model
    return Annotated[union, Field(discriminator="action")]
