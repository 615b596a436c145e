"""Every kind of turn has a term: by the law, by the town's table of steps, or it is said why not."""

import pytest

from api.domain.across.step_terms import STEP_TERMS, WITHOUT
from api.domain.across.ways import WAYS
from api.domain.kit.duties import DutyKind as K
from api.domain.law.escalations import Overdue
from api.domain.law.time_rules import Confidence, RuleGroup, load_builtin
from api.services.across import duties
from api.services.across.watched import WATCHED
from api.services.kit import _duty_source

#: By law for some of them, so that home may show a day.
SOMETIMES = {K.CASE_INVESTIGATE, K.CASE_PROSECUTION, K.CASE_JUDGMENT, K.CASE_CLOSE}
RULES = {rule.rule_id: rule for rule in load_builtin() if rule.group is RuleGroup.STEP}


def has_term(kind: K) -> bool:
    """Whether home shows a day of each of its sources."""
    sources = [source for source in duties.SOURCES if source.kind is kind]
    return bool(sources) and all(
        source.since is not None
        or source.due_on is not _duty_source._NEVER
        or kind in duties._TERMS
        for source in sources
    )


@pytest.mark.parametrize("kind", K)
def test_every_kind_of_turn_has_a_term(kind: K) -> None:
    assert has_term(kind) is (kind not in WITHOUT.keys() - SOMETIMES), kind


def test_the_steps_are_those_of_the_sources() -> None:
    assert {source.kind for source in duties.SOURCES if source.since is not None} == set(STEP_TERMS)
    assert not STEP_TERMS.keys() & WITHOUT.keys()


#: The decision of the police on what they accepted has a term by law.
BY_LAW = {K.CASE_FILING}


def test_every_status_of_a_case_has_a_term_or_waits_for_a_court() -> None:
    """By law the column is filled in some statuses only."""
    for stage in WAYS["case"].stages:
        for turns in stage.turns.values():
            for turn in turns:
                assert turn.what in STEP_TERMS.keys() | WITHOUT.keys() | BY_LAW, turn.what


def test_the_town_sets_the_terms() -> None:
    assert set(STEP_TERMS.values()) == set(RULES)
    assert all(rule.confidence is Confidence.LOW for rule in RULES.values())


def test_whatever_is_late_rises() -> None:
    by_step = {each.what.value: each.starts for each in WATCHED}
    for kind, rule in STEP_TERMS.items():
        assert by_step.get(kind.value) == rule, kind
    assert {each.value for each in STEP_TERMS} <= {each.value for each in Overdue}
