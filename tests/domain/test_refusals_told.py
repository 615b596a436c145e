"""A refusal cites what it follows from, wherever the law of the noun is known."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from api.domain.across.ways import WAYS
from api.domain.kit.errors import Forbidden, TransitionNotAllowed
from api.domain.leads.lead_assists import ASSIST_FLOW
from tests.domain.actors import UNIT

FLOWS = [way.flow for way in WAYS.values()] + [ASSIST_FLOW]
WITH_LAW = [flow for flow in FLOWS if flow.law]


def test_what_is_worked_on_by_law_says_which():
    assert {flow.name for flow in WITH_LAW} >= {
        "lead", "case", "handover", "risk_entity", "inspection", "rectification", "property_item",
    }  # fmt: skip


@pytest.mark.parametrize("flow", WITH_LAW, ids=lambda flow: flow.name)
def test_an_act_at_the_wrong_place_cites_the_law(flow):
    asked = 0
    for action, step in flow.steps.items():
        for status in set(type(flow.initial)) - step.frm:
            record = SimpleNamespace(status=status, owner_unit_id=UNIT)
            quiet = SimpleNamespace(may=lambda right, needs=step.needs: right is needs)
            with pytest.raises(TransitionNotAllowed) as refused:
                # who may do only this is offered nothing of what asks more of the record
                flow_alone(flow, action).step(action, quiet, record)
            asked += 1
            told = refused.value.extra.get("article")
            assert told == (flow.law if step.article is None else step.article or None), action
    assert asked


def flow_alone(flow, action):
    """The same flow with this one row."""
    return type(flow)(flow.name, flow.initial, {action: flow.steps[action]}, law=flow.law)


@pytest.mark.parametrize("flow", WITH_LAW[:-1], ids=lambda flow: flow.name)
def test_somebody_elses_work_cites_the_law(flow):
    for action, step in flow.steps.items():
        own = [each for each in step.when if each.name == "not_own_unit"]
        for status in step.frm if own else ():
            record = SimpleNamespace(status=status, owner_unit_id=uuid4(), transfer_organ=None)
            row = type(step)(step.frm, step.to, step.needs, when=tuple(own))
            alone = type(flow)(flow.name, flow.initial, {action: row}, law=flow.law)
            stranger = SimpleNamespace(
                may=lambda right, needs=step.needs: right is needs, unit_id=uuid4()
            )
            with pytest.raises(Forbidden) as refused:
                alone.step(action, stranger, record)
            assert refused.value.extra["article"] == flow.law
