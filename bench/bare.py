"""The yardsticks: handlers with asyncpg and orjson and nothing else, on the same tables."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.core.ids import uuid7

_COLUMNS = """id, number, status, channel, batch_no, received_at, subject_name, primary_category,
division_code, amount_involved, people_involved, fast_track, owner_unit_id, proposed_unit_id,
due_on, due_is_provisional, conclusion, version"""
_LIST = f"SELECT {_COLUMNS} FROM leads WHERE town_code = $1 ORDER BY id DESC LIMIT 50"
_ONE = "SELECT * FROM leads WHERE id = $1"
_INSERT = "INSERT INTO bench_bare (id, body, created_at) VALUES ($1, $2, now())"


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content, default=str), media_type="application/json")


async def rows(request: Request) -> Response:
    found = await request.app.state.pool.fetch(_LIST, "341522118")
    return _json({"items": [dict(row) for row in found]})


async def one(request: Request) -> Response:
    row = await request.app.state.pool.fetchrow(_ONE, request.path_params["id"])
    return _json(dict(row))


async def insert(request: Request) -> Response:
    body = orjson.loads(await request.body())
    made = uuid7()
    await request.app.state.pool.execute(_INSERT, made, orjson.dumps(body).decode())
    return _json({"id": made})


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    dsn = os.environ["DATABASE_URL"].replace("+asyncpg", "")
    async with asyncpg.create_pool(dsn, min_size=4, max_size=10) as pool:
        app.state.pool = pool
        yield


def create_app() -> Starlette:
    return Starlette(
        routes=[
            Route("/rows", rows),
            Route("/rows/{id}", one),
            Route("/rows", insert, methods=["POST"]),
        ],
        lifespan=_lifespan,
    )
