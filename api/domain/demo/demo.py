"""The demo town: its divisions, units and posts. All made up; the town's codes are public."""

from dataclasses import dataclass

from api.domain.kit.permissions import Role
from api.domain.organisation.organisation import UnitBehaviour

COUNTY = ("341522", "霍邱县")
TOWN = ("341522118", "众兴集镇")
VILLAGES = (
    ("341522118001", "众兴社区"),
    ("341522118201", "新桥村"),
    ("341522118202", "白庙村"),
    ("341522118203", "大塘村"),
    ("341522118204", "东湖村"),
    ("341522118205", "石庙村"),
    ("341522118206", "刘台村"),
    ("341522118207", "周楼村"),
    ("341522118208", "姜庄村"),
    ("341522118209", "赵店村"),
    ("341522118210", "双河村"),
)
#: No line has such a number.
OFFICE_PHONE = "0564-0000110"
OFFICE_ADDRESS = "众兴集镇政府一楼便民大厅（演示）"
GRID = ("341522118201001", "新桥村第一网格")


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A post of the demo: its code is the login name of whoever holds it."""

    code: str
    name: str
    role: Role
    unit: str
    behaviour: UnitBehaviour
    division: str
    person: str
    #: Of its unit, where that is called otherwise than its behaviour.
    kind: str = ""


_T, _C = TOWN[0], COUNTY[0]
_OPERATIONS = ("系统运维室", UnitBehaviour.SYSTEM, _T)

POSTS = (
    DemoPost("leader", "镇党委副书记", Role.LEADER, "众兴集镇党委政府", UnitBehaviour.LEADERSHIP, _T, "周建民"),
    DemoPost("office", "专项办综合岗", Role.OFFICE, "平安办", UnitBehaviour.OFFICE, _T, "李晓芸"),
    DemoPost("police", "派出所办案岗", Role.POLICE, "派出所", UnitBehaviour.POLICE, _T, "赵卫国"),
    DemoPost("justice", "司法所调解岗", Role.JUSTICE, "司法所", UnitBehaviour.JUSTICE, _T, "陈明理"),
    DemoPost("culture", "文广站管理岗", Role.CULTURE, "文广站", UnitBehaviour.CULTURE, _T, "吴文静"),
    DemoPost("finance", "财政所会计岗", Role.FINANCE, "财政所", UnitBehaviour.FINANCE, _T, "郑守正"),
    DemoPost("civil", "民政办养老岗", Role.CIVIL, "民政办", UnitBehaviour.CIVIL, _T, "孙惠兰"),
    DemoPost("market", "市场监管所执法岗", Role.MARKET, "市场监管所", UnitBehaviour.MARKET, _T, "钱立新"),
    DemoPost("department", "人社所业务岗", Role.DEPARTMENT, "人社所", UnitBehaviour.OTHER, _T, "徐保平", "human_resources"),
    DemoPost("partner", "农商行网点联络岗", Role.PARTNER, "农商行众兴集支行", UnitBehaviour.PARTNER, _T, "潘诚信", "bank_branch"),
    DemoPost("village01", "新桥村党总支书记", Role.VILLAGE, "新桥村村民委员会", UnitBehaviour.VILLAGE, VILLAGES[1][0], "王长顺"),
    DemoPost("village02", "白庙村党总支书记", Role.VILLAGE, "白庙村村民委员会", UnitBehaviour.VILLAGE, VILLAGES[2][0], "刘德厚"),
    DemoPost("grid01", "新桥村第一网格员", Role.GRID, "新桥村村民委员会", UnitBehaviour.VILLAGE, GRID[0], "张小满"),
    DemoPost("county", "县专项办协调岗", Role.COUNTY, "霍邱县专项办", UnitBehaviour.COUNTY, _C, "何县安"),
    DemoPost("supervisor", "督导组联络岗", Role.SUPERVISOR, "专项行动督导组", UnitBehaviour.SUPERVISION, _T, "胡正清"),
    DemoPost("system_admin", "系统管理员", Role.SYSTEM_ADMIN, *_OPERATIONS, "马运维"),
    DemoPost("security_admin", "安全管理员", Role.SECURITY_ADMIN, *_OPERATIONS, "杨安全"),
    DemoPost("audit_admin", "审计管理员", Role.AUDIT_ADMIN, *_OPERATIONS, "沈审计"),
)  # fmt: skip

#: Posts of other systems: (client id, name, role, unit).
CLIENTS = (
    ("police-gateway", "公安业务系统", Role.POLICE_GATEWAY, "派出所"),
    ("report-reader", "报表程序", Role.REPORT_READER, "平安办"),
)


def logins(password: str) -> list[tuple[str, str, str]]:
    """(login, label, password) of everybody in it."""
    people = [(post.code, f"{post.unit} {post.person}", password) for post in POSTS]
    return people + [(client_id, f"接口：{name}", password) for client_id, name, *_ in CLIENTS]
