"""Texts as they come in: one rule, for every noun."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.words.texts import clean, cleaned
from api.schemas.common import Wire


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张\u202e三", "张三"),
        ("\ufeff张\u200b三\u200d", "张三"),
        ("张\u2066三\u2069", "张三"),
        ("１２３٤٥٦", "123456"),
        ("१२३", "123"),
        ("e\u0301", "é"),
        ("一行\u2028二行\r\n三行", "一行\n二行\n三行"),
        ("李\u3164四", "李四"),
        ("〇𠮷\ue863（ＡＢ）", "〇𠮷\ue863（ＡＢ）"),
        ("\u200b\u2060", "\u200b\u2060"),
        ("甲\ufffe乙\uffff丙\ufdd0丁\U0001ffff戊\U0010fffe", "甲乙丙丁戊"),
        ("plain", "plain"),
    ],
)
def test_what_is_kept(typed, kept):
    assert clean(typed) == kept


@given(st.text())
def test_a_cleaned_text_is_clean(text):
    once = clean(text)
    assert clean(once) == once
    if once.strip() and not once.isascii() and clean(once + "字") == once + "字":
        assert unicodedata.is_normalized("NFC", once)
        assert not any(unicodedata.category(c) == "Nd" and c not in "0123456789" for c in once)
        assert not any(
            unicodedata.bidirectional(c) in {"RLO", "LRO", "RLE", "LRE", "RLI", "LRI"} for c in once
        )


def test_a_password_is_whatever_was_typed():
    assert cleaned({"password": "密１", "name": ["张\u200b"]}) == {
        "password": "密１",
        "name": ["张"],
    }


def _bodies(schema: dict, found: set[str]) -> None:
    for key, value in schema.items():
        if key == "$ref":
            found.add(value.rsplit("/", 1)[-1])
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                _bodies(each, found)


def test_every_body_of_the_interface_obeys_the_rule():
    """Of every noun: each object that a request may hold is a `Wire`, which has the rule."""
    from tests.document import document

    told = document()
    names: set[str] = set()
    for operations in told["paths"].values():
        for operation in operations.values():
            for media in operation.get("requestBody", {}).get("content", {}).items():
                if media[0] == "application/json":
                    _bodies(media[1], names)
    while True:
        more = set(names)
        for name in names:
            _bodies(told["components"]["schemas"][name], more)
        if more == names:
            break
        names = more

    def all_of(kind: type) -> set[str]:
        return {kind.__name__}.union(*(all_of(each) for each in kind.__subclasses__()), set())

    objects = {n for n in names if told["components"]["schemas"][n].get("type") == "object"}
    assert len(objects) > 60
    assert objects - all_of(Wire) == set()
