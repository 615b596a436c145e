"""Figures as they are read, and the rows that each of them opens."""

from api.schemas.statistics import Overview
from tests.money import done


def overview(who, **period) -> dict:
    """The figures, which hold just what the document says."""
    shown = done(who.get("/statistics/overview", params=period))
    assert set(shown) == set(Overview.model_validate(shown).model_dump())
    return shown


def figures(shown: dict) -> list[dict]:
    """Every number of rows: of goals, of charts, of what is to be asked about today."""
    found = [figure for goal in shown["goals"] for figure in goal["figures"]]
    found += [row for breakdown in shown["breakdowns"] for row in breakdown["rows"]]
    return found + questions(shown)


def questions(shown: dict) -> list[dict]:
    return [each for group in shown["attention"] for each in group["questions"]]


def value(shown: dict, key: str) -> int:
    return next(figure["value"] for figure in figures(shown) if figure["key"] == key)


def rows(who, query: dict) -> list[dict]:
    """Every row behind a figure, page by page."""
    found, cursor = [], None
    while True:
        params = query["params"] | {"limit": 200} | ({"cursor": cursor} if cursor else {})
        page = done(who.get(f"/{query['resource']}", params=params))
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def count(who, query: dict) -> int:
    """How many rows a figure opens."""
    params = query["params"] | {"with_total": True, "limit": 1}
    page = done(who.get(f"/{query['resource']}", params=params))
    assert page["total_is_exact"] is True
    return page["total"]
