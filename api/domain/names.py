"""Names of companies and people as they are told: brought to one key, and to how they sound.

Whoever reports has heard a name, not read the licence: region, legal form and line of business come
and go, characters are mistaken for others that sound alike (Lu'an does not tell n from l, nor zh
from z). Only the part in between, the brand, says who is meant.
"""

import os
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

_BRACKETS = re.compile(r"\([^()]*\)|〔[^〔〕]*〕|\[[^\[\]]*\]")
_NOISE = re.compile(r"[^0-9a-z\u3400-\u9fff\U00020000-\U0003ffff]+")
_REGION = re.compile(
    r"^(?:中国|安徽省?|六安市?|合肥市?|霍邱县?|众兴集?镇|(?!.{0,3}(?:超市|门市))[\u4e00-\u9fff]{2,3}?(?:省|市|县|区|镇|乡))"
    r"(?=.{2})"
)
_HEARSAY = re.compile(r"^(?:自称|名为|名叫|叫做|所谓的?|一家|某家)")
_LEGAL = re.compile(
    r"(?:集团)?(?:有限责任公司|股份有限公司|有限公司|总公司|分公司|子公司|公司|集团|专业合作社|合作社"
    r"|个体工商户|民办非企业单位)$"
)
_BUSINESS = re.compile(
    r"(?:养老服务|养老|康养|颐养|健康|管理|咨询|服务|科技|商贸|贸易|投资|信息|文化|传媒|传播|生物|保健品?"
    r"|医疗|器械|旅游|旅居|老年公寓|老年人?|公寓|敬老院|养老院|护理院|护理|中心|院|店|部|馆|会所|基地"
    r"|体验|专卖|大药房|药房|药店|食品|用品|家政|实业|发展|工程|置业|房产|农业|生态|连锁|运营|理疗|产业"
    r"|经营|商行|工作室|山庄|度假村|俱乐部|协会|分部|门店|超市)$"
)
#: What people write where they know no name.
_NOBODY = frozenset(
    [
        "不详",
        "未知",
        "不明",
        "无",
        "无名",
        "匿名",
        "某人",
        "某公司",
        "某单位",
        "某机构",
        "某企业",
        "某某公司",
        "某某",
        "不清楚",
        "不知道",
        "推销员",
        "业务员",
        "骗子",
        "个人",
        "公司",
        "其他",
    ]
)
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))


def plain(text: str) -> str:
    """Half width, lower case, without blanks and marks."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


@dataclass(frozen=True, slots=True)
class Name:
    """One name: without region and legal form, without its line of business too, and by sound."""

    core: str
    brand: str
    sound: str

    @property
    def is_known(self) -> bool:
        """Whether it names anybody at all."""
        return bool(self.core)


NO_NAME = Name("", "", "")


@lru_cache(maxsize=4096)
def name(text: str) -> Name:
    """A name as it was told, in its parts; `NO_NAME` for what names nobody."""
    core = plain(_BRACKETS.sub("", unicodedata.normalize("NFKC", text)))
    core = _HEARSAY.sub("", core)
    while (shorter := _REGION.sub("", core, count=1)) != core:
        core = shorter
    core = _LEGAL.sub("", core) or core
    if len(core) < 2 or core in _NOBODY or core.startswith("某"):
        return NO_NAME
    brand = core
    while len(shorter := _BUSINESS.sub("", brand)) >= 2 and shorter != brand:
        brand = shorter
    return Name(core, brand, sound(brand))


@cache
def _readings() -> dict[int, str]:
    # the phrases take 40 MB and half a second, and would read one character in two ways
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin.constants import PINYIN_DICT

    return PINYIN_DICT


@lru_cache(maxsize=8192)
def syllables(character: str) -> tuple[str, ...]:
    """How a character may sound to somebody who does not tell zh from z, n from l, ang from an;
    the usual reading first."""
    readings = _readings().get(ord(character))
    if readings is None:
        return (character,)
    return tuple(dict.fromkeys(_heard(reading) for reading in readings.split(",")))


def _heard(reading: str) -> str:
    tone_less = unicodedata.normalize("NFD", reading)
    letters = "".join(c for c in tone_less if c.isascii() and c.isalpha())
    for written, said in _INITIALS:
        if letters.startswith(written):
            letters = said + letters.removeprefix(written)
            break
    return letters.removesuffix("g") if letters.endswith("ng") else letters


def sound(text: str) -> str:
    """The usual syllables of a text: one key for all that sounds so."""
    return " ".join(syllables(character)[0] for character in text)


def sound_alike(left: str, right: str) -> bool:
    """Whether two texts can be read alike, character by character."""
    return len(left) == len(right) and all(
        a == b or not set(syllables(a)).isdisjoint(syllables(b))
        for a, b in zip(left, right, strict=True)
    )
