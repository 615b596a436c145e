"""What people call units besides by their registered names: in ledgers, and where they accuse one."""

from typing import Final

from api.domain.organisation.organisation import UnitBehaviour

ALSO_CALLED: Final[dict[UnitBehaviour, tuple[str, ...]]] = {
    UnitBehaviour.OFFICE: (
        "专项办",
        "镇专项办",
        "平安办",
        "综治办",
        "政法办",
        "专项行动办公室",
        "平安建设办公室",
        "平安建设办",
        "平安法治办公室",
        "平安法治办",
        "综合治理办公室",
    ),
    UnitBehaviour.LEADERSHIP: (
        "镇政府",
        "镇党委",
        "镇党委政府",
        "人民政府",
        "党委",
        "政府",
        "镇里",
    ),
    UnitBehaviour.POLICE: ("派出所", "公安派出所"),
    UnitBehaviour.JUSTICE: ("司法所",),
    UnitBehaviour.CULTURE: ("文广站", "文化站", "文化广播站", "综合文化站"),
    UnitBehaviour.FINANCE: ("财政所",),
    UnitBehaviour.CIVIL: ("民政办", "民政所"),
    UnitBehaviour.MARKET: ("市场监管所", "市监所", "市场监督管理所", "市场所"),
    UnitBehaviour.COUNTY: ("县专项办",),
}
#: Who handles what a ledger holds: in such a column 政府 is nobody in particular.
HANDLERS_CALLED: Final[dict[UnitBehaviour, tuple[str, ...]]] = {
    kind: names for kind, names in ALSO_CALLED.items() if kind is not UnitBehaviour.LEADERSHIP
}
