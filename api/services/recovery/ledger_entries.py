"""The ledger as people read and write it: the accounts of a book, its entries, posting, voiding."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    Text,
    Uuid,
    and_,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.access import case_rows
from api.core.listing import orders
from api.core.listing.pagination import Listing, Sort, check_columns, moment, yuan
from api.core.listing.ways import one
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid, StaleVersion
from api.domain.kit.permissions import Permission
from api.domain.law.calendar import ONE_DAY
from api.domain.recovery.ledger import (
    LEDGER_FLOW,
    MEASURE_NOTES,
    AccountKind,
    EntryAction,
    EntryStatus,
    Measure,
    measures,
)
from api.domain.recovery.property_measures import MeasureKind
from api.domain.recovery.restated import of_entry
from api.domain.words import money
from api.domain.words.money import to_fen, to_yuan
from api.models.ledger import Account, Transfer
from api.models.property_measures import PropertyMeasure
from api.models.victims import Victim
from api.schemas.common import actions, restating
from api.schemas.ledger import EntryCreate, EntryItem, EntryQuery, EntryRead
from api.services.kit import protect, time_rules
from api.services.recovery import ledger, restraint
from api.services.recovery.ledger_awaiting import (
    AWAITS,
    CONFIRM_RULE,
    IS_CONFIRMED,
    IS_REVERSED,
    SINCE,
)

RESOURCE = "ledger"

_REVERSAL = aliased(Transfer)
_REVERSED_BY = select(_REVERSAL.id).where(_REVERSAL.reverses_id == Transfer.id).scalar_subquery()
_CONFIRMATION = aliased(Transfer)
_CONFIRMED_BY = (
    select(_CONFIRMATION.id).where(_CONFIRMATION.confirms_id == Transfer.id).scalar_subquery()
)
_ONE, _NONE = literal_column("1"), literal_column("0")


def _kind(account_id: Any) -> Any:
    return select(Account.kind).where(Account.id == account_id).scalar_subquery()


_MEASURE_NAME = func.coalesce(
    select(
        func.concat(
            case(
                *(
                    (PropertyMeasure.kind == each, literal_column(f"'{each.label}'"))
                    for each in MeasureKind
                )
            ),
            literal_column("' '"),
            PropertyMeasure.document_no,
        )
    )
    .where(PropertyMeasure.id == Transfer.measure_id)
    .scalar_subquery(),
    literal_column("''"),
)

_ITEM: dict[str, Any] = {
    "id": Transfer.id,
    "book_id": Transfer.book_id,
    "status": case(
        (Transfer.reverses_id.is_not(None), literal_column(f"'{EntryStatus.REVERSAL.value}'")),
        (IS_REVERSED, literal_column(f"'{EntryStatus.VOIDED.value}'")),
        (AWAITS, literal_column(f"'{EntryStatus.AWAITS.value}'")),
        else_=literal_column(f"'{EntryStatus.POSTED.value}'"),
    ),
    "debit": _kind(Transfer.debit_account),
    "credit": _kind(Transfer.credit_account),
    "amount": yuan(Transfer.amount),
    "happened_at": Transfer.happened_at,
    "recorded_at": Transfer.recorded_at,
    "reason": Transfer.reason,
    "document_no": Transfer.document,
    "target": Transfer.target,
    "victim_id": Transfer.victim_id,
    "measure_id": Transfer.measure_id,
    "measure_name": _MEASURE_NAME,
    "beyond_measure": Transfer.beyond_measure,
    "confirms_id": Transfer.confirms_id,
    "confirmed_by_id": _CONFIRMED_BY,
    "reverses_id": Transfer.reverses_id,
    "reversed_by_id": _REVERSED_BY,
    # an entry never changes; only whether it was confirmed or reversed does
    "version": _ONE
    + case((IS_CONFIRMED, _ONE), else_=_NONE)
    + case((IS_REVERSED, _ONE), else_=_NONE),
}
_READ: dict[str, Any] = _ITEM | {"posted_by_id": Transfer.posted_by_id}
check_columns(EntryItem, _ITEM)
check_columns(EntryRead, _ITEM, "available_actions")

LISTING = Listing(
    resource=RESOURCE,
    id=Transfer.id,
    # with its type: an order by a bare constant is none to PostgreSQL
    town_code=literal_column("''::text", Text()),
    source=Transfer.__table__,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "book_id": (Uuid(), lambda p: Transfer.book_id == p),
        "measure_id": (Uuid(), lambda p: Transfer.measure_id == p),
        "unnamed": (Boolean(), lambda p: restraint.is_unnamed() == p),
        "status": (ARRAY(Text), lambda p: _ITEM["status"] == func.any(p)),
        "account": (
            ARRAY(Text),
            lambda p: exists(
                select(literal_column("1")).where(
                    and_(
                        or_(
                            Account.id == Transfer.debit_account,
                            Account.id == Transfer.credit_account,
                        ),
                        Account.kind == func.any(p),
                    )
                )
            ),
        ),
        "awaits_until": (Date(), lambda p: and_(AWAITS, p >= SINCE)),
        "happened_from": (Date(), lambda p: Transfer.happened_at >= p),
        "happened_below": (Date(), lambda p: Transfer.happened_at < p),
    },
    sorts={
        "-id": Sort("id", Transfer.id, descending=True),
        "id": Sort("id", Transfer.id),
        **orders.filled("happened_at", Transfer.happened_at, moment),
        **orders.filled("amount", Transfer.amount, money.parse),
    },
    default_sort="-id",
    scopes=case_rows.book_scopes(Transfer.book_id),
    ways={
        "book_id": one("book_id", Transfer.book_id, by_town=False),
        "measure_id": one("measure_id", Transfer.measure_id, by_town=False),
    },
    scope_ways=case_rows.scope_ways(Transfer.book_id),
)


async def accounts(session: AsyncSession, actor: Actor, book_id: UUID) -> dict[str, Any]:
    """Every account of a visible book, the five measures, and the sum, which is zero."""
    case_ = await case_rows.case(session, actor, book_id)
    standings = await ledger.balances(session, book_id)
    figures = measures(standings)
    return {
        "book_id": str(book_id),
        "case": {
            "id": case_.id,
            "number": case_.number,
            "title": case_.title if actor.may(Permission.CASE_READ) else "",
        },
        "items": [
            {
                "kind": each.kind.value,
                "label": each.kind.label,
                "balance": to_yuan(each.balance),
                "inflow": to_yuan(each.inflow),
            }
            for each in standings
        ],
        "measures": [
            {
                "measure": measure.value,
                "label": measure.label,
                "amount": to_yuan(amount),
                "note": MEASURE_NOTES[measure],
            }
            for measure, amount in figures.items()
        ],
        "restraint": await restraint.of_book(session, book_id, figures[Measure.RESTRAINED]),
        "total": to_yuan(sum(each.balance for each in standings)),
    }


async def page(actor: Actor, query: EntryQuery) -> Response:
    """A page of visible entries."""
    filters = query.model_dump(
        exclude={"sort", "cursor", "limit", "with_total", "with_sums", "happened_to", "awaits_late"}
    )
    until = query.happened_to
    if query.awaits_late:
        filters["awaits_until"] = (await time_rules.known()).last_start(CONFIRM_RULE)
    filters["happened_below"] = until + ONE_DAY if until else None
    return await LISTING.page(actor, query, filters, query.sort.value)


@dataclass(frozen=True, slots=True)
class _FlowView:
    status: EntryStatus
    owner_unit_id: UUID
    posted_by_id: UUID | None
    credit: AccountKind
    debit: AccountKind


def _standing(actor: Actor, item: dict[str, Any]) -> _FlowView:
    posted = item.pop("posted_by_id")
    return _FlowView(
        EntryStatus(item["status"]),
        actor.unit_id,
        UUID(posted) if posted else None,
        AccountKind(item["credit"]),
        AccountKind(item["target"] or item["debit"]),
    )


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible entry. Raises NotFound."""
    item = await LISTING.one(actor, record_id, session)
    standing = _standing(actor, item)
    sentences = of_entry(standing.status, to_fen(item["amount"]), standing.credit, standing.debit)
    item["available_actions"] = actions(
        LEDGER_FLOW.available(actor, standing), restating(sentences)
    )
    return item


async def create(session: AsyncSession, actor: Actor, body: EntryCreate) -> dict[str, Any]:
    """Post one transfer by hand. Raises NotFound, Invalid, RuleViolated, Conflict."""
    await case_rows.case(session, actor, body.book_id)
    await _ensure_of_book(session, body)
    draft = ledger.Draft(
        debit=body.debit,
        credit=body.credit,
        amount=body.amount,
        reason=protect.told(body.reason),
        document=body.document_no,
        happened_at=body.happened_at,
        request_id=body.id,
        victim_id=body.victim_id,
        measure_id=body.measure_id,
        beyond_measure=body.beyond_measure,
    )
    return await read(
        actor, await ledger.post_by_hand(session, actor, body.book_id, draft), session
    )


async def _ensure_of_book(session: AsyncSession, body: EntryCreate) -> None:
    """What an entry names is of the same case. Raises Invalid."""
    for field, model, label in (
        ("victim_id", Victim, "受害人"),
        ("measure_id", PropertyMeasure, "查扣冻措施"),
    ):
        wanted = getattr(body, field)
        if wanted is None:
            continue
        case_id = await session.scalar(select(model.case_id).where(model.id == wanted))
        if case_id != body.book_id:
            message = f"{label}不属于这个案件"
            raise Invalid(message, errors=[FieldError(f"/{field}", "other_book", message)])


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Confirm or void an entry. Raises NotFound, StaleVersion, TransitionNotAllowed, RuleViolated."""
    item = await LISTING.one(actor, record_id, session)
    if item["version"] != body.version:
        raise StaleVersion(current=item["version"])
    LEDGER_FLOW.step(EntryAction(body.action), actor, _standing(actor, item))
    if body.action == EntryAction.CONFIRM.value:
        entry = await session.get_one(Transfer, record_id)
        await ledger.confirm(session, actor, entry, AccountKind(item["target"]), body.document_no)
        return await read(actor, record_id, session)
    await ledger.void(
        session,
        actor,
        UUID(item["book_id"]),
        record_id,
        reason=protect.told(body.reason),
        document=body.document_no,
    )
    return await read(actor, record_id, session)
