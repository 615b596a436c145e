"""The application: settings, middleware, error handlers, routers. Nothing else."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api.core import db, errors, logging, openapi, web
from api.routers import ROUTERS


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncGenerator[None]:
    yield
    await db.dispose()


def create_app() -> FastAPI:
    """The ASGI application of one process."""
    logging.configure()
    app = FastAPI(
        title="银龄守护 API",
        version="1.0.0",
        lifespan=_lifespan,
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,  # a redirect would lose the body, and the proxy's address
        swagger_ui_oauth2_redirect_url=None,
    )
    errors.install(app, ROUTERS)
    for router in ROUTERS:
        app.include_router(router)
    web.install(app)
    openapi.install(app, ROUTERS)
    return app
