"""`/jobs`: background jobs, for the system administrator."""

from typing import Annotated

from fastapi import Path, Response

from api.access.guards import require
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.jobs import JobItem, JobQuery, JobTransition
from api.services.kit import jobs

router = make_router("jobs")


@router.get("", response_model=Page[JobItem], summary="后台任务列表")
async def page(
    _: Annotated[Actor, require(P.JOB_MANAGE)],
    query: Annotated[JobQuery, query_of(JobQuery)],
    session: DbSession,
) -> Response:
    """等待、执行中和已搁置的任务；完成的任务不保留。"""
    return answer(await jobs.page(session, query))


@router.post("/{job_id}/transitions", status_code=204, summary="处理后台任务")
async def transition(
    job_id: Annotated[int, Path(ge=1, lt=2**63)],
    body: JobTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.JOB_MANAGE)],
    session: DbSession,
) -> None:
    """让一个已搁置的任务重新执行。"""
    await jobs.transition(session, actor, job_id, body.action)
