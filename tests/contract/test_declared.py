"""Nouns that are declared once: nothing of what every noun has is missing, and what cannot be derived
stops the program from starting."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel, create_model

from api.core.web.openapi import api_routes
from api.routers import ROUTERS
from api.services.across import (
    attachments,
    attention,
    duties,
    figures,
    global_search,
    sources,
    turns,
    watched,
)
from api.services.across.declared_nouns import DECLARED
from api.services.kit.declared import Declared

NOUNS = [pytest.param(each, id=each.path) for each in DECLARED]


@pytest.mark.parametrize("noun", NOUNS)
def test_it_has_the_routes_of_every_noun(noun: Declared[Any]):
    there = {(method, route.path) for route in api_routes(ROUTERS) for method in route.methods}
    base, one = f"/api/v1/{noun.path}", f"/api/v1/{noun.path}/{{{noun.resource}_id}}"
    assert {
        ("GET", base), ("POST", base), ("GET", one), ("PATCH", one),
        ("POST", f"{one}/transitions"), ("POST", f"{one}/reveals"),
    } <= there  # fmt: skip


@pytest.mark.parametrize("noun", NOUNS)
def test_everything_that_tells_of_records_tells_of_it(noun: Declared[Any]):
    """Timeline and feed, files, taking over, figures, search, home, and what rises when it is late."""
    assert noun.path in {each.noun for each in sources.SOURCES}
    assert noun.resource in attachments.SUBJECTS
    assert noun.path in {each.path for each in turns.NOUNS}
    assert noun.path in figures.LEDGERS
    assert noun.path in {each.value for each in global_search._SOUGHT}
    kinds = {turn.step.kind for turn in noun.turns}
    assert kinds == {each.kind for each in duties.SOURCES if each.noun == noun.path}
    assert attention.STEPS[noun.path] == noun.steps
    assert {each.model for each in watched.WATCHED if each.noun == noun.path} == (
        {noun.model} if kinds else set()
    )


@pytest.mark.parametrize("noun", NOUNS)
def test_every_condition_of_its_list_is_one_of_its_query(noun: Declared[Any]):
    asked = noun.schemas.query.model_fields.keys()
    assert {name for name in noun.LISTING.filters if not name.startswith("late_")} <= asked


@pytest.mark.parametrize("noun", NOUNS)
def test_what_no_column_tells_stops_the_start(noun: Declared[Any]):
    item: type[BaseModel] = create_model("Odd", __base__=noun.schemas.item, oddly=(str, ...))
    with pytest.raises(AttributeError, match="oddly"):
        replace(noun, schemas=replace(noun.schemas, item=item))
    query: Any = create_model("OddQuery", __base__=noun.schemas.query, number=(int | None, None))
    with pytest.raises(TypeError, match=r"OddQuery\.number"):
        _ = replace(noun, schemas=replace(noun.schemas, query=query)).LISTING
