"""What many operations share stands once in the OpenAPI document, and is referred to."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

#: So often a parameter or a header stands in the document before it gets a name of its own.
_OFTEN = 10
_PREFIX = "#/components/"


def whole(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A part of the document, or what it refers to."""
    found = part
    while "$ref" in found:
        node: Any = document
        for step in str(found["$ref"]).removeprefix("#/").split("/"):
            node = node[step]
        found = node
    return found


def _named(name: str) -> str:
    """`Idempotency-Key` → `IdempotencyKey`, `with_total` → `WithTotal`."""
    return "".join(word[:1].upper() + word[1:] for word in name.replace("-", "_").split("_"))


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in document["paths"].values():
        yield from operations.values()


def name_parameters(document: dict[str, Any]) -> None:
    """Move parameters that stand in many operations, word for word, among the components."""
    spelled = Counter(
        json.dumps(each, sort_keys=True)
        for operation in _operations(document)
        for each in operation.get("parameters", ())
    )
    names: dict[str, str] = {}
    kept: dict[str, Any] = document["components"].setdefault("parameters", {})
    for text, times in spelled.most_common():
        name = _named(json.loads(text)["name"])
        if times >= _OFTEN and name not in kept:
            names[text] = name
            kept[name] = json.loads(text)
    for operation in _operations(document):
        listed = operation.get("parameters")
        if listed:
            operation["parameters"] = [
                {"$ref": f"{_PREFIX}parameters/{names[text]}"} if text in names else each
                for each in listed
                for text in [json.dumps(each, sort_keys=True)]
            ]
