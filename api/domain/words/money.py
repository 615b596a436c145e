"""Money at the border: whole fen inside, a decimal string of yuan on the wire, never a float."""

import re
from decimal import Decimal, InvalidOperation

from api.domain.words.numerals import NotANumber, narrow

#: bigint in the database could hold more; a township never sees 10 billion yuan in one field,
#: but it does see an account number typed into an amount column.
MAX_FEN = 1_000_000_000_000


#: Yuan as everybody writes them; schemas, forms and this parser have the one pattern.
PATTERN = r"^\d{1,10}(\.\d{1,2})?$"
_WRITTEN = re.compile(PATTERN[:-1] + r"\Z", re.ASCII)


def parse(yuan: str) -> int:
    """Whole fen of an amount as the wire has it. Raises ValueError, as `to_fen`, and for a text that
    does not look like it (`.5`, `5.`, `1e3`, `+5`)."""
    try:
        written = narrow(yuan).strip()
    except NotANumber as error:  # 12² would become 122
        raise ValueError("金额应为数字，例如 12345.67") from error
    fen = to_fen(written)
    if not _WRITTEN.match(written):
        raise ValueError("金额应为数字，例如 12345.67")
    return fen


def to_fen(yuan: Decimal | str) -> int:
    """Whole fen of an amount in yuan.

    Raises ValueError when it is not a finite number, has more than two decimals, is negative, or
    exceeds MAX_FEN.
    """
    try:
        amount = Decimal(yuan)
    except InvalidOperation as error:
        raise ValueError("金额应为数字，例如 12345.67") from error
    if not amount.is_finite():
        raise ValueError("金额应为数字，例如 12345.67")
    if abs(amount) > MAX_FEN:
        raise ValueError("金额超出范围，请核对是否误填账号")
    fen = amount * 100
    if fen != fen.to_integral_value():
        raise ValueError("金额最多两位小数（精确到分）")
    if fen < 0:
        raise ValueError("金额不能为负数")
    if fen > MAX_FEN:
        raise ValueError("金额超出范围，请核对是否误填账号")
    return int(fen)


def to_yuan(fen: int) -> str:
    """The wire form of whole fen: `12345.67`, with a minus sign for a balance below zero."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def formatted(fen: int) -> str:
    """As a sentence for people has it: `757,423.48 元`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d} 元"
