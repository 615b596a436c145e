"""Background jobs as the system administrator sees them."""

from api.domain.kit.labels import Labelled


class JobStatus(Labelled):
    """Finished jobs are not kept; `failed` waits for a person."""

    QUEUED = "queued", "等待"
    PICKED = "picked", "执行中"
    FAILED = "failed", "已搁置"


class JobAction(Labelled):
    """What may be done with a job."""

    RETRY = "retry", "重新执行"
