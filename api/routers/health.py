"""`/healthz`, `/readyz`, `/metrics`: for whoever watches over the machine."""

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.access.guards import PUBLIC
from api.core.web.routing import router as make_router
from api.services.kit import health

router = make_router("system", prefix="")


@router.get("/healthz", summary="存活检查", dependencies=[PUBLIC])
async def healthz() -> dict[str, str]:
    """进程在运行。"""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="就绪检查",
    dependencies=[PUBLIC],
    responses={503: {"description": "尚未就绪"}},
)
async def readyz() -> dict[str, str]:
    """数据库可用，且结构为最新版本。"""
    await health.ensure_ready()
    return {"status": "ready"}


@router.get("/metrics", summary="运行指标", dependencies=[PUBLIC], response_class=Response)
async def metrics() -> Response:
    """Prometheus 格式的运行指标。"""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
