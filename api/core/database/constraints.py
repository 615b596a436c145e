"""What a violated constraint of the database means to a person: one table for all nouns.

The names follow the naming convention of the metadata; `tests/contract/test_constraint_names.py`
holds every name against the tables.
"""

from collections.abc import Callable, Mapping
from typing import Final

from api.domain.kit.errors import Conflict, FieldError


def _police_case_no() -> Conflict:
    message = "该公安案件编号已登记为另一案件"
    fault = FieldError("/police_case_no", "police_case_no_taken", message)
    return Conflict(message, code="police_case_no_taken", errors=[fault])


def _source_number() -> Conflict:
    message = "该来源编号的线索已经登记过，不再重复登记"
    fault = FieldError("/source_number", "source_number_known", message)
    return Conflict(message, code="source_number_known", errors=[fault])


REFUSALS: Final[Mapping[str, Callable[[], Conflict]]] = {
    "uq_api_clients_client_id": lambda: Conflict("接口账号已存在", code="client_id_taken"),
    "uq_cases_police_case_no": _police_case_no,
    "uq_leads_source_number": _source_number,
    "uq_post_holders_current": lambda: Conflict("他人正在办理该岗位的交接，请刷新", code="busy"),
    "uq_posts_code": lambda: Conflict("岗位代码已被使用", code="post_code_taken"),
    "uq_property_measures_one_freeze": lambda: Conflict(
        "该财物刚由他人登记了冻结，请刷新", code="already_frozen"
    ),
    "uq_risk_entities_town_code_uscc": lambda: Conflict(
        "本乡镇已登记相同统一社会信用代码的主体，请勿重复登记", code="uscc_duplicate"
    ),
    "uq_saved_filters_default": lambda: Conflict(
        "他人正在设置该岗位的默认筛选，请重试", code="busy"
    ),
    "uq_saved_filters_post_id_noun_name": lambda: Conflict(
        "已有同名的常用筛选", code="saved_filter_name_taken"
    ),
    "uq_unit_kinds_label": lambda: Conflict("已有同名的单位类别", code="unit_kind_taken"),
    "uq_units_name": lambda: Conflict("已有同名单位", code="unit_name_taken"),
    "uq_users_username": lambda: Conflict("登录名已被使用", code="username_taken"),
    "uq_victims_case_person": lambda: Conflict(
        "该证件号刚由他人在本案登记，请刷新", code="already_registered"
    ),
}


def refusal(name: str) -> Conflict | None:
    """The refusal of whoever violated a constraint, or None where nothing is known of it."""
    known = REFUSALS.get(name)
    return known() if known else None


def expected(name: str) -> Conflict:
    """The same of a constraint that the table knows: found out before the database says so."""
    return REFUSALS[name]()
