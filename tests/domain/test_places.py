"""Names of villages and units as people write them: the one that is meant, or none."""

from itertools import product

import pytest

from api.domain.words.places import Places, bare, one_form, place_key

TOWN, COMMUNITY, BAIMIAO, XINQIAO, DATANG = (
    "341522118000", "341522118001", "341522118202", "341522118201", "341522118203",
)  # fmt: skip
NAMES = {
    "众兴集镇": TOWN,
    "众兴社区": COMMUNITY,
    "白庙村": BAIMIAO,
    "新桥村": XINQIAO,
    "大塘村": DATANG,
}
PLACES = Places(NAMES, within=["霍邱县", "六安市"])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("白庙村", BAIMIAO),
        ("白庙", BAIMIAO),
        (" 白 庙 村 ", BAIMIAO),
        ("白庙村（王庄组）", BAIMIAO),
        ("白庙村王庄组", BAIMIAO),
        ("白庙村委会", BAIMIAO),
        ("白庙村村民委员会", BAIMIAO),
        ("白庙行政村", BAIMIAO),
        ("白庙村两委", BAIMIAO),
        ("众兴集镇白庙村", BAIMIAO),
        ("霍邱县众兴集镇白庙村", BAIMIAO),
        ("霍邱众兴集镇白庙村", BAIMIAO),
        ("安徽省六安市霍邱县众兴集镇白庙村", BAIMIAO),
        ("镇白庙村", BAIMIAO),
        ("本镇白庙村", BAIMIAO),
        ("我镇白庙村", BAIMIAO),
        ("县众兴集镇", TOWN),
        ("众兴集镇", TOWN),
        ("众兴集", TOWN),
        ("众兴集白庙村", BAIMIAO),
        ("众兴白庙村", BAIMIAO),
        ("众兴社区", COMMUNITY),
        ("众兴居委会", COMMUNITY),
        ("众兴社区居委会", COMMUNITY),
        ("众兴居民委员会", COMMUNITY),
        ("外省某村", None),
        ("白庙乡", BAIMIAO),
        ("", None),
        ("村", None),
        ("镇", None),
    ],
)
def test_which_place_is_meant(written, code):
    assert PLACES.find(written) == code


#: What may stand before a village, each level left out or not, with its word or without.
FRONTS = [
    "".join(each)
    for each in product(
        ("", "安徽省", "安徽"), ("", "六安市"), ("", "霍邱县"), ("", "众兴集镇", "众兴集")
    )
]
BEHIND = ["", "三组", "3组", "第三组", "第3组", "三村民组", "第三村民小组", "三组12号", "3组十二号"]
VILLAGE_UNITS = Places(
    {
        "白庙村村民委员会": "units of the village",
        "众兴集镇新桥村村民委员会": "with its town",
        "众兴集镇派出所": "police",
        "众兴社区居民委员会": "community",
    },
    within=["霍邱县", "众兴集镇"],
)


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("behind", BEHIND)
def test_any_level_may_be_left_out(front, behind):
    """Of villages and of the units that are called after them, with a group or without."""
    for village, code, unit in (
        ("白庙村", BAIMIAO, "units of the village"),
        ("新桥村", XINQIAO, "with its town"),
        ("白庙", BAIMIAO, "units of the village"),
    ):
        written = f"{front}{village}{behind}"
        assert PLACES.find(written) == code, written
        assert VILLAGE_UNITS.find(written) == unit, written


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("派出所", "police"),
        ("霍邱县派出所", "police"),
        ("众兴派出所", "police"),
        ("众兴社区", "community"),
        ("霍邱县众兴社区居委会", "community"),
        ("社区", None),
        ("金寨县白庙村", None),
        ("三组", None),
        ("3组12号", None),
    ],
)
def test_a_unit_by_its_short_name(written, unit):
    assert VILLAGE_UNITS.find(written) == unit


def test_two_villages_of_a_name_are_told_apart_by_their_town_or_not_at_all():
    two = Places(
        {"众兴集镇白庙村村民委员会": "1", "长集镇白庙村村民委员会": "2"},
        within=["霍邱县", "众兴集镇", "长集镇"],
    )
    assert two.find("霍邱县白庙村") is None
    assert two.find("霍邱县白庙村3组") is None
    assert two.find("霍邱县长集镇白庙村") == "2"


@pytest.mark.parametrize(
    "written", ["白庙村三组十二号", "白庙村3组12号", "白庙村第三组十二号", "白庙村第3村民组12号",
                "白庙村三村民小组第十二号"],
)  # fmt: skip
def test_one_form_of_a_group_and_a_house(written):
    assert one_form(written) == "白庙村3组12号"
    assert one_form(one_form(written)) == "白庙村3组12号"
    assert bare(f"霍邱县{written}") == "白庙村"


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("白庙村二十一组", "白庙村21组"),
        ("解放路一百零二号", "解放路102号"),
        ("张三组织老人", "张三组织老人"),
        ("十月十二号", "十月十二号"),
        ("村里三号召集", "村里三号召集"),
        ("13组", "13组"),
        ("工作组", "工作组"),
        ("group 3", "group 3"),
    ],
)
def test_what_is_no_group_stays_as_it_is(written, form):
    assert one_form(written) == form


def test_a_town_of_one_character_before_its_market():
    """长集镇 is no town called 长."""
    places = Places({"长集镇": "1", "李集村": "2"})
    assert {places.find(said) for said in ("长集镇", "长集", "长集乡")} == {"1"}
    assert places.find("长集镇李集村") == places.find("长集李集村") == "2"
    assert places.find("长") is None


def test_a_name_that_fits_two_fits_none():
    two = Places({"白庙村": "1", "白庙社区": "2"})
    assert two.find("白庙") is None
    assert two.find("白庙村") == "1"
    assert two.find("白庙居委会") == "2"
    same = Places({"东升村": "1", "东升镇": "2"})
    assert same.find("东升") is None
    assert same.find("东升镇") == "2"


@pytest.mark.parametrize(
    ("key", "stem", "kind"),
    [("白庙村", "白庙", "村"), ("众兴社区", "众兴", "社区"), ("众兴集镇", "众兴", "镇"),
     ("长集镇", "长集", "镇"), ("霍邱县", "霍邱", "镇"), ("金安区", "金安", "镇"),
     ("长集街道", "长集", "镇"), ("长集乡", "长集", "镇"), ("李村", "李村", ""), ("派出所", "派出所", "")],
)  # fmt: skip
def test_a_name_and_the_word_for_its_kind(key, stem, kind):
    assert Places.split(key) == (stem, kind)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("众兴集镇白庙村王庄组12号", BAIMIAO),
        ("众兴集镇人民路5号", TOWN),
        ("白庙村与新桥村交界", None),
        ("某镇某村", None),
        ("众兴集镇众兴社区3栋", COMMUNITY),
    ],
)
def test_the_finest_place_in_an_address(address, code):
    assert PLACES.inside(address) == code


def test_every_place_of_a_text_and_none_inside_a_longer_name():
    nested = Places({"塘村": "1", "大塘村": "2", "新桥村": "3"})
    assert nested.all_inside("大塘村和新桥村的老人") == {"2", "3"}
    assert nested.all_inside("塘村的老人") == {"1"}
    assert nested.all_inside("都不是") == set()


def test_a_name_without_blanks_and_marks():
    assert place_key(" 白庙，村（王庄）·Ａ1、2。3.") == "白庙村王庄A123"
