"""Similar leads as a page shows them, on pairs told by people: all of one town's leads at once."""

import pytest

from tests.domain.leads_told import Figures, Lead, pairs
from tests.money import done


def registered(office, lead: Lead) -> str:
    body = {"subject_name": lead.subject, "narrative": lead.narrative}
    made = office.post("/leads", json=body | {"channel": "report_phone", "primary_category": "C1"})
    assert made.status_code == 201, made.text
    return made.json()["id"]


@pytest.mark.slow
@pytest.mark.parametrize("told_in", ["told_by_people.txt", "told_later.txt"])
def test_what_people_told_is_found_among_the_leads_of_a_town(client, told_in):
    office = client("office")
    told = [
        (pair, registered(office, pair.left), registered(office, pair.right))
        for pair in pairs(told_in)
    ]
    shown = []
    for pair, left, right in told:
        near = [each["id"] for each in done(office.get(f"/leads/{left}/similar"))["items"]]
        shown.append((pair, pair.same, right in near))
    figures = Figures.of(shown)
    assert figures.recall >= 0.95, str(figures)
    assert figures.precision >= 0.9, str(figures)
