"""How alike two leads are, and why: evidence is weighed, people decide.

Each agreement adds bits of evidence, the logarithm of how much likelier it is between two reports
of one matter than between any two (I. Fellegi and A. Sunter, A Theory for Record Linkage, JASA 64,
1969). Texts are compared by the share of character pairs they have in common (P. Jaccard, 1901).
The weights were set on pairs made by rules and proved on others (tests/domain/test_similarity.py).
"""

import re
import unicodedata
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from api.domain.kit.labels import Labelled
from api.domain.leads.lead_facts import (
    COUNT,
    DAY,
    GOODS,
    HOST,
    LANDMARK,
    NAMED,
    PEOPLE,
    PERSON,
    SUM,
    VILLAGE,
    Fact,
    facts,
    same_address,
)
from api.domain.words.identifiers import IdentifierKind
from api.domain.words.names import BEFORE, BEHIND, MANY, TITLED, Name, do_rhyme, name, sound_alike
from api.domain.words.plain_words import in_common


class SimilarityReason(Labelled):
    """Why two leads may tell of the same matter."""

    SAME_RESIDENT_ID = "same_resident_id", "身份证号相同"
    SAME_DOCUMENT = "same_document", "证件号码相同"
    SAME_ACCOUNT = "same_account", "银行账号相同"
    SAME_PHONE = "same_phone", "电话相同"
    SAME_CREDIT_CODE = "same_credit_code", "统一社会信用代码相同"
    SAME_WECHAT = "same_wechat", "微信号相同"
    SAME_QQ = "same_qq", "QQ号相同"
    SAME_EMAIL = "same_email", "电子邮箱相同"
    SAME_PLATE = "same_plate", "车牌号相同"
    SAME_URL = "same_url", "网址相同"
    SAME_ADDRESS = "same_address", "地址相同"
    SAME_NAME = "same_name", "反映对象相同"
    HOMOPHONE_NAME = "homophone_name", "反映对象名称同音"
    VARIANT_NAME = "variant_name", "反映对象名称近似（简称、错字）"
    NAMED_IN_TEXT = "named_in_text", "内容提到同一对象"
    NEAR_TEXT = "near_text", "反映内容相近"
    SAME_AMOUNT = "same_amount", "涉案金额相同"
    SAME_PERSON = "same_person", "提到同一个人"
    SAME_DAY = "same_day", "提到同一天"
    SAME_VILLAGE = "same_village", "提到同一个村"
    SAME_PEOPLE = "same_people", "提到的人数相同"
    SAME_LANDMARK = "same_landmark", "提到同一处地标"
    SAME_GOODS = "same_goods", "推销的商品相同"
    SAME_COUNT = "same_count", "提到的数量相同"
    SAME_WORDS = "same_words", "提到同样少见的事物"


R, K = SimilarityReason, IdentifierKind
#: A reason and its bits of evidence.
_Reason = tuple[SimilarityReason, float]

#: Bits of evidence of each agreement; near text is worth its share of it.
WEIGHTS: dict[SimilarityReason, float] = {
    R.SAME_RESIDENT_ID: 10.0,
    R.SAME_DOCUMENT: 10.0,
    R.SAME_ACCOUNT: 10.0,
    R.SAME_PHONE: 9.0,
    R.SAME_CREDIT_CODE: 10.0,
    R.SAME_WECHAT: 9.0,
    R.SAME_QQ: 9.0,
    R.SAME_EMAIL: 9.0,
    R.SAME_PLATE: 8.0,
    R.SAME_URL: 7.0,
    R.SAME_ADDRESS: 6.0,
    R.SAME_NAME: 8.0,
    R.HOMOPHONE_NAME: 6.0,
    R.VARIANT_NAME: 5.0,
    R.NAMED_IN_TEXT: 6.0,
    R.NEAR_TEXT: 9.0,
    R.SAME_AMOUNT: 2.0,
    R.SAME_PERSON: 3.5,
    R.SAME_DAY: 3.0,
    R.SAME_VILLAGE: 1.5,
    R.SAME_PEOPLE: 1.0,
    R.SAME_WORDS: 6.0,
    R.SAME_LANDMARK: 2.0,
    R.SAME_GOODS: 1.2,
    R.SAME_COUNT: 1.5,
}
BY_KIND: dict[IdentifierKind, SimilarityReason] = {
    K.RESIDENT_ID: R.SAME_RESIDENT_ID,
    K.BANK_ACCOUNT: R.SAME_ACCOUNT,
    K.PHONE: R.SAME_PHONE,
    K.CREDIT_CODE: R.SAME_CREDIT_CODE,
    K.WECHAT: R.SAME_WECHAT,
    K.QQ: R.SAME_QQ,
    K.EMAIL: R.SAME_EMAIL,
    K.PLATE: R.SAME_PLATE,
    K.URL: R.SAME_URL,
    K.ADDRESS: R.SAME_ADDRESS,
    K.HK_MACAO_PERMIT: R.SAME_DOCUMENT,
    K.TAIWAN_PERMIT: R.SAME_DOCUMENT,
    K.FOREIGN_RESIDENT: R.SAME_DOCUMENT,
    K.PASSPORT: R.SAME_DOCUMENT,
    K.MILITARY_ID: R.SAME_DOCUMENT,
    K.OTHER_DOCUMENT: R.SAME_DOCUMENT,
}
#: Two different names speak against texts and amounts, which one fraud shares with the next one of
#: its kind; never against a shared phone or account.
OTHER_NAME = 8.0
#: 王经理 is somebody in every firm.
_OF_MANY = 2.0
_OF_PATTERN = frozenset({R.SAME_WORDS, R.SAME_GOODS, R.SAME_COUNT, R.SAME_LANDMARK})
#: From here on a lead is worth a look.
THRESHOLD = 5.0
#: Characters by which people call a company; a brand of so many is enough.
_SPOKEN, _BRAND = 4, 3
#: A name of a street or a village stands in many texts.
_PLACE_ENDS = "村镇乡街路巷桥湾庄县市区"
#: Shares of common character pairs: below the first texts have only the topic in common, above the
#: second somebody copied.
_TOPIC, _COPY = 0.18, 0.55
#: A short form of so many characters need not begin with the same ones: 夕阳某基金会.
_CLEAR = 5
#: Sums below it say nothing, and round ones little.
_LEAST = 100
#: How prices end: 1280, 2680.
_PRICES = frozenset(["28", "68", "58", "38", "48", "25", "75"])
#: Names that are words as well.
_ORDINARY = frozenset(
    ["健康", "幸福", "平安", "长寿", "快乐", "温馨", "阳光", "夕阳", "爱心", "老年", "养生", "康复", "安康",
     "吉祥", "如意", "和谐", "富贵", "美好", "希望", "安心", "放心", "温暖", "关爱", "孝心", "诚信", "友好",
     "中国", "国家", "政府", "老人", "朝阳", "光明", "东方", "人民", "夕阳红", "中老年", "金太阳", "红太阳", "老年人", "团结", "新华", "众兴"]
)  # fmt: skip
#: Bits of the first pair of characters that only two texts share, and of each that follows it.
_OWN, _NEXT = 2.0, 1.2
#: A text of so few pairs has them in common with many.
_FEW = 8
_RUN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
#: Texts are told apart by their beginning; a long annex must not make a page slow.
_READ = 2_000


@dataclass(frozen=True, slots=True)
class Features:
    """What is compared of a lead. Identifiers may be blind indexes: only equality counts."""

    name: Name
    facts: frozenset[Fact]
    #: The Chinese words of the text, without marks, numbers and masks.
    text: str
    pairs: frozenset[str]
    #: The words of the whole report and their pairs; who is no name of anybody is told of here.
    words: str
    word_pairs: frozenset[str]
    identifiers: frozenset[tuple[IdentifierKind, Hashable]] = frozenset()
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """How alike two leads are, in bits of evidence, and the reasons, the weightiest first."""

    bits: float
    reasons: list[tuple[SimilarityReason, float]] = field(
        default_factory=list[tuple[SimilarityReason, float]]
    )

    @property
    def is_similar(self) -> bool:
        """Whether somebody should look."""
        return self.bits >= THRESHOLD

    @property
    def score(self) -> int:
        """For people: 50 is the threshold, each further bit halves what is missing to 100."""
        return round(100 / (1 + 2 ** (THRESHOLD - self.bits)))


def features(
    subject: str,
    narrative: str,
    identifiers: frozenset[tuple[IdentifierKind, Hashable]] = frozenset(),
    amount: int | None = None,
) -> Features:
    """The features of a lead's (protected) texts and identifiers."""
    who = name(subject)
    text, pairs = _text(narrative[:_READ])
    words, word_pairs = _text(
        TITLED.sub("。", f"{'' if who.is_known else subject}。{narrative[:_READ]}")
    )
    told = facts(f"{subject}。{narrative[:_READ]}")
    if amount and amount // 100 >= _LEAST:
        told |= {(SUM, str(amount // 100))}
    return Features(who, told, text, pairs, words, word_pairs, identifiers, amount)


@lru_cache(maxsize=1024)
def _text(narrative: str) -> tuple[str, frozenset[str]]:
    # sentences change places, and what a mask hides must not become a pair of its neighbours
    runs = _RUN.findall(unicodedata.normalize("NFKC", narrative))
    pairs = frozenset(a + b for run in runs for a, b in pairwise(run))
    return " ".join(runs), pairs


def compare(left: Features, right: Features) -> Match:
    """Weigh what two leads have in common."""
    return comparing(left)(right)


def comparing(left: Features) -> Callable[[Features], Match]:
    """The same for one lead and many others: most of those found by a name bear the same one."""
    names: dict[Name, _Reason | None] = {}

    def compare(right: Features) -> Match:
        if right.name not in names:
            known = left.name.is_known and right.name.is_known
            names[right.name] = _same_name(left.name, right.name) if known else None
        return _weighed(left, right, names[right.name])

    return compare


def _weighed(left: Features, right: Features, same_name: _Reason | None) -> Match:
    hard = [
        (BY_KIND[kind], WEIGHTS[BY_KIND[kind]])
        for kind, _ in left.identifiers & right.identifiers
        if kind in BY_KIND
    ]
    hard += _hard_facts(left.facts, right.facts)
    same, differs = _names(left, right, same_name)
    soft = _soft(left, right)
    if differs:
        # what two firms sell and say is the pattern of the fraud
        soft = [each for each in soft if each[0] not in _OF_PATTERN]
    weight = max(0.0, sum(bits for _, bits in soft) - (OTHER_NAME if differs else 0.0))
    reasons: dict[SimilarityReason, float] = {}
    for reason, bits in (*hard, *same, *(soft if weight else ())):
        reasons[reason] = max(bits, reasons.get(reason, 0.0))
    total = sum(bits for _, bits in hard) + sum(bits for _, bits in same) + weight
    return Match(total, sorted(reasons.items(), key=lambda each: -each[1]))


def _hard_facts(left: frozenset[Fact], right: frozenset[Fact]) -> list[_Reason]:
    """Places that both tell of; each counts once, however often it is said."""
    found: list[_Reason] = []
    if same_address(left, right):
        found.append((R.SAME_ADDRESS, WEIGHTS[R.SAME_ADDRESS]))
    if any(kind == HOST for kind, _ in left & right):
        found.append((R.SAME_URL, WEIGHTS[R.SAME_URL]))
    return found


_SOFT_FACTS = {
    PERSON: R.SAME_PERSON, DAY: R.SAME_DAY, VILLAGE: R.SAME_VILLAGE, PEOPLE: R.SAME_PEOPLE,
    LANDMARK: R.SAME_LANDMARK, GOODS: R.SAME_GOODS, COUNT: R.SAME_COUNT,
}  # fmt: skip


def _soft_facts(common: frozenset[Fact]) -> list[_Reason]:
    if not common:
        return []
    kinds = {kind for kind, _ in common}
    found = [(reason, WEIGHTS[reason]) for kind, reason in _SOFT_FACTS.items() if kind in kinds]
    people = [value for kind, value in common if kind == PERSON]
    if people and all(value[0] in MANY for value in people):
        found.remove((R.SAME_PERSON, WEIGHTS[R.SAME_PERSON]))
        found.append((R.SAME_PERSON, _OF_MANY))
    sums = [_told_by_sum(value) for kind, value in common if kind == SUM]
    if sums:
        found.append((R.SAME_AMOUNT, max(sums)))
    return found


def _told_by_sum(value: str) -> float:
    """A round sum is that of many, a price (1980, 9998) that of some; 47600 is nobody else's."""
    figures = value.rstrip("0")
    odd = len(figures) > 1
    own = len(figures) > 2 and figures[-1] not in "89" and figures[-2:] not in _PRICES
    return WEIGHTS[R.SAME_AMOUNT] + odd + own


def _soft(left: Features, right: Features) -> list[_Reason]:
    found: list[_Reason] = []
    share, near = jaccard(left.pairs, right.pairs), 0.0
    if share > _TOPIC and min(len(left.pairs), len(right.pairs)) >= _FEW:
        near = WEIGHTS[R.NEAR_TEXT] * min(1.0, (share - _TOPIC) / (_COPY - _TOPIC))
        found.append((R.NEAR_TEXT, near))
    own = in_common(left.words, right.word_pairs)
    if own:
        bits = sum(_OWN + _NEXT * (len(run) - 2) for run in own)
        # what a near text has said already is no news
        if (news := min(WEIGHTS[R.SAME_WORDS], bits, WEIGHTS[R.NEAR_TEXT] - near)) > 0:
            found.append((R.SAME_WORDS, news))
    common = _soft_facts(left.facts & right.facts)
    if (
        left.amount
        and left.amount == right.amount
        and all(r is not R.SAME_AMOUNT for r, _ in common)
    ):
        common.append((R.SAME_AMOUNT, WEIGHTS[R.SAME_AMOUNT]))
    return found + common


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    """The share of what either has that both have."""
    common = len(left & right)
    return common / (len(left) + len(right) - common) if common else 0.0


def _names(left: Features, right: Features, found: _Reason | None) -> tuple[list[_Reason], bool]:
    """The reason that the names give, if any, and whether they are two names."""
    a, b = left.name, right.name
    if found is None and (_quotes(left, right) or _quotes(right, left)):
        found = R.NAMED_IN_TEXT, WEIGHTS[R.NAMED_IN_TEXT]
    if found is None and (_mentions(right.text, a) or _mentions(left.text, b)):
        found = R.NAMED_IN_TEXT, WEIGHTS[R.NAMED_IN_TEXT]
    if found:
        return [found], False
    # one tells of the firm, the other of its 葛经理
    people = TITLED.fullmatch(a.core) or TITLED.fullmatch(b.core)
    return [], a.is_known and b.is_known and not people


def _quotes(left: Features, right: Features) -> bool:
    """Whether a report speaks of what the other one names in marks: “福某堂”APP."""
    return any(kind == NAMED and value in right.text for kind, value in left.facts)


def _mentions(text: str, who: Name) -> bool:
    """Whether a text names somebody, if only by the beginning of the name: 福寿康养."""
    shown = (
        who.brand
        if len(who.brand) >= _BRAND and who.brand[-1] not in _PLACE_ENDS
        else who.core[: max(_SPOKEN, len(who.brand))]
    )
    if len(shown) >= 3 and shown not in _ORDINARY and shown in text:
        return True
    brand = who.brand
    return len(brand) >= 2 and brand not in _ORDINARY and bool(_spoken_of(brand).search(text))


@lru_cache(maxsize=1024)
def _spoken_of(brand: str) -> re.Pattern[str]:
    """A short name as it is spoken of: 福寿那边, 福寿他们, 叫福寿的."""
    return re.compile(f"{BEFORE}{brand}|{brand}{BEHIND}")


def _same_name(a: Name, b: Name) -> _Reason | None:
    if a.core == b.core:
        return R.SAME_NAME, WEIGHTS[R.SAME_NAME]
    if sound_alike(a.core, b.core):
        return R.HOMOPHONE_NAME, WEIGHTS[R.HOMOPHONE_NAME]
    if len(a.brand) == len(b.brand) >= _BRAND and _rhyme(a.brand, b.brand):
        return R.HOMOPHONE_NAME, WEIGHTS[R.VARIANT_NAME]
    # one brand with another line of business, a short form, a slip of the pen
    if (
        (a.brand == b.brand and a.brand not in _ORDINARY)
        or _shortens(a.core, b.core)
        or _slipped(a.core, b.core)
    ):
        return R.VARIANT_NAME, WEIGHTS[R.VARIANT_NAME]
    length = min(len(a.core), len(b.core))
    if sound_alike(a.brand, b.brand) or (
        length >= 3 and sound_alike(a.core[:length], b.core[:length])
    ):
        return R.HOMOPHONE_NAME, WEIGHTS[R.VARIANT_NAME]
    return None


def _shortens(a: str, b: str) -> bool:
    """福寿康 for 福寿康养服务, 福寿服务 too: its characters in their order, from the first one on."""
    short, long = sorted((a, b), key=len)
    if not 3 <= len(short) < len(long) or (short[:2] != long[:2] and len(short) < _CLEAR):
        return False
    rest = iter(long)
    return all(character in rest for character in short)


def _rhyme(a: str, b: str) -> bool:
    """One character heard as one that rhymes, and not the first: 金稻穗, 金稻惠."""
    other = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    return len(other) == 1 and a[0] == b[0] and do_rhyme(*other[0])


def _slipped(a: str, b: str) -> bool:
    """One character left out or doubled, two swapped. Another character in its place is another
    name, unless it sounds alike: 金寿 is not 福寿."""
    if min(len(a), len(b)) < 3:
        return False
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    rest_a, rest_b = a[head:], b[head:]
    if len(a) == len(b):
        return rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]
    return rest_a[1:] == rest_b or rest_a == rest_b[1:]
