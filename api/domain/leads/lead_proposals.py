"""Which unit of a town a new lead is proposed to, by what it is about: a table. A proposal never
handles anything; whoever assigns the lead takes it up, or another unit."""

from collections.abc import Mapping
from types import MappingProxyType

from api.domain.leads.categories import LeadCategory as C

#: Kinds of units by what they answer for (`unit_kinds.duties`), the first that the town has. What is
#: about nothing in particular is proposed to nobody.
KINDS: Mapping[C, tuple[str, ...]] = MappingProxyType(
    {
        C.C1: ("civil", "market"),  # 养老服务机构
        C.C2: ("market", "police"),  # 投资理财：金融类市场主体
        C.C3: ("market",),  # 食品、保健品、广告
        C.C4: ("police", "market"),  # 抵押、过户骗取住房
        C.C5: ("human_resources", "civil"),  # 养老保险代办
        C.C6: ("civil", "police"),  # 帮扶、志愿服务
        C.C0: (),
    }
)
