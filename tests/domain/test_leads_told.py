"""Similar leads and red flags on what people told, written without a look at the rules."""

import pytest

from api.domain.leads.red_flags import proposed
from api.domain.leads.similarity import compare
from tests.domain.leads_told import Figures, pairs, sentences


@pytest.mark.parametrize("told_in", ["told_by_people.txt", "told_later.txt"])
def test_pairs_of_leads(told_in):
    figures = Figures.of(
        [
            (pair, pair.same, compare(pair.left.features(), pair.right.features()).is_similar)
            for pair in pairs(told_in)
        ]
    )
    assert figures.recall >= 0.95, str(figures)
    assert figures.precision >= 0.9, str(figures)


def test_red_flags():
    figures = Figures.of(
        [
            (text, speaks, flag in {check.value for check in proposed(text)})
            for speaks, flag, text in sentences("red_flags_told_by_people.txt")
        ]
    )
    assert figures.recall >= 0.95, str(figures)
    assert figures.precision >= 0.9, str(figures)
