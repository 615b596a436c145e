"""The Chinese of the OpenAPI document: what each field means, and an example of every body."""

import re
from collections.abc import Iterator
from typing import Any

from api.domain.across.field_labels import field_label
from api.domain.words.samples import FORMS, REVEALED, SAMPLES, SAMPLES_OF

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_REF = "#/components/schemas/"
#: Values of the formats and types that no sample is given for.
_PLAIN: dict[str, Any] = {
    "uuid": "019480f2-6c00-7000-8000-000000000001",
    "date": "2022-06-10",
    "date-time": "2022-06-10T09:30:00+08:00",
    "boolean": True,
    "integer": 1,
}


def is_chinese(text: object) -> bool:
    """Whether somebody wrote this for a reader, or a tool made it of the English name."""
    return isinstance(text, str) and _CHINESE.search(text) is not None


def _objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object that a schema spells out, itself or within."""
    if isinstance(schema, list):
        for each in schema:
            yield from _objects(each)
    elif isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for each in schema.values():
            yield from _objects(each)


def _tidy(schema: dict[str, Any]) -> None:
    """`Batch No` says no more than `batch_no`; a default is written as it goes over the wire."""
    if not is_chinese(schema.get("title", "中")):
        del schema["title"]
    if schema.get("type") == "string" and schema.get("default") == 0:
        schema["default"] = "0.00"


def describe(name: str, schema: dict[str, Any]) -> None:
    """Give every property of a schema, and of what it holds, a Chinese name."""
    for each in _objects(schema):
        for field, said in each["properties"].items():
            _tidy(said)
            if not is_chinese(said.get("description")) and "title" not in said:
                label = field_label(field, of=name)
                if label:
                    said["description"] = label


def describe_parameter(parameter: dict[str, Any], tag: str) -> None:
    """Give a parameter a Chinese name; a list of values says how it is given."""
    _tidy(parameter["schema"])
    if not is_chinese(parameter.get("description")):
        label = field_label(parameter["name"], of=tag)
        if label:
            parameter["description"] = label
    if parameter["schema"].get("type") == "array":
        parameter["description"] += "；可重复给出，取其中之一"


def _value(schema: dict[str, Any]) -> Any:
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    if "contentMediaType" in schema or schema.get("format") == "binary":
        return "（文件内容）"
    if schema.get("examples"):
        return schema["examples"][0]
    return _PLAIN.get(schema.get("format", schema.get("type", "")), "示例")


class Examples:
    """Makes an example of any schema of the document."""

    def __init__(self, schemas: dict[str, Any]) -> None:
        self._schemas = schemas

    def of_body(self, schema: dict[str, Any], tag: str) -> dict[str, dict[str, Any]]:
        """OpenAPI's `examples` of a request body: one, or one for each action of a life cycle."""
        name = schema.get("$ref", "").removeprefix(_REF)
        if name in FORMS:
            return {
                f"example{place}": {"summary": summary, "value": value}
                for place, (summary, value) in enumerate(FORMS[name].items(), 1)
            }
        mapping: dict[str, str] = schema.get("discriminator", {}).get("mapping", {})
        if not mapping:
            value = self._made(schema)
            if name == "Reveal" and tag in REVEALED:
                value["fields"] = REVEALED[tag]
            return {"example": {"summary": "示例", "value": value}}
        return {
            action: {
                "summary": self._schemas[ref.removeprefix(_REF)]["description"],
                "value": self._made({"$ref": ref}),
            }
            for action, ref in mapping.items()
        }

    def _made(self, schema: dict[str, Any], name: str = "") -> Any:
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(_REF)
            return self._made(self._schemas[name], name)
        if "properties" in schema:
            return self._object(schema, name)
        choices = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
        if choices:
            return self._made(choices[0])
        if schema.get("type") == "array":
            return [self._made(schema["items"])]
        return _value(schema)

    def _object(self, schema: dict[str, Any], name: str) -> dict[str, Any]:
        own = SAMPLES_OF.get(name, {})
        required = set(schema.get("required", ()))
        made: dict[str, Any] = {}
        for field, said in schema["properties"].items():
            if field in own:
                if own[field] is not None:
                    made[field] = own[field]
            elif field in SAMPLES and self._fits(said, SAMPLES[field]):
                made[field] = SAMPLES[field]
            elif field in required:
                made[field] = self._made(said)
        return made

    def _fits(self, schema: dict[str, Any], value: Any) -> bool:
        """Whether a sample is one of the values of a choice, or of the form, where there is one."""
        if (
            "pattern" in schema
            and isinstance(value, str)
            and not re.search(schema["pattern"], value)
        ):
            return False
        for each in schema.get("anyOf", (schema,)):
            resolved = self._schemas[each["$ref"].removeprefix(_REF)] if "$ref" in each else each
            if "enum" in resolved or "const" in resolved:
                return value in resolved.get("enum", (resolved.get("const"),))
        return True
