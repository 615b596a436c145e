"""What pydantic refuses, as a person is told it: every field by its label, all of them at once."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from fastapi.exceptions import RequestValidationError

from api.core.web.openapi_words import is_chinese
from api.core.web.request_names import RequestNames
from api.domain.kit.errors import (
    MOST_FAULTS,
    DomainError,
    FieldError,
    Invalid,
    VersionMissing,
    pointer,
)

#: How many of them the sentence names, and how many values of a choice.
_SAID: Final = 3
_CHOICES: Final = 12
#: What a parameter may be called to be repeated.
_A_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}").fullmatch

#: pydantic's error types → a sentence for a person; what is missing here is "格式不正确".
MESSAGES: Final[dict[str, str]] = {
    "missing": "必填",
    "string_too_short": "内容过短（至少 {min_length} 个字）",
    "string_too_long": "内容过长（最多 {max_length} 个字）",
    "string_type": "请填写文字",
    "string_unicode": "含有不完整的字符",
    "string_pattern_mismatch": "格式不正确",
    "int_parsing": "请填写整数",
    "int_parsing_size": "数字过大",
    "int_type": "请填写整数",
    "int_from_float": "请填写整数",
    "finite_number": "请填写数字",
    "float_parsing": "请填写数字",
    "float_type": "请填写数字",
    "greater_than_equal": "不能小于 {ge}",
    "greater_than": "应大于 {gt}",
    "less_than_equal": "不能大于 {le}",
    "less_than": "应小于 {lt}",
    "bool_parsing": "请填写是或否",
    "bool_type": "请填写是或否",
    "date_from_datetime_parsing": "日期应为 YYYY-MM-DD",
    "date_parsing": "日期应为 YYYY-MM-DD",
    "date_type": "日期应为 YYYY-MM-DD",
    "date_from_datetime_inexact": "日期应为 YYYY-MM-DD",
    "datetime_parsing": "时间格式不正确",
    "datetime_from_date_parsing": "时间格式不正确",
    "datetime_type": "时间格式不正确",
    "timezone_aware": "时间须带时区，例如 2022-05-13T09:00:00+08:00",
    "uuid_parsing": "编号格式不正确",
    "uuid_type": "编号格式不正确",
    "extra_forbidden": "没有这个栏目",
    "unknown_parameter": "没有这个查询参数",
    "field_repeated": "同一个栏目重复出现",
    "json_invalid": "请求内容不是合法的 JSON",
    "list_type": "应为列表",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "dict_type": "内容的结构不正确",
    "model_attributes_type": "内容的结构不正确",
    "model_type": "内容的结构不正确",
    "union_tag_not_found": "必填",
}
#: Refusals of a value that is none of those offered.
OF_A_CHOICE: Final = frozenset({"enum", "literal_error", "union_tag_invalid"})
#: Days are not smaller or larger.
_DAYS: Final = {
    "greater_than_equal": "不能早于 {ge}",
    "greater_than": "应晚于 {gt}",
    "less_than_equal": "不能晚于 {le}",
    "less_than": "应早于 {lt}",
}


def _pointer(location: tuple[str | int, ...]) -> str:
    where, *path = location or ("",)
    steps = pointer(path)
    return steps if where == "body" else f"#{where}{steps}"


def _choice(names: RequestNames | None, pointer: str, kind: str) -> str:
    """Which values there are, by their labels: the codes are for programs, which have them from
    the OpenAPI document."""
    labels: list[str] = []
    if names is not None:
        labels = names.choices(pointer)
        if not labels and (kind == "union_tag_invalid" or pointer == "/action"):
            labels = names.actions()
    if not labels:
        return "不是可以选择的内容"
    more = "等" if len(labels) > _CHOICES else ""
    return f"请选择：{'、'.join(labels[:_CHOICES])}{more}"


def _message(kind: str, context: dict[str, Any], raised: dict[str, Any]) -> str:
    if kind == "value_error":
        said = str(context.get("error", raised["msg"]))
        return said if is_chinese(said) else "应为文件，并带有文件名"  # the framework's own word
    bounds = (context.get(name) for name in ("ge", "gt", "le", "lt"))
    words = _DAYS if any(isinstance(each, date) for each in bounds) else MESSAGES
    known = words.get(kind)
    if known is not None:
        return known.format(**context)
    return str(raised["msg"]) if is_chinese(raised["msg"]) else "格式不正确"


def _fault(raised: dict[str, Any], names: RequestNames | None) -> FieldError:
    kind, context = raised["type"], raised.get("ctx", {})
    location = raised["loc"]
    if "discriminator" in context:  # it is this very field that is missing or wrong
        location = (*location, str(context["discriminator"]).strip("'"))
    pointer = _pointer(location)
    if kind in OF_A_CHOICE:
        message = _choice(names, pointer, kind)
    else:
        message = _message(kind, context, raised)
    return FieldError(pointer, kind, message, names.label(pointer) if names else "")


def faults_of(error: RequestValidationError, names: RequestNames | None = None) -> list[FieldError]:
    """What pydantic refused, in Chinese, no more than `MOST_FAULTS`."""
    return [_fault(dict(raised), names) for raised in error.errors()[:MOST_FAULTS]]


def sentence(faults: Sequence[FieldError], total: int) -> str:
    """The first few in one line: `服务老人数：请填写整数；名称：必填`, and how many there are."""
    said = "；".join(dict.fromkeys(map(_said, faults[:_SAID])))
    return said + (f"；共 {total} 处需要修改" if total > _SAID else "")


def _said(fault: FieldError) -> str:
    if fault.code == "unknown_parameter":  # for whoever writes the program that sent it
        name = fault.pointer.rpartition("/")[2]
        return f"{fault.message}：{name}" if _A_NAME(name) else fault.message
    if not fault.label:
        if fault.code == "extra_forbidden":
            return "填写的内容中有系统没有的栏目"
        return fault.message
    return fault.message if fault.label in fault.message else f"{fault.label}：{fault.message}"


def name_fields(refused: DomainError, names: RequestNames) -> None:
    """Say of what a rule refuses which fields it is, as of what cannot be read: in each fault, and
    in the sentence where that is but the first fault's."""
    refused.errors = names.labelled(refused.errors)
    if refused.errors and refused.detail == refused.errors[0].message:
        refused.detail = sentence(refused.errors, len(refused.errors))


def refusal(
    error: RequestValidationError, path: str, names: RequestNames | None = None
) -> Invalid | VersionMissing:
    """What is answered to a request that cannot be read as its route reads it."""
    raised_errors = [dict(raised) for raised in error.errors()]
    if path.endswith("/transitions"):
        for raised in raised_errors:  # pydantic puts the union's tag between body and field
            where, *steps = raised["loc"]
            raised["loc"] = (where, *(steps[1:] if len(steps) > 1 else steps))
    if any(r["type"] == "missing" and r["loc"][-1] == "version" for r in raised_errors):
        return VersionMissing("缺少版本号：请带上读取时的版本号，或用 If-Match 请求头带 ETag")
    if [(r["type"], r["loc"]) for r in raised_errors] == [("missing", ("body",))]:
        return Invalid("请求内容为空", code="body_missing")
    total = len(raised_errors)
    faults = [_fault(raised, names) for raised in raised_errors[:MOST_FAULTS]]
    refused = Invalid(sentence(faults, total) or None, errors=faults)
    if total > MOST_FAULTS:
        refused.extra["errors_total"] = total
    return refused
