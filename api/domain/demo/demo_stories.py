"""What happens in the demo campaign, as a town's clerks write it down.

Nobody and nothing here exists. The firms bear the words of Chinese literature for what is not there
(子虚乌有, 南柯, 黄粱, 蜃楼, 镜花水月); the people are surnamed 贾 (false), 甄 (true), 梅 and 吴 (none).
"""

from dataclasses import dataclass

from api.domain.entities.risk_entities import Industry, RiskTier
from api.domain.leads.categories import LeadCategory, RedFlag
from api.domain.leads.leads import LeadConclusion

SURNAMES = ("贾", "甄", "吴", "梅", "莫", "乌", "毕", "尤", "时", "卜", "尚", "边")
GIVEN_NAMES = (
    "桂兰", "德福", "秀英", "长根", "玉珍", "守仁", "翠花", "国华", "素芳", "传宝", "月娥", "大山",
    "兰芝", "有才", "凤英", "满仓", "春梅", "敬之", "淑芬", "保田", "巧云", "家旺", "腊梅", "万里",
)  # fmt: skip
TRADE_NAMES = (
    "黄粱", "蜃楼", "乌有", "子虚", "南柯", "镜花", "水月", "画饼", "海市", "梦蝶", "浮槎", "槐安",
    "华胥", "烂柯", "壶中天", "空中阁", "雾里花", "杯中月", "虚舟", "幻海", "泡影", "朝露", "纸鸢",
    "云泥",
)  # fmt: skip
BANKS = ("霍邱某农商行众兴支行", "某邮储银行众兴支行", "某农业银行霍邱支行", "某工商银行霍邱支行")

#: The kind of business, by industry; `{}` is the trade name.
BUSINESSES: dict[Industry, tuple[str, ...]] = {
    Industry.ELDER_CARE: ("霍邱县{}康养服务有限公司", "{}养老公寓", "{}居家养老服务中心"),
    Industry.FINANCE: ("六安{}养老产业投资有限公司", "{}财富信息咨询部"),
    Industry.FOOD_HEALTH_PRODUCTS: ("{}健康体验馆", "{}保健品经营部", "{}生物科技众兴服务站"),
    Industry.PROPERTY: ("霍邱县{}房产信息咨询有限公司",),
    Industry.SOCIAL_INSURANCE: ("{}人力资源服务部", "{}社保事务代办点"),
    Industry.VOLUNTEERING: ("{}爱老志愿服务队", "{}扶老互助社"),
    Industry.CULTURE_TOURISM: ("{}旅行社众兴门市部", "{}收藏品展销点"),
    Industry.MEDICAL: ("{}中医理疗馆", "{}助听器体验店"),
    Industry.ONLINE: ("“{}养老”直播间",),
    Industry.OTHER: ("{}老年活动室",),
}
INDUSTRY_OF: dict[LeadCategory, tuple[Industry, ...]] = {
    LeadCategory.C1: (Industry.ELDER_CARE,),
    LeadCategory.C2: (Industry.FINANCE, Industry.ELDER_CARE),
    LeadCategory.C3: (Industry.FOOD_HEALTH_PRODUCTS, Industry.MEDICAL),
    LeadCategory.C4: (Industry.PROPERTY,),
    LeadCategory.C5: (Industry.SOCIAL_INSURANCE,),
    LeadCategory.C6: (Industry.VOLUNTEERING,),
    LeadCategory.C0: (Industry.CULTURE_TOURISM, Industry.ONLINE),
}
#: Who verifies what, most often first: the post's code.
HANDLERS: dict[LeadCategory, tuple[str, ...]] = {
    LeadCategory.C1: ("civil", "civil", "market", "police"),
    LeadCategory.C2: ("police", "police", "market"),
    LeadCategory.C3: ("market", "market", "market", "police"),
    LeadCategory.C4: ("justice", "police"),
    LeadCategory.C5: ("civil", "police"),
    LeadCategory.C6: ("civil", "culture"),
    LeadCategory.C0: ("culture", "market"),
}


@dataclass(frozen=True, slots=True)
class Trick:
    """One way of cheating: what the clerk writes, how much is at stake, what a checker ticks."""

    text: str
    #: Yuan, for one victim.
    least: int
    most: int
    flags: tuple[RedFlag, ...] = ()


C, F = LeadCategory, RedFlag

TRICKS: dict[LeadCategory, tuple[Trick, ...]] = {
    C.C1: (
        Trick("{village}{people}名老人反映，{subject}以“会员卡打折、预订床位”为名收取每人{amount}元，约定的入住时间已过{months}个月，至今不能入住，退款一拖再拖。", 6_000, 60_000, (F.EXCESSIVE_PREPAYMENT, F.REFUSES_REFUND)),
        Trick("{subject}在集市发传单，称交{amount}元“养老服务预付款”可终身享受七折并按月返{rate}%“补贴”，已有{people}人交款，现场无备案证明。", 10_000, 80_000, (F.FIXED_RETURN, F.PUBLIC_PITCH, F.NOT_ON_RECORD)),
        Trick("老人子女来电：父亲（{age}岁）在{subject}一次性交纳三年护理费{amount}元，住了{months}个月后机构换了牌子，负责人电话{phone}打不通。", 18_000, 72_000, (F.EXCESSIVE_PREPAYMENT,)),
        Trick("{subject}要求入住老人签《康养权益卡协议》，押金{amount}元打入个人账户{account}，不开发票，只给手写收据。", 5_000, 30_000, (F.PERSONAL_COLLECTION, F.NOT_ON_RECORD)),
        Trick("走访发现{subject}未备案收住老人{people}名，无消防验收材料，按季度预收费用，人均约{amount}元。", 3_000, 12_000, (F.NOT_ON_RECORD,)),
    ),
    C.C2: (
        Trick("{subject}宣传在皖西建“康养小镇”，老人投{amount}元可“保本保息、年化{rate}%、到期换房”，已知{village}有{people}户参与，{months}个月前起停付利息。", 20_000, 200_000, (F.FIXED_RETURN, F.PUBLIC_PITCH, F.NO_FINANCIAL_LICENCE)),
        Trick("群众反映{subject}业务员带老人免费去“养老基地”参观两日，途中签下认购协议，人均{amount}元，拉一人提成{rate}%。", 10_000, 100_000, (F.FREE_GIFTS, F.RECRUITER_COMMISSION, F.FIXED_RETURN)),
        Trick("银行网点提示：{age}岁储户要求把到期存款{amount}元转至账户{account}，自述投{subject}的养老项目“每月返利”，经劝阻暂未办理。", 30_000, 300_000, (F.FIXED_RETURN, F.TARGETS_ELDERS)),
        Trick("{subject}自称“国家试点、政府兜底”，悬挂领导视察照片，向老人募集“养老公寓股权”，每份{amount}元，{people}人签约。", 20_000, 150_000, (F.GOVERNMENT_BACKING, F.LEADERS_PHOTOS)),
        Trick("投资人{people}人联名反映：{subject}以种植基地养老认筹为名吸收资金，合同到期{months}个月未还本，公司门面已转租。", 20_000, 120_000, (F.REFUSES_REFUND, F.NO_FINANCIAL_LICENCE)),
    ),
    C.C3: (
        Trick("{subject}以免费领鸡蛋、量血压为名开讲座，把普通食品说成能治糖尿病、高血压，老人花{amount}元买回“磁疗床垫”一张。", 2_000, 20_000, (F.FREE_GIFTS, F.PUBLIC_PITCH)),
        Trick("村民家属反映，母亲（{age}岁）半年内在{subject}购买各类“口服液”{amount}元，停了降压药住院，要求退货被拒。", 3_000, 40_000, (F.TARGETS_ELDERS, F.REFUSES_REFUND)),
        Trick("{subject}推“买一万返一万二”，产品寄存店内代售，每月凭卡领“分红”，{months}个月后停发，涉及{people}人，人均{amount}元。", 8_000, 50_000, (F.BUY_BACK, F.FIXED_RETURN)),
        Trick("外地人员租用{village}闲置厂房，以{subject}名义连开五天“健康会”，现场只收现金，助听器标价{amount}元一副，无产品注册证。", 1_000, 9_800, (F.PUBLIC_PITCH, F.PERSONAL_COLLECTION)),
        Trick("老人反映扫码给{phone}付款{amount}元购买“干细胞面膜”和理疗套餐，{subject}称是“航天技术”，收货后发现无生产日期。", 1_500, 16_000, (F.PERSONAL_COLLECTION,)),
        Trick("网格员入户时看到{subject}上门“义诊”，推销足浴器每台{amount}元，承诺{months}个月后原价回购，本组已有{people}户购买。", 2_000, 6_000, (F.BUY_BACK, F.FREE_GIFTS)),
    ),
    C.C4: (
        Trick("{subject}劝说老人把自建门面抵押借款{amount}元再“理财生息养老”，并到外地办理委托公证，现出借人上门要求腾房。", 80_000, 350_000, (F.HOUSE_MORTGAGE, F.TARGETS_ELDERS)),
        Trick("老人（{age}岁）反映在{subject}签过“以房养老”合同，不识字，后得知房屋已办抵押登记，到手仅{amount}元。", 50_000, 280_000, (F.HOUSE_MORTGAGE,)),
        Trick("{subject}在朋友圈招揽老年客户，称房子“押而不卖、每月领钱”，按评估价{rate}%收服务费，{people}人咨询，1人已交{amount}元。", 5_000, 30_000, (F.PUBLIC_PITCH, F.NO_FINANCIAL_LICENCE)),
    ),
    C.C5: (
        Trick("{subject}声称“内部名额”可一次性补缴养老保险，收取{people}名超龄村民材料费和代缴款共计每人{amount}元，{months}个月未见参保记录。", 3_000, 90_000, (F.GOVERNMENT_BACKING,)),
        Trick("经办窗口核对发现，{village}多名村民所持缴费凭证为伪造，均称交给{subject}办理，每人{amount}元，联系人电话{phone}。", 8_000, 60_000, (F.GOVERNMENT_BACKING, F.PERSONAL_COLLECTION)),
        Trick("群众反映{subject}承诺办“提前退休”，先收“打点费”{amount}元，不出收条，催问时称政策变了要再补钱。", 5_000, 40_000, (F.PERSONAL_COLLECTION, F.REFUSES_REFUND)),
    ),
    C.C6: (
        Trick("{subject}人员上门认干亲、陪聊天，三个月后以“扶贫助老启动金”名义收走老人{amount}元，答应的慰问品一直没有。", 2_000, 30_000, (F.FREE_GIFTS, F.TARGETS_ELDERS)),
        Trick("{village}老人反映{subject}以发放“养老补贴”为由采集身份证、银行卡信息{people}份，随后有人卡内少了{amount}元。", 500, 8_000, (F.GOVERNMENT_BACKING,)),
        Trick("{subject}组织“助老一日游”，返程途中推销“福寿卡”，每张{amount}元，称年底由“老龄基金”返还，{people}人购卡。", 1_000, 6_000, (F.FREE_GIFTS, F.GOVERNMENT_BACKING)),
    ),
    C.C0: (
        Trick("{subject}组织低价旅游，中途带老人进“字画鉴定会”，{age}岁游客花{amount}元买“名家字画”，承诺一年后溢价{rate}%回购。", 5_000, 60_000, (F.BUY_BACK, F.FREE_GIFTS)),
        Trick("老人通过{subject}购买“养老收藏套装”{amount}元，主播称限时补贴，到货为普通纪念品，客服电话{phone}停机。", 600, 12_000, (F.PUBLIC_PITCH,)),
        Trick("{subject}打着老年大学招生旗号收报名费{amount}元，{people}人缴费后未开课，微信群被解散。", 500, 5_000, (F.TARGETS_ELDERS,)),
    ),
}  # fmt: skip

FINDINGS: dict[LeadConclusion, tuple[str, ...]] = {
    LeadConclusion.SUSPECTED_CRIME: (
        "经调取合同、收据和转账记录，走访老人{people}名，对方收款后未用于约定项目，资金多次转入个人账户，负责人更换联系方式，涉嫌犯罪，建议立案侦查。",
        "现场已人去楼空，调取的账户流水显示收款当日即被取现，{people}人陈述一致，涉嫌诈骗。",
    ),
    LeadConclusion.ILLEGAL: (
        "经检查，当事人未备案收取预付款属实，宣传资料含保本返利内容，已固定证据，移交主管部门立案查处。",
        "产品标签无批准文号，讲座录音中有治疗疾病的宣称，违反广告法和食品安全法有关规定。",
    ),
    LeadConclusion.IRREGULAR: (
        "未发现骗取钱款，但收费公示、合同文本不规范，已当场约谈并责令限期整改，老人已知情。",
        "机构证照齐全，会员卡条款不清引起误解，经协调已退还老人费用{amount}元。",
    ),
    LeadConclusion.CIVIL_DISPUTE: (
        "双方签有服务合同并部分履行，争议为退费比例，不属于诈骗，已引导到司法所调解。",
    ),
    LeadConclusion.UNFOUNDED: (
        "走访反映的店面和邻近住户，查看账目，未发现所反映的收费和推销行为，当事老人表示系听说。",
        "所称项目为镇政府助餐点，收费标准已公示，反映内容不实。",
    ),
    LeadConclusion.UNVERIFIABLE: (
        "反映内容无具体时间、地点和对象，联系不上反映人，经两次走访未获得新的情况。",
    ),
    LeadConclusion.DUPLICATE: ("与此前办理的线索反映同一对象、同一事项，并案处理。",),
}
FEEDBACK = (
    "已电话告知核查结果和下一步处理，反映人表示满意。",
    "上门说明办理情况，交给反映人书面答复，反映人对退款进度仍有疑问，已约定回访。",
    "已告知案件由公安机关办理，提醒保存合同和转账凭证。",
)
FEEDBACK_IMPOSSIBLE = "匿名反映，没有联系方式，已在办理记录中注明核查结果。"
PAPERS = "移送书、调查报告、询问笔录、涉案物品清单"
MEDIATORS = "镇人民调解委员会"
SOLVED = (
    ("yes", "预付款已退清，反映人确认收到。"),
    ("yes", "虚假宣传已停止，反映人没有其他诉求。"),
    ("partly", "已退还部分预付款，余款约定三个月内付清。"),
    ("no", "商家已搬离，款项尚未追回，已告知反映人依法维权的途径。"),
)
ASSIST_TASK = "请协助核对反映对象的登记、备案情况和会员名册，书面答复。"
ASSIST_ANSWER = "经核对，未查到该经营场所的登记、备案信息，名册已复印附后。"
DISPUTES = (
    "经核对，反映的经营地在邻镇，不属本所管辖，建议退回重新交办。",
    "反映内容为抵押借款和委托公证，属司法所、公安机关职责，建议改派。",
)
RECHECKS = (
    "查否依据只有一份询问笔录，未调取账目，请另一单位二次核查。",
    "反映人对“不规范”的结论提出异议并补充了转账截图，需再次核查。",
)
REJECTIONS = (
    "反映事项为邻里土地纠纷，与养老诈骗无关，已告知向司法所反映。",
    "反映对象和事项均在外县，已告知向当地专项办反映。",
)
WITHDRAWALS = ("登记重复，与同日登记的线索为同一来电。", "反映人来电说明系误会，申请撤回。")
TRANSFERS = (
    ("县市场监督管理局", "涉及虚假广告宣传，属县局职权范围。"),
    ("县民政局", "涉及未备案的养老机构，由县民政局依法处理。"),
    ("县文化旅游体育局", "涉及旅行社门市部低价游，由县局执法大队处理。"),
    ("县医疗保障局", "涉及骗取参保信息，请县局核查。"),
)
POLICE_TRANSFERS = (
    "收款后失联，多人受损，涉嫌诈骗犯罪，附调查材料一册。",
    "承诺保本付息向不特定老人吸收资金，涉嫌非法吸收公众存款。",
)
ESCALATIONS = ("涉及三个乡镇，需县专项办统一协调。", "经营主体注册在市区，请县专项办协调上级部门。")

#: What is written on an entity of each tier: problems, and the grounds of the tier.
PROBLEMS: dict[RiskTier, tuple[str, ...]] = {
    RiskTier.GREEN: ("", "", "收费价目未及时更新。"),
    RiskTier.YELLOW: (
        "宣传页含“限时补贴”字样，未说明出处。",
        "会员卡条款未明确退费办法。",
        "每周举办健康讲座，有推销行为。",
    ),
    RiskTier.ORANGE: (
        "以健康讲座名义推销保健品，有治疗疾病的宣称。",
        "未公示收费标准，预收服务费超过十二个月。",
        "向老人推荐“回购”型商品，承诺到期原价收回。",
    ),
    RiskTier.RED: (
        "承诺固定回报向老年人收取预付款，已有投诉要求退款。",
        "未备案收住老人并大额预收费，资金进入个人账户。",
    ),
}
FACTORS: dict[RiskTier, tuple[str, ...]] = {
    RiskTier.GREEN: ("证照齐全，收费公示，未发现异常。", "小规模经营，无预收费，老人评价良好。"),
    RiskTier.YELLOW: ("存在不规范宣传，未发现老人受损，列入提醒范围。",),
    RiskTier.ORANGE: ("有明显违规经营行为，涉及老人较多，须约谈整改。",),
    RiskTier.RED: ("有集资特征且出现兑付困难，须停止相关经营并督促清退。",),
}
REMINDERS = (
    "当面告知预付费风险和禁止性规定，发放告知书。",
    "提醒其规范宣传用语，不得承诺疗效和回报。",
)
INTERVIEWS = ("约谈负责人，指出违规收费、夸大宣传等问题，要求十五日内整改。",)
REQUIREMENTS = (
    "一、撤除全部含疗效宣称的宣传品；二、公示收费标准；三、对已收预付款逐户登记造册并提出退款方案。",
    "一、停止收取超过一个月的预付款；二、补签书面服务合同；三、消防设施按检查意见整改。",
    "一、停售无批准文号产品并封存；二、向购货老人退还货款；三、建立进货查验记录。",
)
MATERIALS = "已撤除宣传展板，公示收费价目，退还{people}名老人货款并附签收表和照片。"
FAILURES = "仍在店内销售无批准文号产品，退款名单与投诉人数不符。"
VISIT_NOTES = (
    "墙面仍有“根治高血压”字样，店内堆放待发礼品，未见进货查验记录。",
    "收据编号不连续，预收款台账与合同不符。",
    "活动室内有外来人员宣讲，现场劝离，登记身份信息。",
)
CLEAN_VISITS = ("现场秩序正常，证照公示，未发现讲座推销。", "账目与公示一致，老人反映良好。")
