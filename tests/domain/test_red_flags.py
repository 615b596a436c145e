"""Red flags: the whole table is walked, words propose, boxes and words suggest, nothing decides."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.demo.demo_stories import TRICKS
from api.domain.leads import red_flags
from api.domain.leads.categories import Charge, FundraisingTest, LeadCategory, RedFlag
from api.domain.leads.red_flags import CATEGORY_WORDS, RULES, CheckKind

CHECKS = [*RedFlag, *FundraisingTest]
WORDS = [(check, word) for check, rule in RULES.items() for word in rule.words]
POINTS = [(check, one) for check, rule in RULES.items() for one in rule.categories]
boxes = st.sets(st.sampled_from(CHECKS))


def test_the_table_holds_every_box_once_and_says_where_it_comes_from():
    assert list(RULES) == CHECKS
    assert len({check.value for check in CHECKS}) == len(CHECKS)
    for check, rule in RULES.items():
        assert rule.source
        assert len(set(rule.words)) == len(rule.words) > 0, check
        assert all(points > 0 for points in (*rule.categories.values(), *rule.charges.values()))


def test_the_six_pretexts_have_words_and_the_rest_has_none():
    assert set(CATEGORY_WORDS) == set(LeadCategory) - {LeadCategory.C0}


def test_the_four_tests_speak_alike_for_the_three_forms_that_the_law_names():
    for test in FundraisingTest:
        assert RULES[test].categories == {
            LeadCategory.C1: 1,
            LeadCategory.C2: 1,
            LeadCategory.C3: 1,
        }


@pytest.mark.parametrize(("check", "word"), WORDS)
def test_every_word_proposes_its_box_and_none_when_denied(check, word):
    assert word in red_flags.proposed(f"反映对方{word}，请处理。")[check]
    assert check not in red_flags.proposed(f"对方没有{word}")
    # said twice, denied once: it was said
    assert word in red_flags.proposed(f"先说没有{word}，后来{word}")[check]


@pytest.mark.parametrize(("check", "category"), POINTS)
def test_every_box_speaks_for_its_categories(check, category):
    """On top of what is said of that category it adds its points, and is named as a reason."""
    told = "，".join(CATEGORY_WORDS[category])
    made, without = red_flags.suggest({check}, told), red_flags.suggest((), told)
    assert made.category is without.category is category
    assert made.points == without.points + RULES[check].categories[category]
    assert any(f"“{check.label.partition('：')[0]}”" in reason for reason in made.reasons)


@pytest.mark.parametrize("category", list(CATEGORY_WORDS))
def test_words_alone_suggest_and_are_quoted(category):
    own = [w for w in CATEGORY_WORDS[category] if not any(
        w in others or other in w
        for one, others in CATEGORY_WORDS.items() if one is not category for other in others
    )]  # fmt: skip
    made = red_flags.suggest((), own[0])
    assert made.category is category
    assert made.reasons == (f"反映内容提到：“{own[0]}”",)
    assert made.charges == ()


def test_nothing_said_suggests_nothing_and_says_so():
    made = red_flags.suggest((), "")
    assert made.category is None
    assert "请由人判断" in made.reasons[0]


def test_two_alike_are_left_to_a_person():
    made = red_flags.suggest((), "床位，社保")
    assert made.category is None
    assert LeadCategory.C1.label in made.reasons[0]
    assert LeadCategory.C5.label in made.reasons[0]


def test_four_tests_together_point_at_illegal_fund_raising():
    three = list(FundraisingTest)[:3]
    told = "投资康养小镇"
    assert Charge.FUNDRAISING_FRAUD not in red_flags.suggest(three, told).charges
    made = red_flags.suggest(FundraisingTest, told)
    assert made.category is LeadCategory.C2
    assert made.charges[:2] == (Charge.ILLEGAL_DEPOSITS, Charge.FUNDRAISING_FRAUD)
    assert any("四个特征俱备" in reason for reason in made.reasons)


def test_each_kind_of_box():
    kinds = [red_flags.kind_of(check) for check in CHECKS]
    assert kinds.count(CheckKind.FUNDRAISING_TEST) == 4
    assert kinds.count(CheckKind.RED_FLAG) == 15


@given(
    boxes,
    st.text(alphabet="".join(sorted({c for _, w in WORDS for c in w})) + "，没未", max_size=60),
)
def test_the_order_of_ticking_says_nothing(ticked, text):
    shuffled = list(ticked)
    random.Random(text).shuffle(shuffled)
    made = red_flags.suggest(shuffled, text)
    assert made == red_flags.suggest(ticked, text)
    assert made.reasons
    assert len(made.charges) <= red_flags.MOST_CHARGES
    assert made.category is not LeadCategory.C0


@given(boxes, st.text())
def test_any_text_is_read(ticked, text):
    red_flags.suggest(ticked, text)
    red_flags.proposed(text)


def test_the_demo_town_is_understood_mostly_and_misled_hardly():
    """Clerks' sentences with the boxes that a checker ticked; “其他” is never suggested."""
    told = [
        (category, red_flags.suggest(trick.flags, trick.text).category)
        for category, tricks in TRICKS.items() if category is not LeadCategory.C0
        for trick in tricks
    ]  # fmt: skip
    right = sum(made is category for category, made in told)
    wrong = sum(made not in (category, None) for category, made in told)
    assert right / len(told) >= 0.85
    assert wrong / len(told) <= 0.05
