"""The number under which whoever sent a record keeps it: one normal form of it."""

import unicodedata
from typing import Final

#: As long as the cell of a ledger.
LONGEST: Final = 64
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-")


def normal(said: str) -> str:
    """The number as it is kept: half width, capitals, without blanks, one kind of dash. People and
    programs write the same number in many ways; a record must not be taken for another by that."""
    bare = "".join(unicodedata.normalize("NFKC", said).translate(_DASHES).upper().split())
    return bare if any(mark.isalnum() for mark in bare) else ""
