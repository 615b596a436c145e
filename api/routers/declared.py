"""The routes of a noun that is declared once: list, new, one, correction, step, what was masked."""

# The types of a noun are values here.
# pyright: reportInvalidTypeForm=false
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.access.guards import require, require_folded
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer, router
from api.domain.kit.actors import Actor
from api.schemas.common import Reveal, Revealed
from api.services.kit.declared import Declared


@dataclass(frozen=True, slots=True)
class Words:
    """What the API says of a noun: what it is called, and of each route what it does."""

    called: str
    page: str
    create: str
    read: str
    update: str
    transition: str
    reveal: str = "文字中被遮盖的号码按原文给出；留下审计记录。"


def routes_of(noun: Declared[Any], body: Any, words: Words) -> APIRouter:
    """A router under `/api/v1/<noun>`; `body` is what its steps take."""
    made = router(noun.path)
    schemas = noun.schemas
    Key = Annotated[UUID, Path(alias=f"{noun.resource}_id")]  # noqa: N806  # a type
    Reader = Annotated[Actor, require_folded(noun.reads)]  # noqa: N806
    Handler = Annotated[Actor, require(noun.handles)]  # noqa: N806
    Mover = Annotated[Actor, require(noun.reads)]  # noqa: N806  # the flow asks for more

    async def page(actor: Reader, query: Annotated[Any, query_of(schemas.query)]) -> Response:
        return await noun.page(actor, query)

    async def create(body: schemas.create, actor: Handler, session: DbSession) -> Response:
        return answer(await noun.create(session, actor, body), 201)

    async def read(key: Key, actor: Reader) -> Response:
        return answer(await noun.read(actor, key))

    async def update(
        key: Key,
        body: schemas.update,
        actor: Handler,
        session: DbSession,
    ) -> Response:
        return answer(await noun.update(session, actor, key, body))

    async def transition(key: Key, body: body, actor: Mover, session: DbSession) -> Response:
        return answer(await noun.transition(session, actor, key, body))

    async def reveal(key: Key, body: Reveal, actor: Handler, session: DbSession) -> Response:
        return answer({"values": await noun.reveal(session, actor, key, body)})

    called, one, shown = words.called, f"/{{{noun.resource}_id}}", schemas.read
    for path, method, act, shows, summary, said in (
        ("", "GET", page, Page[schemas.item], f"{called}列表", words.page),
        ("", "POST", create, shown, f"登记{called}", words.create),
        (one, "GET", read, shown, f"{called}详情", words.read),
        (one, "PATCH", update, shown, f"修改{called}", words.update),
        (f"{one}/transitions", "POST", transition, shown, f"办理{called}", words.transition),
        (f"{one}/reveals", "POST", reveal, Revealed, "查看明文", words.reveal),
    ):
        setattr(act, "noun", noun)  # noqa: B010  # for whoever asks what it can refuse
        made.add_api_route(
            path, act, methods=[method], response_model=shows, summary=summary, description=said,
            status_code=201 if act is create else 200,
        )  # fmt: skip
    return made
