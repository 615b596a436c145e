"""The OpenAPI document as the application tells it: made once a process, it takes seconds."""

from copy import deepcopy
from functools import cache
from typing import Any

from api.main import create_app


@cache
def _made() -> dict[str, Any]:
    return create_app().openapi()


def document() -> dict[str, Any]:
    """One's own copy."""
    return deepcopy(_made())
