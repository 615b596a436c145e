"""Identifiers inside Chinese narrative text: found, and the personal ones masked in place.

Narratives hold phones, ID and card numbers of victims and suspects. They are replaced by masks
before a text is stored or indexed; the plain values go to encrypted rows with their places, so
that an entitled person gets the exact original back (个人信息保护法第28条、第51条).

Missing a number is worse than masking one too many, which a reveal undoes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from api.domain.kit.labels import Labelled
from api.domain.words import documents
from api.domain.words.codes import normalise_code, normalise_phone, parse_resident_id
from api.domain.words.identifier_patterns import (
    BY_DOCUMENT,
    IdentifierKind,
    as_digits,
    candidates,
    half_width,
    may_hold_another,
)

__all__ = ["PERSONAL_KINDS", "PUBLIC_KINDS", "Found", "IdentifierKind", "IdentifierState", "as_digits", "detect",
           "half_width", "key", "mask_identifier", "masked", "normalised", "readings", "unmasked"]  # fmt: skip

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
    IdentifierKind.FOREIGN_RESIDENT,
    IdentifierKind.CREDIT_CODE,
    IdentifierKind.EMAIL,
    IdentifierKind.HK_MACAO_PERMIT,
    IdentifierKind.TAIWAN_PERMIT,
    IdentifierKind.PASSPORT,
    IdentifierKind.MILITARY_ID,
    IdentifierKind.PHONE,
    IdentifierKind.BANK_ACCOUNT,
    IdentifierKind.WECHAT,
    IdentifierKind.QQ,
    IdentifierKind.PLATE,
    IdentifierKind.URL,
    IdentifierKind.ADDRESS,
    IdentifierKind.OTHER_DOCUMENT,
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


#: The papers by which people identify themselves, as identifiers.
_DOCUMENTS = {identifier: document for document, identifier in BY_DOCUMENT.items()
              if identifier is not IdentifierKind.RESIDENT_ID}  # fmt: skip
_LOCAL = re.compile(r"[2-8]\d{6,7}", re.ASCII)
_FORMS = {
    IdentifierKind.BANK_ACCOUNT: re.compile(r"\d{8,32}", re.ASCII),
    IdentifierKind.QQ: re.compile(r"[1-9]\d{4,10}", re.ASCII),
}
_WECHAT = re.compile(r"[a-z][-_a-z0-9]{5,19}")
#: Said before a number that is looked for; the number is meant.
_CALLED = re.compile(
    r"[\W_]*(?:微信|薇信|wx|vx|qq|扣扣|手机|电话|座机|固话|来电|身份证|证件|银行卡|卡|账|帐|户|护照|通行证|车牌|邮箱"
    r"|地址|网址|信用代码|代码|[\u4e00-\u9fff]{1,14}证件?)*(?:号码|号|码|是|为)*[\W_]*",
    re.IGNORECASE,
)


def key(kind: IdentifierKind, value: str) -> str:
    """What of a normalised value two spellings of one identifier have in common: of a fixed line
    neither the area code nor the extension, which some say and others leave out."""
    if kind is IdentifierKind.PHONE and "-" in value:
        return value.split("-")[1]
    document = _DOCUMENTS.get(kind)
    return documents.key(document, value) if document else value


def readings(text: str) -> list[tuple[IdentifierKind, str]]:
    """What a text that is looked for may be, as a whole, with the key as each of these."""
    text = half_width(text).strip()
    if not any(c.isdecimal() or (c.isalpha() and c.isascii()) for c in text):
        return []
    inside = detect(text)
    found = [
        (each.kind, key(each.kind, each.value_normalised)) for each in inside if each.raw == text
    ]
    found += _forms(text)
    if len(inside) == 1:
        one = inside[0]
        named = _CALLED.fullmatch(text[: one.start]) and _CALLED.fullmatch(text[one.end :])
        if named and one.raw != text:
            # wx12345 may be a handle, or the number 12345 behind its name
            found += [(one.kind, key(one.kind, one.value_normalised)), *_forms(one.raw)]
    return list(dict.fromkeys(found))


def _forms(text: str) -> list[tuple[IdentifierKind, str]]:
    """The kinds whose form a text has, without any word beside it, and the keys as each of them."""
    code, lower = normalise_code(text), text.lower()
    found: list[tuple[IdentifierKind, str]] = []
    if phone := normalise_phone(text) or (code if _LOCAL.fullmatch(code) else None):
        found.append((IdentifierKind.PHONE, key(IdentifierKind.PHONE, phone)))
    if person := parse_resident_id(text):
        found.append((IdentifierKind.RESIDENT_ID, person.number))
    found += [(kind, code) for kind, form in _FORMS.items() if form.fullmatch(code)]
    found += [(IdentifierKind.WECHAT, lower)] if _WECHAT.fullmatch(lower) else []
    papers = documents.readings(documents.told(text)[1])
    return found + [(BY_DOCUMENT[kind], known) for kind, known in papers]


def mask_identifier(kind: IdentifierKind, value: str) -> str:
    """The mask of one identifier, as lists and stored texts show it."""
    from api.domain.words import masks

    match kind:
        case IdentifierKind.PHONE:
            return masks.mask_phone(value)
        case IdentifierKind.RESIDENT_ID | IdentifierKind.FOREIGN_RESIDENT:
            return masks.mask_id_number(value)
        case _ if kind in _DOCUMENTS:
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
