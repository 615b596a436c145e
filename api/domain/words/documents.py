"""Papers that say who somebody is, beside the resident ID: kinds, spellings, checks.

港澳居民来往内地通行证 (H/M and eight digits, two more for the issue), 台湾居民来往大陆通行证 (eight digits;
formerly ten and a letter), 外国人永久居留身份证 (since 2023 eighteen characters that begin with 9, before
three letters and twelve digits), 港澳台居民居住证 (GB 11643, area 81, 82 or 83), passports, and
certificates of soldiers and officers (军字第…号). A check refuses only what cannot be right.
"""

import re
from datetime import date
from typing import Final

from api.domain.kit.labels import Labelled
from api.domain.words.codes import (
    CodeCheck,
    Issue,
    check_resident_id,
    id_check_char,
    normalise_code,
)


class DocumentKind(Labelled):
    """What a person identifies themselves by."""

    RESIDENT_ID = "resident_id", "居民身份证"
    RESIDENCE_PERMIT = "residence_permit", "港澳台居民居住证"
    HK_MACAO_PERMIT = "hk_macao_permit", "港澳居民来往内地通行证"
    TAIWAN_PERMIT = "taiwan_permit", "台湾居民来往大陆通行证"
    FOREIGN_RESIDENT = "foreign_resident", "外国人永久居留身份证"
    PASSPORT = "passport", "护照"
    MILITARY_ID = "military_id", "军官证、士兵证"
    OTHER = "other_document", "其他证件"


K = DocumentKind
_SHAPES: Final = {
    K.HK_MACAO_PERMIT: (r"[HM]\d{8}(?:\d\d)?", "应为字母H或M加8位（或10位）数字"),
    K.TAIWAN_PERMIT: (r"\d{8}|\d{10}[A-Z]?", "应为8位数字（旧证为10位数字，可带一个字母）"),
    K.FOREIGN_RESIDENT: (r"9\d{16}[\dX]|[A-Z]{3}\d{12}", "应为9开头的18位，旧证为3个字母加12位数字"),
    K.PASSPORT: (r"(?=(?:[A-Z]*\d){4})[A-Z0-9]{5,15}", "应为5至15位字母和数字"),
    K.MILITARY_ID: (r"(?:[\u4e00-\u9fff]{1,6}字)?[A-Z]{0,2}\d{4,12}", "例如 军字第1234567号"),
    K.OTHER: (r"(?=.*[A-Z0-9]).{3,40}", "应至少3个字，含有数字或字母"),
}  # fmt: skip
#: What says more than the rest: 12345678 alone may be anything.
_TELLING: Final = (
    (re.compile(r"[HM]\d{8}(?:\d\d)?", re.ASCII), K.HK_MACAO_PERMIT),
    (re.compile(r"9\d{16}[\dX]|[A-Z]{3}\d{12}", re.ASCII), K.FOREIGN_RESIDENT),
    (re.compile(r"[\u4e00-\u9fff]{1,6}字[A-Z]{0,2}\d{4,12}", re.ASCII), K.MILITARY_ID),
    (re.compile(r"[EGDSPK][A-Z]?\d{7,8}", re.ASCII), K.PASSPORT),
    (re.compile(r"8[123]\d{15}[\dX]", re.ASCII), K.RESIDENCE_PERMIT),
)
_AFTER: Final = r"(?:号码|证号|编号|号)?[:：]?"
#: What stands before a number in a cell or a field, the longer names first.
_NAMES: Final = tuple(
    (re.compile(f"(?:{names}){_AFTER}"), kind)
    for names, kind in (
        ("台胞证|台湾(?:居民)?(?:来往)?(?:大陆)?通行证", K.TAIWAN_PERMIT),
        ("回乡证|(?:港澳|香港|澳门)(?:居民)?(?:来往)?(?:内地)?通行证", K.HK_MACAO_PERMIT),
        ("(?:港澳台|香港|澳门|台湾)?(?:居民)?居住证", K.RESIDENCE_PERMIT),
        ("外国人永久居留(?:身份)?证|永居证|永久居留证", K.FOREIGN_RESIDENT),
        ("(?:[\u4e00-\u9fff]{0,6})?护照|PASSPORT", K.PASSPORT),
        ("军官证、士兵证|(?:军官|士兵|军士|士官|军人|警官|文职干部|文职人员|义务兵|学员|退役军人)"
         "(?:退休|保障|优待)?(?:身份)?[证卡]", K.MILITARY_ID),
        ("其他证件", K.OTHER),
        ("(?:居民)?身份证", K.RESIDENT_ID),
    )
)  # fmt: skip
_ISSUE: Final = re.compile(r"([HM]\d{8})\d\d", re.ASCII)


def normalise(text: str) -> str:
    """The one spelling of a document's number: 军字第 1234567 号 is 军字1234567."""
    value = re.sub(r"[〔〕\[\]【】（）]", "", normalise_code(text))
    return re.sub(r"(?<=字)第|(?<=\d)号$|^NO", "", value)


def told(text: str) -> tuple[DocumentKind, str]:
    """What is written in one place: the kind by its name (台胞证12345678) or by the form of the
    number, and the number; where nothing tells, it is a resident ID."""
    value = normalise(text)
    for word, kind in _NAMES:
        if named := word.match(value):
            return kind, normalise(value[named.end() :])
    return next((kind for form, kind in _TELLING if form.fullmatch(value)), K.RESIDENT_ID), value


def spelled(kind: DocumentKind, value: str) -> str:
    """A number in one place with its kind, for `told` to read again."""
    return value if told(value) == (kind, value) else f"{kind.label}{value}"


def key(kind: DocumentKind, value: str) -> str:
    """What of a normalised number names the person: a permit's last two digits count its issues."""
    issue = _ISSUE.fullmatch(value) if kind is K.HK_MACAO_PERMIT else None
    return issue[1] if issue else value


def check(kind: DocumentKind, text: str, today: date) -> CodeCheck:
    """A number of a kind of document."""
    if kind in {K.RESIDENT_ID, K.RESIDENCE_PERMIT}:
        return _resident(kind, text, today)
    value = normalise(text)
    form, hint = _SHAPES[kind]
    if not re.fullmatch(form, value, re.ASCII):
        return CodeCheck(value, Issue("document_format", f"{kind.label}的号码有误：{hint}"))
    if kind is K.FOREIGN_RESIDENT and value[0] == "9" and id_check_char(value[:17]) != value[17]:
        odd = Issue("document_check_char", f"{kind.label}的校验位不符，请核对是否输错")
        return CodeCheck(value, warnings=(odd,))
    return CodeCheck(value)


def _resident(kind: DocumentKind, text: str, today: date) -> CodeCheck:
    checked = check_resident_id(text, today)
    if kind is K.RESIDENCE_PERMIT and checked.ok and checked.value[:2] not in {"81", "82", "83"}:
        hint = f"{kind.label}的号码应以81、82或83开头；内地居民请选居民身份证"
        return CodeCheck(checked.value, Issue("document_format", hint))
    if checked.error and checked.error.code == "resident_id_format":
        hint = (
            f"{checked.error.message}；其他证件请选择证件类型，或在号码前写明，例如 台胞证12345678"
        )
        return CodeCheck(checked.value, Issue(checked.error.code, hint))
    return checked


def readings(code: str) -> list[tuple[DocumentKind, str]]:
    """The kinds whose form a text has, and the keys it would have as each of them."""
    value = normalise(code)
    return [
        (kind, key(kind, value))
        for kind, (form, _) in _SHAPES.items()
        if re.fullmatch(form, value, re.ASCII)
    ]
