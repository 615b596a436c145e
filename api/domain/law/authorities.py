"""Whose head approved a measure or a return: the levels of the organs that may."""

import re
import unicodedata

from api.domain.kit.labels import Labelled


class AuthorityLevel(Labelled):
    """Whose head approved the measure."""

    POLICE_STATION = "police_station", "派出所"
    COUNTY_PSB = "county_psb", "县级公安机关"
    CITY_PSB = "city_psb", "设区的市级公安机关"
    PROVINCE_PSB = "province_psb", "省级以上公安机关"
    COUNTY_PROCURATORATE = "county_procuratorate", "基层人民检察院"
    CITY_PROCURATORATE = "city_procuratorate", "市级以上人民检察院"
    COUNTY_COURT = "county_court", "基层人民法院"
    CITY_COURT = "city_court", "中级以上人民法院"
    COUNTY_AGENCY = "county_agency", "县级行政机关"
    CITY_AGENCY = "city_agency", "市级以上行政机关"
    TOWNSHIP = "township", "乡镇人民政府（含镇专项办）"


#: What names of organs that decide are made of.
_ORGAN = re.compile(
    "公安|检察|法院|法庭|政府|街道|局|厅|委员会|委$|办公室|办事处|办$|专班|派出所|[大支总]队|"
    "工作组|领导小组|指挥部"
)


def is_organ(name: str) -> bool:
    """Whether somebody of that name may decide over other people's property at all."""
    return bool(_ORGAN.search(unicodedata.normalize("NFKC", name).strip()))


NOT_AN_ORGAN = "应当写作出决定的公安机关、人民检察院、人民法院或者行政机关的名称"
