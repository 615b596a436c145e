"""The application: settings, middleware, error handlers, routers. Nothing else."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api.core.base import logging, memory
from api.core.database import db
from api.core.web import errors, fast_lane, openapi, reference, web
from api.domain.across import taken_back
from api.domain.papers import papers
from api.routers import ROUTERS


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncGenerator[None]:
    memory.settle()
    yield
    await db.dispose()


def create_app() -> FastAPI:
    """The ASGI application of one process."""
    logging.configure()
    app = FastAPI(
        title="银龄守护 API",
        version="1.0.0",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # a redirect would lose the body, and the proxy's address
    )
    errors.install(app, ROUTERS)
    for router in ROUTERS:
        app.include_router(router)
    reference.install(app)
    web.install(app)
    openapi.install(app, ROUTERS, {"x-taken-back": taken_back.table(), "x-papers": papers.table()})
    fast_lane.install(app, ROUTERS)
    return app
