"""`/outcomes`: exposed cases, education, institutions."""

from api.routers.declared import Words, routes_of
from api.schemas.outcomes import OutcomeTransition
from api.services.outcomes.outcomes import OUTCOMES

router = routes_of(
    OUTCOMES,
    OutcomeTransition,
    Words(
        "行动成果",
        page="分页列出典型案例曝光、宣传教育活动和制度机制。",
        create="登记一项成果：公开曝光的典型案例、宣传教育活动，或印发的制度文件。",
        read="一项成果，连同当前用户可以办理的操作。",
        update="更正未撤销的成果；未提交的字段保持不变。",
        transition="撤销或者恢复。",
    ),
)
