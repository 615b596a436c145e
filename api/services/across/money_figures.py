"""Sums of money: involved, secured, and the stages of recovery from the books."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Date, and_, cast, func, select, true

from api.core.base.statements import param
from api.domain.across.statistics import (
    HAPPENED,
    INVOLVED,
    STAGE_NOTES,
    STAGE_POTS,
    SUMS,
    FunnelStage,
    Params,
    Sum,
    percent,
    stage_amount,
    within,
)
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission, RowScope
from api.domain.recovery.ledger import MEASURE_NOTES, AccountKind, Balance, Measure, measures
from api.domain.words.money import to_yuan
from api.models.cases import Case
from api.models.ledger import Account, Transfer
from api.models.property_measures import PropertyMeasure
from api.services.across.figures import (
    BEFORE,
    LEDGERS,
    NOW,
    Asked,
    Rows,
    Value,
    in_period,
    may_read,
)
from api.services.recovery import ledger, restraint

P = Permission
AMOUNTS: dict[str, Any] = {
    "cases": Case.amount_involved,
    "property-measures": PropertyMeasure.amount,
}
_ENTRIES = "ledger/entries"


def parts(actor: Actor, *, by_period: bool) -> dict[str, Any]:
    """The selects of the books that the actor sees, for one statement with others."""
    if not may_read(actor, P.LEDGER_READ):
        return {}
    found = {"pots": _pots(actor.scope), "moves": _moves(actor.scope, by_period=by_period)}
    if may_read(actor, P.PROPERTY_READ):
        measures_seen = LEDGERS["property-measures"].listing.scope(actor.scope)
        entries_seen = LEDGERS[_ENTRIES].listing.scope(actor.scope)
        found["ordered"] = restraint.ordered(measures_seen, param("today", Date()))
        found["unnamed"] = restraint.unnamed(entries_seen)
    return found


def _moves(scope: RowScope, *, by_period: bool) -> Any:
    """What went from one account to another."""
    listing = LEDGERS[_ENTRIES].listing
    sums = {
        which: func.sum(Transfer.amount).filter(and_(true(), *in_period(listing, HAPPENED, which)))
        for which in (NOW, BEFORE)
    }
    if not by_period:
        sums = {NOW: func.sum(Transfer.amount)}
    return (
        select(
            Transfer.debit_kind.label("to"),
            Transfer.credit_kind.label("out_of"),
            *(
                cast(func.coalesce(total, 0), BigInteger).label(f"fen_{which}")
                for which, total in sums.items()
            ),
        )
        .where(listing.scope(scope))
        .group_by(Transfer.debit_kind, Transfer.credit_kind)
    )


def money(
    found: Mapping[str, Rows], values: Mapping[str, Value], asked: Asked | None
) -> dict[str, Any]:
    """Sums that the reader may open, and the stages of recovery; amounts in yuan."""
    figures: dict[Measure, int] = {}
    if "pots" in found:
        figures = measures(
            [Balance(AccountKind(r["kind"]), r["balance"], r["inflow"]) for r in found["pots"]]
        )
    return {
        "sums": [
            _sum(wanted, values[wanted.key], asked) for wanted in SUMS if wanted.key in values
        ],
        "funnel": _funnel(found, values, asked),
        "ledger": _stages(figures),
        "denominator": Measure.TRACED.label,
        "restraint": _restraint(found, figures) if "ordered" in found else None,
    }


def _sum(wanted: Sum, value: Value, asked: Asked | None) -> dict[str, Any]:
    fen, before = value
    params = within(wanted.params, wanted.by, asked.now if asked else None)
    return {
        "key": wanted.key,
        "label": wanted.label,
        "amount": to_yuan(fen),
        "previous": None if before is None else to_yuan(before),
        "note": wanted.note,
        "query": {"resource": wanted.resource, "params": params},
    }


def _funnel(
    found: Mapping[str, Rows], values: Mapping[str, Value], asked: Asked | None
) -> list[dict[str, Any]]:
    """From what the cases are about to what was returned, for who may open both."""
    if "moves" not in found or INVOLVED not in values:
        return []
    involved = next(each for each in SUMS if each.key == INVOLVED)
    fen = {FunnelStage.INVOLVED: values[INVOLVED][0]}
    before = {FunnelStage.INVOLVED: values[INVOLVED][1]}
    queries: dict[FunnelStage, tuple[str, Params]] = {
        FunnelStage.INVOLVED: (involved.resource, involved.params)
    }
    by = dict.fromkeys(FunnelStage, HAPPENED) | {FunnelStage.INVOLVED: involved.by}
    for stage, pots in STAGE_POTS.items():
        fen[stage] = _reached(stage, found["moves"], NOW)
        before[stage] = _reached(stage, found["moves"], BEFORE) if asked else None
        queries[stage] = _ENTRIES, {"account": sorted(pots)}
    period = asked.now if asked else None
    return [
        {
            "stage": stage.value,
            "label": stage.label,
            "amount": to_yuan(fen[stage]),
            "previous": None if (old := before[stage]) is None else to_yuan(old),
            "percent": None if asked else _share(fen[stage], fen[FunnelStage.INVOLVED]),
            "note": STAGE_NOTES[stage],
            "query": {
                "resource": queries[stage][0],
                "params": within(queries[stage][1], by[stage], period),
            },
        }
        for stage in FunnelStage
    ]


def _reached(stage: FunnelStage, moves: Rows, which: str) -> int:
    return stage_amount(stage, ((m["to"], m["out_of"], m[f"fen_{which}"]) for m in moves))


def _share(fen: int, whole: int) -> str | None:
    return percent(fen, whole) if fen >= 0 and whole >= 0 else None


def _restraint(found: Mapping[str, Rows], figures: dict[Measure, int]) -> dict[str, Any]:
    """Measures and books side by side, for who may open both."""
    rows = [(r["item"], r["holds"], r["amount"], r["held"], r["gap"]) for r in found["ordered"]]
    loose = found["unnamed"][0]["n"]
    return restraint.shown(restraint.taken_apart(rows, figures[Measure.RESTRAINED], loose))


#: The pots behind each measure: the entries that touch them are its rows.
_POTS: dict[Measure, list[AccountKind]] = {
    Measure.TRACED: [AccountKind.TRACED_SOURCE, AccountKind.SURRENDER_SOURCE],
    Measure.RESTRAINED: [AccountKind.RESTRAINED, AccountKind.LEAVING_RESTRAINED],
    Measure.REALISED: [AccountKind.REALISED],
    Measure.IN_CUSTODY: [
        AccountKind.IN_CUSTODY,
        AccountKind.LEAVING_CUSTODY,
        AccountKind.PAYABLE,
        AccountKind.PAID_PENDING,
        AccountKind.SET_ASIDE,
    ],
    Measure.RETURNED: [AccountKind.RETURNED],
}


def _stages(figures: dict[Measure, int]) -> list[dict[str, Any]]:
    traced = figures.get(Measure.TRACED, 0)
    return [
        {
            "measure": measure.value,
            "label": measure.label,
            "amount": to_yuan(fen),
            "note": MEASURE_NOTES[measure],
            "percent_of_traced": _share(fen, traced),
            "query": {
                "resource": "ledger/entries",
                "params": {"account": [pot.value for pot in _POTS[measure]]},
            },
        }
        for measure, fen in figures.items()
    ]


def _pots(scope: RowScope) -> Any:
    """The accounts of all visible books, summed by kind."""
    balance, inflow = ledger.account_sums()
    seen = select(Case.id).where(LEDGERS["cases"].listing.scope(scope))
    each = (
        select(Account.kind, balance.label("balance"), inflow.label("inflow"))
        .where(Account.book_id.in_(seen))
        .subquery()
    )
    return select(
        each.c.kind,
        cast(func.sum(each.c.balance), BigInteger).label("balance"),
        cast(func.sum(each.c.inflow), BigInteger).label("inflow"),
    ).group_by(each.c.kind)
