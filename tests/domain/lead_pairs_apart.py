"""A second set of labelled pairs of leads, told in other words than tests/domain/lead_pairs.py.

It was written from how townships tell things, without a look at the word lists of the scorer, and
is asked of the real endpoint: what is not fetched cannot be scored. Asked is whether a person
should look; so another affair of the same company is right.
"""

import random
from dataclasses import dataclass

_HAN1 = "瑞恒盛祥泰鸿嘉裕茂锦晟睿昊润沐颂臻皓"
_HAN2 = "隆昌达麟麒彤瑾朗淳桐澜柏枫岚霖硕毅晗"
_TRADES = [
    "康养中心",
    "生物科技有限公司",
    "健康咨询部",
    "养老服务有限公司",
    "旅居度假村",
    "老年用品店",
    "投资管理有限公司",
    "文化传播公司",
]
_PLACES = [
    "大塘",
    "双桥",
    "柳林",
    "石庙",
    "高冲",
    "花园",
    "槐树",
    "马堰",
    "西圩",
    "柿园",
    "杨楼",
    "汪岗",
]
_STREETS = ["东大街", "解放路", "振兴路", "光明巷", "北关街", "文昌路", "滨河大道"]
_ESTATES = ["阳光小区", "翠竹苑", "金水湾小区", "御景花园", "和谐家园", "丽景新城"]
_PEOPLE = ["葛经理", "霍老师", "邵主任", "樊总", "童姐", "阮老板", "戚主任", "褚经理"]
#: Each affair: as the office, as a child of the victim, and as the victim tells it.
_AFFAIRS = [
    ("以发展会员名义收取老年人入会费，称会费可按月分红，现已停止兑付",
     "我爸在那里入了会交了钱，说每个月有分红拿，从年前开始一分没给",
     "交钱当会员每月分钱，头几个月给了，后来就不给了"),
    ("组织老年人外出参观，现场推销养老公寓使用权并收取订金",
     "他们包车拉我妈去看公寓，当场就让交订金，回来一想不对",
     "坐大巴去看房子，吃了顿饭，一人交了订金"),
    ("借免费理疗吸引老年人，随后高价销售治疗仪",
     "老人天天去那里免费烤电，后来花大钱抱回一台机器",
     "天天去做理疗不要钱，后来喊我买仪器"),
    ("以代办社会养老保险补缴为名收取手续费，未予办理",
     "说有门路给我婆婆补社保，手续费收了，社保查了根本没有",
     "讲能补社保领退休钱，收了我手续费，没办成"),
    ("诱导老年人将房屋抵押借款购买理财，到期未能归还",
     "哄着老两口拿房本去借钱买理财，现在人家要来收房子",
     "拿我房本去押了，说利息高，现在钱也没了"),
    ("冒充志愿组织慰问老人，骗取信任后出售纪念章",
     "打着慰问的旗号给我爷爷卖了一堆纪念章，说以后能涨价",
     "说来慰问，卖给我几个章，讲以后值钱"),
]  # fmt: skip
_GENERIC = ["志愿者", "保健品店", "一男子", "不知名公司", "某养老机构", "一名中年妇女", "外地人", "卖床垫的",
            "几个年轻人", "不明身份人员", "推销人员", "一家店", "健康讲座主办方", "养老服务公司", "不详"]  # fmt: skip
_WAN = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Lead:
    """What somebody enters."""

    subject: str
    narrative: str
    amount: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two leads, whether a person should look, and the rule that made them."""

    left: Lead
    right: Lead
    same: bool
    rule: str


class Maker:
    """Pairs from one seed; no two of its companies bear one name."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        brands = [a + b for a in _HAN1 for b in _HAN2]
        self.pick.shuffle(brands)
        self.brands = iter(brands)
        self.serial = 100

    def company(self) -> tuple[str, str]:
        """A brand and the whole name."""
        brand = next(self.brands)
        return (
            brand,
            f"{self.pick.choice(['霍邱县', '六安市', ''])}{brand}{self.pick.choice(_TRADES)}",
        )

    def digits(self, count: int) -> str:
        """Digits of a number that nothing else bears."""
        self.serial += 1
        return f"{self.serial:04d}{self.pick.randrange(10 ** (count - 4)):0{count - 4}d}"

    def address(self) -> tuple[str, str]:
        """A place as two people write it."""
        place, number = self.pick.choice(_PLACES), self.pick.randrange(11, 999)
        group, small = self.pick.randrange(1, 9), self.pick.randrange(10, 200)
        street, estate = self.pick.choice(_STREETS), self.pick.choice(_ESTATES)
        house, room = (
            self.pick.randrange(1, 30),
            self.pick.randrange(1, 6) * 100 + self.pick.randrange(1, 9),
        )
        return self.pick.choice([
            (f"{place}村{number}号", f"众兴集镇{place}村{number}号"),
            (f"{place}村{_WAN[group]}组{small}号", f"{place}村{group}组{small}号"),
            (f"{place}街道{number}号", f"{place}街道{number}号院内"),
            (f"{estate}{house}栋{room}室", f"{estate}{house}栋{room}"),
            (f"{estate}{house}号楼{room}室", f"{estate}{house}-{room}"),
                (f"{place}村{_WAN[group]}组{small}号", f"住{group}组{small}号"),
            (f"{street}{number}号", f"镇上{street}{number}号门面"),
            (f"{place}社区{street}{number}号", f"{street}{number}号"),
            (f"{place}庄{small}号", f"{place}庄{small}号"),
        ])  # fmt: skip

    def amount(self) -> tuple[int, str, str]:
        """So much as an office and as people say it."""
        wan = self.pick.randrange(1, 10)
        odd = self.pick.randrange(1, 10)
        return wan * 10_000 + odd * 1_000, f"{wan}.{odd}万元", f"{_WAN[wan]}万{_WAN[odd]}千块"

    def tell(self, affair: int, voice: int, name: str = "", extra: str = "") -> str:
        """An affair in a voice."""
        said = _AFFAIRS[affair][voice]
        begun = ("群众反映", "来访人说", "来电讲")[voice]
        return f"{begun}{name}{said}{extra}。"


def _positive(make: Maker, kind: int) -> Pair:  # noqa: PLR0911  # one return a rule
    pick = make.pick
    brand, full = make.company()
    affair = pick.randrange(len(_AFFAIRS))
    other = (affair + pick.randrange(1, len(_AFFAIRS))) % len(_AFFAIRS)
    village, person = pick.choice(_PLACES), pick.choice(_PEOPLE)
    yuan, office, people = make.amount()
    left = Lead(full, make.tell(affair, 0, full), f"{yuan}.00")
    match kind:
        case 0:
            a, b = make.address()
            return Pair(
                Lead(pick.choice(_GENERIC), make.tell(affair, 0, extra=f"，地点在{a}")),
                Lead(pick.choice(_GENERIC), make.tell(other, 1, extra=f"，就在{b}")), True, "address",
            )  # fmt: skip
        case 1:
            host = f"{pick.choice(['www', 'm', 'app'])}.k{make.digits(6)}.{pick.choice(['com', 'cn', 'vip'])}"
            return Pair(
                Lead("不详", make.tell(affair, 0, extra=f"，网址https://{host}/reg?id=8")),
                Lead(pick.choice(_GENERIC), make.tell(other, 2, extra=f"，网站是{host}/index.html")),
                True, "one host",
            )  # fmt: skip
        case 2:
            where, day = f"{village}村", f"{pick.randrange(1, 12)}月{pick.randrange(1, 28)}日"
            return Pair(
                Lead(person, make.tell(affair, 0, f"{where}", f"，{day}收取{office}，经手人{person}"), f"{yuan}.00"),
                Lead("不详", make.tell(affair, 1, f"{where}", f"，{day}给了{person}{people}")),
                True, "told by another person",
            )  # fmt: skip
        case 3:
            spoken = pick.choice(
                [
                    brand,
                    f"{brand}那家",
                    f"叫{brand}的店",
                    f"{brand}公司",
                    f"那个{brand}",
                    f"{brand}的人",
                ]
            )
            return Pair(left, Lead(spoken, make.tell(other, 2)), True, "spoken name")
        case 4:
            return Pair(
                left,
                Lead(pick.choice(_GENERIC), make.tell(other, 1, f"{brand}那边")),
                True,
                "name in the text",
            )
        case 5:
            return Pair(
                left,
                Lead(full.removeprefix("霍邱县").removeprefix("六安市"), make.tell(other, 2)),
                True,
                "another affair",
            )
        case 6:
            phone = f"15{make.digits(9)}"
            return Pair(
                Lead(full, make.tell(affair, 0, extra=f"，电话{phone}")),
                Lead("一男子", make.tell(other, 1, extra=f"，打{phone[:3]} {phone[3:7]} {phone[7:]}能找到")),
                True, "phone",
            )  # fmt: skip
        case 7:
            handle = f"ly{make.digits(6)}"
            return Pair(
                Lead("志愿者", make.tell(affair, 0, extra=f"，加微信{handle}联系")),
                Lead("不详", make.tell(other, 2, extra=f"，微信号：{handle.upper()}")), True, "wechat",
            )  # fmt: skip
        case 8:
            text = make.tell(
                affair,
                0,
                full,
                f"，涉及{village}村老人{pick.randrange(3, 30)}名，收取{office}，负责人{person}",
            )
            cut = text.replace(full, "该单位").replace("群众反映", "")
            return Pair(Lead(full, text, f"{yuan}.00"), Lead("不详", cut), True, "copied")
        case _:
            line = f"0564-6{make.digits(6)}"
            return Pair(
                Lead(full, make.tell(affair, 0, extra=f"，座机{line}转{pick.randrange(1, 9)}")),
                Lead(pick.choice(_GENERIC), make.tell(other, 1, extra=f"，电话{line}")), True, "fixed line",
            )  # fmt: skip


def _negative(make: Maker, kind: int) -> Pair:
    pick = make.pick
    one, two = (make.company()[1] if kind in needed else "" for needed in ((0, 3), (0,)))
    affair = pick.randrange(len(_AFFAIRS))
    village = pick.choice(_PLACES)
    match kind:
        case 0:
            return Pair(
                Lead(one, make.tell(affair, 0, one)),
                Lead(two, make.tell(affair, 0, two)),
                False,
                "two companies",
            )
        case 1:
            generic = pick.choice(_GENERIC)
            other = (affair + 1) % len(_AFFAIRS)
            return Pair(
                Lead(generic, make.tell(affair, 0)),
                Lead(generic, make.tell(other, 1)),
                False,
                "generic",
            )
        case 2:
            a, b = make.address()[0], make.address()[0]
            while a[:2] == b[:2]:
                b = make.address()[0]
            return Pair(
                Lead("不详", make.tell(affair, 1, extra=f"，在{a}")),
                Lead("志愿者", make.tell(affair, 2, extra=f"，在{b}")), False, "other address",
            )  # fmt: skip
        case 3:
            return Pair(
                Lead(one, make.tell(affair, 0, f"{village}村")),
                Lead(pick.choice(_GENERIC), make.tell(affair, 2, f"{village}村")), False, "one kind, one village",
            )  # fmt: skip
        case 4:
            person, other = pick.sample(_PEOPLE, 2)
            yuan = make.amount()[0]
            return Pair(
                Lead(person, make.tell(affair, 0, person), f"{yuan}.00"),
                Lead(other, make.tell((affair + 2) % len(_AFFAIRS), 1, other), f"{yuan}.00"), False, "two people",
            )  # fmt: skip
        case _:
            a, b = pick.sample(_PLACES, 2)
            number = pick.randrange(10, 99)
            return Pair(
                Lead("一家店", make.tell(affair, 0, extra=f"，在{a}村{number}号")),
                Lead("保健品店", make.tell((affair + 1) % len(_AFFAIRS), 1, extra=f"，在{b}村{number}号")), False, "same house number, other village",
            )  # fmt: skip


def pairs(seed: int, each: int = 200) -> list[Pair]:
    """So many of either kind."""
    make = Maker(seed)
    yes = [_positive(make, at % 10) for at in range(each)]
    return yes + [_negative(make, at % 6) for at in range(each)]
