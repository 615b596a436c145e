"""Bodies outside the system: an organ by its name, and of the kind to which something is handed."""

import pytest

from api.domain.leads.leads import ReceivingOrgan as R
from api.domain.leads.outside_bodies import fits

POLICE = [
    "县公安局",
    "邻县公安局",
    "霍邱县公安局经侦大队",
    "城关派出所",
    "市公安局　刑侦支队",
    "铁路公安处",
]
MARKET = ["县市场监管局", "县市监局", "某县市场监督管理局", "城关镇市监所", "县工商局"]
PETITION = ["县信访局", "邻县信访局", "市信访办"]
OTHER = [
    "县民政局", "县金融办", "县卫健委", "县文化旅游体育局", "县医疗保障局", "县妇联", "自然资源所", "中国人民银行霍邱县支行",
    "县纪委监委", "街道办事处", "邻镇人民政府", "县法律援助中心", "12345政务服务热线中心", "国家金融监管总局六安分局", "县有关部门",
]  # fmt: skip
DISPUTE = ["镇人民调解委员会", "调委会", "县人民法院", "众兴集法庭", "县仲裁委员会", "司法所", "县消费者协会", "白庙村村民委员会", "镇综治中心"]  # fmt: skip
NOBODY = [
    "李四公司", "张三小卖部", "张三", "某单位", "某某老年服务中心", "养老服务站", "夕阳红康养会所", "某某商行", "无", "不详", "本人", "老王",
    "市场监管局隔壁小卖部", "公安局对面酒店", "霍邱县某某生物科技有限公司", "某某局长工作室", "安徽某某养老院",
]  # fmt: skip


@pytest.mark.parametrize(
    ("organ", "names"),
    [
        (R.POLICE, POLICE),
        (R.MARKET, MARKET),
        (R.PETITION, PETITION),
        (R.OTHER, [*MARKET[:3], *PETITION, *OTHER]),
        (R.DISPUTE, [*DISPUTE, *OTHER, *PETITION]),
    ],
)
def test_who_may_be_one(organ, names):
    assert [name for name in names if not fits(organ, name)] == []


@pytest.mark.parametrize("organ", list(R))
def test_a_trader_or_a_person_is_none(organ):
    assert [name for name in NOBODY if fits(organ, name)] == []


@pytest.mark.parametrize(
    ("organ", "names"),
    [
        (R.POLICE, [*MARKET, *PETITION, *OTHER, *DISPUTE]),
        (R.MARKET, [*POLICE, *PETITION, *OTHER, *DISPUTE]),
        (R.PETITION, [*POLICE, *MARKET, *OTHER, *DISPUTE]),
        # what goes to the police goes by their own way
        (R.OTHER, POLICE),
    ],
)
def test_one_organ_is_not_another(organ, names):
    assert [name for name in names if fits(organ, name)] == []
