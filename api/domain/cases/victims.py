"""Victims of a case as claimants: registered, verified, paid (M8)."""

from api.domain.kit.flow import REASON, Edit, Field, FieldKind, Flow, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P


class VictimStatus(Labelled):
    """Where a claim stands. Only verified claims enter a refund plan."""

    REGISTERED = "registered", "已登记待核实"
    VERIFIED = "verified", "已核实"
    EXCLUDED = "excluded", "不予参与分配"
    WITHDRAWN = "withdrawn", "登记有误已撤销"


class VictimAction(Labelled):
    """What people do with a claim."""

    VERIFY = "verify", "核实"
    EXCLUDE = "exclude", "不予参与"
    REOPEN = "reopen", "重新核实"
    WITHDRAW = "withdraw", "撤销登记"


S, A = VictimStatus, VictimAction

VICTIM_FLOW: Flow[VictimStatus, VictimAction] = Flow(
    "victim",
    S.REGISTERED,
    {
        A.VERIFY: Step(
            frozenset({S.REGISTERED, S.VERIFIED}),
            S.VERIFIED,
            P.VICTIM_HANDLE,
            fields=(
                Field("principal", "核实投入本金（元）", FieldKind.MONEY),
                Field("returns", "已得利息、分红等回报（元）", FieldKind.MONEY),
                Field("refunds", "已得退赔（元）", FieldKind.MONEY),
                Field("basis", "核实依据（合同、流水、审计报告等）", FieldKind.LONG_TEXT),
            ),
        ),
        A.EXCLUDE: Step(
            frozenset({S.REGISTERED, S.VERIFIED}),
            S.EXCLUDED,
            P.VICTIM_HANDLE,
            fields=(REASON,),
            danger=True,
        ),
        A.REOPEN: Step(
            frozenset({S.EXCLUDED, S.WITHDRAWN}), S.REGISTERED, P.VICTIM_HANDLE, fields=(REASON,)
        ),
        A.WITHDRAW: Step(
            frozenset({S.REGISTERED}),
            S.WITHDRAWN,
            P.VICTIM_HANDLE,
            fields=(REASON,),
            danger=True,
        ),
    },
    edit=Edit(
        frozenset(VictimStatus) - {VictimStatus.WITHDRAWN}, P.VICTIM_HANDLE, "登记已撤回，不能修改"
    ),
)
