"""What a report tells beside its words: places, hosts, people, days and sums, each in one spelling.

Two people tell one affair in words of their own; the house number, the man who took the money and
the day are the same.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from api.domain.words.identifiers import as_digits, half_width
from api.domain.words.names import SURNAMES, name
from api.domain.words.numerals import NotANumber, chinese_number
from api.domain.words.places import one_form

_D = "一二两三四五六七八九"
_WORDS = "零〇一二两三四五六七八九十百千万"
#: A kind of fact and its one spelling.
Fact = tuple[str, str]
ADDRESS, HOST, PERSON, DAY, SUM = "address", "host", "person", "day", "sum"
VILLAGE, PEOPLE = "village", "people"
#: What somebody put into marks or called an app, a broadcast, an account.
NAMED = "named"
#: What something stands beside (水厂旁边), how many of something (四百斤), what is sold (蜂胶).
LANDMARK, COUNT, GOODS = "landmark", "count", "goods"

_HAN = "\u4e00-\u9fff"
#: How the name of a street, a village, an estate ends; never 月 or 第, which come before dates.
_ENDS = "村区庄道路街巷弄苑园城湾寓厦场里圩郢府家楼店桥屯洼岗冲塘畈院坊门堂墩湖河山集埠滩坝沟坡岭寨营铺台镇乡郡庭居弄坪坳垸坞峪咀嘴垴塆峒厝岙坮洞畔岩沱井涌墩垌寮埕埂洲滘"
_ADDRESS = re.compile(
    rf"([{_HAN}]{{1,8}}[{_ENDS}])(?:\d期)?(?:(\d{{1,3}})[组队][,，]?)?"
    rf"([A-Z]?\d{{1,5}}|[A-Z])(?:号楼|号院|号(?![文线卡令])|栋|幢|座|#|铺)"
    r"(?:第?(\d{1,3})(?:单元|-))?(?:第?(\d{1,3})[层楼])?(?:(\d{2,5})(?:室|户|房|铺|号)?)?",
    re.IGNORECASE,
)
#: A hamlet that no ending tells, and a house of a high number: 上河坪34号; dates end at 31.
_HOUSE = re.compile(
    rf"([{_HAN}]{{2,8}}?)(?<![第尾本每月年妈爸])(\d{{2,5}})号(?![文线卡令人个这那])"
)
_HIGHEST_DAY = 31
#: A village without its ending, but with the group: 红旗二组29号.
_OF_GROUP = re.compile(rf"([{_HAN}]{{2,8}})(\d{{1,3}})[组队][,，]?(\d{{1,4}})号")
#: 阳光小区3-201, 阳光小区3-2-201.
_SHORT = re.compile(
    rf"([{_HAN}]{{1,8}}[区苑园城湾寓厦家府庭郡])(\d{{1,3}})-(?:\d{{1,2}}-)?(\d{{3,4}})(?!\d)"
)
#: Numbers that are spoken out: 二百二十一号.
_SPOKEN_NUMBER = re.compile("[一二两三四五六七八九十百零〇]{2,7}(?=[号栋幢座组队楼室弄单])")
#: A house of a group, the village left out.
_GROUP = re.compile(rf"(?<![\d{_ENDS}])(\d{{1,3}})[组队](\d{{1,4}})号")
_VILLAGE = re.compile(rf"([{_HAN}]{{2,4}})(?:村|社区)(?!民|里|干|口|医|官)")
_PEOPLE = re.compile(
    r"(\d{1,4})[余多]?(?:名|位|个|户)(?:老人|老年人|群众|村民|受害人|居民|会员|人)?"
)
#: Of a place only so much: some write the town before it, others do not.
_TAIL = 3
_VILLAGE_END = re.compile("(?:村|社区|小区|庄|屯)$(?<=..{2})")
_STREETS = "路街道巷弄里"
_LEADING = re.compile("^[在到于是去位址住其该就家租地点为]+(?=.{2})")
_HOST = re.compile(
    r"(?<![0-9a-z@.\-])((?:[a-z0-9\-]{1,63}\.){1,4}[a-z]{2,8})(?![a-z0-9\-@])", re.IGNORECASE
)
_SECOND_LEVEL = frozenset({"com", "net", "org", "gov", "edu", "ac"})
#: Everybody is there.
_SHARED_HOSTS = frozenset(
    ["qq.com", "weixin.com", "taobao.com", "tmall.com", "jd.com", "douyin.com", "kuaishou.com",
     "baidu.com", "yangkeduo.com", "pinduoduo.com", "1688.com", "xiaohongshu.com", "toutiao.com",
     "bilibili.com", "weibo.com", "163.com", "126.com", "sina.com", "alipay.com", "gov.cn"]
)  # fmt: skip
_BESIDE = re.compile(
    rf"([{_HAN}]{{2,4}}?)(?:的?(?:旁边?|隔壁|对面|斜对面|门口|边上?|后面|后头|后边|前面|楼下|楼上|底下|下面|附近|[一二三四五]楼))"
)
_ANYWHERE = re.compile(
    "(?:我|他|她|家|村|镇|小区|社区|单元|超市|菜场|市场|广场|公园|医院|银行|学校|酒店|宾馆|马路|街道|里|店)$"
)
_COUNT = re.compile(r"(\d{1,5})[多余来]?(斤|盒|瓶|箱|套|亩|头|只|棵|株|桶|袋|克|平米|平方)")
_SPOKEN_COUNT = re.compile(f"[{_WORDS}]{{1,5}}(?=[斤盒瓶箱套亩头只棵株桶袋克])")
_LEAST_COUNT = 4
_GOODS = re.compile(
    "床垫|被子|羊毛被|蚕丝被|枕头|净水[器机]|氢水机|按摩椅|足[疗浴]桶|泡脚桶|蜂胶|蜂蜜|灵芝|孢子粉|虫草|人参|燕窝|海参|羊奶粉|驼奶"
    "|骆驼奶|药酒|膏药|胶囊|口服液|纪念币|邮票|字画|玉器|玉镯|手串|艾灸|眼镜|助听器|轮椅|电饭煲|锅|墓[地位]|茶叶|白酒|鹿血酒"
    "|苦瓜素|鱼油|钙片|血压计|鞋垫|护腰|拐杖|种子|稻种|化肥|黄精|蚯蚓"
)
_QUOTED = re.compile(rf"[“\"「『《‘]([{_HAN}]{{3,10}})[”\"」』》’]")
_TITLES = "校长|会计|书记|大师|半仙|大爷|大妈|经理|主任|老师|总监|总|老板|店长|讲师|教授|专家|大夫|医生|院长|部长|队长|会长|秘书长|主管|顾问|站长|姐|哥|阿姨|大姐|大哥|师傅|先生|女士|某某|某"
_PERSON = re.compile(rf"(?<![{_HAN}])?([{SURNAMES}])(?:{_TITLES})")
_DAY = re.compile(
    r"(?:(?:19|20)\d\d[年./-])?(1[0-2]|0?[1-9])(?:月|[./-](?=\d{1,2}[日号]))(3[01]|[12]\d|0?[1-9])(?!\d)[日号]?"
)
_NUMERAL_DAY = re.compile("[一二三四五六七八九十]{1,3}(?=[月日号])")
_SUM = re.compile(
    r"(\d{1,9}(?:\.\d{1,4})?)[ ]?(万|千|百)?[ ]?(\d千)?(?:余|多)?(?:元|块|圆)"
    r"|(\d{1,6}(?:\.\d{1,4})?)万(?!人|户|名|份|吨)"
    rf"|([{_WORDS}]{{2,12}})(?:元|块|圆|余|多|左右)"
    rf"|(?<![{_WORDS}])((?=[^万千百]?[^万千百]?[万千百])(?:[{_D}]?十?[{_D}]?万)?(?:[{_D}]千)?零?(?:[{_D}]百)?(?:[{_D}]?十)?[{_D}]?)(?<=..)"
    r"(?![万千百十人户名份吨斤年个位次场岁张月天日号栋]|[床盒箱](?!一))"
    # behind a verb or a measure nobody says 元: 花了4200, 一箱3300, 398一个
    r"|(?<![\d.\-:a-zA-Z*])(\d{3,7}(?:\.\d{1,2})?)(?![\d.\-:a-zA-Z*号栋幢座室楼年月日路组队弄度人户名斤公米平岁张铺房])"
)
#: 三万四 is said for 34,000, 六百八 for 680.
_NEXT = {"万": "千", "千": "百", "百": "十"}
_LEAST_SUM = 100


@lru_cache(maxsize=2048)
def facts(text: str) -> frozenset[Fact]:
    """All facts of a text."""
    plain = half_width(text)
    readers = (_places, _hosts, _people, _days, _sums, _around, _named, _beside, _counts, _goods)
    return frozenset(fact for read in readers for fact in read(plain))


def _places(plain: str) -> Iterator[Fact]:
    text = one_form(as_digits(_SPOKEN_NUMBER.sub(_figure, plain)).replace(" ", "").upper())
    for found in _ADDRESS.finditer(text):
        place, group, number, _, _, room = found.groups()
        parts = (f"{group}组" if group else "", number, room or "")
        yield ADDRESS, "|".join((_tail(place), *parts)).rstrip("|")
    for found in _SHORT.finditer(text):
        yield ADDRESS, f"{_tail(found[1])}||{found[2]}|{found[3]}"
    for found in _HOUSE.finditer(text):
        if int(found[2]) > _HIGHEST_DAY:
            yield ADDRESS, f"{_tail(found[1])}||{found[2]}"
    for found in _OF_GROUP.finditer(text):
        yield ADDRESS, f"{_tail(found[1])}|{found[2]}组|{found[3]}"
    for found in _GROUP.finditer(text):
        yield ADDRESS, f"|{found[1]}组|{found[2]}"


def _around(plain: str) -> Iterator[Fact]:
    text = as_digits(plain)
    for found in _VILLAGE.finditer(text):
        yield VILLAGE, found[1][-2:]
    for found in _PEOPLE.finditer(text):
        if int(found[1]) > 1:
            yield PEOPLE, found[1]


def same_address(left: frozenset[Fact], right: frozenset[Fact]) -> bool:
    """Whether both tell of one house; a village that one of them leaves out is no difference."""
    ours, theirs = ({value for kind, value in each if kind == ADDRESS} for each in (left, right))
    return any(
        a == b or (a.startswith("|") and b.endswith(a)) or (b.startswith("|") and a.endswith(b))
        for a in ours
        for b in theirs
    )


def _tail(place: str) -> str:
    bare = _LEADING.sub("", place)
    # 石桥村7组 and 石桥7组 are one place, 解放路 and 解放街 are two
    stem = _VILLAGE_END.sub("", bare)
    return stem[-2:] if stem != bare or bare[-1] not in _STREETS else bare[-_TAIL:]


def _hosts(plain: str) -> Iterator[Fact]:
    for found in _HOST.finditer(plain):
        host = domain(found[1])
        if host not in _SHARED_HOSTS:
            yield HOST, host


def domain(host: str) -> str:
    """The name that somebody registered: without www, m and what else stands before it."""
    labels = host.lower().split(".")
    kept = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-kept:])


def _people(plain: str) -> Iterator[Fact]:
    for found in _PERSON.finditer(plain):
        yield PERSON, found[0].replace("某某", "某")


def _named(plain: str) -> Iterator[Fact]:
    for found in _QUOTED.finditer(plain):
        if name(found[1]).is_known:
            yield NAMED, found[1]


def _beside(plain: str) -> Iterator[Fact]:
    for found in _BESIDE.finditer(plain):
        # where a place begins nobody marks: its last characters are compared
        if not _ANYWHERE.search(found[1]):
            yield LANDMARK, found[1][-2:]


def _counts(plain: str) -> Iterator[Fact]:
    for found in _COUNT.finditer(_SPOKEN_COUNT.sub(_figure, plain)):
        if int(found[1]) >= _LEAST_COUNT:
            yield COUNT, f"{int(found[1])}{found[2]}"


def _goods(plain: str) -> Iterator[Fact]:
    for found in _GOODS.finditer(plain):
        yield GOODS, found[0]


def _days(plain: str) -> Iterator[Fact]:
    for found in _DAY.finditer(_NUMERAL_DAY.sub(_figure, plain)):
        yield DAY, f"{int(found[1])}-{int(found[2])}"


def _figure(found: re.Match[str]) -> str:
    try:
        return str(chinese_number(found[0]))
    except NotANumber:
        return found[0]


def _sums(plain: str) -> Iterator[Fact]:
    for found in _SUM.finditer(plain):
        value = _yuan(found)
        if value >= _LEAST_SUM:
            yield SUM, str(value)


def _yuan(found: re.Match[str]) -> int:
    figure, unit, _, wan, words, spoken, bare = found.groups()
    if bare:
        return round(float(bare))
    times = {"万": 10_000, "千": 1_000, "百": 100, None: 1}
    if figure or wan:
        return round(float(figure or wan) * (10_000 if wan else times[unit]))
    told = words or spoken
    short = re.fullmatch("(.*)([万千百])([一二三四五六七八九])", told)
    try:
        return chinese_number(f"{short[1]}{short[2]}{short[3]}{_NEXT[short[2]]}" if short else told)
    except NotANumber:
        return 0
