"""Codes that people type: resident IDs, credit codes, phones, bank accounts, division codes.

Sources: GB 11643 (居民身份证号码), GB 32100-2015 with GB 11714 (统一社会信用代码), ISO/IEC 7812 (Luhn),
GB/T 2260 and GB/T 10114 (区划). A check refuses only what cannot be right; what is merely unusual is
a warning, because old elders carry unusual numbers.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from api.domain.kit.labels import Labelled

#: 老年人权益保障法第二条.
ELDER_AGE = 60
OLDEST = 130
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
#: First and last province number of each region of GB/T 2260; 83 is the residence permit of Taiwan.
REGIONS = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
PROVINCES = frozenset(str(n) for first, last in REGIONS for n in range(first, last + 1))
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

MOBILE = re.compile(r"(?:(?:\+|00)?86|0)?(1[3-9]\d{9})", re.ASCII)
FIXED = re.compile(
    r"(?:(?:\+|00)?86)?(010|02\d|0[3-9]\d{2})([1-9]\d{6,7})(?:x(\d{1,6}))?", re.ASCII
)
SERVICE = re.compile(r"[48]00\d{7}|95\d{3,6}|96\d{3,4}|12\d{3}|100\d{2}|1[12]\d", re.ASCII)
_EXTENSION = re.compile(r"(?<=\d{7})(?:转|分机|ext\.?|[#x])(?=\d{1,6}$)|(?<=[-) ]\d{7})-(?=\d{1,6}$)"
                        r"|(?<=[-) ]\d{8})-(?=\d{1,6}$)", re.IGNORECASE)  # fmt: skip
_NOISE = re.compile(r"[\s\-‐‑‒–—―−_.·•'’()\u200b\ufeff]")


class Sex(Labelled):
    """What the seventeenth digit says."""

    MALE = "male", "男"
    FEMALE = "female", "女"


@dataclass(frozen=True, slots=True)
class Issue:
    """A stable code and a sentence for the person who typed it."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """The normalised value, what makes it impossible, and what is merely odd."""

    value: str
    error: Issue | None = None
    warnings: tuple[Issue, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the value can be kept."""
        return self.error is None


@dataclass(frozen=True, slots=True)
class ResidentId:
    """What a resident ID says about its holder."""

    number: str
    sex: Sex
    born_on: date

    def age_on(self, day: date) -> int:
        """周岁 on that day: a year is full from the birthday on."""
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (not had_birthday)

    def is_elder_on(self, day: date) -> bool:
        """Sixty or over on the day of the act, not today (老年人权益保障法第二条)."""
        return self.age_on(day) >= ELDER_AGE


def _half_width(text: str) -> str:
    """Half-width, but ² and ① stay what they are: folded, they would be digits of the number."""
    if text.isascii():
        return text
    if any(unicodedata.category(mark) == "No" for mark in text):
        return text
    return unicodedata.normalize("NFKC", text)


def normalise_code(text: str) -> str:
    """Half-width, upper-case, without spaces, hyphens, dots and the apostrophes of bank exports."""
    plain = _half_width(text).replace("×", "X")
    return _NOISE.sub("", plain).upper()


def id_check_char(first17: str) -> str:
    """The eighteenth character of GB 11643."""
    total = sum(int(digit) * w for digit, w in zip(first17, ID_WEIGHTS, strict=True))
    return ID_CHECKS[total % 11]


def parse_resident_id(text: str) -> ResidentId | None:
    """Sex and birth date of a number whose date and check character are right; else None."""
    number = _widened(normalise_code(text))
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        return None
    born_on = _day(number[6:14])
    if born_on is None or id_check_char(number[:17]) != number[17]:
        return None
    return ResidentId(number, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE, born_on)


def check_resident_id(text: str, today: date) -> CodeCheck:
    """A resident ID by GB 11643; first-generation numbers are widened to 18 characters.

    The area is a warning only: numbers outlive the area codes they began with.
    """
    typed = normalise_code(text)
    value = _widened(typed)
    if not re.fullmatch(r"\d{17}[\dX]", value, re.ASCII):
        return _refused(typed, "resident_id_format", "身份证号应为18位，最后一位可以是X")
    born_on = _day(value[6:14])
    if born_on is None:
        return _refused(value, "resident_id_birth_date", "身份证号中的出生日期不存在")
    if id_check_char(value[:17]) != value[17]:
        return _refused(value, "resident_id_check_char", "身份证号校验位不符，请核对是否输错")
    if born_on > today:
        return _refused(value, "resident_id_birth_date", "身份证号中的出生日期晚于今天")
    if today.year - born_on.year > OLDEST:
        return _refused(value, "resident_id_age", f"按身份证号计算年龄超过{OLDEST}周岁，请核对")
    warnings: list[Issue] = []
    if value != typed:
        warnings.append(Issue("resident_id_15_digits", "15位旧号码，已换算为18位，请核对"))
    if value[:2] not in PROVINCES:
        warnings.append(Issue("resident_id_area", "身份证号前两位不是已知的地区代码，请核对"))
    return CodeCheck(value, warnings=tuple(warnings))


def check_credit_code(text: str) -> CodeCheck:
    """A unified social credit code by GB 32100-2015; its inner organisation code only warns."""
    value = normalise_code(text)
    if len(value) != 18:
        return _refused(value, "credit_code_length", "统一社会信用代码应为18位")
    if any(mark not in CREDIT_ALPHABET for mark in value):
        hint = "统一社会信用代码只含数字和大写字母，且不使用I、O、S、V、Z，请核对是否把0、1误作字母"
        return _refused(value, "credit_code_alphabet", hint)
    total = sum(CREDIT_ALPHABET.index(m) * w for m, w in zip(value, CREDIT_WEIGHTS, strict=False))
    if CREDIT_ALPHABET[-total % 31] != value[17]:
        return _refused(value, "credit_code_check_char", "统一社会信用代码校验位不符，请核对")
    # a trader's or a cooperative's registration is older than its organisation code
    if value[:2] not in {"92", "93"} and not _organisation_code_fits(value[8:17]):
        odd = Issue("credit_code_inner", "第9至17位（组织机构代码）校验不符，请核对")
        return CodeCheck(value, warnings=(odd,))
    return CodeCheck(value)


def normalise_phone(text: str) -> str | None:
    """The one spelling of a number: `13812345678`, `0564-6021234`, `0564-6021234-8`, `4001234567`.

    None when it is no number that can be dialled from another town.
    """
    plain = _half_width(text).strip()
    bare = _NOISE.sub("", _EXTENSION.sub("x", plain))
    if found := MOBILE.fullmatch(bare):
        return found[1]
    if found := FIXED.fullmatch(bare):
        return "-".join(part for part in found.groups() if part)
    return bare if SERVICE.fullmatch(bare) else None


def check_phone(text: str) -> CodeCheck:
    """A mobile, fixed (with area code) or service number."""
    value = normalise_phone(text)
    if value is not None:
        return CodeCheck(value)
    hint = "电话号码有误：手机号为11位，固定电话请加区号，例如 0564-6021234"
    return _refused(normalise_code(text), "phone_format", hint)


def passes_luhn(digits: str) -> bool:
    """The check digit of bank cards (ISO/IEC 7812)."""
    doubled = [int(d) * (1 + n % 2) for n, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def check_bank_account(text: str) -> CodeCheck:
    """A card or account number. Luhn only warns: company accounts and passbooks do not follow it."""
    value = normalise_code(text)
    if not re.fullmatch(r"\d{8,32}", value, re.ASCII):
        return _refused(value, "bank_account_format", "银行账号应为8至32位数字")
    if 16 <= len(value) <= 19 and not passes_luhn(value):
        odd = Issue("bank_account_luhn", "不符合银行卡号的校验规则，请核对；对公账号和存折可以不管")
        return CodeCheck(value, warnings=(odd,))
    return CodeCheck(value)


def _refused(value: str, code: str, message: str) -> CodeCheck:
    return CodeCheck(value, Issue(code, message))


def _widened(number: str) -> str:
    if not re.fullmatch(r"\d{15}", number, re.ASCII):
        return number
    first17 = f"{number[:6]}19{number[6:]}"
    return first17 + id_check_char(first17)


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _organisation_code_fits(code: str) -> bool:
    total = sum(int(mark, 36) * w for mark, w in zip(code, ORGANISATION_WEIGHTS, strict=False))
    return "0123456789X0"[11 - total % 11] == code[8]
