"""Names of villages and units as people write them: the one that is meant, or none."""

import pytest

from api.domain.words.places import Places, place_key

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
