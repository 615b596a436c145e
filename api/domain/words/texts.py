"""One rule for every text that comes in: what nobody sees goes, and every digit is 0-9.

Marks that turn the reading direction or have no width make two different texts look like one, and
one like two; digits of other scripts slip past whatever looks for a number. Line breaks and tabs
stay; control characters are refused where the text is read (schemas/common).
"""

import re
import unicodedata
from functools import cache
from typing import Any, Final

#: Format characters of Unicode (Cf), C1 controls, fillers without a shape, the combining joiner, and
#: what is no character at all (a workbook with one of those cannot be opened); as they stand between
#: the brackets of a pattern.
UNSEEN: Final = (
    "\u0080-\u0084\u0086-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
    )
)
_UNSEEN = re.compile(f"[{UNSEEN}]")
_LINE = re.compile("\r\n?|[\u0085\u2028\u2029]")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
#: Any of what those three look for: most texts hold none of it.
_TO_DO = re.compile(f"[{UNSEEN}\r\u0085\u2028\u2029]|[^\\D0-9]")


@cache
def _digit(mark: str) -> str:
    return str(unicodedata.decimal(mark))


def clean(text: str) -> str:
    """The text as it is kept: composed (NFC), without what cannot be seen, with 0-9 for all digits.

    A text of nothing else stays as it is, for its reader to refuse.
    """
    if text.isascii():
        return text
    text, given = unicodedata.normalize("NFC", text), text
    if not _TO_DO.search(text):
        return text if text.strip() else given
    seen = _UNSEEN.sub("", _LINE.sub("\n", text))
    if not seen.strip():
        return given
    return _OTHER_DIGIT.sub(lambda found: _digit(found[0]), seen)


def cleaned(value: Any, name: str = "") -> Any:
    """The same of every text inside JSON; a password is whatever was typed."""
    if isinstance(value, str):
        return value if "password" in name else clean(value)
    if isinstance(value, list):
        return [cleaned(each, name) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {key: cleaned(each, str(key)) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
    return value
