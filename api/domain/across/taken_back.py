"""What can be taken back, and by which act: beside every flow, in one table.

A page offers 撤销 behind an act that has a row here, as long as the server still offers the reverse
to this reader. What ends or decides by a paper of an authority has none: that is another decision,
not an undoing. A test walks the flows, so that a new act says on which side it stands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.domain.across.rule_sets import RuleSetAction as Ua
from api.domain.across.ways import WAYS
from api.domain.cases.victims import VictimAction as Va
from api.domain.entities.inspections import InspectionAction as Ia
from api.domain.kit.flow import Flow
from api.domain.kit.labels import Labelled
from api.domain.kit.nouns import PATHS
from api.domain.kit.turns import TurnAction
from api.domain.leads.handovers import HandoverAction as Ha
from api.domain.leads.leads import LeadAction as La
from api.domain.leads.leads import LeadStatus as Ls
from api.domain.outcomes.outcomes import OutcomeAction as Oa
from api.domain.recovery.distributions import DistributionAction as Da
from api.domain.recovery.property_items import PropertyAction as Pa
from api.domain.rewards.rewards import RewardAction as Wa

#: Not an act of a flow: what is made can be withdrawn, too.
MADE: Final = "create"


@dataclass(frozen=True, slots=True)
class Reverse:
    """The act that takes another one back."""

    by: Labelled
    #: Where the record stood before, if the reverse leads elsewhere than there, and that is right.
    besides: frozenset[Labelled] = frozenset()


_R = Reverse
FLOWS: Final[dict[str, Flow[Any, Any]]] = {name: way.flow for name, way in WAYS.items()}
#: Flow → act → what takes it back; of several the one that leads to where the record stood.
REVERSES: Final[Mapping[str, Mapping[Labelled | str, tuple[Reverse, ...]]]] = {
    "lead": {
        MADE: (_R(La.WITHDRAW),),
        # after an objection, too, it is the desk's again
        La.ASSIGN: (_R(La.TAKE_BACK, frozenset({Ls.DISPUTED})),),
        La.TRANSFER_POLICE: (_R(La.RECALL),),
        La.REPORT_POLICE: (_R(La.RECALL),),
        La.TRANSFER_DEPARTMENT: (_R(La.RECALL),),
        La.WAIVE: (_R(La.UNWAIVE),),
        La.MARK: (_R(La.UNMARK),),
        La.UNMARK: (_R(La.MARK),),
        La.REJECT: (_R(La.REOPEN),),
        La.WITHDRAW: (_R(La.REOPEN),),
        La.REOPEN: (_R(La.WITHDRAW), _R(La.REJECT)),
    },
    "handover": {Ha.WAIVE: (_R(Ha.UNWAIVE),)},
    "victim": {
        MADE: (_R(Va.WITHDRAW),),
        Va.EXCLUDE: (_R(Va.REOPEN),),
        Va.WITHDRAW: (_R(Va.REOPEN),),
        Va.REOPEN: (_R(Va.WITHDRAW), _R(Va.EXCLUDE)),
    },
    "outcome": {
        MADE: (_R(Oa.WITHDRAW),),
        Oa.WITHDRAW: (_R(Oa.RESTORE), _R(Oa.RESUBMIT)),
        Oa.RESTORE: (_R(Oa.WITHDRAW),),
        Oa.RESUBMIT: (_R(Oa.WITHDRAW),),
    },
    "rule_set_version": {
        MADE: (_R(Ua.WITHDRAW),),
        Ua.SUBMIT: (_R(Ua.RECALL),),
        Ua.RECALL: (_R(Ua.SUBMIT),),
    },
    "property_item": {MADE: (_R(Pa.WITHDRAW),)},
    "distribution": {MADE: (_R(Da.WITHDRAW),)},
    "reward": {MADE: (_R(Wa.CANCEL),)},
    "inspection": {MADE: (_R(Ia.CANCEL),)},
}
#: The same of whose turn it is; whoever had it before gets it back.
TURN_REVERSES: Final[Mapping[TurnAction, TurnAction]] = {
    TurnAction.TAKE: TurnAction.GIVE_BACK,
    TurnAction.GIVE_BACK: TurnAction.TAKE,
    TurnAction.GIVE: TurnAction.GIVE_BACK,
}


def reverses(noun: str, act: Labelled | str) -> Iterator[tuple[Labelled, Labelled]]:
    """Where a record stood before the act (what was just made: where it stands), and what then
    takes it back."""
    flow = FLOWS[noun]
    statuses: type[Labelled] = type(flow.initial)
    for each in REVERSES[noun].get(act, ()):
        back = flow.steps[each.by]
        for status in statuses:
            if act == MADE:
                fits = status in back.frm
            else:
                step = flow.steps[act]
                leads_back = back.to in {None, status} or status in each.besides
                fits = status in step.frm and (step.to or status) in back.frm and leads_back
            if fits:
                yield status, each.by


def table() -> dict[str, dict[str, dict[str, str]]]:
    """Noun as in addresses → act → status before → the act that takes it back: so the document of
    the interface has it."""
    found = {
        PATHS[noun]: {
            str(act): {status.value: by.value for status, by in reverses(noun, act)} for act in acts
        }
        for noun, acts in REVERSES.items()
    }
    turns = {act.value: {"": by.value} for act, by in TURN_REVERSES.items()}
    return found | {"turns": turns}
