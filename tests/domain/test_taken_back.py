"""What can be taken back: the table beside the flows, walked."""

import pytest

from api.domain.across.taken_back import FLOWS, MADE, REVERSES, TURN_REVERSES, reverses, table
from api.domain.across.ways import WAYS
from api.domain.kit.nouns import PATHS
from api.domain.kit.turns import TurnAction

ROWS = [
    pytest.param(noun, act, was, by, id=f"{noun} {act} {was} {by}")
    for noun, acts in REVERSES.items()
    for act in acts
    for was, by in reverses(noun, act)
]
#: They lead to where the record stood, and are no undoing: each is another decision, by a paper or
#: by another person, or says what came of it.
ANOTHER_DECISION = {
    **dict.fromkeys(
        [
            ("case", act)
            for act in (
                "file",
                "decline_to_file",
                "divert_civil",
                "divert_administrative",
                "withdraw",
                "reopen",
                "enforce",
                "close",
            )
        ],
        "办案机关的决定，改变它另有文书",
    ),
    ("distribution", "compute"): "退回重新测算由审批人决定",
    ("distribution", "send_back"): "重新测算是另一份方案",
    ("distribution", "pay"): "是否到账由银行回单说明",
    ("distribution", "confirm_partly"): "是否到账由银行回单说明",
    ("lead", "take_back"): "再交办是另一次交办",
    ("lead", "dispute"): "怎样处理异议由镇专项办决定",
    ("lead", "conclude"): "二次核查由另一单位得出结论",
    ("lead", "feed_back"): "已经告知举报人",
    ("lead", "recheck"): "二次核查由另一单位得出结论",
    ("property_item", "determine"): "异议由第三人提出",
    ("property_item", "object"): "怎样处理异议须重新甄别",
    ("rule_set_version", "refuse"): "改了再提交由起草人决定",
    ("rectification", "fail"): "重新责令整改是新的期限",
    ("rectification", "order_again"): "重新责令整改是新的期限",
    ("restricted_file", "hand_off"): "已经送出",
    ("restricted_file", "record_answer"): "再次移交是另一件事",
    **dict.fromkeys(
        [
            ("risk_entity", act)
            for act in (
                "interview",
                "order_rectification",
                "remind",
                "stop_operations",
                "urge_refund",
            )
        ],
        "措施已经对当事人作出",
    ),
}


@pytest.mark.parametrize(("noun", "act", "was", "by"), ROWS)
def test_a_reverse_leads_back_to_where_the_record_stood(noun, act, was, by):
    flow = FLOWS[noun]
    back = flow.steps[by]
    if act == MADE:
        # what was made is over, and was never counted
        way = WAYS.get(noun)
        assert was in back.frm
        assert way is None or back.to in way.stopped
        return
    step = flow.steps[act]
    assert was in step.frm
    assert (step.to or was) in back.frm
    besides = {status for each in REVERSES[noun][act] for status in each.besides}
    assert back.to in {None, was} or was in besides


def test_each_row_of_the_table_is_of_use():
    """A reverse that no status lets anybody take would be a row that says nothing."""
    for noun, acts in REVERSES.items():
        for act, listed in acts.items():
            found = list(reverses(noun, act))
            assert {by for _, by in found} == {each.by for each in listed}, (noun, act)
            assert len({was for was, _ in found}) == len(found), (noun, act)


def test_who_adds_an_act_says_whether_it_can_be_taken_back():
    """An act after which another one leads straight back, and which the table does not know."""
    unsaid = {
        (noun, act.value)
        for noun, flow in FLOWS.items()
        for act, step in flow.steps.items()
        if step.to is not None and act not in REVERSES.get(noun, {})
        for back in flow.steps.values()
        if step.to in back.frm and back.to in step.frm and back.to != step.to
    }
    assert unsaid == set(ANOTHER_DECISION)


def test_every_turn_that_is_taken_or_given_goes_back():
    assert set(TURN_REVERSES) == set(TurnAction)


def test_the_document_names_nouns_as_addresses_do():
    found = table()
    assert set(found) == {PATHS[noun] for noun in REVERSES} | {"turns"}
    assert found["leads"]["assign"] == {"registered": "take_back", "disputed": "take_back"}
    assert found["outcomes"]["withdraw"] == {"published": "restore", "draft": "resubmit"}
    assert found["leads"]["withdraw"] == {"registered": "reopen"}
