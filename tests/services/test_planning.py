"""When PostgreSQL plans which list anew: the wrong way costs seconds at a million rows."""

import pytest

from api.core.db import Planning
from api.core.pagination import Shape
from api.domain.permissions import RowScope
from api.services import leads

TOWN, UNIT = RowScope.TOWN, RowScope.UNIT


@pytest.mark.parametrize(
    ("planning", "shape"),
    [
        # every row of the town in order: one plan for all
        (Planning.AUTO, Shape(TOWN, "-id", (), limit=51)),
        # a status, a channel: half of the rows, or none
        (Planning.EACH_TIME, Shape(TOWN, "-id", ("status",), limit=51)),
        (Planning.EACH_TIME, Shape(UNIT, "-id", ("status",), limit=51)),
        # the first so many of what the unit sees
        (Planning.ONCE, Shape(UNIT, "-id", (), limit=51)),
        (Planning.EACH_TIME, Shape(UNIT, "-received_at", (), limit=51)),
        # whatever else is asked for, an index begins
        (Planning.ONCE, Shape(TOWN, "-id", ("phrase", "words"), limit=51)),
        (Planning.ONCE, Shape(UNIT, "-id", ("number", "status"), limit=51)),
        # a common word, looked for in the order of the list
        (Planning.AUTO, Shape(TOWN, "-id", ("phrase", "words"), limit=51, ahead=1024)),
        (Planning.EACH_TIME, Shape(UNIT, "-id", ("phrase", "words"), limit=51, ahead=1024)),
        (Planning.AUTO, Shape(TOWN, "-id", (), single=True)),
    ],
)
def test_a_plan_is_made_anew_where_values_differ_too_much(planning, shape):
    assert leads.LISTING._planning(shape) is planning
