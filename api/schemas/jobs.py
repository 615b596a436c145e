"""Wire shapes of `/jobs`."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.core.listing.pagination import PageQuery
from api.domain.kit.jobs import JobAction, JobStatus
from api.schemas.common import Shown, Wire


class JobQuery(PageQuery):
    """Filters of the list."""

    status: JobStatus | None = None


class JobItem(Shown):
    """A job that waits, runs, or was held. Its payload is not shown: ids only, of other people's work."""

    id: int
    name: str = Field(description="任务名称")
    status: JobStatus
    attempts: int = Field(description="已重试次数")
    created_at: datetime
    execute_after: datetime = Field(description="不早于此时执行")
    error: str | None = Field(description="最近一次失败的异常类名（不含任何数据）")


class JobTransition(Wire):
    """The one thing to be done with a held job."""

    action: Literal[JobAction.RETRY]
