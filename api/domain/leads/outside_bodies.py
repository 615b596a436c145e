"""Bodies outside the system to which something may be handed over: organs, by what their names say.

Such a body has no login: whoever hands over records its receipt and its answer. A shop, a person or a
company that somebody types is none, and a crime goes to nobody but the police. A name that the
table does not know is asked about: its whole name is to be written.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from api.domain.law.authorities import is_organ
from api.domain.leads.leads import ReceivingOrgan

_POLICE: Final = re.compile("公安|派出所|经侦|刑侦|经济犯罪侦查")
_MARKET: Final = re.compile("市场监|市监|工商|质监|药监|药品监")
_PETITION: Final = re.compile("信访")
#: Beside whatever decides over others (`is_organ`): branches, and public bodies of a trade.
_DEPARTMENT: Final = re.compile(
    "主管部门|有关部门|监管部门|管委会|人民银行|金融监管|海关|联合会|妇联|残联|工会|红十字会"
    "|(?:司法|财政|人社|社保|资源|国土|住建|规划|民政|监管|监督|市监|税务|医保|文化|卫生|卫健|林业|水务|农业|农经|执法|信访|城管|交通|环保)所"
    "|(?:文化|农经|农技|工作|管理|监督|监测|计生)站|卫生院|疾控中心"
    "|(?:政务|便民|综治|社会治理|矛盾|纠纷|法律|援助|调解|信访|社保|社会保险|医保|执法|监管|监督|应急|人才|就业|热线)[^，。；]{0,8}中心"
)
_SETTLES: Final = re.compile(
    "调解|调委会|仲裁|司法|综治|村委|居委|社区|村民委员会|居民委员会|消费者(?:权益保护)?(?:协会|委员会)|消协|消保委|公证|法律援助|法律服务"
)
#: A trader by its name, even when an organ's word stands in it: 老兵之家（退役军人事务局授权）某某店.
_TRADER: Final = re.compile(
    "公司|商行|商店|商贸|超市|酒店|会所|养老院|敬老院|康养|公寓|药店|药房|诊所|工作室|合作社|门市|小卖部|店$"
)

_NAMES: Final[Mapping[ReceivingOrgan, tuple[re.Pattern[str], ...]]] = {
    ReceivingOrgan.POLICE: (_POLICE,),
    ReceivingOrgan.MARKET: (_MARKET,),
    ReceivingOrgan.PETITION: (_PETITION,),
    ReceivingOrgan.OTHER: (_DEPARTMENT,),
    ReceivingOrgan.DISPUTE: (_SETTLES, _DEPARTMENT),
    ReceivingOrgan.COUNTY: (),
}
#: To these any organ may be addressed.
_ANY_ORGAN: Final = frozenset({ReceivingOrgan.OTHER, ReceivingOrgan.DISPUTE, ReceivingOrgan.COUNTY})


def fits(organ: ReceivingOrgan, name: str) -> bool:
    """Whether a body of that name can be such an organ."""
    said = unicodedata.normalize("NFKC", name).strip()
    if _TRADER.search(said):
        return False
    if organ is ReceivingOrgan.OTHER and _POLICE.search(said):
        return False  # what goes to the police goes by their own way
    if organ in _ANY_ORGAN and is_organ(said):
        return True
    return any(pattern.search(said) for pattern in _NAMES[organ])
