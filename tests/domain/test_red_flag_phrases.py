"""What people say of a red flag in words of their own; and what they say of none."""

import pytest

from api.domain.leads.categories import RedFlag as R
from api.domain.leads.red_flags import proposed

SAID = {
    R.FIXED_RETURN: ["年息百分之二十", "稳赚不赔", "存一万送两千", "一年返两千", "年利百分之十五", "月息两分", "一个月给三百块",
                     "保证不亏", "利息比银行高", "十个点的利息", "每月分红", "到期连本带利还", "投五万一年给八千", "收益能到12%",
                     "三年翻倍", "没有风险", "半年回本", "本金随时能取", "利息按1分5", "每个月返五百", "一年给18个点",
                     "保本", "不会亏本", "包赚"],
    R.PUBLIC_PITCH: ["开会宣传", "听健康课", "发宣传单", "挨家挨户宣传", "在微信群里宣传", "抖音上打广告", "请专家来讲",
                     "公园里拉人", "开大会", "小喇叭", "组织老人去听", "开了个推广会", "上养生课", "搞答谢会"],
    R.GOVERNMENT_BACKING: ["政府支持", "国家扶持", "民政局批准", "说是国企", "打着政府旗号", "县里批的项目", "有政府的批文",
                           "响应国家号召", "上面有人", "国家项目", "央企背书", "政府都支持", "国家重点扶持", "挂着民政的牌子"],
    R.RECRUITER_COMMISSION: ["拉人头给钱", "介绍一个人给两百", "拉一个人奖五百", "带一个新人有提成", "推荐奖", "介绍朋友来就给红包",
                             "发展会员拿佣金", "层层提成", "拉够十个人送一台", "老带新", "人头钱"],
    R.REFUSES_REFUND: ["钱要不回来", "不肯退钱", "人去楼空", "电话打不通", "老板跑了", "一拖再拖", "一直不给退", "本金取不出来",
                       "把我拉黑了", "店也关了", "联系不上", "一分钱都没退", "总说再等", "拒不返还"],
    R.FREE_GIFTS: ["免费送鸡蛋", "不要钱体检", "发了一桶油", "送大米", "领鸡蛋", "白吃白住", "免费旅游", "送了个保温杯"],
    R.EXCESSIVE_PREPAYMENT: ["办了张会员卡", "交了两万订金", "先交钱", "充了卡", "提前交三年", "交入会费", "订床位", "一次性付清"],
    R.PERSONAL_COLLECTION: ["转给业务员个人", "只收现金", "不开发票", "没有收据", "打到他卡上", "打了个白条", "转到她微信"],
    R.BUY_BACK: ["以后高价回收", "两年后公司回购", "保证升值", "能涨价", "帮你卖"],
    R.HOUSE_MORTGAGE: ["拿房本去贷款", "房子被押了", "把房产证拿走", "用房子抵押", "以房养老"],
    R.NO_FINANCIAL_LICENCE: ["没有牌照", "非法集资", "没有营业执照", "无任何资质"],
    R.TARGETS_ELDERS: ["我爸交了钱", "八十多岁", "专门骗老年人", "我奶奶", "留守老人"],
}  # fmt: skip
NOT_SAID = {
    R.FIXED_RETURN: ["没有承诺保本", "交了一万元医药费", "每月领养老金", "银行利息太低", "今年种了一亩地", "没说过要给利息", "不保证赚钱"],
    R.PUBLIC_PITCH: ["没有发传单", "孩子上小学", "看电视", "在公园散步"],
    R.GOVERNMENT_BACKING: ["向政府反映", "请政府查处", "希望国家管一管", "到民政局登记结婚", "镇政府门口", "不是国企"],
    R.RECRUITER_COMMISSION: ["找人修房子", "叫人来帮忙", "介绍情况", "没有提成"],
    R.REFUSES_REFUND: ["已经退款", "钱都退了", "及时还款", "跑步锻炼"],
    R.FREE_GIFTS: ["送货上门", "给老人送药", "没有免费"],
    R.EXCESSIVE_PREPAYMENT: ["交电费", "买菜"],
    R.PERSONAL_COLLECTION: ["对公转账", "开了发票"],
    R.BUY_BACK: ["卖废品", "菜价上涨"],
    R.HOUSE_MORTGAGE: ["房子漏水", "盖房子"],
}  # fmt: skip


@pytest.mark.parametrize(("flag", "text"), [(f, t) for f, texts in SAID.items() for t in texts])
def test_plain_wordings_propose_the_box(flag, text):
    assert flag in proposed(f"来电反映，{text}，请查。")


@pytest.mark.parametrize(("flag", "text"), [(f, t) for f, texts in NOT_SAID.items() for t in texts])
def test_what_is_not_said_proposes_nothing(flag, text):
    assert flag not in proposed(f"来电反映，{text}。")


def test_there_are_enough():
    assert sum(map(len, SAID.values())) >= 100
    assert sum(map(len, NOT_SAID.values())) >= 30
