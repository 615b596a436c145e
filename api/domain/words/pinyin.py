"""How names are spelled in letters, for whoever types bmc and means 白庙村.

Unlike `names.sound`, which forgets what people mishear, this is what they type: every reading of a
character, ü as v and as u. A character that has none, a letter or a digit stands for itself.
"""

import os
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import islice, product

#: So many spellings of one name are kept: two or three of its characters have several readings.
_MOST = 8
#: Nobody types more of a name than this.
_LONGEST = 30


@cache
def readings() -> dict[int, str]:
    """By character, its readings with their tones."""
    # the phrases take 40 MB and half a second, and would read one character in two ways
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin.constants import PINYIN_DICT

    return PINYIN_DICT


@lru_cache(maxsize=8192)
def spellings(character: str) -> tuple[str, ...]:
    """The ways to type a character, the usual one first; none for a mark."""
    found = readings().get(ord(character))
    if found is None:
        return (character,) if character.isalnum() else ()
    made: list[str] = []
    for reading in found.split(","):
        bare = unicodedata.normalize("NFD", reading.replace("ê", "e"))
        toned = "".join(c for c in bare if c.isalpha() or c == "\N{COMBINING DIAERESIS}")
        typed = toned.replace("u\N{COMBINING DIAERESIS}", "v")
        made += [typed, typed.replace("v", "u")] if "v" in typed else [typed]
    return tuple(dict.fromkeys(each for each in made if each))


def _characters(text: str) -> list[tuple[str, ...]]:
    plain = unicodedata.normalize("NFKC", text).lower()
    return [ways for c in plain if (ways := spellings(c))]


def spelled(text: str) -> str:
    """A name character by character, `bai/bo miao cun`: what a picker of few names looks through."""
    return " ".join("/".join(ways) for ways in _characters(text))


def table(texts: Iterable[str]) -> dict[str, str]:
    """By way of typing, the characters of the texts that are typed so: `{"bai": "白百", …}`. What
    short lists of labels are looked through with, as `spelled` serves lists of names."""
    found: dict[str, str] = {}
    for character in sorted({c for text in texts for c in text if not c.isascii()}):
        for way in spellings(character):
            if way.isascii():
                found[way] = found.get(way, "") + character
    return dict(sorted(found.items()))


def letters(text: str) -> list[str]:
    """Its initials and its whole spelling, in every reading: what a search of many names holds."""
    if not any(ord(c) in readings() for c in text):
        return []  # letters and digits alone are found as they stand
    characters = _characters(text)[:_LONGEST]
    initials = product(*(dict.fromkeys(way[0] for way in ways) for ways in characters))
    whole = product(*characters)
    made = ["".join(each) for some in (initials, whole) for each in islice(some, _MOST)]
    return list(dict.fromkeys(made))


def _read_to(typed: str, at: int, ways: Sequence[str]) -> set[int]:
    """How far one character reads on in what was typed, from a place in it."""
    return {
        at + length
        for way in ways
        for length in range(1, len(way) + 1)
        if typed[at : at + length] == way[:length]
    }


def says(text: str, typed: str) -> bool:
    """Whether what was typed spells a part of a name: each character by its beginning or whole
    (bmc, baimiao, baim)."""
    plain = unicodedata.normalize("NFKC", typed).lower().replace("ü", "v")
    wanted = "".join(c for c in plain if c.isalnum())[:_LONGEST]
    characters = _characters(text)
    for first in range(len(characters) if wanted else 0):
        reached = {0}
        for ways in characters[first:]:
            reached = {end for at in reached for end in _read_to(wanted, at, ways)}
            if len(wanted) in reached:
                return True
            if not reached:
                break
    return False


def is_typed(text: str) -> bool:
    """Whether a text can be pinyin at all: Latin letters, and what people put between them."""
    bare = "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c not in " '’ü")
    return bool(bare) and bare.isascii() and bare.isalpha()
