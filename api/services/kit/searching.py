"""What people type into a search box, read once for every noun: a number, an identifier, words.

What a record holds in plain is found by any part of it, however it is written (core/listing/search.py).
Personal numbers are stored encrypted: they are found whole, or by what their masks still show, and
an empty answer says so.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    and_,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import BYTEA, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.core.base.clock import today
from api.core.listing import search, word_stats
from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import town_of
from api.domain.kit.permissions import Permission
from api.domain.leads import source_numbers
from api.domain.words import pinyin, places
from api.domain.words.identifiers import half_width, masked
from api.services.kit import protect, sealing

#: Of what a filter by `words` or `identifier` is given: the tsquery, the text as the index holds it
#: and the plain text come first, then blind indexes in hex and numbers of records.
_WORDS, _STORED, _PLAIN = 1, 2, 3
#: No document holds it, so it finds nothing where there are no words to look for.
_NO_TEXT = "\x01"
_NOTHING = f"'{_NO_TEXT}'"
_DIGITS = re.compile(r"\d{3}")
_PART = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{2,17}", re.ASCII)
#: What may be somebody's name.
_PERSON = re.compile(r"[^\W\d_a-z]{2,16}")
_SERIAL = re.compile(r"(?:(20\d\d)-?)?(\d{4,9})")
WHOLE = "电话、证件号、账号等号码已加密，只能按完整号码查找，或按看得见的末几位查找；没有查到，不等于没有登记"
MARKS = "检索词里没有可以查找的字、字母或数字"
NOT_YOURS = "电话、证件号、账号等号码已加密，您的岗位不能按号码查找"


def blank(text: str | None) -> bool:
    """Whether nothing was asked for."""
    return not text or not text.strip()


def plain(text: str | None) -> str:
    """A text in the form that is stored; marks alone find nothing, for they are stored nowhere."""
    return search.plain(text or "") or _NO_TEXT


def numbers(prefix: str, town: str, text: str) -> list[str]:
    """The numbers of records that a text is, however it is spaced: XS-341522118-2026-0001 whole, or
    its serial alone, with the year or of this one and the last."""
    code = search.plain(text).upper()
    if whole := re.fullmatch(rf"{prefix}(\d{{9}})(\d{{4}})(\d{{4,9}})", code):
        return ["-".join((prefix, *whole.groups()))]
    bare = re.sub(r"[‐‑‒–—―−]", "-", unicodedata.normalize("NFKC", half_width(text))).strip()
    serial = _SERIAL.fullmatch(bare)
    if serial is None:
        return []
    years = [serial[1]] if serial[1] else [str(today().year), str(today().year - 1)]
    return [f"{prefix}-{town_of(town)}-{year}-{serial[2]}" for year in years]


async def spelled(session: AsyncSession, key: Any, name: Any, text: str) -> list[Any]:
    """The keys of the rows whose names letters spell (bmc: 白庙村): of short lists, read through."""
    if not pinyin.is_typed(text):
        return []
    rows = await session.execute(select(key, name))
    return [found for found, named in rows if pinyin.says(named, text)]


def words(text: str) -> list[str]:
    """A text for a filter that asks an index and rechecks: the tsquery, and the text as the index
    and as a column of its own holds it."""
    return [search.query(text) or _NOTHING, search.stored(text) or _NO_TEXT, plain(text)]


async def filters(
    actor: Actor,
    table: str,
    prefix: str,
    reveals: Permission,
    text: str | None,
    *,
    people: bool = False,
) -> dict[str, object]:
    """The filters of a list that find what was typed: `number`, `identifier` (which finds words
    too), or words alone. `people`: somebody is found by their whole name, which is encrypted."""
    if text is None or blank(text):
        return {}
    found = numbers(prefix, actor.division_code, text)
    if found and search.plain(text).startswith(prefix.lower()):
        return {"number": found}
    indexes = protect.searched(actor, reveals, text)
    shown, hidden = masked(text)
    # of a number alone the mask's own digits are left: they stand in every number that looks like it
    whole = (0, len(shown.rstrip()))
    is_number = any(each.personal and (each.start, each.end) == whole for each in hidden)
    # letters and digits alone may be a part of a code, whatever else they look like
    part = _PART.fullmatch(text.strip()) is not None
    shown = places.without_front(shown)
    said = (
        words(text if part else shown) if part or not is_number else [_NOTHING, _NO_TEXT, _NO_TEXT]
    )
    if people and actor.may(reveals) and _PERSON.fullmatch(search.plain(text)):
        indexes = [*indexes, sealing.name_key(text)]
    if indexes or found or is_number or (part and hidden):
        return {
            "identifier": [
                *said,
                *(each.hex() for each in indexes),
                *found,
                source_numbers.normal(text),
            ]
        }
    if not search.plain(text):
        return {"identifier": words(text)}
    return await word_stats.filters(table, shown)


def _part(given: Any, at: int) -> Any:
    # not `given[at]`: behind the parameter's cast PostgreSQL would read that as a part of the type
    return func.trim_array(given, literal_column("0"), type_=ARRAY(Text))[at]


def holds(table: Any, given: Any) -> ColumnElement[bool]:
    """Whether a searched row holds the words of a filter."""
    return and_(
        table.search.op("@@")(cast(_part(given, _WORDS), TSQUERY)),
        search.within(table.search_text, _part(given, _STORED)),
    )


def is_asked(column: Any, given: Any) -> ColumnElement[bool]:
    """Whether a column with a blind index holds one of those that a filter asks for."""
    return column.in_(_hexed(given))


def _hexed(given: Any) -> Any:
    asked = func.unnest(given).column_valued("asked")
    return select(func.decode(asked, literal_column("'hex'"))).where(
        asked.op("~")(literal_column("'^[0-9a-f]{32}$'"))
    )


def begins_with(table: Any, given: Any) -> ColumnElement[bool]:
    """The same of its first text alone, such as a name."""
    first = func.split_part(table.search_text, literal_column("' '"), literal_column("1"))
    return and_(holds(table, given), search.within(first, _part(given, _STORED)))


def says(text: Any, given: Any) -> ColumnElement[bool]:
    """The same of a column that has no index: of short lists."""
    return search.within(search.folded(text), _part(given, _PLAIN))


def names(text: Any, asked: str) -> ColumnElement[bool]:
    """Whether the name of a place or a unit holds what was asked for, whatever is said around it."""
    return or_(
        *(
            search.within(search.folded(text), each)
            for each in dict.fromkeys((plain(asked), plain(places.bare(asked))))
        )
    )


def found_by(
    model: Any, identifiers: Any, owner: Any, *more: str, plain: Sequence[str] = ()
) -> Any:
    """The filter `identifier` of a list: rows whose identifiers, number or words are asked for.
    `more` are columns of the row with blind indexes of their own, `plain` such with a number that
    others gave it, in its normal form."""

    def condition(given: Any) -> ColumnElement[bool]:
        indexes = func.array(_hexed(given).scalar_subquery(), type_=ARRAY(BYTEA))
        own = aliased(model)
        ways = [
            select(owner).where(identifiers.value_index == func.any(indexes)),
            select(own.id).where(holds(own, given)),
            select(own.id).where(own.number == func.any(given)),
            *(select(own.id).where(getattr(own, each) == func.any(indexes)) for each in more),
            # said twice, so that PostgreSQL can prove that the partial index fits
            *(
                select(own.id).where(
                    getattr(own, each) == func.any(given),
                    getattr(own, each) != literal_column("''"),
                )
                for each in plain
            ),
        ]
        return model.id.in_(union_all(*ways))

    return ARRAY(Text), condition


def notice(actor: Actor, reveals: Permission, text: str | None) -> str | None:
    """What somebody must know whose search found nothing."""
    if text and not blank(text) and not search.plain(text):
        return MARKS
    if not text or not _DIGITS.search(half_width(text)):
        return None
    return WHOLE if actor.may(reveals) else NOT_YOURS
