"""Numbers of the demo: each passes its check character and belongs to nobody.

Recognisable at sight: everybody is born on a New Year's Day, phones begin with 1990000, accounts
hold eight noughts in a row, credit codes spell DEM.
"""

from api.domain.words.codes import (
    CREDIT_ALPHABET,
    CREDIT_WEIGHTS,
    ORGANISATION_WEIGHTS,
    id_check_char,
    passes_luhn,
)


def resident_id(serial: int, born: int) -> str:
    """A resident ID of somebody born in that year."""
    first17 = f"341522{born}0101{serial % 1000:03d}"
    return first17 + id_check_char(first17)


def phone(serial: int) -> str:
    """A mobile number."""
    return f"1990000{serial % 10_000:04d}"


def account(serial: int) -> str:
    """A bank card number of nineteen digits."""
    stem = f"62284800000000{serial % 10_000:04d}"
    return next(stem + digit for digit in "0123456789" if passes_luhn(stem + digit))


def credit_code(serial: int, kind: str = "91") -> str:
    """A unified social credit code; `kind` is its first two characters (91 company, 92 trader)."""
    body = f"DEM{serial % 100_000:05d}"
    total = sum(int(mark, 36) * w for mark, w in zip(body, ORGANISATION_WEIGHTS, strict=True))
    first17 = f"{kind}341522{body}{'0123456789X0'[11 - total % 11]}"
    weighed = zip(first17, CREDIT_WEIGHTS, strict=True)
    check = CREDIT_ALPHABET[-sum(CREDIT_ALPHABET.index(mark) * w for mark, w in weighed) % 31]
    return first17 + check
