"""When PostgreSQL plans which list anew, and where a list is looked for: the wrong way costs seconds
at a million rows."""

import pytest

from api.core.database import db
from api.core.database.db import Planning
from api.core.listing.listing_rows import IN_ORDER, TOWN_BY_TOWN
from api.core.listing.pagination import Shape
from api.domain.kit.permissions import RowScope
from api.services.cases import victims
from api.services.leads import leads

TOWN, UNIT = RowScope.TOWN, RowScope.UNIT


@pytest.mark.parametrize(
    ("planning", "shape"),
    [
        # every row of the town in order, through the index of that order
        (Planning.IN_PLACE, Shape(TOWN, "-id", (), limit=51)),
        (Planning.IN_PLACE, Shape(TOWN, "received_at", ("phrase",), limit=51)),
        # so many rows of one place
        (Planning.IN_PLACE, Shape(TOWN, "-id", ("status",), limit=51, way="status")),
        (Planning.IN_PLACE, Shape(UNIT, "-id", ("status",), limit=51, way=IN_ORDER)),
        # what no place gave: a status, a channel; half of the rows, or none
        (Planning.EACH_TIME, Shape(TOWN, "-id", ("status",), limit=51)),
        (Planning.EACH_TIME, Shape(UNIT, "-id", ("status",), limit=51)),
        (Planning.EACH_TIME, Shape(UNIT, "-received_at", (), limit=51)),
        # the first so many of what the unit sees
        (Planning.ONCE, Shape(UNIT, "-id", (), limit=51)),
        # whatever else is asked for, an index begins
        (Planning.ONCE, Shape(TOWN, "-id", ("phrase", "words"), limit=51)),
        (Planning.ONCE, Shape(UNIT, "-id", ("number", "status"), limit=51)),
        (Planning.EACH_TIME, Shape(TOWN, "-id", ("phrase", "status", "words"), limit=51)),
        (Planning.AUTO, Shape(TOWN, "-id", (), single=True)),
    ],
)
def test_a_plan_is_made_anew_where_values_differ_too_much(planning, shape):
    assert leads.LISTING._planning(shape) is planning


@pytest.mark.parametrize(
    ("listing", "places", "shape"),
    [
        (leads.LISTING, [IN_ORDER, "status"], Shape(TOWN, "-id", ("phrase", "status"))),
        (
            leads.LISTING,
            [IN_ORDER, "received"],
            Shape(TOWN, "received_at", ("received_below",)),
        ),
        (leads.LISTING, [IN_ORDER, "overdue"], Shape(UNIT, "-id", ("overdue",))),
        (leads.LISTING, [IN_ORDER, TOWN_BY_TOWN], Shape(UNIT, "-received_at", ("in_time",))),
        (victims.LISTING, [IN_ORDER, "unit", "case_id"], Shape(UNIT, "-id", ("case_id",))),
    ],
)
def test_the_places_follow_from_who_asks_for_what_in_which_order(listing, places, shape):
    assert listing.places(shape) == places


async def test_what_is_looked_for_in_place_is_sorted_by_nothing_but_its_index(running):
    """Sorting a part is sorting, too: after a burst of new rows it read the whole table for a page
    of an old status (75 ms for 2)."""
    row = await db.database().fetchrow(
        "SELECT current_setting('enable_sort') AS whole,"
        " current_setting('enable_incremental_sort') AS part",
        planning=Planning.IN_PLACE,
    )
    assert (row["whole"], row["part"]) == ("off", "off")
