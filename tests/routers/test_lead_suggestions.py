"""Which unit a new lead is proposed to: by a table, never as its handler; until it is given to
somebody, its term is that of the office."""

import pytest

from api.core.base.clock import today
from api.domain.leads.categories import LeadCategory
from api.domain.leads.lead_proposals import KINDS
from tests.answers import done
from tests.conftest import own_town
from tests.factories import make_lead

#: Other files give the town more units of a kind, of which none is then the one.
running, client = own_town()


def test_every_category_stands_in_the_table():
    assert set(KINDS) == set(LeadCategory)


@pytest.mark.parametrize(
    ("category", "who"), [("C1", "civil"), ("C3", "market"), ("C4", "police"), ("C0", None)]
)
def test_a_lead_is_proposed_by_its_category(client, category, who):
    office = client("office")
    lead = make_lead(office, primary_category=category)
    expected = client(who).me["unit"]["id"] if who else None
    for shown in (
        done(office.get(f"/leads/{lead['id']}")),
        done(office.get("/leads", params={"q": lead["number"]}))["items"][0],
    ):
        proposed = shown["proposed_unit"]
        assert (proposed["id"] if proposed else None) == expected
        assert shown["owner_unit"] is None, "a proposal handles nothing"
    if who:
        assert client(who).get(f"/leads/{lead['id']}").status_code == 404


def test_what_is_about_something_else_is_proposed_to_another(client):
    office = client("office")
    lead = make_lead(office, primary_category="C1")
    body = {"version": lead["version"], "primary_category": "C3"}
    lead = done(office.patch(f"/leads/{lead['id']}", json=body))
    assert lead["proposed_unit"]["id"] == client("market").me["unit"]["id"]


def test_many_are_given_away_by_what_is_proposed(client):
    office = client("office")
    made = [make_lead(office, primary_category=each) for each in ("C1", "C3")]
    items = [{"id": each["id"], "version": each["version"]} for each in made]
    found = done(office.post("/leads/assignments/previews", json={"items": items}))
    assert {part["unit"]["id"] for part in found["units"]} == {
        client(who).me["unit"]["id"] for who in ("civil", "market")
    }


def test_until_it_is_given_away_the_term_is_the_offices(client):
    """In the list as in the head of the record."""
    office = client("office")
    lead = make_lead(office)
    (item,) = done(office.get("/leads", params={"q": lead["number"]}))["items"]
    now = done(office.get(f"/leads/{lead['id']}"))["standing"]["now"][0]
    assert item["due_on"] == now["due_on"] is not None
    assert (item["due_rule"], item["unowned_since"]) == ("LEAD-UNOWNED", str(today()))
    assert item["working_days_left"] == now["working_days_left"]
