"""What an integrator reads: every field in Chinese, every body with an example that is taken."""

import json
from collections.abc import Iterator

import jsonschema_rs
import pytest

from api.core.base import clock
from api.core.web.openapi import CODES, api_routes
from api.core.web.openapi_once import whole
from api.core.web.openapi_words import is_chinese
from api.domain.across.field_labels import FIELD_LABELS
from api.routers import ROUTERS
from tests.conftest import ROOT
from tests.document import document

DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]
ROUTES = {(r.path, m.lower()): r for r in api_routes(ROUTERS) for m in r.methods}


def properties(schema) -> Iterator[tuple[str, dict]]:
    """Every property that a schema spells out, however deep."""
    if isinstance(schema, list):
        for each in schema:
            yield from properties(each)
    elif isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for each in schema.values():
            yield from properties(each)


def operations() -> Iterator[tuple[str, str, dict]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def words(said: dict) -> str:
    return said.get("description") or said.get("title") or ""


BODIES = [
    pytest.param(path, method, kind, media["schema"], example, id=f"{method} {path} {name}")
    for path, method, operation in operations()
    for kind, media in operation.get("requestBody", {}).get("content", {}).items()
    for name, example in media["examples"].items()
]


def test_every_property_speaks_chinese():
    mute = [
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        for field, said in properties(schema)
        if not is_chinese(words(said))
    ]
    assert mute == [], "name them in api/domain/across/field_labels.py"


def test_no_title_repeats_the_english_name():
    for name, schema in SCHEMAS.items():
        for field, said in properties(schema):
            assert is_chinese(said.get("title", "无")), (name, field)


def test_every_parameter_speaks_chinese():
    mute = {
        parameter["name"]
        for _, _, operation in operations()
        for part in operation.get("parameters", ())
        for parameter in [whole(DOCUMENT, part)]
        if not is_chinese(parameter.get("description"))
    }
    assert mute == set()


def test_no_word_is_kept_that_nothing_uses():
    text = json.dumps(DOCUMENT, ensure_ascii=False)
    assert [name for name, label in FIELD_LABELS.items() if label not in text] == []


def test_every_tag_is_told():
    used = {tag for _, _, operation in operations() for tag in operation["tags"]}
    assert used == {tag["name"] for tag in DOCUMENT["tags"]}
    assert all(is_chinese(tag["description"]) for tag in DOCUMENT["tags"])


def test_no_schema_is_called_by_its_module():
    assert [name for name in SCHEMAS if "__" in name] == []


def test_every_body_has_an_example():
    for path, method, operation in operations():
        if "requestBody" in operation:
            for media in operation["requestBody"]["content"].values():
                assert media["examples"], (method, path)
    assert len(BODIES) > 100


def test_every_action_has_an_example():
    for path, _, operation in operations():
        if path.endswith("/transitions"):
            media = operation["requestBody"]["content"]["application/json"]
            mapping = media["schema"].get("discriminator", {}).get("mapping", {})
            assert set(mapping) <= set(media["examples"]), path


@pytest.mark.parametrize(("path", "method", "kind", "schema", "example"), BODIES)
def test_every_example_is_taken(path, method, kind, schema, example):
    assert is_chinese(example["summary"])
    value = example["value"]
    jsonschema_rs.validate(schema | {"components": DOCUMENT["components"]}, value)
    body = ROUTES[path, method].body_field
    if body is not None and kind == "application/json":
        # what happened is told today, what is due was asked for on the day that examples name
        found = [body.validate(value, {}, loc=("body",))[1]]
        with clock.travel(clock.now().replace(year=2022, month=6, day=10, hour=12)):
            found.append(body.validate(value, {}, loc=("body",))[1])
        assert [] in found


def test_the_committed_document_is_fresh():
    text = json.dumps(DOCUMENT, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert (ROOT / "openapi.json").read_text(encoding="utf-8") == text, "run `make openapi types`"


def test_what_many_operations_share_stands_once():
    """A refusal, a header or a page's limit is described among the components, and referred to."""
    known = {each["description"] for each in DOCUMENT["components"]["responses"].values()}
    inline = {
        said.get("description")
        for _, _, operation in operations()
        for said in operation["responses"].values()
    }
    assert not inline & known
    spelled = [
        json.dumps(part, sort_keys=True)
        for _, _, operation in operations()
        for part in operation.get("parameters", ())
        if "$ref" not in part
    ]
    assert max(spelled.count(each) for each in set(spelled)) < 10


def test_each_operation_names_the_codes_that_it_may_refuse_with():
    """Read off the sources; `make openapi` writes it anew."""
    from scripts.operation_codes import by_operation

    found = {name: codes for name, codes in by_operation(api_routes(ROUTERS)).items() if codes}
    assert json.loads(CODES.read_text("utf-8")) == found
    shown = {
        operation["operationId"]: operation.get("x-error-codes", [])
        for _, _, operation in operations()
    }
    assert "transfer_unanswered" in shown["leads_transition"]
    assert "source_number_known" in shown["leads_create"]
    assert "same_person" in shown["distributions_transition"]
    # who only reads is refused by nothing of a flow
    assert "not_own_unit" not in shown["leads_read"]
    assert max(len(codes) for codes in shown.values()) < 120
