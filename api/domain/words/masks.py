"""How personal data is shown: always masked on the server; plain values only by a reveal.

No binding national pattern exists; these follow common practice (GB/T 35273-2020 7.2 asks only for
de-identified display) and the interface promise: `138****1234`, `张*`, ID first 1 + last 1, account
last 4.
"""

import re

from api.domain.words.codes import SERVICE, normalise_phone

STAR = "*"
COMPOUND_SURNAMES = frozenset(
    [
        "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛",
        "尉迟", "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容",
        "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于", "司空", "闾丘", "子车", "亓官", "司寇", "巫马",
        "公西", "颛孙", "壤驷", "公良", "漆雕", "乐正", "宰父", "谷梁", "拓跋", "夹谷", "轩辕", "令狐",
        "段干", "百里", "呼延", "东郭", "南门", "羊舌", "微生", "公户", "公玉", "公仪", "梁丘", "公仲",
        "西门", "东门", "左丘", "第五", "即墨", "达奚", "褚师", "贺兰", "耶律", "完颜", "纳兰", "叶赫",
    ]
)  # fmt: skip
_VILLAGE = re.compile(r"^.*?(?:村民委员会|居民委员会|村委会|居委会|社区|[^新中]村|嘎查)")
_TOWN = re.compile(r"^.*(?:街道|[镇乡区县市])")


def mask_name(name: str) -> str:
    """`张*`, `张**`, `欧阳**`: the surname stays. A name with spaces or · keeps its first character."""
    name = name.strip()
    surname = name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[:1]
    if len(name) <= 1:
        return STAR * len(name)
    return surname + STAR * min(len(name) - len(surname), 2 if len(name) <= 4 else 3)


def mask_phone(phone: str) -> str:
    """`138****1234`; a fixed line keeps its area code and two digits; service numbers are public."""
    number = normalise_phone(phone) or phone.strip()
    if SERVICE.fullmatch(number):
        return number
    if re.fullmatch(r"1\d{10}", number, re.ASCII):
        return f"{number[:3]}****{number[7:]}"
    area, dash, line = number.partition("-")
    if dash:
        line = line.partition("-")[0]
        return f"{area}-{STAR * (len(line) - 2)}{line[-2:]}"
    return STAR * max(len(number) - 2, 0) + number[-2:] if len(number) > 4 else STAR * len(number)


def mask_id_number(number: str) -> str:
    """First and last character: what stands between would tell birth date and home."""
    number = number.strip()
    if len(number) < 6:
        return STAR * len(number)
    return number[0] + STAR * (len(number) - 2) + number[-1]


def mask_account(account: str) -> str:
    """Four stars and the last four digits, whatever the length."""
    account = account.strip()
    return STAR * 4 + account[-4:] if len(account) >= 8 else STAR * len(account)


def mask_address(address: str) -> str:
    """Down to the village; without one down to the town; house numbers never."""
    address = address.strip()
    kept = _VILLAGE.match(address) or _TOWN.match(address)
    shown = kept[0] if kept else ""
    return address if kept and shown == address else f"{shown}***" if address else ""


def mask_short(value: str) -> str:
    """First and last character of a handle, an address or a plate."""
    return f"{value[:1]}****{value[-1:]}" if len(value) > 2 else STAR * len(value)
