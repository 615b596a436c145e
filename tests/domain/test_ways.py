"""Whose turn it is, over every status of every flow: the whole table is walked."""

import inspect
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from api.domain.across.ways import WAYS
from api.domain.cases.cases import CaseStatus
from api.domain.entities.risk_entities import EntityStatus
from api.domain.kit.duties import DutyKind
from api.domain.kit.flow import Flow
from api.domain.kit.standing import Move, Stage, StepState, Turn, Way, Whose
from api.domain.leads.leads import LeadAction, LeadStatus
from api.services.across.duties import SOURCES
from scripts.docs import flows

#: What lies on another record's page, and has no head of its own.
ON_ANOTHER_PAGE = {"lead_assist", "informant_opening", "ledger", "paper"}
#: A disposal of property, the end of a restricted file, the release of what has no ground any more.
FINAL = {
    ("property_item", "dispose"),
    ("restricted_file", "close"),
    ("property_measure", "release"),
}
#: They lead to an earlier stage because that is how it came out, not because somebody sends it back:
#: the bank paid a part, the re-inspection failed, the head approved the hand-over after all, what was
#: found asks for one, and who was told meanwhile is told what was found.
SAYS_WHAT_HAPPENED = {
    "confirm_partly", "fail", "transfer_police", "report_police", "transfer_department", "conclude",
}  # fmt: skip
TURNS = [
    pytest.param(way, place, status, turn, id=f"{name} {status.value} {turn.label}")
    for name, way in WAYS.items()
    for place, stage in enumerate(way.stages)
    for status, turns in stage.turns.items()
    for turn in turns
]


def test_every_flow_has_its_way():
    assert set(WAYS) == set(flows()) - ON_ANOTHER_PAGE


@pytest.mark.parametrize(("way", "place", "status", "turn"), TURNS)
def test_each_turn_can_be_taken_from_where_it_stands(way, place, status, turn):
    possible = [act for act in turn.acts if status in way.flow.steps[act].frm]
    assert possible or not turn.acts
    # what cannot be undone is no filled button, but where just that is to be done
    if turn.acts and way.flow.steps[turn.acts[0]].danger:
        assert (way.flow.name, turn.acts[0].value) in FINAL


@pytest.mark.parametrize(("way", "place", "status", "turn"), TURNS)
def test_no_turn_leads_back(way, place, status, turn):
    """What goes back is never the filled button: 退回重新测算, 重新办理, 复评定级 once were."""
    for act in turn.acts:
        row = way.flow.steps[act]
        if status not in row.frm or row.to is None:
            continue
        after = way._at.get(row.to)
        assert after is None or after >= place or act.value in SAYS_WHAT_HAPPENED, act


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_nobody_waits_for_what_is_over(way):
    for status in (way.done | way.stopped) - set(way.after):
        assert list(way.turns(SimpleNamespace(status=status))) == []


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_what_is_left_of_a_record_that_is_over_is_asked_for_by_a_condition(way):
    assert set(way.after) <= way.done | way.stopped
    for status, turns in way.after.items():
        for turn in turns:
            assert turn.when
            assert turn.acts or turn.elsewhere
            assert all(status in way.flow.steps[act].frm for act in turn.acts)
            assert isinstance(turn.what, DutyKind)
            assert turn.what in {source.kind for source in SOURCES}


def way_of(flow: Flow[Any, Any], **changes: Any) -> Way[Any, Any]:
    lead = WAYS["lead"]
    return Way(
        flow, changes.get("stages", lead.stages), changes.get("done", lead.done), lead.stopped
    )


def test_a_status_stands_in_one_place():
    lead = WAYS["lead"]
    with pytest.raises(TypeError, match="two stages"):
        way_of(lead.flow, stages=(*lead.stages, lead.stages[0]))
    with pytest.raises(TypeError, match="archived"):
        way_of(lead.flow, done=frozenset({LeadStatus.CLOSED}))
    closed = Stage("办结", {LeadStatus.CLOSED: (Turn("办结", (LeadAction.CLOSE,)),)})
    with pytest.raises(TypeError, match="closed"):
        way_of(lead.flow, stages=(*lead.stages, closed))


def shown(
    status: LeadStatus, *moves: tuple[str, str, str], created: str = ""
) -> list[tuple[str, str, str]]:
    """Label, state and day of each step of a lead that went this way."""
    steps = WAYS["lead"].steps(
        status, [Move(*each, "平安办") for each in moves], (created, "平安办")
    )
    return [(label, state.value, on) for label, state, on, _ in steps]


class TestSteps:
    def test_each_stage_was_done_when_the_record_went_on(self):
        assert shown(
            LeadStatus.VERIFYING,
            ("received", "registered", "2026-11-01"),
            ("registered", "assigned", "2026-11-02"),
            ("assigned", "verifying", "2026-11-03"),
        ) == [
            ("登记", "done", "2026-11-01"),
            ("交办", "done", "2026-11-02"),
            ("签收", "done", "2026-11-03"),
            ("核查", "now", ""),
            ("反馈举报人", "ahead", ""),
            ("办结", "ahead", ""),
        ]

    def test_what_the_desk_wrote_down_itself_was_registered_when_it_came(self):
        found = shown(
            LeadStatus.ASSIGNED, ("registered", "assigned", "2026-11-05"), created="2026-11-02"
        )
        assert found[:3] == [
            ("登记", "done", "2026-11-02"),
            ("交办", "done", "2026-11-05"),
            ("签收", "now", ""),
        ]

    def test_what_went_back_is_to_be_done_again(self):
        found = shown(
            LeadStatus.DISPUTED,
            ("received", "registered", "2026-11-01"),
            ("registered", "assigned", "2026-11-02"),
            ("assigned", "disputed", "2026-11-04"),
        )
        assert found[:3] == [
            ("登记", "done", "2026-11-01"),
            ("交办", "now", ""),
            ("签收", "ahead", ""),
        ]

    def test_the_last_time_counts(self):
        found = shown(
            LeadStatus.VERIFYING,
            ("received", "registered", "2026-11-01"),
            ("registered", "assigned", "2026-11-02"),
            ("assigned", "disputed", "2026-11-04"),
            ("disputed", "assigned", "2026-11-05"),
            ("assigned", "verifying", "2026-11-06"),
        )
        assert found[1:3] == [("交办", "done", "2026-11-05"), ("签收", "done", "2026-11-06")]

    def test_a_way_aside_shows_only_where_it_was_gone(self):
        handed = (
            ("received", "registered", "2026-11-01"),
            ("registered", "transferred_department", "2026-11-02"),
        )
        assert ("移送移交", "now", "") in shown(LeadStatus.TRANSFERRED_DEPARTMENT, *handed)
        assert "移送移交" not in {label for label, _, _ in shown(LeadStatus.VERIFYING)}
        over = shown(
            LeadStatus.CLOSED,
            *handed,
            ("transferred_department", "concluded", "2026-11-05"),
            ("concluded", "fed_back", "2026-11-06"),
            ("fed_back", "closed", "2026-11-07"),
        )
        assert ("移送移交", "done", "2026-11-05") in over
        assert over[-1] == ("办结", "done", "2026-11-07")
        # nobody signed for it, nobody looked into it here
        assert ("签收", "passed_by", "") in over

    def test_what_was_withdrawn_shows_how_far_it_came(self):
        found = shown(
            LeadStatus.WITHDRAWN,
            ("received", "registered", "2026-11-01"),
            ("registered", "withdrawn", "2026-11-03"),
        )
        assert found[:3] == [
            ("登记", "done", "2026-11-01"),
            ("交办", "unfinished", "2026-11-03"),
            ("签收", "passed_by", ""),
        ]
        assert StepState.AHEAD.value not in {state for _, state, _ in found}

    def test_what_was_imported_closed_has_no_days(self):
        found = shown(LeadStatus.CLOSED)
        assert {state for _, state, _ in found} <= {"done", "passed_by"}
        assert {on for _, _, on in found} == {""}

    def test_what_was_handed_over_without_a_conclusion_was_not_verified(self):
        """Answered at once and closed: the answer was given, the verification came to nothing."""
        found = shown(
            LeadStatus.CLOSED,
            ("registered", "assigned", "2026-11-02"),
            ("assigned", "verifying", "2026-11-03"),
            ("verifying", "transferred_police", "2026-11-04"),
            ("transferred_police", "fed_back", "2026-11-06"),
            ("fed_back", "closed", "2026-11-07"),
        )
        assert found[3:] == [
            ("核查", "unfinished", "2026-11-04"),
            ("移送移交", "done", "2026-11-06"),
            ("反馈举报人", "done", "2026-11-06"),
            ("办结", "done", "2026-11-07"),
        ]

    def test_concluded_after_it_came_back_it_was_verified_then(self):
        found = shown(
            LeadStatus.CONCLUDED,
            ("assigned", "verifying", "2026-11-03"),
            ("verifying", "transferred_department", "2026-11-04"),
            ("transferred_department", "concluded", "2026-11-06"),
        )
        assert ("核查", "done", "2026-11-06") in found

    def test_a_case_that_was_sent_on_was_never_taken_in_hand(self):
        moves = [Move("received", "diverted_civil", "2026-11-03", "派出所")]
        steps = WAYS["case"].steps(CaseStatus.DIVERTED_CIVIL, moves)
        assert [state.value for _, state, _, _ in steps[:2]] == ["unfinished", "passed_by"]

    def test_what_was_done_before_it_was_opened_anew_is_done_no_more(self):
        """Its conclusion is empty since: handed on and closed, it was not verified this time."""
        found = shown(
            LeadStatus.CLOSED,
            ("assigned", "verifying", "2026-10-03"),
            ("verifying", "concluded", "2026-10-04"),
            ("concluded", "fed_back", "2026-10-05"),
            ("fed_back", "closed", "2026-10-06"),
            ("closed", "registered", "2026-11-02"),
            ("registered", "transferred_department", "2026-11-03"),
            ("transferred_department", "fed_back", "2026-11-04"),
            ("fed_back", "closed", "2026-11-05"),
        )
        assert [each for each in found if each[0] in {"签收", "核查"}] == [
            ("签收", "passed_by", ""),
            ("核查", "passed_by", ""),
        ]
        assert found[-2:] == [("反馈举报人", "done", "2026-11-04"), ("办结", "done", "2026-11-05")]

    def test_what_a_merge_concluded_was_given_to_nobody(self):
        """No act of the flow brought it there."""
        moves = ("received", "registered", "2026-11-01")
        assert shown(LeadStatus.CONCLUDED, moves)[:4] == [
            ("登记", "done", "2026-11-01"),
            ("交办", "unfinished", ""),
            ("签收", "passed_by", ""),
            ("核查", "passed_by", ""),
        ]

    @pytest.mark.parametrize(
        ("noun", "moves", "step"),
        [
            # seized at once: nothing was waited for
            ("property_measure", "active>released", None),
            ("property_measure", "queued>active>released", ("轮候", "done")),
            ("property_measure", "queued>released", ("生效", "passed_by")),
            ("property_measure", "active>lapsed", ("生效", "done")),
            # dealt with before it was put on the list
            ("risk_entity", "pending>swept>assessed>handling", ("纳入管控", "unfinished")),
            ("risk_entity", "pending>swept>assessed>listed", ("纳入管控", "done")),
            ("risk_entity", "pending>assessed", ("排查", "unfinished")),
            ("rectification", "ordered>closed", ("复查", "done")),
            ("rectification", "ordered>closed", ("整改", "done")),
            ("rectification", "ordered>withdrawn", ("整改", "unfinished")),
            ("case", "under_review>investigating>withdrawn", ("侦查", "unfinished")),
            ("case", "indicted>adjudged>closed", ("执行", "unfinished")),
            ("case", "indicted>adjudged>enforcing>closed", ("执行", "done")),
            ("case", "under_prosecution>not_indicted>closed", ("转其他途径", "unfinished")),
            ("case", "received>withdrawn>under_review", ("受案", "done")),
            ("reward", "proposed>cancelled", ("审批", "unfinished")),
            ("reward", "proposed>refused", ("审批", "done")),
            ("import", "needs_mapping>parsing;preview>committed", ("读取", "done")),
            ("import", "needs_mapping>cancelled", ("读取", "unfinished")),
            ("distribution", "draft>computed>withdrawn", ("批准", "unfinished")),
        ],
    )
    def test_only_its_own_act_does_a_stage(self, noun, moves, step):
        way = WAYS[noun]
        kind = type(way.flow.initial)
        runs = [run.split(">") for run in moves.split(";")]
        went = [Move(*pair, "2026-11-03", "某单位") for run in runs for pair in pairwise(run)]
        steps = way.steps(kind(runs[-1][-1]), went, ("2026-11-01", "某单位"))
        states = {label: state.value for label, state, _, _ in steps}
        if step is None:
            assert "轮候" not in states
        else:
            assert states[step[0]] == step[1], states

    def test_an_entity_struck_off_from_wherever_was_struck_off(self):
        moves = [Move("transferred_police", "delisted", "2026-11-03", "市监所")]
        steps = WAYS["risk_entity"].steps(EntityStatus.DELISTED, moves)
        assert steps[-1] == ("销号", StepState.DONE, "2026-11-03", "市监所")


@pytest.mark.parametrize(("way", "place", "status", "turn"), TURNS)
def test_each_turn_of_people_has_its_kind_at_home(way, place, status, turn):
    """What waits for somebody and has no kind of duty, nobody finds."""
    if turn.whose is Whose.MACHINE:
        assert turn.acts == ()
        return
    assert isinstance(turn.what, DutyKind)
    assert turn.what in {source.kind for source in SOURCES}


#: What each strip begins and ends with, where no status of the record waits for it.
HEADS = {
    "handover": "送出",
    "property_item": "登记",
    "distribution": "编制",
    "reward": "提出",
    "rule_set_version": "起草",
}


@pytest.mark.parametrize("noun", sorted(WAYS))
def test_a_strip_begins_with_what_was_done_when_it_was_made(noun):
    way = WAYS[noun]
    assert way.begins == HEADS.get(noun, "")
    steps = way.steps(way.flow.initial, [], ("2026-11-01", "某单位"))
    if way.begins:
        assert steps[0] == (way.begins, StepState.DONE, "2026-11-01", "某单位")
        assert steps[1][1] is StepState.NOW


def test_a_file_is_brought_in_after_it_was_looked_at():
    way = WAYS["import"]
    kind = type(way.flow.initial)
    moves = [Move("parsing", "preview", "2026-11-02", "")]
    assert way.steps(kind("preview"), moves)[-1] == ("导入", StepState.AHEAD, "", "")
    moves.append(Move("preview", "committed", "2026-11-03", "专项办"))
    assert way.steps(kind("committed"), moves)[-1] == (
        "导入", StepState.DONE, "2026-11-03", "专项办",
    )  # fmt: skip
    cancelled = [Move("preview", "cancelled", "2026-11-03", "专项办")]
    assert way.steps(kind("cancelled"), cancelled)[-1][1] is StepState.PASSED_BY


def test_what_asks_who_acts_is_said_of_nobody_else_as_missing():
    """A condition that reads the actor is about them, whatever refusal it is: 还差：提出的人不能经手发放
    stood before everybody."""
    for way in WAYS.values():
        for step in way.flow.steps.values():
            for each in step.when:
                reads = "actor" in each.holds.__code__.co_names + each.holds.__code__.co_varnames
                source = inspect.getsource(each.holds)
                if reads and "actor." in source:
                    assert each.is_personal, (way.flow.name, each.name)
