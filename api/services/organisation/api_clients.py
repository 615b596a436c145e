"""API clients: other systems, each in a post of its own, with a secret that is shown once."""

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.base.security import hash_password
from api.core.database import sessions
from api.core.events import events
from api.core.listing import keyset
from api.core.listing.pagination import PageQuery
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid, NotFound, StaleVersion
from api.domain.kit.events import EventName
from api.domain.organisation.organisation import MACHINES, Change
from api.models.units import Post, Unit
from api.models.users import ApiClient
from api.schemas.api_clients import ApiClientCreate, ApiClientRotate, ApiClientUpdate
from api.services.kit import changes as corrections
from api.services.organisation import posts

RESOURCE = "api_client"
corrections.check(ApiClientUpdate, ApiClient)


def _clients() -> Select[*tuple[Any, ...]]:
    return (
        select(
            ApiClient,
            Post.role,
            func.json_build_object("id", Unit.id, "name", Unit.name).label("unit"),
        )
        .join(Post, Post.id == ApiClient.post_id)
        .join(Unit, Unit.id == Post.unit_id)
    )


def _shown(row: Any) -> dict[str, Any]:
    client: ApiClient = row.ApiClient
    return {
        "id": client.id,
        "client_id": client.client_id,
        "name": client.name,
        "role": row.role,
        "unit": row.unit,
        "is_active": client.is_active,
        "created_at": client.created_at,
        "last_used_at": client.last_used_at,
        "version": client.version,
    }


async def page(session: AsyncSession, query: PageQuery) -> dict[str, Any]:
    """Clients by their id."""
    return await keyset.page(
        session, _clients(), ApiClient.client_id, query, _shown, name="api_clients"
    )


async def read(session: AsyncSession, record_id: UUID) -> dict[str, Any]:
    """One client. Raises NotFound."""
    row = (await session.execute(_clients().where(ApiClient.id == record_id))).one_or_none()
    if row is None:
        raise NotFound
    return _shown(row)


async def create(session: AsyncSession, actor: Actor, body: ApiClientCreate) -> dict[str, Any]:
    """Set up a client. Raises Invalid for a role of people, Conflict (`client_id_taken`)."""
    if body.role not in MACHINES:
        message = "接口账号只能使用接口角色"
        raise Invalid(message, errors=[FieldError("/role", "not_machine_role", message)])
    post = await posts.make(session, body.client_id, body.name, body.role, body.unit_id)
    secret = secrets.token_urlsafe(32)
    client = ApiClient(
        client_id=body.client_id,
        name=body.name,
        secret_hash=await hash_password(secret),
        post_id=post.id,
    )
    session.add(client)
    await session.flush()
    await _told(session, actor, client, Change.CREATED)
    return await read(session, client.id) | {"client_secret": secret}


async def _locked(session: AsyncSession, record_id: UUID, version: int) -> ApiClient:
    client = await session.get(ApiClient, record_id, with_for_update=True)
    if client is None:
        raise NotFound
    if client.version != version:
        raise StaleVersion(current=client.version)
    return client


async def rotate(
    session: AsyncSession, actor: Actor, record_id: UUID, body: ApiClientRotate
) -> dict[str, Any]:
    """Another secret; the old one and every token of it stop at once."""
    client = await _locked(session, record_id, body.version)
    secret = secrets.token_urlsafe(32)
    client.secret_hash = await hash_password(secret)
    await _touched(session, client)
    await _told(session, actor, client, Change.SECRET_ROTATED)
    return await read(session, record_id) | {"client_secret": secret}


async def change(
    session: AsyncSession, actor: Actor, record_id: UUID, body: ApiClientUpdate
) -> dict[str, Any]:
    """Rename a client, close it or open it again. Closing stops its tokens at once."""
    client = await _locked(session, record_id, body.version)
    what = Change.UPDATED
    if body.is_active is not None and body.is_active != client.is_active:
        what = Change.ACTIVATED if body.is_active else Change.DEACTIVATED
        client.is_active = body.is_active
    client.name = body.changes().get("name", client.name)
    if what is Change.UPDATED:
        client.version += 1
        await session.flush()
    else:
        await _touched(session, client)
    await _told(session, actor, client, what)
    return await read(session, record_id)


async def _touched(session: AsyncSession, client: ApiClient) -> None:
    client.version += 1
    client.updated_at = now()
    await session.flush()
    await sessions.revoke(session, subject_id=client.id)


async def _told(session: AsyncSession, actor: Actor, client: ApiClient, what: Change) -> None:
    data = {"change": what.value, "client_id": client.client_id}
    await events.record(session, actor, EventName.API_CLIENT_CHANGED, RESOURCE, client.id, data)
