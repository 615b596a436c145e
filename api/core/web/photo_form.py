"""A photo as a stranger sends it: the form's words first, judged before the photo is read.

Nothing of it touches a disk: what the telephone wrote into the file is not to lie there, not even
for a moment.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import BinaryIO

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.core.web.bodies import check_files
from api.core.web.receiving import Room
from api.domain.kit.errors import (
    FieldError,
    Invalid,
    PayloadTooLarge,
    UnsupportedMedia,
)

#: Room for the words and the form's own lines.
_BESIDES = 20_000
#: So many bytes of photos lie in a process's memory at most, while they come.
_ROOM = Room(120_000_000, 120_000_000)
#: Who sends more slowly than this is not sending a photo.
_PATIENCE = 180


@dataclass(frozen=True, slots=True)
class PhotoForm:
    """What was sent."""

    words: dict[str, str]
    content: BinaryIO


class _Parser(MultiPartParser):
    """Refuses a form by its words before its file is read, and a second file before that is."""

    judge: Callable[[dict[str, str]], None]
    files_seen = 0

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        if self._current_part.file is not None:
            self.files_seen += 1
            check_files(self.files_seen)
            self.judge(_words(self.items))


def _words(items: list[tuple[str, str | UploadFile]]) -> dict[str, str]:
    return {name: value for name, value in items if isinstance(value, str)}


def missing(field: str, message: str) -> Invalid:
    """The answer to a form without one of its parts."""
    return Invalid(message, errors=[FieldError(f"/{field}", "missing", message)])


async def read(
    request: Request, field: str, limit: int, judge: Callable[[dict[str, str]], None]
) -> PhotoForm:
    """Read a form with one file; `judge` raises to refuse it by the words before the file.

    Raises UnsupportedMedia, Invalid, PayloadTooLarge, TooManyAttempts (`uploads_busy`).
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise UnsupportedMedia("照片须以 multipart/form-data 上传")
    try:
        async with asyncio.timeout(_PATIENCE):
            with _ROOM.share(None) as take:
                return await _read(request, field, limit, judge, take)
    except TimeoutError as error:
        raise Invalid(
            "照片传得太慢，没有传完。请换个信号好的地方再传", code="upload_slow"
        ) from error
    except MultiPartException as error:
        raise Invalid("上传的内容不完整，请再传一次", code="form_broken") from error


async def _read(
    request: Request,
    field: str,
    limit: int,
    judge: Callable[[dict[str, str]], None],
    take: Callable[[int], None],
) -> PhotoForm:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit + _BESIDES:
        raise _too_large(limit)

    async def within() -> AsyncGenerator[bytes]:
        read = 0
        async for piece in request.stream():
            read += len(piece)
            if read > limit + _BESIDES:
                raise _too_large(limit)
            take(len(piece))
            yield piece

    parser = _Parser(request.headers, within(), max_files=2, max_fields=5, max_part_size=1000)
    parser.spool_max_size = limit + _BESIDES
    parser.judge = judge
    form = await parser.parse()
    file = form.get(field)
    if not isinstance(file, UploadFile):
        raise missing(field, "请选择照片")
    if (file.size or 0) > limit:
        raise _too_large(limit)
    return PhotoForm(_words(form.multi_items()), file.file)


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"照片不能超过 {limit // 1_000_000} MB。请把它截屏，再选截屏的图片")
