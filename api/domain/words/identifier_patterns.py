"""The patterns of identifiers in Chinese narrative text, and how each hit is read.

Each pattern is tried at every start of a digit run; a reader says what the hit means, or that it is
no identifier (an amount, a serial). Choosing between overlapping hits is `identifiers.py`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from api.domain.kit.labels import Labelled
from api.domain.words.codes import (
    PROVINCES,
    check_credit_code,
    normalise_code,
    normalise_phone,
    parse_resident_id,
    passes_luhn,
)
from api.domain.words.documents import DocumentKind
from api.domain.words.documents import normalise as normalise_document


class IdentifierKind(Labelled):
    """What an identifier is."""

    PHONE = "phone", "电话号码"
    RESIDENT_ID = "resident_id", "身份证号"
    BANK_ACCOUNT = "bank_account", "银行账号"
    CREDIT_CODE = "credit_code", "统一社会信用代码"
    WECHAT = "wechat", "微信号"
    QQ = "qq", "QQ号"
    EMAIL = "email", "电子邮箱"
    PLATE = "plate", "车牌号"
    URL = "url", "网址"
    ADDRESS = "address", "地址"
    HK_MACAO_PERMIT = DocumentKind.HK_MACAO_PERMIT.value, "港澳居民来往内地通行证号"
    TAIWAN_PERMIT = DocumentKind.TAIWAN_PERMIT.value, "台湾居民来往大陆通行证号"
    FOREIGN_RESIDENT = DocumentKind.FOREIGN_RESIDENT.value, "外国人永久居留身份证号"
    PASSPORT = DocumentKind.PASSPORT.value, "护照号"
    MILITARY_ID = DocumentKind.MILITARY_ID.value, "军人证件号"
    OTHER_DOCUMENT = DocumentKind.OTHER.value, "其他证件号"


#: The kinds of papers that say who somebody is, as identifiers.
BY_DOCUMENT: dict[DocumentKind, IdentifierKind] = {
    kind: IdentifierKind(kind.value)
    for kind in DocumentKind
    if kind is not DocumentKind.RESIDENCE_PERMIT
} | {DocumentKind.RESIDENCE_PERMIT: IdentifierKind.RESIDENT_ID}


#: One separator inside a number, as people type them; never a line break.
_SEP = r"[ \t\-‐‑‒–—―−_.·/\u00a0\u200b\u2009]?"
_MONEY = re.compile(
    r"(?!\.0(?!\d))(?:\.\d\d?(?!\d))?[ ]*[多余]?(?:元(?![旦宵月])|块钱|圆|美元|人民币)"
    r"|\.\d\d(?!\d)"
)
_MONEY_BEFORE = re.compile(r"[¥$￥][ ]*$|(?:人民币|金额|本金|共计|合计)[:为是]?[ ]*$")


def _pattern(body: str) -> re.Pattern[str]:
    """A pattern tried at every start of a digit run, so that one number never hides the next."""
    return re.compile(body, re.ASCII | re.IGNORECASE)


_MOBILE = _pattern(
    rf"(?<![0-9])(?=((?:(?:\+|00)?86{_SEP}|0)?(?:"
    rf"1[3-9]\d{_SEP}\d{{4}}{_SEP}\d{{4}}|1[3-9]\d\d{_SEP}\d{{3}}{_SEP}\d{{4}}"
    rf"|1[3-9]\d{_SEP}\d{{3}}{_SEP}\d{{5}}|1[3-9]\d{{3}}{_SEP}\d{{6}}|1[3-9]\d{{4}}{_SEP}\d{{5}}"
    rf"|1{_SEP}[3-9](?:{_SEP}\d){{9}}))(?![0-9]))"
)
_FIXED = _pattern(
    r"(?<![0-9])(?=(\(?0(?:10|2\d|[3-9]\d\d)\)?[- ]?[1-9]\d{2,3}[- ]?\d{4}"
    r"(?:(?:-|转|分机)\d{1,6})?)(?![0-9]))"
)
_LOCAL = _pattern(
    r"(?:电话|座机|来电|联系)(?:号码|方式)?[:是为 ]{0,2}([2-8]\d{2,3}[- ]?\d{4})(?![0-9])"
)
_SERVICE = _pattern(rf"(?<![0-9])(?=([48]00{_SEP}\d{{3,4}}{_SEP}\d{{3,4}})(?![0-9]))")
#: Spelled out to slip past filters: 幺三八零零幺三八零零零.
_SPELLED = _pattern(
    r"(?<![零〇一二三四五六七八九])(?=([一幺][三四五六七八九][零〇一二三四五六七八九幺]{9})"
    r"(?![零〇一二三四五六七八九十百千万]))"
)
_NUMERALS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_ID = _pattern(rf"(?<![0-9])(?=(\d(?:{_SEP}\d){{16}}{_SEP}[0-9x×])(?![0-9]))")
#: Somebody wrote a number straight on to the ID: only a perfect ID is believed there.
_GLUED_ID = _pattern(
    r"(?=([1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9x]))"
)
_OLD_ID = _pattern(r"(?<![0-9])(\d{15})(?![0-9])")
#: Called an ID number: a mistyped one is somebody's too.
_NAMED_ID = _pattern(
    r"身份证(?:件|明)?(?:号码|号|证号)?[:是为 \"“(]{0,4}(\d{14,17}[0-9x]|\d{6}[ \-]\d{8}[ \-]\d{3}[0-9x])"
    r"(?![0-9a-z])"
)
_FOREIGN_RESIDENT = _pattern(
    rf"(?<![0-9a-z])(?=(9(?:{_SEP}\d){{16}}{_SEP}[0-9x×]|[a-z]{{3}}{_SEP}\d{{12}})(?![0-9a-z]))"
)
#: Between the name of a paper and its number: 号码为：, （证号）…
_CALLED = r"(?:[^0-9a-z，,。；;\n]|no){0,10}?"
_HK_MACAO = _pattern(r"(?<![0-9a-z])([hm]\d{8}(?:\d\d)?)(?![0-9a-z])")
_HK_MACAO_NAMED = _pattern(
    rf"(?:通行证|回乡证|港澳证){_CALLED}([hm](?:{_SEP}\d){{8}}(?:(?:{_SEP}\d){{2}})?)(?![0-9a-z])"
)
_TAIWAN = _pattern(
    rf"(?:台胞证|(?:台湾|台籍)[^0-9，,。；;\n]{{0,12}}(?:通行证|证件)|来往大陆通行证){_CALLED}"
    r"(\d{10} ?\(?[a-z]\)?|\d{10}|\d{8}|\d{4}[ \-]\d{4})(?![0-9a-z])"
)
_PASSPORT = _pattern(
    rf"(?:护照|passport){_CALLED}((?=[a-z]{{0,3}}[0-9 \-]*\d{{4}})[a-z]{{0,3}}[ \-]?\d[0-9a-z]{{4,11}}"
    r"|[a-z]{1,2}\d{3}[ \-]\d{3}[ \-]\d{2,3})(?![0-9a-z])"
)
_PASSPORT_BEFORE = _pattern(
    r"(?<![0-9a-z])([a-z]{1,2}\d{6,9})(?![0-9a-z])(?=[^0-9a-z，,。；;\n]{0,4}(?:护照|passport))"
)
#: 军字第1234567号, and whatever is called a soldier's or an officer's certificate.
_MILITARY = _pattern(
    r"((?:[军兵士官文职警武政参后装海空陆火战联南北东西中沈兰成济广京]{1,5}|[\u4e00-\u9fff]?[军兵])"
    r"字[ \[(〔【]?第?[ ]?[\])〕】]?[a-z]{0,2}[ ]?\d{4,12}(?![0-9])[ ]?号?)"
)
_MILITARY_NAMED = _pattern(
    r"(?:军官|士兵|军士|士官|军人|警官|文职|义务兵|学员|干部|优待)[^0-9，,。；;\n]{0,6}?证(?:号码|编号|证号|件号|号)?"
    r"[:是为 \"“(（]{0,4}((?:[\u4e00-\u9fff]{1,6}字)?第?[ ]?[a-z]{0,2}\d{5,12}(?![0-9])号?)"
)
_ACCOUNT = _pattern(
    rf"(?<![0-9])(?=(\d{{12,30}}|\d{{4}}(?:{_SEP}\d{{4}}){{2,5}}(?:{_SEP}\d{{1,3}})?"
    rf"|\d{{6}}{_SEP}\d{{9,13}})(?![0-9]))"
)
_ACCOUNT_WORDS = re.compile(
    r"(?:银行卡|卡号|账号|帐号|账户|帐户|户头|存折|收款卡|银行|信用社|农商行|支付宝)[^0-9。；;\n]{0,12}$"
)
#: In one piece or in parts, as it stands on a licence.
_CREDIT = _pattern(
    rf"(?<![0-9a-z])(?=([0-9a-z]{_SEP}[0-9a-z](?:{_SEP}\d){{6}}(?:{_SEP}[0-9a-z]){{10}})(?![0-9a-z]))"
)
#: wx and QQ begin a word, or an item of a list (1QQ12345): in the midst of a code they are letters of it.
_BEGINS = r"(?:(?<![0-9a-z])|(?<=(?<![0-9a-z])\d))"
_WECHAT = _pattern(
    rf"(?:微信|薇信|威信|微 信|wechat|weixin|{_BEGINS}[vw]x(?!id_)|V信|加微)(?:号码|账号|号|ID)?[:,是为 \"“]{{0,3}}"
    r"(?!wechat|weixin)([a-z][-_a-z0-9]{5,19})|(?<![a-z0-9_])(wxid_[a-z0-9]{6,20})"
)
_QQ = _pattern(
    rf"(?:{_BEGINS}QQ|扣扣|企鹅|Q(?=群))(?:群号|群|号码|号)?[:是为 \"“]{{0,3}}([1-9]\d{{4,10}})(?![0-9])"
)
_EMAIL = _pattern(
    r"(?<![a-z0-9._%+\-])([a-z0-9._%+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,5})"
)
_PLATE = _pattern(
    r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][· \-]?"
    r"(?=[A-HJ-NP-Z]{0,5}\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳])(?![A-Z0-9])"
)
_URL = _pattern(
    r"((?:https?://|www\.)[a-z0-9\-._~:/?#@$&'*+=%\[\]]{2,500}[a-z0-9\-_~/#&=%\]]"
    r"|(?<![a-z0-9@.\-])(?:[a-z0-9\-]{1,63}\.){1,4}(?:com|cn|net|org|top|vip|xyz|cc|app|shop|site)"
    r"(?![a-z0-9\-])(?:/[a-z0-9\-._~/?#=&%]{0,300})?)"
)
#: Street and number, without the region before it, which some write and others leave out.
_ADDRESS = _pattern(
    r"((?:(?![镇乡县市区省在到于址是为村往去住店点])[\u4e00-\u9fff]){2,6}"
    r"(?:路|大道|街|巷|弄|广场|小区|花园|大厦|新村|庄|组)[0-9]{1,5}号(?!线)"
    r"(?:[0-9]{1,4}(?:号楼|栋|幢|座|单元|层|楼|室|铺)){0,3})"
)


@dataclass(frozen=True, slots=True)
class _Look:
    """What one glance at a text tells: most patterns need not be tried on most texts."""

    #: ASCII digits in all, and in the longest run that holds single separators at most.
    digits: int
    run: int
    has_letters: bool


#: More digits than that make no other pattern possible.
_MANY = 20
_RUN = re.compile(rf"[0-9](?:{_SEP}[0-9])*")
_DIGIT = re.compile(r"[0-9]")
_LETTER = re.compile(r"[A-Za-z]")
_NUMERAL_RUN = re.compile(r"[零〇一二三四五六七八九幺]{11}")


def _look(plain: str) -> _Look:
    runs = [
        len(run) if run.isdecimal() else len(_DIGIT.findall(run)) for run in _RUN.findall(plain)
    ]
    digits, run = sum(runs), max(runs, default=0)
    return _Look(min(digits, _MANY), min(run, _MANY), _LETTER.search(plain) is not None)


def may_hold_another(plain: str) -> bool:
    """Whether what is left of a half-width text can hold one more identifier that was glued to the
    last: that takes five digits, a letter, or a number spelled out."""
    look = _look(plain)
    return look.digits >= 5 or look.has_letters or _NUMERAL_RUN.search(plain) is not None


def candidates(plain: str) -> Iterator[tuple[IdentifierKind, str, int, int]]:
    """Every hit in a half-width text as kind, normalised value, start, end; hits may overlap."""
    for pattern, kind, read, tells in _possible(_look(plain)):
        if tells is not None and not tells(plain):
            continue
        for match in pattern.finditer(plain):
            start, end = match.span(match.lastindex or 0)
            value = read(plain[start:end], plain[max(0, start - 20) : start], plain[end : end + 8])
            if value:
                yield kind, value, start, end


def _phone(raw: str, before: str, after: str) -> str | None:
    if _MONEY.match(after) or _MONEY_BEFORE.search(before):
        return None
    return normalise_phone(raw)


def _spelled_phone(raw: str, _before: str, _after: str) -> str | None:
    return normalise_phone(raw.translate(_NUMERALS))


def _local_phone(raw: str, _before: str, after: str) -> str | None:
    return None if _MONEY.match(after) else normalise_code(raw)


def _resident_id(raw: str, _before: str, _after: str) -> str | None:
    value = normalise_code(raw)
    if value[0] == "9":
        return None
    if parse_resident_id(value):
        return value
    # A mistyped number written in one piece is still somebody's number when its date can be one.
    dated = re.fullmatch(
        r"[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dX]", value
    )
    return value if dated and len(raw) == len(value) else None


def _foreign_resident(raw: str, _before: str, _after: str) -> str | None:
    value = normalise_document(raw)
    dated = re.fullmatch(r"9\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dX]", value)
    return value if dated or not value[0].isdecimal() else None


def _named_id(raw: str, before: str, after: str) -> str | None:
    if _foreign_resident(raw, before, after):
        return None
    known = parse_resident_id(raw)
    return known.number if known else normalise_code(raw)


def _document(raw: str, _before: str, after: str) -> str | None:
    return None if _MONEY.match(after) else normalise_document(raw)


def _glued_id(raw: str, _before: str, _after: str) -> str | None:
    known = parse_resident_id(raw)
    return known.number if known and raw[:2] in PROVINCES else None


def _old_resident_id(raw: str, _before: str, _after: str) -> str | None:
    known = parse_resident_id(raw)
    return known.number if known and raw[0] in "12345678" else None


def _account(raw: str, before: str, after: str) -> str | None:
    value = normalise_code(raw)
    if _MONEY.match(after):
        return None
    if _ACCOUNT_WORDS.search(before):
        return value
    if not 15 <= len(value) <= 19:
        return None
    return value if value.startswith("62") or (len(value) > 15 and passes_luhn(value)) else None


def _credit(raw: str, _before: str, _after: str) -> str | None:
    checked = check_credit_code(raw)
    # digits in parts are an account or an ID, if anything
    apart = len(raw) > len(checked.value or "") and raw.isascii() and not _LETTER.search(raw)
    return checked.value if checked.ok and not apart else None


def _lower(raw: str, _before: str, _after: str) -> str:
    return raw.lower()


def _upper(raw: str, _before: str, _after: str) -> str:
    return normalise_code(raw)


def _tells_of_a_passport(plain: str) -> bool:
    return "护照" in plain or "assport" in plain.lower()


_Reader = Callable[[str, str, str], str | None]
_Tells = Callable[[str], bool]
#: Pattern, kind, what a hit means, and what a text must have for a hit to be possible: as many digits
#: and letters, and words.
_READERS: tuple[
    tuple[re.Pattern[str], IdentifierKind, _Reader, Callable[[_Look], bool], _Tells | None], ...
] = (
    (_MOBILE, IdentifierKind.PHONE, _phone, lambda look: look.run >= 11, None),
    (_FIXED, IdentifierKind.PHONE, _phone, lambda look: look.run >= 7 and look.digits >= 10, None),
    (_LOCAL, IdentifierKind.PHONE, _local_phone, lambda look: look.run >= 7, None),
    (_SERVICE, IdentifierKind.PHONE, _phone, lambda look: look.run >= 9, None),
    (_SPELLED, IdentifierKind.PHONE, _spelled_phone, lambda _: True,
     lambda plain: _NUMERAL_RUN.search(plain) is not None),
    (_ID, IdentifierKind.RESIDENT_ID, _resident_id, lambda look: look.run >= 17, None),
    (_GLUED_ID, IdentifierKind.RESIDENT_ID, _glued_id, lambda look: look.run >= 17, None),
    (_OLD_ID, IdentifierKind.RESIDENT_ID, _old_resident_id, lambda look: look.run >= 15, None),
    (_NAMED_ID, IdentifierKind.RESIDENT_ID, _named_id, lambda look: look.run >= 14,
     lambda plain: "身份证" in plain),
    (_FOREIGN_RESIDENT, IdentifierKind.FOREIGN_RESIDENT, _foreign_resident,
     lambda look: look.run >= 17 or (look.run >= 12 and look.has_letters), None),
    (_HK_MACAO, IdentifierKind.HK_MACAO_PERMIT, _document, lambda look: look.run >= 8 and look.has_letters, None),
    (_HK_MACAO_NAMED, IdentifierKind.HK_MACAO_PERMIT, _document,
     lambda look: look.digits >= 8 and look.has_letters, lambda plain: "证" in plain),
    (_TAIWAN, IdentifierKind.TAIWAN_PERMIT, _document, lambda look: look.run >= 8,
     lambda plain: "证" in plain and ("台" in plain or "大陆" in plain)),
    (_PASSPORT, IdentifierKind.PASSPORT, _document, lambda look: look.digits >= 5, _tells_of_a_passport),
    (_PASSPORT_BEFORE, IdentifierKind.PASSPORT, _document, lambda look: look.digits >= 5, _tells_of_a_passport),
    (_MILITARY, IdentifierKind.MILITARY_ID, _document,
     lambda look: look.run >= 4, lambda plain: "字" in plain),
    (_MILITARY_NAMED, IdentifierKind.MILITARY_ID, _document, lambda look: look.run >= 5,
     lambda plain: "证" in plain),
    (_ACCOUNT, IdentifierKind.BANK_ACCOUNT, _account, lambda look: look.run >= 12, None),
    (_CREDIT, IdentifierKind.CREDIT_CODE, _credit, lambda look: look.run >= 6 if look.has_letters else look.run >= 18, None),
    (_WECHAT, IdentifierKind.WECHAT, _lower, lambda look: look.has_letters, None),
    (_QQ, IdentifierKind.QQ, _upper, lambda look: look.run >= 5, None),
    (_EMAIL, IdentifierKind.EMAIL, _lower, lambda _: True, lambda plain: "@" in plain),
    (_PLATE, IdentifierKind.PLATE, _upper, lambda look: look.has_letters and look.digits > 0, None),
    (_URL, IdentifierKind.URL, _lower, lambda look: look.has_letters,
     lambda plain: "." in plain or "//" in plain),
    (_ADDRESS, IdentifierKind.ADDRESS, _upper, lambda look: look.digits > 0, lambda plain: "号" in plain),
)  # fmt: skip


@cache
def _possible(
    look: _Look,
) -> tuple[tuple[re.Pattern[str], IdentifierKind, _Reader, _Tells | None], ...]:
    """What can stand in texts of that look, as far as digits and letters tell."""
    return tuple(
        (pattern, kind, read, tells)
        for pattern, kind, read, worth, tells in _READERS
        if worth(look)
    )


def half_width(text: str) -> str:
    """Same length, so that places stay true: full-width ASCII and every other digit become ASCII."""
    return text if text.isascii() else text.translate(_narrow())


def as_digits(text: str) -> str:
    """The text with every way of writing a digit brought to 0-9."""
    return text if text.isascii() else text.translate(_digits())


#: Behind it Unicode has ideographs and private use alone; looking there takes nine times as long.
_LAST_DIGIT = 0x1FFFF


@cache
def _narrow() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table[0x3000] = " "
    for code in range(128, _LAST_DIGIT + 1):
        digit = unicodedata.decimal(chr(code), None)
        if digit is not None:
            table[code] = str(digit)
    return table


@cache
def _digits() -> dict[int, str]:
    return _narrow() | {code: chr(digit) for code, digit in _NUMERALS.items()}
