"""What can go wrong, as the API says it: a status, a stable code, a Chinese title.

Services raise these; `core/web/errors.py` renders them as RFC 9457 problems. Programs branch on `code`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

#: Nobody reads more than these, and whoever sends thousands must not get a longer answer than
#: they sent.
MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class FieldError:
    """One faulty field: a JSON pointer into the request, a stable code, a Chinese sentence, and what
    the field is called (the route adds that, from the schema)."""

    pointer: str
    code: str
    message: str
    label: str = ""


def pointer(steps: Iterable[str | int]) -> str:
    """The JSON pointer (RFC 6901) of a way from a request to one of its fields."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


class DomainError(Exception):
    """A refusal with a stable code. `extra` becomes further members of the problem document."""

    status: ClassVar[int] = 400
    code: str = "bad_request"
    title: ClassVar[str] = "请求有误"

    def __init__(
        self,
        detail: str | None = None,
        *,
        code: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        **extra: object,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.code = code or type(self).code
        self.errors = tuple(errors)
        self.headers = headers or {}
        self.extra = extra


def together(*checks: Callable[[], object]) -> None:
    """Let each check say what is wrong with the fields of a form, so that nobody corrects them one
    by one. Raises the first refusal with what all of them found; at once what names no field."""
    found: list[DomainError] = []
    for check in checks:
        try:
            check()
        except DomainError as refusal:
            if not refusal.errors:
                raise
            found.append(refusal)
    if found:
        faults = (fault for refusal in found for fault in refusal.errors)
        found[0].errors = tuple({(each.pointer, each.code): each for each in faults}.values())
        raise found[0]


class Unauthenticated(DomainError):
    """Nobody is logged in, or no longer."""

    status = 401
    code = "unauthenticated"
    title = "请先登录"


class Forbidden(DomainError):
    """Logged in, but the post has no such right."""

    status = 403
    code = "forbidden"
    title = "没有权限"


class NotFound(DomainError):
    """Not there, or not visible: the two answer alike, so that existence does not leak."""

    status = 404
    code = "not_found"
    title = "记录不存在或无权查看"


class Conflict(DomainError):
    """The change contradicts what is already stored."""

    status = 409
    code = "conflict"
    title = "与已有数据冲突"


class TransitionNotAllowed(DomainError):
    """The action does not fit the present status; `allowed` lists those that do."""

    status = 409
    code = "transition_not_allowed"
    title = "当前状态不允许该操作"


class StaleVersion(DomainError):
    """Somebody else changed the record after the client read it."""

    status = 409
    code = "stale_version"
    title = "他人已更新该记录，请刷新后再操作"


class VersionMissing(DomainError):
    """A write without the version it was based on."""

    status = 428
    code = "version_required"
    title = "缺少版本号"


class Invalid(DomainError):
    """The payload is malformed; `errors` names each field."""

    status = 422
    code = "validation_failed"
    title = "填写内容有误"


class RuleViolated(DomainError):
    """The law or the plan forbids it; `article` names where."""

    status = 422
    code = "rule_violated"
    title = "不符合规定"


class PayloadTooLarge(DomainError):
    """More bytes, rows or cells than are taken."""

    status = 413
    code = "payload_too_large"
    title = "文件或请求过大"


class UnsupportedMedia(DomainError):
    """A file or body of a kind that is not taken."""

    status = 415
    code = "unsupported_media_type"
    title = "不支持的文件类型"


class Unreadable(DomainError):
    """What came is no HTTP: nothing of it was read, and the connection ends."""

    status = 400
    code = "unreadable_request"
    title = "收到的内容不是合格的 HTTP 请求"


class HeadTooLarge(DomainError):
    """An address and headers longer than anybody needs."""

    status = 431
    code = "head_too_large"
    title = "网址或者请求头过长，请减少筛选条件"


class TooSlow(DomainError):
    """A request that does not come in within its time."""

    status = 408
    code = "request_too_slow"
    title = "请求没有在规定时间内传完"


class TooManyAttempts(DomainError):
    """Slowed down or locked; `Retry-After` says for how long."""

    status = 429
    code = "too_many_attempts"
    title = "尝试次数过多，请稍后再试"


class Unavailable(DomainError):
    """Something that this system leans on does not answer, or refuses."""

    status = 503
    code = "unavailable"
    title = "服务暂时不可用，请稍后再试"


class Damaged(DomainError):
    """What is stored is gone or was changed: nothing that the sender could do differently."""

    status = 500
    code = "file_damaged"
    title = "附件内容缺失或已被改动"
