"""Under which measure money is held: what an entry names, and what lies under each in the book."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE, today
from api.domain.kit.errors import Conflict, FieldError, Invalid, RuleViolated
from api.domain.recovery.ledger import AccountKind
from api.domain.recovery.restraint import RESTRAINING, in_force_on
from api.domain.words.money import to_yuan
from api.models.ledger import Transfer
from api.models.property_measures import PropertyMeasure

K = AccountKind
M = PropertyMeasure
#: Where money lies that is held; what waits there to leave is held still.
HELD = (K.RESTRAINED, K.LEAVING_RESTRAINED)
_ZERO = literal_column("0")


class Entry(Protocol):
    """What is asked of an entry about to be posted."""

    @property
    def debit(self) -> AccountKind: ...
    @property
    def credit(self) -> AccountKind: ...
    @property
    def amount(self) -> int: ...
    @property
    def happened_at(self) -> datetime | None: ...
    @property
    def measure_id(self) -> UUID | None: ...
    @property
    def reverses_id(self) -> UUID | None: ...
    @property
    def beyond_measure(self) -> bool: ...


def _spelled(kinds: Sequence[AccountKind]) -> list[ColumnElement[str]]:
    return [literal_column(f"'{kind.value}'") for kind in kinds]


def touches(kinds: Sequence[AccountKind] = HELD) -> ColumnElement[bool]:
    """Entries into or out of what is held."""
    spelled = _spelled(kinds)
    return Transfer.debit_kind.in_(spelled) | Transfer.credit_kind.in_(spelled)


def moved(kinds: Sequence[AccountKind] = HELD) -> ColumnElement[int]:
    """The sum of what entries brought in, less what they took out."""
    spelled = _spelled(kinds)
    came = case((Transfer.debit_kind.in_(spelled), Transfer.amount), else_=_ZERO)
    went = case((Transfer.credit_kind.in_(spelled), Transfer.amount), else_=_ZERO)
    return func.coalesce(func.sum(came - went), _ZERO)


def held(measure_id: Any) -> Any:
    """What the book holds under a measure, in fen."""
    return select(moved()).where(Transfer.measure_id == measure_id).scalar_subquery()


async def ensure_named(session: AsyncSession, book_id: UUID, entry: Entry) -> None:
    """An entry of what is held names its measure: one that holds, and held on that day.

    Where the case has none, nothing can be named. Raises Invalid, RuleViolated.
    """
    into, out_of = entry.debit is K.RESTRAINED, entry.credit is K.RESTRAINED
    if entry.measure_id is None:
        if into and await _any_in_force(session, book_id, _day(entry)):
            raise _fault("missing", "本案有正在执行的查扣冻措施，请写明这笔控制依据哪一项")
        return
    if not into and not out_of:
        raise _fault("not_restraining", "只有转入、转出“已查封扣押冻结”的分录才写明措施")
    found = await session.get_one(M, entry.measure_id)
    if found.kind not in RESTRAINING:
        raise _fault("not_restraining", f"{found.kind.label}不控制财物，不能作为记账的依据")
    if into and not in_force_on(_day(entry), found.starts_on, found.released_on, found.expires_on):
        raise RuleViolated(
            f"{_name(found)}在{_day(entry).isoformat()}不在执行中，不能据以记为已控制",
            code="measure_not_in_force",
        )


async def ensure_room(
    session: AsyncSession, book_id: UUID, entries: Sequence[Entry], balance: int
) -> None:
    """No more is held under a measure than it names, and no more goes out than lies under it.

    Asked under the lock of the account. `balance`: what lies in it. Raises Conflict, Invalid,
    RuleViolated.
    """
    touching = [each for each in entries if K.RESTRAINED in {each.debit, each.credit}]
    if not touching:
        return
    lies = await _lies(session, book_id)
    lies[None] = balance - sum(lies.values())
    for entry in touching:
        if entry.debit is K.RESTRAINED:
            await _ensure_within(session, entry)
            lies[entry.measure_id] = lies.get(entry.measure_id, 0) + entry.amount
        else:
            _ensure_there(entry, lies)
            lies[entry.measure_id] = lies.get(entry.measure_id, 0) - entry.amount


async def _lies(session: AsyncSession, book_id: UUID) -> dict[UUID | None, int]:
    """What lies ready under each measure of a book: neither gone nor about to go."""
    rows = await session.execute(
        select(Transfer.measure_id, moved((K.RESTRAINED,)))
        .where(Transfer.book_id == book_id, Transfer.measure_id.is_not(None))
        .group_by(Transfer.measure_id)
    )
    return {measure_id: int(amount) for measure_id, amount in rows}


def _ensure_there(entry: Entry, lies: Mapping[UUID | None, int]) -> None:
    there = lies.get(entry.measure_id, 0)
    if entry.amount <= there:
        return
    if entry.measure_id is not None:
        raise Conflict(
            f"该措施项下账上只有{to_yuan(there)}元，需要{to_yuan(entry.amount)}元",
            code="insufficient_balance",
        )
    if sum(lies.values()) >= entry.amount:
        raise _fault(
            "missing", f"请写明从哪项措施项下转出（账上未写明措施的只有{to_yuan(there)}元）"
        )


async def _ensure_within(session: AsyncSession, entry: Entry) -> None:
    if entry.measure_id is None or entry.beyond_measure or entry.reverses_id is not None:
        return
    named, summed = (
        await session.execute(select(M.amount, held(M.id)).where(M.id == entry.measure_id))
    ).one()
    under = int(summed)
    if named is not None and under + entry.amount > named:
        raise RuleViolated(
            f"该措施载明{to_yuan(named)}元，账上已记{to_yuan(under)}元，再记{to_yuan(entry.amount)}元"
            "就超过了；确实超过的（例如利息），请在事由里说明并勾选“超过措施金额”",
            code="beyond_measure",
        )


async def _any_in_force(session: AsyncSession, book_id: UUID, day: date) -> bool:
    asked = select(M.id).where(
        M.case_id == book_id,
        M.kind.in_(RESTRAINING),
        M.starts_on <= day,
        func.coalesce(M.released_on, M.expires_on, day) >= day,
    )
    return await session.scalar(asked.limit(1)) is not None


def _day(entry: Entry) -> date:
    return entry.happened_at.astimezone(TIMEZONE).date() if entry.happened_at else today()


def _name(measure: PropertyMeasure) -> str:
    return f"{measure.kind.label}（{measure.document_no}）"


def _fault(code: str, message: str) -> Invalid:
    return Invalid(message, errors=[FieldError("/measure_id", code, message)])
