"""Photos of people who must not be found by them: the picture alone is kept.

Where it was taken, when, with which device, embedded previews, comments and whatever hangs behind
the picture are not removed one by one: the picture is drawn anew, and nothing else comes along.
"""

import asyncio
import math
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final

from api.core.files.file_types import HEIC, JPEG, PNG, WEBP, by_magic
from api.domain.kit.errors import Invalid, UnsupportedMedia

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS: Final = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
_HEAD: Final = 64
_QUALITY: Final = 85
#: A picture of fifty million points takes 200 MB while it is open.
_AT_ONCE = asyncio.Semaphore(2)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a picture may come, and how large it is kept."""

    pixels: int
    side: int
    kept_pixels: int


async def redrawn(content: BinaryIO, bounds: Bounds) -> BytesIO:
    """The picture as a JPEG file that holds nothing but the picture.

    Raises UnsupportedMedia (`photo_heic`, `photo_type_refused`), Invalid (`photo_empty`,
    `photo_too_many_pixels`, `photo_broken`).
    """
    async with _AT_ONCE:
        return await asyncio.to_thread(_redrawn, content, bounds)


def _format(content: BinaryIO) -> str:
    content.seek(0)
    head = content.read(_HEAD)
    if not head:
        raise Invalid("照片是空的，请重新选一张", code="photo_empty")
    found = by_magic(head)
    content.seek(0)
    if found is HEIC:
        raise UnsupportedMedia(
            "这张照片是苹果手机的 HEIC 格式，打不开。请把它截屏，再选截屏的图片", code="photo_heic"
        )
    if found is None or found not in _FORMATS:
        raise UnsupportedMedia(
            "这不是照片。请选 JPG、PNG 或 WebP 格式的照片", code="photo_type_refused"
        )
    return _FORMATS[found]


def _redrawn(content: BinaryIO, bounds: Bounds) -> BytesIO:
    from PIL import Image

    kind = _format(content)
    try:
        with warnings.catch_warnings():
            # the library warns where it finds a picture large; the bounds here are our own
            warnings.simplefilter("ignore")
            with Image.open(content, formats=(kind,)) as opened:
                # only the head was read so far: a bomb is refused before it goes off
                _check(opened.size, bounds)
                return _drawn(opened, bounds)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, OverflowError) as e:
        raise Invalid("照片打不开，可能没有存好。请换一张", code="photo_broken") from e


def _check(size: tuple[int, int], bounds: Bounds) -> None:
    width, height = size
    if width * height > bounds.pixels or max(size) > bounds.side:
        raise _too_large()


def _too_large() -> Invalid:
    return Invalid("照片太大了，打不开。请把它截屏，再选截屏的图片", code="photo_too_many_pixels")


def _drawn(opened: "Image", bounds: Bounds) -> BytesIO:
    from PIL import Image, ImageOps

    scale = math.sqrt(bounds.kept_pixels / (opened.width * opened.height))
    if scale < 1:
        wanted = (max(1, int(opened.width * scale)), max(1, int(opened.height * scale)))
        opened.draft("RGB", wanted)  # a JPEG is read at the size that is needed
        opened.thumbnail(wanted)
    # how the telephone was held is drawn, as nothing will tell it any more
    upright = ImageOps.exif_transpose(opened)
    paper = Image.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        paper.paste(upright, mask=upright)
    else:
        paper.paste(upright.convert("RGB"))
    made = BytesIO()
    paper.save(made, "JPEG", quality=_QUALITY, optimize=True)
    made.seek(0)
    return made
