"""The entry points of the lead list: what they count is what they open, by the application's clock."""

from urllib.parse import parse_qsl

import pytest

from tests.conftest import own_town
from tests.factories import assign, conclude, make_lead

#: On 13 May 2022, whatever day the database's machine has.
running, as_ = own_town(YINLING_NOW="2022-05-13T09:00:00+08:00")


def views(who) -> dict[str, dict]:
    answer = who.get("/leads/views")
    assert answer.status_code == 200, answer.text
    return {each["key"]: each for each in answer.json()["items"]}


def rows(who, query: str) -> list[dict]:
    params = [*parse_qsl(query), ("limit", "200"), ("with_total", "true")]
    answer = who.get("/leads", params=params).json()
    assert answer["total"] == len(answer["items"])
    return answer["items"]


class TestViews:
    def test_a_view_counts_what_it_opens(self, as_):
        office, police = as_("office"), as_("police")
        waiting = make_lead(office)
        handed_in = make_lead(as_("grid01"))
        given = assign(office, make_lead(office), police)
        conclude(office, police)
        for who in (office, police):
            for view in views(who).values():
                assert view["count"] == len(rows(who, view["query"]))
                assert view["count_is_exact"]
        unowned = {each["id"] for each in rows(office, views(office)["unowned"]["query"])}
        assert {waiting["id"], handed_in["id"]} <= unowned
        assert given["id"] not in unowned
        mine = {each["id"] for each in rows(police, views(police)["mine"]["query"])}
        assert given["id"] in mine

    @pytest.mark.parametrize(
        ("who", "theirs"),
        [
            ("office", {"mine", "assisting", "overdue", "unowned", "unowned_late"}),
            ("police", {"mine", "assisting", "overdue"}),
            ("leader", {"overdue"}),
            ("village01", {"assisting", "overdue"}),
            ("grid01", {"overdue"}),
        ],
    )
    def test_a_view_is_for_those_who_act_on_it(self, as_, who, theirs):
        assert set(views(as_(who))) == theirs

    def test_somebody_without_leads_gets_none(self, as_, anonymous):
        assert as_("finance").get("/leads/views").status_code == 403
        assert anonymous.get("/leads/views").status_code == 401

    @pytest.mark.parametrize("name", ["overdue", "open", "unowned"])
    def test_yes_and_no_together_are_all(self, as_, name):
        office = as_("office")
        make_lead(office)
        whole = {each["id"] for each in rows(office, "")}
        yes = {each["id"] for each in rows(office, f"{name}=true")}
        no = {each["id"] for each in rows(office, f"{name}=false")}
        assert yes | no == whole
        assert not yes & no


class TestTheClock:
    """The database's own day is years later: only the application's counts."""

    def test_a_lead_is_late_by_the_applications_clock(self, as_):
        office = as_("office")
        given = assign(office, make_lead(office), as_("police"))
        assert given["due_on"] == "2022-06-06", "15 working days (facts 2.2)"
        assert given["id"] not in {each["id"] for each in rows(office, "overdue=true")}
        assert views(office)["overdue"]["count"] == 0

    def test_working_days_are_told_where_rows_are_due(self, as_):
        office = as_("office")
        given = assign(
            office, make_lead(office, subject_name='"due_on":"2022-05-01"'), as_("police")
        )
        assert given["working_days_left"] == 15
        (row,) = rows(office, f"q={given['number']}")
        assert (row["due_on"], row["working_days_left"]) == ("2022-06-06", 15)
        free = make_lead(office)
        (row,) = rows(office, f"q={free['number']}")
        # nobody has it yet: the office's day
        assert (row["due_on"], row["working_days_left"]) == ("2022-05-17", 2)
