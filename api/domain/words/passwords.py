"""Which passwords are no secret: what everybody takes first, in English and in Chinese.

What remains of a password when its well-known parts are taken out must be worth guessing.
"""

import re
from typing import Final

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 128
#: Earlier passwords that do not come back.
REMEMBERED: Final = 5
#: Letters and digits that must remain of a password without its well-known parts.
_REMAINING: Final = 3

#: Parts of the lists of passwords that were found again and again; lower case, no signs.
_LISTED: Final = """
password passwort passwd pass pwd admin administrator root user guest login master manager
welcome hello letmein access system server secret security default changeme temp test123
qwerty qwertyuiop qwert qwer asdfghjkl asdfgh asdf zxcvbnm zxcvbn zxcv
1qaz 2wsx 3edc 4rfv qaz wsx edc qazwsx 1q2w3e4r5t 1q2w3e4r 1q2w3e q1w2e3r4 zaq1 xsw2
iloveyou love lovely dragon monkey sunshine princess football baseball superman batman
michael shadow killer trustno1 abcdefg abcdef abcde abcd abc aaa xyz
spring summer autumn winter monday january company office windows computer internet
woaini aini ilove wo1ni nihao zhongguo china beijing shanghai mima mimashi wodemima
guanliyuan guanli yonghu xitong bangongshi zhengfu gongan paichusuo minzheng yinling
yinlingshouhu yanglao zhapian zhuanxiangban 5201314 520 1314 521 1314520 7758521 7758258
woaiwojia laopo laogong baobei qinaide woshishui mimamima
"""
_WORDS: Final = tuple(sorted(_LISTED.split(), key=len, reverse=True))
#: 110101, 19491001, 2026, 1998-05: what somebody was born or hired on.
_DATE: Final = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])?(?:0[1-9]|[12]\d|3[01])?")
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_NAME_AND_DATE: Final = re.compile(r"[a-z]{2,14}(?:\d{6}|(?:19|20)\d{6}|1[3-9]\d{9})")
_REPEATED: Final = re.compile(r"(.)\1{2,}")
_LEET: Final = str.maketrans({"@": "a", "$": "s", "0": "o", "3": "e", "!": "i"})
_ROWS: Final = ("01234567890", "abcdefghijklmnopqrstuvwxyz")
_RUN: Final = 3


def _without_runs(text: str) -> str:
    """Without 1234, 4321, abcd and the like."""
    kept: list[str] = []
    at = 0
    while at < len(text):
        longest = max((_run(text, at, row) for row in _both_ways()), default=0)
        if longest >= _RUN:
            at += longest
        else:
            kept.append(text[at])
            at += 1
    return "".join(kept)


def _both_ways() -> tuple[str, ...]:
    return (*_ROWS, *(row[::-1] for row in _ROWS))


def _run(text: str, at: int, row: str) -> int:
    start = row.find(text[at])
    length = 0
    while (
        0 <= start < len(row) - length
        and at + length < len(text)
        and row[start + length] == text[at + length]
    ):
        length += 1
    return length


def _without_words(read: str, written: str) -> str:
    """What is written where no well-known word is read; the two are equally long."""
    for word in _WORDS:
        while (at := read.find(word)) >= 0:
            read = f"{read[:at]} {read[at + len(word) :]}"
            written = f"{written[:at]} {written[at + len(word) :]}"
    return written


def _remaining(read: str, written: str) -> int:
    text = _without_words(read, written)
    text = _REPEATED.sub(" ", _DATE.sub(" ", _MOBILE.sub(" ", text)))
    return sum(c.isalnum() for c in _without_runs(text))


def is_common(password: str) -> bool:
    """Whether a password is one of those that are tried first."""
    lowered = password.lower()
    plain = "".join(c for c in lowered if c.isalnum())
    if _NAME_AND_DATE.fullmatch(plain):
        return True
    # as it stands, and with the usual signs read as letters
    pairs = [(c.translate(_LEET), c) for c in lowered]
    kept = [(read, written) for read, written in pairs if read.isalnum()]
    spelled = "".join(read for read, _ in kept)
    signs = "".join(written for _, written in kept)
    return min(_remaining(plain, plain), _remaining(spelled, signs)) < _REMAINING


def faults(password: str, username: str) -> list[str]:
    """What is wrong with a new password (GB/T 22239 AU-1); empty when nothing is."""
    kinds = sum(
        any(test(c) for c in password)
        for test in (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    )
    found: list[str] = []
    if len(password) < MIN_LENGTH:
        found.append(f"密码至少 {MIN_LENGTH} 位")
    if len(password) > MAX_LENGTH:
        found.append(f"密码不超过 {MAX_LENGTH} 位")
    if kinds < 3:
        found.append("密码须含大写字母、小写字母、数字、符号中的三种")
    if username and username.lower() in password.lower():
        found.append("密码不能包含用户名")
    if is_common(password[:MAX_LENGTH]):
        found.append("密码太常见，容易被猜到：不要用常见词、键盘顺序、连续数字、姓名加生日或手机号")
    return found
