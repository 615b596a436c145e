"""Identifiers inside Chinese narrative text: found, and the personal ones masked in place.

Narratives hold phones, ID and card numbers of victims and suspects. They are replaced by masks
before a text is stored or indexed; the plain values go to encrypted rows with their places, so
that an entitled person gets the exact original back (个人信息保护法第28条、第51条).

Missing a number is worse than masking one too many, which a reveal undoes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from api.domain.codes import normalise_code
from api.domain.identifier_patterns import (
    IdentifierKind,
    as_digits,
    candidates,
    half_width,
    may_hold_another,
)
from api.domain.labels import Labelled

__all__ = ["PERSONAL_KINDS", "PUBLIC_KINDS", "Found", "IdentifierKind", "IdentifierState", "as_digits", "detect",
           "mask_identifier", "masked", "normalised", "unmasked"]  # fmt: skip

#: Readable in a text: companies, web addresses, and the places where a fraud is at work.
PUBLIC_KINDS = frozenset({IdentifierKind.CREDIT_CODE, IdentifierKind.URL, IdentifierKind.ADDRESS})
PERSONAL_KINDS = frozenset(IdentifierKind) - PUBLIC_KINDS


class IdentifierState(Labelled):
    """What a person said of an identifier that was found in a text."""

    PROPOSED = "proposed", "待确认"
    CONFIRMED = "confirmed", "已确认"
    DISMISSED = "dismissed", "已排除"


@dataclass(frozen=True, slots=True)
class Found:
    """One identifier: its one spelling for comparing, its place, and what was written."""

    kind: IdentifierKind
    value_normalised: str
    start: int
    end: int
    raw: str

    @property
    def personal(self) -> bool:
        """Whether it must not stand readable in a stored text."""
        return self.kind in PERSONAL_KINDS


_ORDER = (
    IdentifierKind.RESIDENT_ID,
    IdentifierKind.CREDIT_CODE,
    IdentifierKind.EMAIL,
    IdentifierKind.PHONE,
    IdentifierKind.BANK_ACCOUNT,
    IdentifierKind.WECHAT,
    IdentifierKind.QQ,
    IdentifierKind.PLATE,
    IdentifierKind.URL,
    IdentifierKind.ADDRESS,
)
_RANK = {kind: rank for rank, kind in enumerate(_ORDER)}


#: Stands for what was found already, so that a number glued to it is seen in the next round.
BLANK = "\x00"
#: Enough for three numbers in one run; a hostile text must not buy a round per number.
ROUNDS = 4


def detect(text: str) -> list[Found]:
    """All identifiers of a text, in order, without overlaps: personal ones first, then the longest.

    Places refer to `text` itself.
    """
    kept: list[Found] = []
    rest = half_width(text)
    for _ in range(ROUNDS):
        chosen = _choose(text, rest)
        for found in chosen:
            blanks = BLANK * (found.end - found.start)
            rest = rest[: found.start] + blanks + rest[found.end :]
        kept += chosen
        if not chosen or not may_hold_another(rest):
            break
    return sorted(kept, key=lambda found: found.start)


def _choose(text: str, rest: str) -> list[Found]:
    """The best hits in what is left of a text, which stays as long as it was."""
    taken: list[tuple[int, int]] = []
    chosen: list[Found] = []
    hits = [Found(kind, value, start, end, text[start:end])
            for kind, value, start, end in candidates(rest)]  # fmt: skip
    for found in sorted(hits, key=_precedence):
        if all(found.end <= start or end <= found.start for start, end in taken):
            taken.append((found.start, found.end))
            chosen.append(found)
    return chosen


def masked(text: str) -> tuple[str, list[Found]]:
    """The text with personal identifiers masked, and what was found, placed in the MASKED text."""
    pieces: list[str] = []
    placed: list[Found] = []
    length = copied = 0
    for found in detect(text):
        shown = mask_identifier(found.kind, found.value_normalised) if found.personal else found.raw
        pieces += (text[copied : found.start], shown)
        start = length + found.start - copied
        length, copied = start + len(shown), found.end
        placed.append(replace(found, start=start, end=length))
    return "".join((*pieces, text[copied:])), placed


def unmasked(masked_text: str, found: Iterable[Found]) -> str:
    """The exact original, from the masked text and what `masked` found in it."""
    pieces: list[str] = []
    copied = 0
    for one in sorted(found, key=lambda one: one.start):
        pieces += (masked_text[copied : one.start], one.raw)
        copied = one.end
    return "".join((*pieces, masked_text[copied:]))


def normalised(kind: IdentifierKind, value: str) -> str:
    """One entered by itself, spelled as it would be found in a text."""
    for found in detect(value):
        if found.kind is kind:
            return found.value_normalised
    lower = {IdentifierKind.WECHAT, IdentifierKind.EMAIL, IdentifierKind.URL}
    return value.strip().lower() if kind in lower else normalise_code(value)


def mask_identifier(kind: IdentifierKind, value: str) -> str:
    """The mask of one identifier, as lists and stored texts show it."""
    from api.domain import masks

    match kind:
        case IdentifierKind.PHONE:
            return masks.mask_phone(value)
        case IdentifierKind.RESIDENT_ID:
            return masks.mask_id_number(value)
        case IdentifierKind.BANK_ACCOUNT:
            return masks.mask_account(value)
        case IdentifierKind.CREDIT_CODE | IdentifierKind.URL | IdentifierKind.ADDRESS:
            return value
        case _:
            return masks.mask_short(value)


def _precedence(found: Found) -> tuple[bool, int, int, int]:
    return (
        found.kind is IdentifierKind.URL,
        found.start - found.end,
        _RANK[found.kind],
        found.start,
    )
