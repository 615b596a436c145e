"""The difference between what is ordered and what is held is taken apart to the last fen."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from api.domain.recovery.restraint import Ordered, RestraintGap, compare

ITEMS = [UUID(int=number) for number in range(4)]
fen = st.integers(0, 500)
measures = st.lists(
    st.builds(
        Ordered,
        st.sampled_from(ITEMS),
        st.booleans(),
        st.none() | fen,
        fen,
        st.none() | st.sampled_from(RestraintGap),
    ),
    max_size=12,
)


@given(measures, fen, st.integers(0, 3))
def test_the_lines_sum_up_to_the_difference(rows, unnamed, entries):
    booked = sum(row.held for row in rows) + unnamed
    found = compare(rows, booked, entries)
    assert sum(line.amount for line in found.lines) == found.ordered - found.booked
    assert all(line.amount for line in found.lines)
    parts = {line.gap: line.amount for line in found.lines}
    assert parts.pop(RestraintGap.NOT_BOOKED, 0) >= 0
    assert all(amount < 0 for amount in parts.values())


@given(measures)
def test_a_thing_is_ordered_once_whatever_lies_on_it(rows):
    most = {
        item: max((r.amount or 0 for r in rows if r.item_id == item and r.in_force), default=0)
        for item in ITEMS
    }
    assert compare(rows, 0, 0).ordered == sum(most.values())


def test_nothing_is_said_where_both_agree():
    row = Ordered(ITEMS[0], True, 100, 100, None)
    assert compare([row], 100, 0).lines == ()
