"""Outcomes (行动成果) that are papers: exposed cases, education, institutions (goals G3, G4).

What the campaign did to offenders and to companies stands in other ledgers; what it published and
what it established is recorded here, so that these goals too are counted from rows.
"""

from api.domain.actors import Actor
from api.domain.flow import OWN_UNIT, REASON, Flow, Predicate, Record, Step
from api.domain.labels import Labelled
from api.domain.permissions import Permission as P


class OutcomeKind(Labelled):
    """What was brought about (众办〔2022〕54号 §2: 曝光一批典型案例 … 建立长效机制)."""

    TYPICAL_CASE = "typical_case", "典型案例曝光"
    EDUCATION = "education", "宣传教育活动"
    INSTITUTION = "institution", "制度机制"


class OutcomeStatus(Labelled):
    """Whether it holds."""

    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤销"


class OutcomeAction(Labelled):
    """What people do with it."""

    WITHDRAW = "withdraw", "撤销"
    RESTORE = "restore", "恢复"


def _own_or_office(actor: Actor, record: Record) -> bool:
    return OWN_UNIT.holds(actor, record) or actor.may(P.LEAD_ASSIGN)


ISSUER = Predicate("not_own_unit", "只有登记单位或镇专项办可以办理", _own_or_office)

OUTCOME_FLOW: Flow[OutcomeStatus, OutcomeAction] = Flow(
    "outcome",
    OutcomeStatus.PUBLISHED,
    {
        OutcomeAction.WITHDRAW: Step(
            frozenset({OutcomeStatus.PUBLISHED}),
            OutcomeStatus.WITHDRAWN,
            P.OUTCOME_HANDLE,
            fields=(REASON,),
            when=(ISSUER,),
            danger=True,
        ),
        OutcomeAction.RESTORE: Step(
            frozenset({OutcomeStatus.WITHDRAWN}),
            OutcomeStatus.PUBLISHED,
            P.OUTCOME_HANDLE,
            fields=(REASON,),
            when=(ISSUER,),
        ),
    },
)
