"""What a record offers can be done: no button that the server then refuses for where the record stands.

A town with half a year of work behind it: for everybody, whatever the records of every noun offer is
tried with a form filled in plainly. A form may be wrong; where the record stands, may not.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from api.core.base.clock import now, today
from api.domain.across.ways import WAYS
from api.domain.kit.nouns import PATHS
from tests.campaign import live_half_a_year
from tests.conftest import Client, Running, logged_in, started

pytestmark = pytest.mark.slow
WHO = ("office", "police", "market", "civil", "justice", "finance", "leader", "village01", "county")
#: Lists of their own; restricted files are known to few, and lines of a case have no list.
NOUNS = [PATHS.get(each, each) for each in WAYS]
#: So many records of each noun and status, for everybody.
EACH = 3
#: Refused for what was typed, not for where the record stands; or somebody else was faster.
OF_THE_FORM: dict[str, str] = {
    "already_asked": "which unit is asked to help is chosen on the form",
    "already_marked": "which mark is chosen on the form",
    "mark_missing": "which mark is chosen on the form",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(tmp_path_factory.mktemp("offered")) as running:
        live_half_a_year()
        yield running


@pytest.fixture(scope="module")
def as_(town: Running) -> Iterator[Callable[[str], Client]]:
    with logged_in(town) as as_:
        yield as_


def value(need: dict[str, Any], units: list[str]) -> Any:
    made = {
        "unit": lambda: units[0],
        "units": lambda: units[:1],
        "date": lambda: today().isoformat(),
        "datetime": lambda: now().isoformat(),
        "boolean": lambda: True,
        "integer": lambda: 1,
        "money": lambda: "1.00",
        "enum": lambda: (need["options"] or [{"value": ""}])[0]["value"],
        "enums": lambda: [(need["options"] or [{"value": ""}])[0]["value"]],
    }
    return made.get(need["kind"], lambda: "据实办理")()


def filled(needs: list[dict[str, Any]], units: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for need in needs:
        when = need.get("only_with")
        if need["required"] and (not when or values.get(when["field"]) == when["value"]):
            values[need["field"]] = value(need, units)
    return values


def records(reader: Client, noun: str) -> Iterator[dict[str, Any]]:
    """Some in every status, as they are read one by one."""
    seen: Counter[str] = Counter()
    answer = reader.get(f"/{noun}", params={"limit": 200})
    if answer.status_code != 200:
        return
    for row in answer.json()["items"]:
        seen[row["status"]] += 1
        if seen[row["status"]] <= EACH:
            shown = reader.get(f"/{noun}/{row['id']}")
            if shown.status_code == 200:
                yield shown.json()


@pytest.mark.parametrize("noun", NOUNS)
def test_what_is_offered_is_not_refused_for_the_state(
    as_: Callable[[str], Client], noun: str
) -> None:
    units = [as_(who).me["unit"]["id"] for who in ("market", "police")]
    refused: list[str] = []
    for who in WHO:
        reader = as_(who)
        for record in records(reader, noun):
            for offer in record["available_actions"]:
                if offer["action"] == "edit":
                    continue
                shown = reader.get(f"/{noun}/{record['id']}")
                if shown.status_code != 200:
                    break
                fresh = shown.json()
                if offer["action"] not in {a["action"] for a in fresh["available_actions"]}:
                    continue  # it went on by the act before
                answer = reader.act(
                    f"/{noun}/{record['id']}", offer["action"], fresh["version"],
                    **filled(offer["needs"], units),
                )  # fmt: skip
                assert answer.status_code < 500, answer.text
                if answer.status_code == 409 and answer.json()["code"] not in OF_THE_FORM:
                    said = answer.json()
                    refused.append(
                        f"{who} {record['status']} {offer['action']}: {said['code']} {said['detail']}"
                    )
    assert refused == []
