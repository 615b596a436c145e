"""What may not stand in a text that is published: people by name, numbers that name them, and a
matter that no court has judged yet (典型案例只讲已经判决、已经公开的事).

A machine cannot know every name; it names what it takes for one, and a second person reads the
text before it goes out.
"""

import re
from collections.abc import Iterator

from api.domain.words import forms_of_address, identifiers
from api.domain.words.identifiers import IdentifierKind

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜"
    "詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边尚"
)
_COMPOUND = "欧阳|诸葛|司马|上官|东方|皇甫|尉迟|公孙|慕容|长孙|夏侯|司徒"
_GIVEN = r"[\u4e00-\u9fff]"
_NAME = rf"(?:(?:{_COMPOUND}){_GIVEN}{{1,2}}|[{_SURNAMES}]{_GIVEN}{{1,2}}?)"
#: Who is spoken of by name in such texts, and what comes after a name.
_ROLES = (
    "被告人|犯罪嫌疑人|嫌疑人|罪犯|主犯|从犯|同案人|受害人|被害人|受骗人|集资参与人|投资人|举报人|反映人|报案人|证人"
    "|当事人|法定代表人|负责人|经营者|实际控制人|业务员|推销员|老人|老汉|村民|居民|群众|患者|其子|其女|儿子|女儿"
)
_AFTER = (
    r"(?=[，。；、：！？,.;:!?\s）)（(]|等|老|夫妇|一家|本人|家|因|被|犯|以|将|向|在|于|为|的|与|和|及|称|说|对|先后|自|通过|伙同|利用|骗|购"
    r"|花|交|投|损失|获|判|系|，|$)"
)
#: `王某`, `李某某` name nobody; `张老汉` is told of as a form of address, below.
_NOBODY = re.compile(r"某|甲|乙|丙|丁$|^.(?:老汉|大爷|奶奶|阿姨|先生|女士|老太)")
_BY_ROLE = re.compile(rf"(?:{_ROLES})(?:[（(]?[男女][）)]?|：|:)?({_NAME}){_AFTER}")
_BY_DETAIL = re.compile(rf"({_NAME})[（(，,](?:男|女)[，,。）)]")
_LABELLED = re.compile(rf"姓名[：:\s]*({_NAME})")
#: Of a place or a page, which everybody may know.
_OPEN = frozenset({IdentifierKind.ADDRESS, IdentifierKind.URL})
#: Words of a matter that is still open.
_UNDECIDED = re.compile(
    r"(?:尚|还|仍|暂)?(?:未|没有?|待|等待)(?:作出|开庭)?(?:判决|宣判|审结|结案|审理|起诉|生效|判)"
    r"|(?:正在|尚在|仍在)(?:进一步)?(?:侦查|侦办|审理|审查起诉|办理|调查)(?:中|阶段|之中)?"
    r"|(?:侦查|侦办|审理|审查起诉)(?:之?中|阶段)(?!发现|查明|认定)|上诉期|择期宣判|犯罪嫌疑人"
)


def _names(text: str) -> Iterator[str]:
    for pattern in (_BY_ROLE, _BY_DETAIL, _LABELLED):
        for found in pattern.finditer(text):
            if not _NOBODY.search(found[1]):
                yield found[1]


def faults(text: str) -> list[str]:
    """What keeps a text from being published, a sentence each; empty when nothing was found."""
    found: list[str] = []
    if names := list(dict.fromkeys(_names(text))):
        found.append(f"疑似真实姓名：{'、'.join(names)}，请改为“某某”")
    if called := list(dict.fromkeys(forms_of_address.spoken_of(text))):
        found.append(f"疑似真实称呼：{'、'.join(called)}，请改为“某某”或“王某”这样的写法")
    kinds = dict.fromkeys(each.kind for each in identifiers.detect(text) if each.kind not in _OPEN)
    if kinds:
        found.append(f"含有{'、'.join(kind.label for kind in kinds)}，请删去")
    if masked := re.search(r"\d*[*＊]{2,}\d*", text):
        found.append(f"含有打码的号码“{masked[0]}”，请删去")
    if words := list(dict.fromkeys(each[0] for each in _UNDECIDED.finditer(text))):
        found.append(f"含有尚未判决的表述：{'、'.join(words)}；未判决的案件不能作为典型案例发布")
    return found
