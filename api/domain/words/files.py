"""Names of files as people see them and as headers carry them."""

import re
import unicodedata
from urllib.parse import quote

from api.domain.words import identifiers

MAX_NAME = 120
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_UNSAFE = re.compile(r'[<>:"|?*]')


def extension(name: str) -> str:
    """What follows the last dot, in lower case; empty when there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""


def safe_name(given: str, own_extension: str, fits: frozenset[str]) -> str:
    """A name without path, control or direction characters, at most 120 long, its identifiers
    masked, and with an extension that tells what the content is."""
    name = unicodedata.normalize("NFC", re.split(r"[\\/]", given)[-1])
    name = "".join(c for c in name if unicodedata.category(c) not in _HIDDEN)
    name = _UNSAFE.sub("_", name).strip(" .")
    present = extension(name)
    stem = name[: -len(present) - 1] if present in fits else name
    stem = identifiers.masked(stem)[0].replace("*", "x").strip(" .") or "附件"
    kept = present if present == own_extension or (present, own_extension) in _SAME else ""
    ending = kept or own_extension
    return f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}"


def plain_name(given: str) -> str:
    """The same for a file whose content is not known yet: it keeps the ending that it came with."""
    ending = extension(given.strip())
    if not ending.isalnum() or len(ending) > 8:
        ending = ""
    return safe_name(given, ending, frozenset({ending} - {""})).rstrip(".")


_SAME = {("jpeg", "jpg"), ("heif", "heic"), ("wps", "doc"), ("et", "xls"), ("m4v", "mp4")}


def disposition(name: str) -> str:
    """`Content-Disposition` of a download, with the Chinese name by RFC 5987 / RFC 6266."""
    ending = extension(name)
    plain = f"attachment.{ending}" if ending.isascii() and ending else "attachment"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
