"""Both totals of what is held, measures and books, for one case or for all that a reader sees."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.core.base.clock import today
from api.domain.recovery.property_measures import MeasureKind, MeasureStatus
from api.domain.recovery.restraint import RESTRAINING, Comparison, Ordered, RestraintGap, compare
from api.domain.words.money import to_yuan
from api.models.ledger import Transfer
from api.models.property_measures import PropertyMeasure
from api.services.recovery import ledger_measures

M = PropertyMeasure
_HERE = aliased(PropertyMeasure)
_KINDS = [literal_column(f"'{kind.value}'") for kind in sorted(RESTRAINING)]
_ZERO = literal_column("0")


def in_force(measure: Any, day: Any) -> ColumnElement[bool]:
    """Whether a measure holds something on a day, swept by the worker already or not."""
    return and_(
        measure.kind.in_(_KINDS),
        measure.status == literal_column(f"'{MeasureStatus.ACTIVE.value}'"),
        func.coalesce(measure.expires_on >= day, literal_column("true")),
    )


HELD = ledger_measures.held(M.id)


def gap(day: Any) -> ColumnElement[str]:
    """Why a measure's thing and the book differ; NULL where they agree.

    By the thing, as `domain.restraint.compare` has it: the largest amount that lies on it.
    """
    on_it = and_(_HERE.property_item_id == M.property_item_id, in_force(_HERE, day))
    named = select(func.max(_HERE.amount)).where(on_it).scalar_subquery()
    under = (
        select(func.coalesce(func.sum(ledger_measures.held(_HERE.id)), _ZERO))
        .where(on_it)
        .scalar_subquery()
    )

    def said(each: RestraintGap) -> ColumnElement[str]:
        return literal_column(f"'{each.value}'")

    return case(
        (and_(~in_force(M, day), HELD != _ZERO), said(RestraintGap.ENDED)),
        (~in_force(M, day), literal_column("NULL")),
        (and_(named.is_(None), under != _ZERO), said(RestraintGap.NO_AMOUNT)),
        (named.is_(None), literal_column("NULL")),
        (under < named, said(RestraintGap.NOT_BOOKED)),
        (under > named, said(RestraintGap.BEYOND)),
    )


def is_unnamed() -> ColumnElement[bool]:
    """Entries of what is held that name no measure and stand."""
    other = aliased(Transfer)
    reversed_ = exists(select(literal_column("1")).where(other.reverses_id == Transfer.id))
    return and_(
        ledger_measures.touches(),
        Transfer.measure_id.is_(None),
        Transfer.reverses_id.is_(None),
        ~reversed_,
    )


async def compared(
    session: AsyncSession, measures: ColumnElement[bool], books: ColumnElement[bool], booked: int
) -> Comparison:
    """Take the difference apart over some measures and the books that they belong to."""
    rows = await session.execute(ordered(measures, literal(today())))
    loose = await session.scalar(unnamed(books))
    return taken_apart(rows, booked, int(loose or 0))


def ordered(measures: ColumnElement[bool], day: Any) -> Any:
    """The measures that hold something on a day, or under which something is still booked."""
    return select(
        M.property_item_id.label("item"),
        in_force(M, day).label("holds"),
        M.amount.label("amount"),
        HELD.label("held"),
        gap(day).label("gap"),
    ).where(measures, in_force(M, day) | (HELD != _ZERO))


def unnamed(books: ColumnElement[bool]) -> Any:
    """How many entries of what is held name no measure."""
    return select(func.count().label("n")).select_from(Transfer).where(books, is_unnamed())


def taken_apart(rows: Iterable[Any], booked: int, loose: int) -> Comparison:
    """Both totals and their difference, from the rows of `ordered` and the number of `unnamed`."""
    found = [
        Ordered(item, holds, amount, int(under), RestraintGap(why) if why else None)
        for item, holds, amount, under, why in rows
    ]
    return compare(found, booked, loose)


def shown(found: Comparison, case_id: UUID | None = None) -> dict[str, Any]:
    """The wire form; each line with the list that holds its rows."""
    return {
        "ordered": to_yuan(found.ordered),
        "booked": to_yuan(found.booked),
        "difference": to_yuan(found.ordered - found.booked),
        "lines": [
            {
                "gap": line.gap.value,
                "label": line.gap.label,
                "count": line.count,
                "amount": to_yuan(line.amount),
                "query": _rows_of(line.gap, case_id),
            }
            for line in found.lines
        ],
    }


def _rows_of(why: RestraintGap, case_id: UUID | None) -> dict[str, Any]:
    if why is RestraintGap.UNNAMED:
        of_book = {"book_id": str(case_id)} if case_id else {}
        return {"resource": "ledger/entries", "params": {"unnamed": True} | of_book}
    of_case = {"case_id": str(case_id)} if case_id else {}
    return {"resource": "property-measures", "params": {"gap": [why.value]} | of_case}


async def of_book(session: AsyncSession, book_id: UUID, booked: int) -> dict[str, Any]:
    """Both totals of one case, and the measures that its entries can name."""
    found = await compared(session, M.case_id == book_id, Transfer.book_id == book_id, booked)
    day = literal(today())
    rows = await session.execute(
        select(M.id, M.kind, M.document_no, M.amount, HELD, in_force(M, day))
        .where(M.case_id == book_id, M.kind.in_(_KINDS))
        .order_by(M.id)
    )
    named = [
        {
            "id": row_id,
            "label": f"{MeasureKind(kind).label} {document_no}",
            "amount": None if amount is None else to_yuan(amount),
            "held": to_yuan(int(under)),
            "in_force": holds,
        }
        for row_id, kind, document_no, amount, under, holds in rows
    ]
    return shown(found, book_id) | {"measures": named}
