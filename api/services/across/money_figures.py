"""Sums of money: involved, secured, and the stages of recovery from the books."""

from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import visibility
from api.domain.across.statistics import SUMS, percent
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission
from api.domain.recovery.ledger import MEASURE_NOTES, AccountKind, Balance, Measure, measures
from api.domain.words.money import to_yuan
from api.models.cases import Case
from api.models.ledger import Account, Transfer
from api.models.property_measures import PropertyMeasure
from api.services.across.figures import LEDGERS, may_read, predicates_of, row_of
from api.services.across.lead_cube import Cube
from api.services.recovery import ledger, restraint

P = Permission
_AMOUNTS: dict[str, Any] = {
    "cases": Case.amount_involved,
    "property-measures": PropertyMeasure.amount,
}


async def money(session: AsyncSession, actor: Actor, cube: Cube) -> dict[str, Any]:
    """Sums that the reader may open, and the stages of recovery; amounts in yuan."""
    sums: list[dict[str, Any]] = []
    for wanted in SUMS:
        counted = LEDGERS[wanted.resource]
        if not may_read(actor, counted.needs):
            continue
        if wanted.resource == "leads":
            fen = cube.all.amount if cube.all else 0
        else:
            predicates = and_(*predicates_of(counted.listing, wanted.params))
            total = func.coalesce(func.sum(_AMOUNTS[wanted.resource]).filter(predicates), 0)
            fen = int((await row_of(session, actor, counted.listing, [total]))[0])
        sums.append(
            {
                "key": wanted.key,
                "label": wanted.label,
                "amount": to_yuan(fen),
                "note": wanted.note,
                "query": {"resource": wanted.resource, "params": wanted.params},
            }
        )
    figures: dict[Measure, int] = {}
    if may_read(actor, P.LEDGER_READ):
        figures = measures(await _standings(session, actor))
    both = figures and may_read(actor, P.PROPERTY_READ)
    return {
        "sums": sums,
        "ledger": _stages(figures),
        "denominator": Measure.TRACED.label,
        "restraint": await _restraint(session, actor, figures) if both else None,
    }


async def _restraint(
    session: AsyncSession, actor: Actor, figures: dict[Measure, int]
) -> dict[str, Any]:
    """Measures and books side by side, for who may open both."""
    found = await restraint.compared(
        session,
        visibility.seen(actor, PropertyMeasure),
        visibility.seen(actor, Transfer),
        figures[Measure.RESTRAINED],
    )
    return restraint.shown(found)


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
            "percent_of_traced": percent(fen, traced) if fen >= 0 and traced >= 0 else None,
            "query": {
                "resource": "ledger/entries",
                "params": {"account": [pot.value for pot in _POTS[measure]]},
            },
        }
        for measure, fen in figures.items()
    ]


async def _standings(session: AsyncSession, actor: Actor) -> list[Balance]:
    """The accounts of all visible books, summed by kind."""
    balance, inflow = ledger.account_sums()
    seen = select(Case.id).where(visibility.seen(actor, Case))
    each = (
        select(Account.kind, balance.label("balance"), inflow.label("inflow"))
        .where(Account.book_id.in_(seen))
        .subquery()
    )
    rows = await session.execute(
        select(each.c.kind, func.sum(each.c.balance), func.sum(each.c.inflow)).group_by(each.c.kind)
    )
    return [Balance(AccountKind(kind), int(balance), int(came)) for kind, balance, came in rows]
