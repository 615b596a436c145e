"""What a unit in charge asks of another one (协办): a duty of its own, with a term of its own."""

from typing import Protocol, cast
from uuid import UUID

from api.domain.kit.actors import Actor
from api.domain.kit.flow import REASON, Field, FieldKind, Flow, Predicate, Record, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P
from api.domain.leads.leads import PETITIONS


class AssistStatus(Labelled):
    """How far an assisting unit came."""

    ASKED = "asked", "待签收"
    ACKNOWLEDGED = "acknowledged", "协办中"
    ANSWERED = "answered", "已答复"
    ENDED = "ended", "已结束"


class AssistAction(Labelled):
    """What is done about it; asking itself is an action of the lead."""

    ACKNOWLEDGE = "acknowledge", "签收协办"
    ANSWER = "answer", "答复协办"
    END = "end", "结束协办"


class AssistRecord(Record, Protocol):
    """What the predicates below read: `owner_unit_id` is the assisting unit, it answers for this."""

    handling_unit_id: UUID


ASSISTING_UNIT = Predicate(
    "not_assisting_unit",
    "只有协办单位可以签收和答复",
    lambda actor, record: actor.unit_id == record.owner_unit_id,
)


def _asked_for(actor: Actor, record: Record) -> bool:
    in_charge = cast("AssistRecord", record).handling_unit_id
    return actor.unit_id == in_charge or actor.may(P.LEAD_ASSIGN)


IN_CHARGE = Predicate("not_own_unit", "只有承办单位或镇专项办可以结束协办", _asked_for)

_S, _A = AssistStatus, AssistAction
#: The lead waits for these.
UNANSWERED = frozenset({_S.ASKED, _S.ACKNOWLEDGED})
RULE = "LEAD-ASSIST"

ASSIST_FLOW: Flow[AssistStatus, AssistAction] = Flow(
    "lead_assist",
    _S.ASKED,
    {
        _A.ACKNOWLEDGE: Step(
            frozenset({_S.ASKED}), _S.ACKNOWLEDGED, P.LEAD_ASSIST, when=(ASSISTING_UNIT,)
        ),
        # who answers at once has taken it in by that
        _A.ANSWER: Step(
            UNANSWERED,
            _S.ANSWERED,
            P.LEAD_ASSIST,
            fields=(Field("answer", "答复内容", FieldKind.LONG_TEXT),),
            when=(ASSISTING_UNIT,),
        ),
        _A.END: Step(
            UNANSWERED,
            _S.ENDED,
            P.LEAD_HANDLE,
            fields=(REASON,),
            when=(IN_CHARGE,),
            danger=True,
        ),
    },
    law=PETITIONS,
)
#: What the head of a lead calls that which its assisting unit does next: a lead has an action of
#: the first one's name itself.
ASSIST_ACTS = {_S.ASKED.value: "acknowledge_assist", _S.ACKNOWLEDGED.value: "answer_assist"}
