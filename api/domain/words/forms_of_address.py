"""What people call each other by instead of the whole name: 吴奶奶, 老吴, 吴家二婶, 秀英大妈, 吴某.

In a village a surname and a form of address name somebody as surely as the register does.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from api.domain.words.masks import COMPOUND_SURNAMES
from api.domain.words.names import SURNAMES

#: Surnames that few bear, beside those by which names of companies are told apart.
_FAMILY = (
    SURNAMES
    + "逯仝亓呙苟缑逄展昝佟丛楚盖权阳粟兰覃隋战栗原鞠鹿谌操檀漆冀晋綦郗郄郜麦苑菅尉帅尚荆游竺桓冼揭矫尧丘"
)
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_KIN = (
    "奶奶|爷爷|爹爹|婶婶|婶子|婶娘|叔叔|伯伯|伯母|伯父|阿姨|姨妈|姨娘|姨夫|姑妈|姑姑|姑父|舅舅|舅妈|舅母|婆婆|阿婆|公公|阿公|姥姥|姥爷"
    "|外婆|外公|嫂子|大嫂|姐姐|妹子|妹妹|哥哥|兄弟|妈妈|大爷|大妈|大娘|大婶|大叔|大伯|大姨|大姑|大舅|大姐|大哥|大爹|大大|娘娘"
    "|奶(?!奶|粉)|爷|爹|婶|叔|伯|姨|姑|舅|婆|嫂|姐|妹|哥|弟|妈|娘"
)
_ELDER = (
    "老太太|老太婆|老太|老汉|老头子|老头|老爷子|老爷|老人家|老人|老伯|老爹|老娘|老妈妈|老妈子|老妈|老哥|老姐姐|老姐|老弟|老妹|老嫂子"
    "|老先生|老师傅|老师|老奶奶|老爷爷|老夫人|老者|老翁|老大|老[二三四五六七八九幺]|老(?=[^\u3400-\u9fff]|[说讲]|$)"
)
_CIVIL = "女士|先生|小姐|夫人|太太|太婆|太爷|师傅|同志|老乡|女子|男子|氏"
#: Left out on purpose: 吴某, 吴某某, 吴××. Names nobody in a text that is published.
LEFT_OUT = "某某人|某某|某人|某[甲乙丙丁]?|[×xX*＊○〇]{1,2}(?![a-zA-Z])"
#: What begins like one of them, and is another word.
_NOT_THEN = "(?!们|卖瓜|馆|粉)"
_RANK = "[大二三四五六七八九小老幺满]?"
_ADDRESS = f"(?:{_ELDER}|{_CIVIL}|{_RANK}(?:{_KIN}))(?!(?<=姑)娘|(?<=婆)子){_NOT_THEN}"
_FAMILIAR = "[老小阿大]"
_CALLED = f"(?:(?:家|姓)?{_ADDRESS}|姓(?:老年?人|群众|村民|居民|妇女|老妇|老太)|{LEFT_OUT})"

#: Behind these characters a surname is the end of another word: 提高老人, 照顾老人, 对方女士.
_INSIDE = {
    "高": "提增最升抬拔崇", "许": "允容准默也或少不几", "顾": "照看兼回光", "应": "答适响供反相本对效", "付": "支交代给垫应偿",
    "管": "保掌看主监托不尽接", "时": "当同小临及按到平有准暂此定", "任": "信责担主留委放", "何": "任如为几因奈",
    "方": "对双各我他她它官警校军地当立多一甲乙丙", "成": "变组造完形达", "常": "经非通平日正照时", "周": "上下每本一四",
    "余": "其剩多富", "能": "失可功智不只才性", "单": "孤简名订", "安": "公治平保不", "庄": "村家农", "江": "九镇湛浙松长",
    "费": "收免缴交花消药话", "关": "有相无", "从": "自听服跟", "于": "对由在关至终出基属处等位", "全": "安完周齐健",
    "明": "说声证表", "万": "数几十百千一二两三四五六七八九", "金": "奖资现基押定佣", "文": "中语课", "车": "打开坐火汽",
    "平": "水公和", "宁": "安", "解": "了理", "和": _HAN, "向": _HAN, "曾": _HAN, "房": "住楼买", "祝": "庆", "项": "事各",
    "计": "会设统", "易": "交容不", "连": "接", "容": "内", "步": "进", "养": "赡", "乐": "快", "温": "体", "石": "宝玉",
    "毕": "完", "钱": "价骗给出要", "路": "道马公", "水": "药口", "党": "入",
}  # fmt: skip
#: Ordinary words that would be read as a surname and a form of address.
_WORDS = (
    "[牛羊马]奶(?!奶)|巫婆|汤婆子|祖奶奶|祖爷爷|花大姐|老师|老年|老党员|老路|老房|老车|老花|老农|老牛|老高兴|老马识途|老于世故|老常识|老白干|老成"
    "|老石|老水|小时|小米|小康|小孙[子女]|小钱|小包|小车|小路|小金|小高层|小方(?:便|法|面)|小毛|小石|小龙|小黄车|小白|小平|小管|小单"
    "|小水|小花|小房|小计|小项|小程序|小麻|小牛|小鱼|小党|小田|小汤|小段|小苗|小宋体|小严重|大方|大路|大车|大连|大石|大米|大钱|大小|大包|大水|大单"
    "|大马|大牛|大平|大花|大房|大江|大明|大龙|大雷|大白|大毛|大麻|大成|大安|大田|大金|大汤|大项|大宋|大唐|大汉|大余|大党|大和|大关|大高"
    "|大全|大都|大别|大武|大解|大邱|大何|大任|大应|大易|大计|大管|大宁|大梁|大洪|大丰|大郑|大乐|大厉|大元|大冶|大庄|大陆|阿胶|阿里|小陆地|小元"
)
_ORDINARY = re.compile(f"(?:{_WORDS})")
_PLACE = f"(?![{_HAN}]?[县市区镇乡村庄路街厂店湾集圩岗塘])"
_NO_SURNAME = frozenset("老大小二三四五六七八九幺阿某该这那每各本我你他她咱")

_NICKNAME = re.compile(
    f"(?:{_FAMILIAR}(?P<before>[{_FAMILY}])(?:{_CALLED}|头|妈|)?|(?P<behind>[{_HAN}]{{1,2}}?)(?:{_CALLED}))"
)
_HAN_NAME = re.compile(f"[{_HAN}]{{2,4}}")
_GAP = r"[\s·]{0,3}"


def surname(told: str) -> str:
    """The surname of a person's name or of a form of address; empty where there is none."""
    bare = "".join(told.split())
    if found := re.fullmatch("姓([^姓])(?:的.*)?", bare):
        return found[1]
    if found := _NICKNAME.fullmatch(bare):
        said = found["behind"] or found["before"] or ""
        if said in COMPOUND_SURNAMES or (len(said) == 1 and said not in _NO_SURNAME):
            return said
    if not _HAN_NAME.fullmatch(bare):
        return ""
    if len(bare) > 2 and bare[:2] in COMPOUND_SURNAMES:
        return bare[:2]
    if len(bare) == 4:  # 张王秀英: of both families, called by the first
        return bare[0] if bare[0] in _FAMILY and bare[1] in _FAMILY else ""
    return bare[0] if bare[0] in _FAMILY else ""


def given(told: str) -> str:
    """The given name of a whole name, where it is long enough to be no other word's part."""
    bare = "".join(told.split())
    family = surname(told)
    if not family or _NICKNAME.fullmatch(bare) or not _HAN_NAME.fullmatch(bare):
        return ""
    rest = bare.removeprefix(family)
    return rest if len(rest) == 2 else rest[1:] if len(rest) == 3 else ""


@lru_cache(maxsize=1024)
def addressed(surname: str, given: str = "") -> re.Pattern[str]:
    """The ways in which people call somebody: 吴奶奶, 吴二婶, 吴家大嫂, 老吴, 姓吴的, 吴某, 秀英大妈."""
    inside = _INSIDE.get(surname)
    fresh = f"(?<![{inside}])" if inside else ""
    ways = [
        f"{fresh}(?!{_WORDS}){surname}{_GAP}{_CALLED}",
        f"姓{surname}(?:的(?:{_ADDRESS})?|(?:{_ADDRESS})|(?![{_HAN}]))",
    ]
    if surname in _FAMILY or len(surname) == 2:
        ways += [
            f"(?!{_WORDS}){_FAMILIAR}{surname}(?:{_CALLED}|头|妈)",
            f"(?!{_WORDS})[老小阿]{surname}{_PLACE}",
        ]
    if given:
        ways.append(f"[小阿]?{given}{_GAP}(?:{_ADDRESS})")
    return re.compile("|".join(ways))


#: Of a text that is published no single informant is known: every surname that is nothing else
#: beside, where a word can begin.
_PUBLIC = "".join(
    sorted(set(_FAMILY) - set("于向和从时应全单曾能常成万管解祝任都别连经步容终养乐文有居车水原"))
)
_COMPOUND = "|".join(sorted(COMPOUND_SURNAMES))
_BEGINS = f"(?:^|(?<=[^{_HAN}])|(?<=[的了是为给对与和及同骗找让由在有被因劝帮到向把叫如户民人员]))"
_BEHIND_FAMILIAR = f"(?=[^{_HAN}]|$|[说的在是将被等和与把用家因先后于为自花损交投买购受称去来上信])"
#: 小王, 老李: the surnames that are nothing else behind 小 and 老.
_PLAIN = "王李张刘陈杨黄赵吴周徐孙朱胡郭林罗高郑梁谢宋唐许韩冯邓曹彭曾肖董袁潘蒋蔡余杜程苏魏吕丁沈姚卢姜崔钟谭陆汪范廖韦贾付邹熊孟秦邱尹薛侯陶黎贺顾郝龚邵"
_NO_GIVEN = "龄发甲边家村庄镇县市区街社组院店厂队名位个几多些某老大小港州的和与及"
_GIVEN = f"[^{_NO_GIVEN}\\W\\d_a-zA-Z]"
_NAMED_KIN = "奶奶|爷爷|大爷|大妈|大娘|大婶|大叔|大伯|阿姨|婆婆|女士|先生|老汉|老太|老人(?!家)"
_IN_TEXTS = re.compile(
    f"{_BEGINS}(?!(?<=对)方|(?<=有)关|(?<=了)解)(?!{_WORDS})"
    f"(?:(?:{_COMPOUND}|[{_PUBLIC}])家?{_ADDRESS}"
    f"|(?:{_COMPOUND}|[{_PUBLIC}]){_GIVEN}{{2}}(?:{_NAMED_KIN}){_NOT_THEN}"
    f"|[老小大阿][{_PLAIN}](?:头|{_ADDRESS}|(?<!大[{_PLAIN}]){_BEHIND_FAMILIAR}))"
)


def spoken_of(text: str) -> Iterator[str]:
    """Who is called by a surname in a text: 吴奶奶, 欧阳大爷, 老李. Not 李某, not 奶奶 alone."""
    for found in _IN_TEXTS.finditer(text):
        yield found[0]
