"""Personal identifiers leave free text before it is stored, indexed or told of in an event."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from api.core.base.clock import today
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission
from api.domain.words import codes, documents, identifiers
from api.domain.words.codes import CodeCheck
from api.domain.words.documents import DocumentKind
from api.domain.words.identifiers import IdentifierKind


def _document(kind: DocumentKind, value: str) -> CodeCheck:
    return documents.check(kind, value, today())


_CHECKS: dict[IdentifierKind, Callable[[str], CodeCheck]] = {
    IdentifierKind.PHONE: codes.check_phone,
    IdentifierKind.RESIDENT_ID: lambda value: codes.check_resident_id(value, today()),
    IdentifierKind.BANK_ACCOUNT: codes.check_bank_account,
    IdentifierKind.CREDIT_CODE: codes.check_credit_code,
    **{
        IdentifierKind(kind.value): partial(_document, kind)
        for kind in DocumentKind
        if kind not in {DocumentKind.RESIDENT_ID, DocumentKind.RESIDENCE_PERMIT}
    },
}


#: Every identifier holds a digit (of any script) or a Latin letter, half-width or full-width, or is
#: a phone number spelled in Chinese numerals.
_PERHAPS = re.compile(r"[A-Za-z\uff21-\uff5a\d]|[零〇一二三四五六七八九幺]{11}")


@dataclass(slots=True)
class Protected:
    """A text with masks in place of identifiers, and the rows that restore it."""

    text: str
    identifiers: list[dict[str, Any]]


def text(value: str, field: str) -> Protected:
    """Mask the identifiers in a text; the rows hold them encrypted, with blind indexes."""
    if not _PERHAPS.search(value):
        return Protected(value, [])
    masked, found = identifiers.masked(value)
    keys = keyring()
    rows = [
        {
            "id": uuid7(),
            "kind": each.kind,
            "value_enc": sealed,
            "value_index": index(each.kind, each.value_normalised),
            "value_mask": masked[each.start : each.end],
            # most are written as they are compared
            "raw_enc": sealed if each.raw == each.value_normalised else keys.encrypt(each.raw),
            "field": field,
            "starts_at": each.start,
            "ends_at": each.end,
        }
        for each in found
        for sealed in [keys.encrypt(each.value_normalised)]
    ]
    return Protected(masked, rows)


async def replaced(
    session: AsyncSession,
    owner: InstrumentedAttribute[UUID],
    owner_id: UUID,
    field: str,
    value: str,
) -> str:
    """A text of a record as it is stored: the identifiers that it held before go, the new ones come.

    `owner` is the column of the table of identifiers that names the record.
    """
    made = text(value, field)
    table: Any = owner.class_
    await session.execute(delete(table).where(owner == owner_id, table.field == field))
    if made.identifiers:
        rows = [row | {owner.key: owner_id} for row in made.identifiers]
        await session.execute(insert(table), rows)
    return made.text


def given(kind: IdentifierKind, value: str) -> dict[str, Any] | None:
    """The row of an identifier that was entered by itself; None when it cannot be one."""
    if kind in _CHECKS:
        checked = _CHECKS[kind](value)
    else:
        checked = CodeCheck(identifiers.normalised(kind, value))
    if not checked.ok or not checked.value:
        return None
    keys = keyring()
    return {
        "id": uuid7(),
        "kind": kind,
        "value_enc": keys.encrypt(checked.value),
        "value_index": index(kind, checked.value),
        "value_mask": identifiers.mask_identifier(kind, checked.value),
        "raw_enc": None,
        "field": "",
        "starts_at": None,
        "ends_at": None,
    }


def index(kind: IdentifierKind, normalised: str) -> bytes:
    """The blind index of an identifier: one for all the ways in which it is written."""
    return keyring().blind_index(kind.value, identifiers.key(kind, normalised))


def indexes(text: str) -> list[bytes]:
    """The blind indexes that a search text stands for, when all of it can be an identifier."""
    keys = keyring()
    return [keys.blind_index(kind.value, key) for kind, key in identifiers.readings(text)]


def searched(actor: Actor, reveals: Permission, text: str) -> list[bytes]:
    """The same, for those who may be shown the plain value: to anybody else a hit would confirm a
    guess, and a masked phone number leaves only ten thousand of them."""
    return indexes(text) if actor.may(reveals) else []


def told(value: str) -> str:
    """A text as an event may tell it: identifiers masked for good."""
    return identifiers.masked(value)[0] if _PERHAPS.search(value) else value


def restore(masked: str, rows: list[tuple[int, int, bytes]]) -> str:
    """The text as it was written, from its masks' places and encrypted originals."""
    keys = keyring()
    for start, end, raw in sorted(rows, reverse=True):
        masked = masked[:start] + keys.decrypt(raw) + masked[end:]
    return masked
