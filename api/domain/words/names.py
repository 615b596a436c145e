"""Names of companies and people as they are told: brought to one key, and to how they sound.

Whoever reports has heard a name, not read the licence: region, legal form and line of business come
and go, characters are mistaken for others that sound alike (Lu'an does not tell n from l, nor zh
from z). Only the part in between, the brand, says who is meant.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from api.domain.words.pinyin import readings

_BRACKETS = re.compile(r"\([^()]*\)|〔[^〔〕]*〕|\[[^\[\]]*\]")
_NOISE = re.compile(r"[^0-9a-z\u3400-\u9fff\U00020000-\U0003ffff]+")
_REGION = re.compile(
    r"^(?:中国|北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西"
    r"|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|武汉|南京|杭州|深圳|广州|成都|西安|郑州|长沙|安徽省?|六安市?|合肥市?|霍邱县?|众兴集?镇|(?!.{0,3}(?:超市|门市))[\u4e00-\u9fff]{2,3}?(?:省|市|县|区|镇|乡))"
    r"(?=.{2})"
)
_HEARSAY = re.compile(
    r"^(?:自称|名为|名叫|叫做|叫|所谓的?|一家|某家|那个|这个|那家|这家|有家|有个|一个|镇上的?|街上的?|村里的?)"
)
#: Said behind a name by whoever tells it: 福寿那家, 福寿的人.
_SPOKEN = re.compile(
    r"(?:那家|那边|那里|那个|那儿|这家|他们家?|他家|家的|里的|的人员?|的店|的公司|的老板|的业务员|的销售|的推销员|等人|一伙|团伙)$"
)
_LEGAL = re.compile(
    r"(?:集团)?(?:有限责任公司|股份有限公司|有限公司|总公司|分公司|子公司|公司|集团|专业合作社|合作社"
    r"|个体工商户|民办非企业单位)$"
)
_BUSINESS = re.compile(
    r"(?:养老服务|养老|康养|颐养|健康|管理|咨询|服务|科技|商贸|贸易|投资|信息|文化|传媒|传播|生物|保健品?"
    r"|医疗|器械|旅游|旅居|老年公寓|老年人?|公寓|敬老院|养老院|护理院|护理|中心|院|店|部|馆|会所|基地"
    r"|体验|专卖|大药房|药房|药店|食品|用品|家政|实业|发展|工程|置业|房产|农业|生态|连锁|运营|理疗|产业"
    r"|经营|商行|项目|工作室|山庄|度假村|俱乐部|协会|分部|门店|超市)$"
)
#: What people write where they know no name.
_ORGANISED = (
    "公司", "集团", "合作社", "养老院", "公寓", "基金会", "协会", "研究院", "药房", "超市", "馆", "堂", "中心", "山庄",
    "商行", "驿站", "服务站", "服务部", "艺术团", "旅行社", "互助社",
)  # fmt: skip
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
#: A person or a business of some kind, and which one is left open: 一男子, 保健品店, 不知名公司, 王某.
_GENERIC = re.compile(
    "[\u4e00-\u9fff]某某?|"
    "(?:不知名|不具名|不明身份|身份不明|不明|无名|未知|某些?|[一二两三四五几多数]|名|个|位|家|伙|帮|批|些|该|此|男|女|老|"
    "中年|青年|年轻|陌生|外地|本地|外来|外省|口音|自称|冒充|假冒|假|的|人员|人士|人|子|妇女|太太|老太|老头|小伙|骗子|志愿者?|"
    "义工|推销|销售|业务|传销|诈骗|犯罪|员|商贩|小贩|贩子|游医|专家|讲师|老师|主办方?|组织者?|主持人?|老板娘?|负责人|经营者|店主|"
    "摊主|卖家|商户|保健品?|床垫|药品?|器材|器械|理疗|仪器?|健康|讲座|养生|养老|康养|旅居|机构|服务|公司|企业|单位|商家|商店|"
    "合作社|农民|专业|互助会|互助社|艺术团|演出队|舞蹈队|广场舞|养生馆|理疗馆|棋牌室|老年大学|大学|学校|幼儿园|小学|中学|食堂|饭店|酒店|宾馆|茶楼|茶馆|浴室|"
    "诊所|医院|卫生室|医生|大夫|护士|护工|保姆|义诊|医保局?|社保局?|民政局?|公安局?|警察|民警|检察院|法院|记者|电视台|银行|信用社|柜员|职员|物业|保安|快递员?|"
    "邮递员|运营商|燃气公司|电力|供电|自来水|电工|水管工|维修|装修|师傅|司机|导游|收费|收藏|中奖|通知|补助|补贴|扶贫|扶贫办|残联|红十字会?|慈善|公益|基金|基金会|"
    "社区|街道|村里|镇上|村委会?|居委会|网格员?|村支书|书记|会计|主任|经理|总监|院长|校长|分子|嫌疑人|嫌犯|犯人|坏人|男人|女人|女孩|姑娘|小姑娘|孩子|学生|军人|战友|"
    "老战友|孙子|孙女|儿子|女儿|外甥|侄子|干儿子|干女儿|和尚|尼姑|道士|大师|算命|算卦|风水|先生|半仙|传教|信教|教会|相亲|婚介所?|婚姻|介绍|对象|交友|恋人|情人|"
    "以房养老|房产中介|开发商|楼盘|售楼|旅行团|旅游团|讲座|讲课|听课|课|班|会|推销会|展销|展销会|会议|大讲堂|讲堂|礼品|领取|抽奖|刷单|兼职|贷款|小额|放贷|高利贷|"
    "墓地|公墓|墓园|陵园|床位|定金|押金|会员|会员卡|养老卡|床|被子|枕头|锅|净水器|净水机|按摩椅|茶叶|酒|药酒|药|假药|膏药|眼镜|玉器|古董|古玩|字画|书画|邮票|纪念币|"
    "种子|化肥|羊奶粉|奶粉|海参|鸡蛋|米|面|油|磁疗|艾灸|足疗|养殖|种植|认养|种树|入股|集资|融资|众筹|股权|股份|股票|炒股|数字货币|虚拟币|币|手机|宽带|短信|链接|"
    "美容|美发|理发|家电|家具|电器|建材|服装|鞋|水果|蔬菜|粮油|早餐|烟酒|五金|维修员|安装|清洗|搬家|培训|托管|补习|婚庆|殡葬|汽车|修车|摄影|照相|电信|移动|联通|"
    "影视|小卖部|旅居卡|预订|预售|预定|民工|工人|工友|中老年|金条|红包|代养|项目部|贴膏|活动室|讲解|直销|传单|"
    "客户经理|不详|未提供|未透露|没有|留名|姓名|名称|名字|知道|清楚|详细|号码|来电|打电话|热线|座机|店铺|店面|店|门店|门市|部|中心|会所|院|药房|诊所|平台|网站|app|软件|直播间?|主播|微信群?|qq群|群主|群|卖|老年|旅游|旅行社|团伙|"
    "团队|团|办|项目|产品|食品|用品|会销|活动|举办|工作|社会|电话|客服|境外|网上|线上|网络|投资|理财|金融|借贷|贷款|中介|邻居|亲戚|"
    "熟人|朋友|网友|村民|居民|群众|村干部|干部|领导|收藏品?|保险|社保|代办|房产|公寓|体检|免费|送|鸡蛋|被?举报|对象|方|等)+"
)
#: What stands before and behind a name in a text that tells of somebody.
BEFORE = "(?:名叫|名为|叫做|叫|一家|有家|有个|那个|这个|街上的?|镇上的?|反映|举报|投诉)"
BEHIND = (
    "(?:那边|那家|那里|那个|那儿|这家|他们|他家|公司|的人|的店|的老板|的业务员|养老|康养|颐养|健康|生物|保健|旅居|投资|文化|药店|超市"
    "|会所|中心|经营部|服务部|咨询部|门店|店)"
)
#: One-character surnames that are common in China.
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗"
    "凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄"
    "米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞"
    "万支柯管卢莫房裘缪解应宗丁宣邓郁单杭洪包诸左石崔吉龚程嵇邢裴陆荣翁荀羊甄曲封储靳段富巫乌焦巴牧山谷车侯宓蓬"
    "全班仰秋仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸司韶黎薄印宿白怀蒲从索赖卓蔺屠蒙池乔阴胥能苍双闻党翟谭贡劳姬"
    "申扶冉宰雍桑桂牛边农温庄晏柴瞿阎慕连习艾容向古易慎戈廖庾终居衡步都耿满弘匡文寇广欧沃利越师巩聂晁勾敖融冷訾"
    "辛阚那简饶曾关查佘肖付邸闫涂岳"
)
#: Told by what they do, sell or wear: 卖床垫的, 假和尚, 冒充社保局的人, 几个穿红马甲的, 自称孙子.
_DOING = (
    "卖|收|买|冒充|假冒|假扮|假|自称|送|发|教|租|修|换|骑|穿|扛|装|办|代办|讲|种|养|测|量|磨|砍|放|借|搞|开|拉|推销|上门|"
    "搭|看|算|做|化|跳|唱|扫码|领|打|订|定|免费|戴|背着?|挑|拎|理发|一|二|两|三|几|有个?|那个|这个|不知|没有|未|外来|外地|本地"
)
_DESCRIBED = re.compile(
    f"(?:{_DOING}).{{0,8}}(?:的|人|者|女的|男的|女人|男人|女子|男子|员|队|团伙|贩子|骗子|师傅|老板|店|摊|点)|"
    "(?:冒充|假冒|假扮|自称|不知|没留|未留).{1,12}|(?:卖|收|送|骗|代办|推销|办理|租借)[^的]{1,8}|[^的]{1,10}(?:旁边?|隔壁|门口|对面|楼上|楼下|后面|前面|里|边|上)的?(?:人|店|小屋|屋|棚|摊|那家|搭.{1,2}的)?|.{1,10}的"
    "|.{2,6}(?:推销|通知|推销员|诈骗|电话|业务员|住户|邻居|群主|客服|女人|男人|女的|男的|骗子|团伙)"
)
#: Of many people the surname, and what they are called by: 张总, 小赵, 老郑, 王经理, 周某.
_TITLED = (
    f"[{SURNAMES}](?:某{{1,2}}|总|经理|主任|老师|老板|医生|大夫|师傅|会计|校长|院长|教授|专家|队长|部长|店长|先生|女士|小姐"
    f"|大爷|大妈|大姐|大哥|姐|哥|阿姨|书记)"
)
TITLED = re.compile(_TITLED)
#: The surnames that are most people's.
MANY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董"
_CALLED = re.compile(
    f"(?=[{MANY}])(?:{_TITLED})|[{SURNAMES}]某{{1,2}}|[老小阿大][{SURNAMES}]|姓[{SURNAMES}]的?"
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
    while len(shorter := _SPOKEN.sub("", _HEARSAY.sub("", core))) >= 2 and shorter != core:
        core = shorter
    while (shorter := _REGION.sub("", core, count=1)) != core:
        core = shorter
    if _is_anybody(text, core):
        return NO_NAME
    core = _LEGAL.sub("", core) or core
    if len(core) < 2 or _GENERIC.fullmatch(core):
        return NO_NAME
    brand = core
    while len(shorter := _BUSINESS.sub("", brand)) >= 2 and shorter != brand:
        brand = shorter
    return Name(core, brand, sound(brand))


def _is_anybody(text: str, core: str) -> bool:
    told = plain(text)
    if any(core.endswith(ending) for ending in _ORGANISED):
        # 卖药的百草堂药房: what ends like a business is one, unless it is one of a kind
        return len(core) < 2 or core.startswith("某") or bool(_GENERIC.fullmatch(core))
    return (
        len(core) < 2
        or core in _NOBODY
        or core.startswith("某")
        or any(
            bool(p.fullmatch(each))
            for p in (_GENERIC, _DESCRIBED, _CALLED)
            for each in (core, told)
        )
    )


@lru_cache(maxsize=8192)
def syllables(character: str) -> tuple[str, ...]:
    """How a character may sound to somebody who does not tell zh from z, n from l, ang from an;
    the usual reading first."""
    found = readings().get(ord(character))
    if found is None:
        return (character,)
    return tuple(dict.fromkeys(_heard(reading) for reading in found.split(",")))


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


_FINAL = re.compile("[aeiouv].*")


def do_rhyme(left: str, right: str) -> bool:
    """Whether two characters end alike in their usual reading: 穗 and 惠."""
    finals = [_FINAL.search(syllables(each)[0]) for each in (left, right)]
    return all(finals) and len({found[0] for found in finals if found}) == 1


#: Overlapping, because one mark may stand inside what seems a name: 有个叫瑞隆的.
_AFTER_MARK = re.compile(f"(?={BEFORE}([\u4e00-\u9fff]{{2,4}}))")
_BEFORE_MARK = re.compile(f"([\u4e00-\u9fff]{{2,4}})(?={BEHIND})")
#: So many names at most are looked up for one text.
_MOST = 24


def spoken(text: str) -> list[str]:
    """What may be names in a text, by what stands around them: 裕某那边, 叫裕某的店. Where a name
    begins or ends nobody marks, so each of its possible lengths is given."""
    told = plain(text[:500])
    found: dict[str, None] = {}
    for match in _BEFORE_MARK.finditer(told):
        found.update((match[1][-length:], None) for length in range(2, len(match[1]) + 1))
    for match in _AFTER_MARK.finditer(told):
        found.update((match[1][:length], None) for length in range(2, len(match[1]) + 1))
    return [each for each in found if not _GENERIC.fullmatch(each)][:_MOST]
