"""What a conclusion asks for before a lead may end, and by what that is done (移送规定 3, 10-12)."""

from api.domain.kit.labels import Labelled
from api.domain.leads.leads import LeadConclusion, Obligation, ReceivingOrgan, TransferResult
from api.domain.organisation.organisation import UnitBehaviour


class ObligationEnd(Labelled):
    """How an obligation ended."""

    MET = "met", "已履行"
    REPLACED = "replaced", "由后来的结论所要求的代替"
    WAIVED = "waived", "经批准不再履行"
    REOPENED = "reopened", "重新办理"


#: Who may punish what is against the law and no crime.
PUNISHERS = frozenset(
    {
        UnitBehaviour.POLICE,
        UnitBehaviour.MARKET,
        UnitBehaviour.CULTURE,
        UnitBehaviour.CIVIL,
        UnitBehaviour.OTHER,
    }
)
_ASKED = {
    LeadConclusion.SUSPECTED_CRIME: Obligation.POLICE_DECISION,
    LeadConclusion.ILLEGAL: Obligation.PUNISHER,
    LeadConclusion.CIVIL_DISPUTE: Obligation.ROUTE_RECEIPT,
}
#: A petition office passes on and punishes nobody.
_MAY_PUNISH = frozenset({ReceivingOrgan.POLICE, ReceivingOrgan.MARKET, ReceivingOrgan.OTHER})
_DECISIONS = frozenset({TransferResult.FILED, TransferResult.NOT_FILED})


def arises(conclusion: LeadConclusion, handler: UnitBehaviour) -> Obligation | None:
    """What a conclusion of a unit asks for: who may punish has it already where it is that unit."""
    asked = _ASKED.get(conclusion)
    return None if asked is Obligation.PUNISHER and handler in PUNISHERS else asked


def met_by_receipt(organ: ReceivingOrgan, receiver: UnitBehaviour | None) -> frozenset[Obligation]:
    """What is done once an organ has received a lead; `receiver`: of a unit of the system."""
    met: set[Obligation] = set()
    if organ not in {ReceivingOrgan.POLICE, ReceivingOrgan.COUNTY}:
        met.add(Obligation.ROUTE_RECEIPT)
    if organ in _MAY_PUNISH and (receiver is None or receiver in PUNISHERS):
        met.add(Obligation.PUNISHER)
    return frozenset(met)


def met_by_result(organ: ReceivingOrgan, result: TransferResult) -> frozenset[Obligation]:
    """What is done with an organ's result: the police have decided, whatever they decided."""
    decided = organ is ReceivingOrgan.POLICE and result in _DECISIONS
    return frozenset({Obligation.POLICE_DECISION}) if decided else frozenset()
