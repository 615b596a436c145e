"""Names of villages and units as people write them, matched to the one that is meant."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from api.domain.words.numerals import NotANumber, chinese_number

_NUMBER: Final = "[0-9]{1,4}|[零〇一二三四五六七八九十百]{1,7}"
#: 三组, 3组, 第三组, 三村民组, 第3村民小组; 张三组织 is nobody's group.
_GROUP: Final = re.compile(
    rf"第?(?<![0-9零〇一二三四五六七八九十百千万])({_NUMBER})(?:村民)?小?([组队])(?![织建团合成长员装件图伍])"
)
#: 东湖村十二号, 三组12号, 解放路五号; the day 十二号 stands behind no place.
_HOUSE: Final = re.compile(
    rf"(?<=[村庄屯湾组队路街巷弄道区苑])第?({_NUMBER})(?=号(?![称召码令文线卡脉]))"
)
_NUMBERED: Final = re.compile("[组队号]")
#: Behind the village, as far as it is counted: 三组12号.
_BEHIND: Final = re.compile(r"[0-9]{1,3}[组队](?:[0-9]{1,4}号)?$")


def one_form(text: str) -> str:
    """A text with the numbers of groups and houses in digits, however they are written: 3组 for
    三组, 第三组 and 第三村民组, 12号 for 十二号 behind a place. Asked and stored alike."""
    if text.isascii() or not _NUMBERED.search(text):
        return text
    grouped = _GROUP.sub(lambda found: _digits(found[1]) + found[2], text)
    return _HOUSE.sub(lambda found: _digits(found[1]), grouped)


def _digits(said: str) -> str:
    if said.isascii():
        return said
    try:
        return str(chinese_number(said))
    except NotANumber:
        return said


_NAME: Final = "[^\\W\\d_省市县区旗镇乡村]{1,7}"
_PROVINCES: Final = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东"
    "|海南|四川|贵州|云南|陕西|甘肃|青海|内蒙古|广西|西藏|宁夏|新疆"
)
_AUTONOMOUS: Final = "(?:壮族|回族|维吾尔)?自治区"
#: What people write before a village or a road, or leave out: province, city, county, town.
_FRONT: Final = re.compile(
    f"(?:{_NAME}(?:省|自治区))?(?:{_NAME}(?:市|自治州))?(?:{_NAME}(?:县|旗|(?<![社小园])区))?"
    f"(?:{_NAME}(?:镇|乡|街道))?(?=.+(?:村|社区|居委会|镇|乡|街道|路|街|巷))"
)


def without_front(address: str) -> str:
    """An address as it is looked for: without what stands before its village or road, which the
    record may leave out. What is no address stays as it is."""
    text = address.strip()
    found = _FRONT.match(text)
    return text[found.end() :] if found and found.end() else address


def bare(address: str) -> str:
    """A village as the register names it: neither what lies around it, nor its group and house."""
    return _BEHIND.sub("", one_form(without_front(address)))


class Places:
    """Names of divisions or units as ledgers write them → the stored code or id.

    `白庙`, `白庙村`, `众兴集镇白庙村`, `白庙村委会` and `白庙村王庄组` are one village. A name that
    fits two entries fits none: guessing would put a lead before the wrong village's eyes.
    """

    _KINDS: Final = (
        ("社区", re.compile(r"(?:居民委员会|社区居委会|居委会|社区)$")),
        ("村", re.compile(r"(?:村民委员会|村委会|村两委|行政村|村)$")),
        ("镇", re.compile(r"集镇$")),
        ("镇", re.compile(r"(?:街道|镇|乡|县|区)$")),
    )
    _ABOVE: Final = re.compile(r"(?:镇|乡|街道|县|区|市|省)$")
    _COUNTY: Final = ("县", "区")
    _BETWEEN: Final = re.compile("[县区旗镇乡村社]")
    _TOWN: Final = re.compile(r"(?:镇|乡|街道)$")
    #: A province, with its word or without, and a city.
    _FOREIGN: Final = re.compile(
        rf"^(?:[^省]{{2,6}}省|(?:{_PROVINCES})(?:省|市|{_AUTONOMOUS})?)?(?:[^市]{{2,4}}市)?"
    )

    def __init__(self, names: Mapping[str, str], within: Iterable[str] = ()) -> None:
        """`within`: names of the places around, which may be written in front."""
        self._full: dict[str, str] = {}
        self._stems: dict[str, dict[str, set[str]]] = {}
        around = (place_key(name) for name in (*names, *within))
        self._around = [name for name in around if self._ABOVE.search(name)]
        for name, code in names.items():
            key = place_key(name)
            self._full[key] = code
            # 众兴集镇 is called 众兴 and 众兴集, 众兴集镇白庙村村民委员会 白庙村村民委员会 as well
            for called in {key, *self._within_town(key)}:
                stem, kind = self.split(called)
                for short in {stem, called.removesuffix("镇")}:
                    self._stems.setdefault(short, {}).setdefault(kind, set()).add(code)

    @classmethod
    def split(cls, key: str) -> tuple[str, str]:
        """The name without the word for its kind, and the kind; `镇` alone keeps its word."""
        for kind, ending in cls._KINDS:
            short = ending.sub("", key)
            if short != key and len(short) >= 2:
                # 白庙村村民委员会 is that of 白庙
                bare = short.removesuffix(kind)
                return bare if kind != "镇" and len(bare) >= 2 else short, kind
        return key, ""

    def find(self, name: str) -> str | None:
        """The code, or None where nothing, or more than one thing, fits."""
        key = one_form(place_key(name))
        fronted = (self._FOREIGN.sub("", key), self._from_county(key))
        waiting = list(dict.fromkeys([key, *fronted]))
        waiting += [bare for each in waiting if (bare := _BEHIND.sub("", each)) != each]
        seen = set(waiting)
        while waiting:
            candidate = waiting.pop(0)
            found = self._match(candidate)
            if found is not None:
                return found
            for rest in self._without_parent(candidate):
                if rest not in seen:
                    seen.add(rest)
                    waiting.append(rest)
        return None

    def inside(self, address: str) -> str | None:
        """The most precise division whose full name stands in an address."""
        key = place_key(address)
        hits = {(len(code), code) for name, code in self._full.items() if name in key}
        longest = max((length for length, _ in hits), default=0)
        finest = {code for length, code in hits if length == longest}
        # A 12-digit town code ends in zeros: the village beside it is the finer of the two.
        villages = {code for code in finest if not code.endswith("000")} or finest
        return villages.pop() if len(villages) == 1 else None

    def all_inside(self, text: str) -> set[str]:
        """Codes of all divisions whose full name stands in a text, not as a part of a longer one."""
        key = place_key(text)
        names = [name for name in self._full if name in key]
        return {
            self._full[name]
            for name in names
            if not any(name != other and name in other for other in names)
        }

    def _match(self, key: str) -> str | None:
        if key in self._full:
            return self._full[key]
        stem, kind = self.split(key)
        kinds = self._stems.get(stem, {})
        # 众兴居委会 is the community, not the town of that name; a bare 众兴 may be either.
        fitting = kinds.get(kind) or {code for codes in kinds.values() for code in codes}
        if len(fitting) == 1:
            return next(iter(fitting))
        groups = {
            code
            for name, code in self._full.items()
            if key.startswith(name) and name.endswith(("村", "社区")) and len(name) >= 3
        }
        return groups.pop() if len(groups) == 1 else None

    def _from_county(self, key: str) -> str:
        """Without what stands before the county, as 安徽六安 before 霍邱."""
        for name in self._around:
            stem, _ = self.split(name)
            at = key.find(stem)
            if name.endswith(self._COUNTY) and at > 0 and not self._BETWEEN.search(key[:at]):
                return key[at:]
        return key

    def _within_town(self, key: str) -> Iterable[str]:
        for name in self._around:
            rest = key.removeprefix(name)
            if rest != key and len(rest) > 2 and self._TOWN.search(name):
                yield rest

    def _without_parent(self, key: str) -> Iterable[str]:
        for name in self._around:
            shorter, _ = self.split(name)
            for prefix in (
                name,
                shorter + "镇",
                shorter + "乡",
                shorter + "县",
                name.removesuffix("镇"),
                shorter,
            ):
                if key.startswith(prefix) and len(key) > len(prefix) + 1:
                    yield key[len(prefix) :]
        if key.startswith(("镇", "县", "本镇", "我镇")):
            yield key.lstrip("本我").removeprefix("镇").removeprefix("县")


def place_key(name: str) -> str:
    """A place or unit name without blanks and marks."""
    return re.sub(r"[\s,，、.。·()（）]", "", unicodedata.normalize("NFKC", name))
