"""Chinese full-text search with core PostgreSQL alone: pairs of characters in a tsvector.

One normal form, `stored`, is stored and asked for alike: letters and digits of every script, and
nothing between them, because people type another bracket, dot or blank than stands in the record;
and the numbers of groups and houses in digits, for 三组 is 3组.
A document keeps its pairs; a query asks for all of its own and is then rechecked against the plain
text, because pairs may stand apart. Latin letters and digits come in runs of four instead: pairs of
digits stand in every text. A run is found by any of its beginnings, so by every part of a number.
"""

import re
import unicodedata
from functools import cache
from itertools import chain, pairwise
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column

from api.domain.words.identifiers import half_width
from api.domain.words.places import one_form

_RUNS = re.compile(r"[0-9a-z]+|[^0-9a-z]+")
#: Letters to Unicode, but seen as a dot between names or not at all.
_LOOKALIKES = "\u115f\u1160\u119e\u1427\ua78f"
#: What may have to go: most of it is neither letter nor digit.
_PERHAPS = re.compile(f"[\\W_{_LOOKALIKES}]+")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
#: Choose a glyph, and are typed by nobody.
_SELECTORS = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
#: Rare characters come before Unicode knows them, or in a county's own private use.
_PRIVATE = {"Co", "Mn", "Mc", "Me"}
_FIRST_RARE = 0x20000
_MAX_QUERY = 50
#: Latin runs are kept in pieces of this length.
_PIECE = 4


def plain(text: str) -> str:
    """The one normal form: half width, lower case, 0-9 for every digit, letters and digits only."""
    if text.isascii():
        return _PERHAPS.sub("", text.lower())
    text = unicodedata.normalize("NFKC", text).casefold()
    if not text.isascii():
        if _OTHER_DIGIT.search(text):
            text = half_width(text)
        text = unicodedata.normalize("NFKC", text)
    return _PERHAPS.sub(_kept, text)


def stored(text: str) -> str:
    """The same as the index holds it: a place in its one form."""
    return one_form(plain(text))


def _kept(found: re.Match[str]) -> str:
    text = found[0]
    return "" if text.isascii() else "".join(c for c in text if _counts(c))


def _counts(c: str) -> bool:
    """Whether a character that is no letter or digit to Python belongs to a word all the same."""
    kind = unicodedata.category(c)
    if kind == "Cn":
        return ord(c) >= _FIRST_RARE
    return kind in _PRIVATE and not _SELECTORS.match(c)


def document(*texts: str) -> dict[str, str]:
    """The columns of a record that is found by its texts: `search`, a tsvector literal, and
    `search_text`, which the recheck reads; texts stand apart in it by a blank each."""
    plains = [stored(text) for text in texts]
    found = dict.fromkeys(chain.from_iterable(map(_tokens, filter(None, plains))))
    return {
        "search": "'" + "' '".join(found) + "'" if found else "",
        "search_text": " ".join(plains).rstrip(),
    }


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    for run in _RUNS.findall(text):
        if run[0].isascii():
            found += [run[at : at + _PIECE] for at in range(len(run))]
        else:
            found += map("".join, pairwise(run))
            found += run
    return found


def tokens(text: str) -> list[str]:
    """The distinct words of a text in the index: pairs, single characters and Latin pieces."""
    return list(dict.fromkeys(_tokens(stored(text))))


def words(text: str) -> list[str]:
    """The runs of a text that are neither Latin letters nor digits."""
    return [run for run in _RUNS.findall(stored(text)) if not run[0].isascii()]


def query(text: str) -> str | None:
    """A tsquery that every matching document satisfies; None when the text holds nothing to find."""
    wanted: dict[str, None] = {}
    for run in _RUNS.findall(stored(text)[:_MAX_QUERY]):
        if run[0].isascii() and len(run) <= _PIECE:
            wanted[f"'{run}':*"] = None
        elif run[0].isascii():
            ends = range(len(run) - _PIECE + 1)
            wanted.update(dict.fromkeys(f"'{run[at : at + _PIECE]}'" for at in ends))
        elif len(run) == 1:
            wanted[f"'{run}'"] = None
        else:
            wanted.update(dict.fromkeys(f"'{a}{b}'" for a, b in pairwise(run)))
    return " & ".join(wanted) or None


def bigrams(text: str) -> list[str]:
    """What `query` asks for, word by word."""
    return re.findall(r"'([^']+)'", query(text) or "")


@cache
def _dropped() -> str:
    """What `plain` leaves out, as a character class for PostgreSQL: its own `[:alnum:]` would
    depend on the locale of the database."""
    ranges: list[list[int]] = []
    for code in (*range(1, 0x3400), *range(0xF900, 0x10000)):
        c = chr(code)
        if unicodedata.category(c) == "Cn" or unicodedata.normalize("NFKC", c) != c:
            continue
        if plain(c):
            ranges.append([])
        elif ranges and ranges[-1]:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    spans = "".join(f"\\u{a:04x}-\\u{b:04x}" for a, b in filter(None, ranges))
    return f"[{spans}\\U0001f000-\\U0001faff]+"


def folded(text: Any) -> ColumnElement[str]:
    """`plain` in SQL, for lists that are short enough to be read through."""
    narrow = func.lower(func.normalize(text, literal_column("NFKC")))
    return func.regexp_replace(
        narrow, literal_column(f"'{_dropped()}'"), literal_column("''"), literal_column("'g'")
    )


def within(text: Any, wanted: Any) -> ColumnElement[bool]:
    """Whether a plain text holds another. Not LIKE: PostgreSQL would guess from the pattern's
    length that hardly a row fits."""
    return func.strpos(text, wanted) > 0


def escape(text: str) -> str:
    """A text inside a LIKE pattern that means itself."""
    return re.sub(r"([\\%_])", r"\\\1", text)
