"""Whose head approved a measure or a return: the levels of the organs that may."""

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
