"""Chinese full-text search with core PostgreSQL alone: character bigrams in a tsvector.

A document keeps its bigrams; a query asks for all of its own and is then rechecked against the
text, because bigrams may stand apart.
"""

import re
import unicodedata
from operator import add

_WORD = re.compile(r"[0-9a-z]+|[\u3400-\u9fff\U00020000-\U0003ffff]+")
_MAX_QUERY = 50
#: Longer than anything that can be asked for; PostgreSQL takes no word of more than 2,046 bytes.
_MAX_WORD = 100


def normalise(text: str) -> str:
    """Full-width to half-width, lower case, one space for any white space."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def tokens(text: str) -> list[str]:
    """The distinct bigrams of Chinese runs (single characters stay whole) and the Latin words."""
    found: list[str] = []
    for word in _WORD.findall(normalise(text)):
        if word[0].isascii():
            found.append(word[:_MAX_WORD])
        else:
            found += map(add, word, word[1:])
            found += word
    return list(dict.fromkeys(found))


def words(text: str) -> list[str]:
    """The Chinese runs of a text."""
    return [word for word in _WORD.findall(normalise(text)) if not word[0].isascii()]


def query(text: str) -> str | None:
    """A tsquery that every matching document satisfies; None when the text holds nothing to find."""
    wanted: dict[str, None] = {}
    for word in _WORD.findall(normalise(text)[:_MAX_QUERY]):
        if word[0].isascii():
            wanted[f"'{word}':*"] = None
        elif len(word) == 1:
            wanted[f"'{word}'"] = None
        else:
            wanted.update(dict.fromkeys(f"'{word[i : i + 2]}'" for i in range(len(word) - 1)))
    return " & ".join(wanted) or None


def bigrams(text: str) -> list[str]:
    """What `query` asks for, word by word."""
    return re.findall(r"'([^']+)'", query(text) or "")


def phrase(text: str) -> str:
    """What the recheck looks for in the normalised document."""
    return normalise(text)[:_MAX_QUERY]


def like(text: str) -> str:
    """The LIKE pattern of the recheck."""
    return f"%{escape(normalise(text)[:_MAX_QUERY])}%"


def escape(text: str) -> str:
    """A text inside a LIKE pattern that means itself."""
    return re.sub(r"([\\%_])", r"\\\1", text)
