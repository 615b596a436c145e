"""Every kind of turn has a term: by the law, by the town's table of steps, or it is said why not."""

import pytest

from api.domain.across.step_terms import STEP_TERMS, UNTOLD
from api.domain.kit.duties import DutyKind as K
from api.domain.law.escalations import Overdue
from api.domain.law.time_rules import Confidence, RuleGroup, load_builtin
from api.services.across import duties
from api.services.across.watched import WATCHED
from api.services.kit import _duty_source

#: Waits for what nobody here can hurry, or is somebody's term under another name.
WITHOUT = {
    K.MEASURE_QUEUED: "it waits for the measure before it, of another office, to be lifted",
    K.IMPORT_MAP: "of who brought the file alone; nothing is registered yet",
    K.IMPORT_COMMIT: "of who brought the file alone; nothing is registered yet",
    K.IMPORT_BARE: "of who brought the file alone; nothing would be registered",
}
#: Without one so far.
YET = {K.LEAD_RECHECK_DRAWN, K.LEAD_MESSAGE, K.INFORMANT_NAME}
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
    assert has_term(kind) is (kind not in WITHOUT.keys() | YET), kind


def test_the_steps_are_those_of_the_sources() -> None:
    for source in duties.SOURCES:
        assert (source.since is not None) is (source.kind in STEP_TERMS), source.kind


def test_the_town_sets_the_terms() -> None:
    assert set(STEP_TERMS.values()) <= set(RULES)
    assert all(rule.confidence is Confidence.LOW for rule in RULES.values())


def test_whatever_is_late_rises() -> None:
    by_step = {each.what.value: each.starts for each in WATCHED}
    for kind, rule in STEP_TERMS.items():
        assert (by_step.get(kind.value) == rule) is (kind not in UNTOLD), kind
    assert {each.value for each in STEP_TERMS.keys() - UNTOLD} <= {each.value for each in Overdue}
