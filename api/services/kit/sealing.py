"""Personal values given by themselves: encrypted, masked, and with a blind index for exact search."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from api.core.base.clock import today
from api.core.base.crypto import keyring
from api.core.listing import search
from api.domain.across.field_labels import labels_said
from api.domain.kit.errors import FieldError, Forbidden, Invalid
from api.domain.words import documents
from api.domain.words.documents import DocumentKind
from api.domain.words.identifier_patterns import BY_DOCUMENT
from api.domain.words.identifiers import IdentifierKind
from api.domain.words.masks import mask_account, mask_name
from api.services.kit import protect


def name_key(value: str) -> bytes:
    """The blind index of a person's name, however it is spaced and dotted."""
    return keyring().blind_index("person_name", search.plain(value) or "".join(value.split()))


def account_key(value: str) -> bytes:
    """The blind index of an account or certificate number, as `protect.given` makes it."""
    row = protect.given(IdentifierKind.BANK_ACCOUNT, value)
    if row is not None:
        return bytes(row["value_index"])
    return keyring().blind_index("certificate", "".join(value.split()).upper())


def name(prefix: str, value: str, *, indexed: bool = False) -> dict[str, Any]:
    """The columns `<prefix>_enc`, `<prefix>_mask` (and `<prefix>_index`) of a name."""
    value = value.strip()
    columns: dict[str, Any] = {
        f"{prefix}_enc": keyring().encrypt(value) if value else None,
        f"{prefix}_mask": mask_name(value),
    }
    if indexed:
        columns[f"{prefix}_index"] = name_key(value) if value else None
    return columns


def number(prefix: str, kind: IdentifierKind, value: str) -> dict[str, Any]:
    """The columns of a number that must be a proper one of its kind; empty stays empty.

    Raises Invalid pointing at the field.
    """
    if not value.strip():
        return {f"{prefix}_enc": None, f"{prefix}_index": None, f"{prefix}_mask": ""}
    row = protect.given(kind, value)
    if row is None:
        message = f"不是有效的{kind.label}"
        raise Invalid(message, errors=[FieldError(f"/{prefix}", "bad_identifier", message)])
    return {
        f"{prefix}_enc": row["value_enc"],
        f"{prefix}_index": row["value_index"],
        f"{prefix}_mask": row["value_mask"],
    }


def document(prefix: str, kind: DocumentKind | None, value: str) -> dict[str, Any]:
    """The columns of the number of a paper that says who somebody is, and `id_kind`, which kind:
    where none is given, its name before the number or its form tells. Raises Invalid."""
    if not value.strip():
        return {"id_kind": kind, **number(prefix, IdentifierKind.RESIDENT_ID, "")}
    told, plain = documents.told(value)
    kind = kind or told
    checked = documents.check(kind, plain, today())
    if checked.error is not None:
        fault = FieldError(f"/{prefix}", "bad_identifier", checked.error.message)
        raise Invalid(checked.error.message, errors=[fault])
    return {"id_kind": kind, **number(prefix, BY_DOCUMENT[kind], checked.value)}


def certificate(prefix: str, value: str) -> dict[str, Any]:
    """The columns of an account or certificate number of whatever form."""
    value = value.strip()
    return {
        f"{prefix}_enc": keyring().encrypt(value) if value else None,
        f"{prefix}_index": account_key(value) if value else None,
        f"{prefix}_mask": mask_account(value),
    }


def texts(given: Mapping[str, str], held: bytes | None = None) -> dict[str, Any]:
    """Free texts masked, and the columns that keep the originals of those in which something was
    masked; `held` are the originals so far, of which those of other texts stay."""
    kept: dict[str, str] = orjson.loads(keyring().decrypt_bytes(held)) if held else {}
    masked: dict[str, Any] = {}
    for name, value in given.items():
        masked[name] = protect.told(value)
        kept.pop(name, None)
        if masked[name] != value:
            kept[name] = value
    sealed = keyring().encrypt_bytes(orjson.dumps(kept)) if kept else None
    return masked | {"texts_enc": sealed, "texts_kept": sorted(kept)}


def original(held: bytes | None, name: str) -> str:
    """The original of one masked text; empty where there is none."""
    return str(orjson.loads(keyring().decrypt_bytes(held)).get(name, "")) if held else ""


def revealed(
    noun: str, wanted: Sequence[str], revealable: Sequence[str], held: bytes | None
) -> dict[str, str]:
    """The originals of masked texts by name. Raises Forbidden for what cannot be shown."""
    refused = [name for name in wanted if name not in revealable]
    if refused:
        raise Forbidden(f"无权查看：{labels_said(refused, of=noun)}", code="field_not_revealable")
    return {name: original(held, name) for name in wanted}
