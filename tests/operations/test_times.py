"""Every time that leaves is written in one way: Chinese time. The driver reads UTC, row_to_json
the zone of the connection, a fresh record has the clock's: clients see none of that."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
import pytest

from api.core.base import clock, json_text
from api.core.web.openapi_once import whole
from tests.campaign import live_half_a_year
from tests.conftest import ROOT, Client, logged_in, started
from tests.factories import make_lead

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_PARAMETER = re.compile(r"\{[a-z_]+\}")
#: Between them they see every noun.
_WHO = ("office", "police", "system_admin", "audit_admin", "leader", "county")
#: Records looked at of each list: enough for each to have been decided upon once.
_FEW = 4
#: Where they differed once.
_KNOWN = {
    "/audit/events", "/events", "/leads", "/leads/{record_id}/timeline", "/me", "/me/sessions", "/users"
}  # fmt: skip
#: The clocks of China stood otherwise in the summers of these years.
_OF_OLD = ("1988-07-01T12:00:00+08:00", "1986-05-04T12:00:00+08:00")


def _gets() -> list[str]:
    document = orjson.loads((ROOT / "openapi.json").read_bytes())
    paths = document["paths"]
    return sorted(
        path.removeprefix("/api/v1")
        for path, methods in paths.items()
        if path.startswith("/api/v1")
        and "application/json"
        in methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        and not any(
            each.get("required") and each["in"] == "query"
            for part in methods["get"].get("parameters", ())
            for each in [whole(document, part)]
        )
    )


def _times(content: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """(where, time) of every time within an answer."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from _times(value, f"{at}.{name}")
    elif isinstance(content, list):
        for value in content:
            yield from _times(value, f"{at}[]")
    elif isinstance(content, str) and _TIME.fullmatch(content):
        yield at, content


class _Walk:
    """Every GET, with the first few records that its list shows."""

    def __init__(self, somebody: Client) -> None:
        self.get = cache(lambda path: self._ask(somebody, path))

    @staticmethod
    def _ask(somebody: Client, path: str) -> Any:
        answer = somebody.get(path)
        return answer.json() if answer.status_code == 200 else None

    def filled(self, path: str) -> Iterator[str]:
        """The path with real identifiers for its parameters."""
        found = _PARAMETER.search(path)
        if not found:
            yield path
            return
        listed = self.get(path[: found.start() - 1])
        items = listed.get("items", []) if isinstance(listed, dict) else []
        for item in items[:_FEW]:
            if isinstance(item, dict) and "id" in item:
                yield from self.filled(path[: found.start()] + item["id"] + path[found.end() :])


@pytest.fixture(scope="module")
def as_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Client]]:
    """Logins at a town with half a year of work behind it: every list has something in it."""
    with started(tmp_path_factory.mktemp("times")) as running, logged_in(running) as as_:
        live_half_a_year()
        for received_at in _OF_OLD:
            make_lead(as_("office"), received_at=received_at)
        yield as_


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(1900, 1, 1, tzinfo=UTC), "1900-01-01T08:00:00+08:00"),
        (datetime(1900, 1, 1, tzinfo=clock.TIMEZONE), "1899-12-31T23:54:17+08:00"),
        (datetime(1941, 7, 1, 4, tzinfo=UTC), "1941-07-01T12:00:00+08:00"),
        (datetime(1988, 7, 1, 3, tzinfo=UTC), "1988-07-01T11:00:00+08:00"),
        (datetime(2022, 5, 13, 1, 2, 3, 456789, tzinfo=UTC), "2022-05-13T09:02:03.456789+08:00"),
    ],
)
def test_a_moment_of_any_year_is_one_of_rfc_3339(at: datetime, said: str) -> None:
    assert clock.written(at) == said
    assert orjson.loads(json_text.dumps({"at": [at]})) == {"at": [said]}
    assert datetime.fromisoformat(said) == at


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_time_is_chinese_time(as_: Callable[[str], Client]) -> None:
    wrong: set[str] = set()
    looked_at: set[str] = set()
    for who in _WHO:
        walk = _Walk(as_(who))
        for pattern in _gets():
            for path in walk.filled(pattern):
                for where, time in _times(walk.get(path)):
                    looked_at.add(pattern)
                    if not time.endswith("+08:00"):
                        wrong.add(f"{pattern} {where}: {time}")
    assert not wrong, "\n".join(sorted(wrong))
    assert looked_at >= _KNOWN, _KNOWN - looked_at


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("received_at", _OF_OLD)
def test_what_was_said_comes_back(as_: Callable[[str], Client], received_at: str) -> None:
    office = as_("office")
    made = make_lead(office, received_at=received_at)
    assert made["received_at"] == received_at
    assert office.get(f"/leads/{made['id']}").json()["received_at"] == received_at
    listed = office.get("/leads", params={"q": made["number"]}).json()["items"]
    assert [each["received_at"] for each in listed] == [received_at]
