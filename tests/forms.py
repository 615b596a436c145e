"""Every model that a request is read into, found by walking the routes."""

from pydantic import BaseModel

from api.core.web.openapi import api_routes
from api.core.web.request_names import RequestNames, item_of, models
from api.main import create_app
from api.routers import ROUTERS

create_app()
ROUTES = list(api_routes(ROUTERS))


def _inside(model: type[BaseModel], seen: dict[type[BaseModel], None]) -> None:
    """A model and all that it holds."""
    if model in seen:
        return
    seen[model] = None
    for field in model.model_fields.values():
        for each in (field.annotation, item_of(field.annotation)):
            for held in models(each) if each is not None else ():
                _inside(held, seen)


def request_models() -> list[type[BaseModel]]:
    """All of them, each once."""
    seen: dict[type[BaseModel], None] = {}
    for route in ROUTES:
        names = RequestNames(route)
        for model in (*models(names._body), *names._queries):
            _inside(model, seen)
    return list(seen)


def request_fields() -> list[tuple[type[BaseModel], str]]:
    """Every field of them."""
    return [(model, name) for model in request_models() for name in model.model_fields]
