"""Similar leads: found by what they share, told apart by who did it, on pairs not seen before."""

import pytest

from api.domain.leads.similarity import THRESHOLD, WEIGHTS, SimilarityReason, compare, features
from api.domain.words.identifiers import IdentifierKind
from api.domain.words.names import NO_NAME, name
from tests.domain.lead_pairs import HELD_OUT, Pair, Told, measure, pairs

R = SimilarityReason


def is_similar(pair: Pair) -> bool:
    return compare(pair.left.features(), pair.right.features()).is_similar


def reasons(left: Told, right: Told) -> list[SimilarityReason]:
    return [reason for reason, _ in compare(left.features(), right.features()).reasons]


class TestHeldOut:
    def test_recall_and_precision(self):
        found = measure(pairs(HELD_OUT), is_similar)
        assert found.recall >= 0.95, [pair.rule for pair in found.missed]
        assert found.precision >= 0.9, [pair.rule for pair in found.mistaken]

    def test_no_rule_is_missed_as_a_whole(self):
        made = pairs(HELD_OUT)
        for rule in {pair.rule for pair in made if pair.same}:
            assert measure([p for p in made if p.rule == rule], is_similar).recall >= 0.8, rule

    def test_it_does_not_matter_which_came_first(self):
        for pair in pairs(HELD_OUT, 10):
            left, right = pair.left.features(), pair.right.features()
            assert compare(left, right) == compare(right, left)


class TestNames:
    @pytest.mark.parametrize(
        "told",
        [
            "霍邱县福寿康养服务有限公司",
            "霍邱县福寿康养服务有限责任公司",
            "安徽省霍邱县福寿康养服务公司",
            "福寿康养服务",
            "福寿康养服务（霍邱）有限公司",
            "福寿康养服务(众兴集分店)有限公司",
            "自称福寿康养服务公司",
            "霍邱县　福寿康养服务 有限公司",
        ],
    )
    def test_region_legal_form_and_brackets_do_not_count(self, told):
        assert name(told).core == "福寿康养服务"

    @pytest.mark.parametrize("told", ["不详", "某公司", "未知", "某某", "", "—", "王"])
    def test_nobody_is_nobody(self, told):
        assert name(told) == NO_NAME

    def test_nobody_is_not_like_nobody(self):
        assert reasons(Told("不详", "甲"), Told("不详", "乙")) == []

    @pytest.mark.parametrize(
        ("left", "right", "reason"),
        [
            ("霍邱县福寿康养服务有限公司", "福寿康养服务公司", R.SAME_NAME),
            ("福寿康养服务有限公司", "富受康养服务有限公司", R.HOMOPHONE_NAME),
            ("金宁养老院", "金林养老院", R.HOMOPHONE_NAME),
            ("福寿康养服务有限公司", "福寿养老院", R.VARIANT_NAME),
            ("福寿源康养服务有限公司", "福寿园康养", R.HOMOPHONE_NAME),
        ],
    )
    def test_one_name_in_many_forms(self, left, right, reason):
        assert reasons(Told(left, "甲"), Told(right, "乙")) == [reason]

    def test_the_name_may_stand_in_the_text_only(self):
        left = Told("霍邱县福寿康养服务有限公司", "收钱")
        assert reasons(left, Told("不详", "老人在福寿康养服务那里交的")) == [R.NAMED_IN_TEXT]


class TestEvidence:
    def test_every_reason_has_a_weight_and_every_kind_a_reason(self):
        from api.domain.leads.similarity import BY_KIND

        assert set(WEIGHTS) == set(R)
        assert set(BY_KIND) == set(IdentifierKind)

    def test_a_shared_number_speaks_whatever_the_names_are(self):
        left = Told("甲甲公司", "电话13812345678")
        right = Told("乙乙养老院", "来电138-1234-5678")
        assert reasons(left, right) == [R.SAME_PHONE]
        assert compare(left.features(), right.features()).score > 90

    def test_the_same_words_of_two_companies_are_not_enough(self):
        text = "以预订养老床位为名收取会员费，承诺每年返利百分之十八，至今无法入住。"
        assert not compare(features("金阳养老院", text), features("福源老年公寓", text)).is_similar
        assert compare(features("不详", text), features("福源老年公寓", text)).is_similar

    def test_the_threshold_is_fifty(self):
        from api.domain.leads.similarity import Match

        assert Match(THRESHOLD).score == 50

    def test_what_a_mask_hides_is_nothing_in_common(self):
        left, right = features("不详", "138****5678"), features("不详", "138****5678")
        assert compare(left, right).bits == 0
