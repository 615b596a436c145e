"""`/ledger`: double entry, one book a case; entries are added and reversed, never changed."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require, require_folded
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.ledger import (
    BookQuery,
    EntryCreate,
    EntryItem,
    EntryQuery,
    EntryRead,
    EntryTransition,
    LedgerAccounts,
)
from api.services.recovery import ledger_entries

router = make_router("ledger")


@router.get("/accounts", response_model=LedgerAccounts, summary="账户余额")
async def accounts(
    actor: Annotated[Actor, require(P.LEDGER_READ)],
    query: Annotated[BookQuery, query_of(BookQuery)],
    session: DbSession,
) -> Response:
    """一本账的全部账户和五项指标；全部账户之和恒为零。"""
    return answer(await ledger_entries.accounts(session, actor, query.book_id))


@router.get("/entries", response_model=Page[EntryItem], summary="分录列表")
async def page(
    actor: Annotated[Actor, require_folded(P.LEDGER_READ)],
    query: Annotated[EntryQuery, query_of(EntryQuery)],
) -> Response:
    """分页列出分录。"""
    return await ledger_entries.page(actor, query)


@router.post("/entries", response_model=EntryRead, status_code=201, summary="记账")
async def create(
    body: EntryCreate, actor: Annotated[Actor, require(P.LEDGER_POST)], session: DbSession
) -> Response:
    """记一笔分录：资金从贷方账户转入借方账户。"""
    return answer(await ledger_entries.create(session, actor, body), 201)


@router.get("/entries/{entry_id}", response_model=EntryRead, summary="分录详情")
async def read(entry_id: UUID, actor: Annotated[Actor, require_folded(P.LEDGER_READ)]) -> Response:
    """一笔分录。"""
    return answer(await ledger_entries.read(actor, entry_id))


@router.post(
    "/entries/{entry_id}/transitions",
    response_model=EntryRead,
    summary="冲正分录",
)
async def transition(
    entry_id: UUID,
    body: EntryTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.LEDGER_POST)],
    session: DbSession,
) -> Response:
    """以一笔反向分录冲正；原分录保留。"""
    return answer(await ledger_entries.transition(session, actor, entry_id, body))
