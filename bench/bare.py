"""The yardsticks: handlers with asyncpg and orjson and nothing else, on the same tables."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.core.base.ids import uuid7
from bench import dataset

_COLUMNS = """id, number, status, channel, batch_no, received_at, subject_name, primary_category,
division_code, amount_involved, people_involved, fast_track, owner_unit_id, proposed_unit_id,
due_on, due_is_provisional, conclusion, version"""
_LIST = f"SELECT {_COLUMNS} FROM leads WHERE town_code = $1 ORDER BY id DESC LIMIT 50"
_ONE = "SELECT * FROM leads WHERE id = $1"
_ROW = "INSERT INTO bench_bare (id, body, created_at) VALUES ($1, $2, now())"
_LEAD = """
INSERT INTO leads (id, number, status, channel, batch_no, received_at, received_has_time,
  narrative, subject_name, subject_uscc, primary_category, categories, red_flags, division_code,
  town_code, amount_involved, people_involved, fast_track, reporter_kind, owner_unit_id,
  due_is_provisional, due_rule, findings, feedback_note, note, search,
  created_at, created_by_post_id, version, updated_at, unowned_on)
VALUES ($1, $2, 'registered', $3, '', now(), true, $4, $5, '', $6::text, ARRAY[$6::text],
  ARRAY[]::text[], $7::text, left($7::text, 9), $8, $9, false, 'anonymous', $10, false, '',
  '', '', '', $11::text::tsvector, now(), $12, 1, now(), now())
"""
_EVENT = """
INSERT INTO events (at, name, subject_type, subject_id, actor_kind, actor_id, actor_name, post_id,
  unit_id, role, result, request_id, address, data)
VALUES (now(), 'lead.created', 'lead', $1, 'user', $2, '', $2, $3, 'office', 'ok', '', '', '{}')
"""
_KEY = """
INSERT INTO idempotency_keys (actor_id, key, request_digest, status, answer_enc, created_at)
VALUES ($1, $2, $3, 201, $4, now())
"""
_OFFICE = "SELECT id, unit_id FROM posts WHERE code = 'office'"


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content, default=str), media_type="application/json")


async def rows(request: Request) -> Response:
    found = await request.app.state.pool.fetch(_LIST, "341522118")
    return _json({"items": [dict(row) for row in found]})


async def one(request: Request) -> Response:
    row = await request.app.state.pool.fetchrow(_ONE, request.path_params["id"])
    return _json(dict(row))


async def insert_row(request: Request) -> Response:
    """One row of three columns, and nothing else."""
    body = orjson.loads(await request.body())
    made = uuid7()
    await request.app.state.pool.execute(_ROW, made, orjson.dumps(body).decode())
    return _json({"id": made})


async def insert_lead(request: Request) -> Response:
    """The row of a lead with its event and its idempotency row, in one transaction."""
    text = await request.body()
    body = orjson.loads(text)
    made, state = uuid7(), request.app.state
    answer = orjson.dumps(body | {"id": made}, default=str)
    post, unit = state.office
    async with state.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            _LEAD, made, made.hex, body["channel"], body["narrative"], body["subject_name"],
            body["primary_category"], body["division_code"],
            int(body["amount_involved"].replace(".", "")), body["people_involved"], unit,
            state.vector, post,
        )  # fmt: skip
        await connection.execute(_EVENT, made, post, unit)
        await connection.execute(_KEY, post, request.headers["idempotency-key"], text, answer)
    return Response(answer, media_type="application/json")


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncGenerator[None]:
    dsn = os.environ["DATABASE_URL"].replace("+asyncpg", "")
    async with asyncpg.create_pool(dsn, min_size=4, max_size=10) as pool:
        app.state.pool = pool
        app.state.office = tuple(await pool.fetchrow(_OFFICE))
        app.state.vector = dataset.vector(f"{dataset.SUBJECTS[0]} {dataset.TEXT}")
        yield


def create_app() -> Starlette:
    return Starlette(
        routes=[
            Route("/rows", rows),
            Route("/rows/{id}", one),
            Route("/rows", insert_row, methods=["POST"]),
            Route("/leads", insert_lead, methods=["POST"]),
        ],
        lifespan=_lifespan,
    )
