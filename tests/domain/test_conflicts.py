"""Which units a lead keeps off."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.leads.conflicts import (
    SEE_ALL,
    Body,
    barred,
    goes_to_county,
    may_name_a_unit,
    named,
    superiors,
)
from api.domain.organisation.organisation import UnitBehaviour

TOWN, PLACES = "341522118", ["霍邱县", "众兴集镇"]


def body(name: str, kind: UnitBehaviour, division: str = TOWN, parent: Body | None = None) -> Body:
    return Body(uuid4(), name, kind, division, parent.id if parent else None)


COUNTY = body("霍邱县专项办", UnitBehaviour.COUNTY, "341522")
LEADERS = body("众兴集镇党委政府", UnitBehaviour.LEADERSHIP)
OFFICE = body("平安办", UnitBehaviour.OFFICE)
POLICE = body("派出所", UnitBehaviour.POLICE)
MARKET = body("市场监管所", UnitBehaviour.MARKET)
XINQIAO = body("新桥村村民委员会", UnitBehaviour.VILLAGE, "341522118201")
BAIMIAO = body("白庙村村民委员会", UnitBehaviour.VILLAGE, "341522118202")
ALL = [COUNTY, LEADERS, OFFICE, POLICE, MARKET, XINQIAO, BAIMIAO]


@pytest.mark.parametrize(
    ("subject", "units"),
    [
        ("派出所", {POLICE}),
        ("众兴集镇派出所", {POLICE}),
        ("霍邱县众兴集镇派出所民警李某", {POLICE}),
        ("市场监督管理所副所长", {MARKET}),
        ("镇专项办", {OFFICE}),
        ("众兴集镇人民政府", {LEADERS}),
        ("新桥村村委会主任王某某", {XINQIAO}),
        ("众兴集镇新桥村村民委员会", {XINQIAO}),
        ("新桥村两委干部", {XINQIAO}),
        ("派出所旁边的养生馆", set()),
        ("派出所对面超市", set()),
        ("平安养老服务有限公司", set()),
        ("新桥村某超市", set()),
        ("某投资公司", set()),
        ("政府路便民超市", set()),
    ],
)
def test_a_subject_names_a_unit_or_it_does_not(subject, units):
    assert named(subject, ALL, PLACES) == {each.id for each in units}
    if units:
        assert may_name_a_unit(subject)


def test_the_leaders_take_the_whole_town_with_them():
    off = barred({LEADERS.id}, ALL)
    assert off == {each.id for each in ALL} - {COUNTY.id}
    assert goes_to_county(off, POLICE.id, ALL)


def test_a_station_alone_does_not():
    off = barred({POLICE.id}, ALL)
    assert off == {POLICE.id}
    assert not goes_to_county(off, OFFICE.id, ALL)
    assert goes_to_county(off, POLICE.id, ALL), "it is in charge already"


def test_a_registered_superior_is_kept_off_as_well():
    station = body("派出所", UnitBehaviour.POLICE, parent=OFFICE)
    bodies = [OFFICE, station, MARKET]
    assert barred({station.id}, bodies) == {OFFICE.id, station.id}
    assert goes_to_county(barred({station.id}, bodies), MARKET.id, bodies)


def test_a_circle_of_superiors_ends():
    one = uuid4()
    two = Body(uuid4(), "乙所", UnitBehaviour.OTHER, TOWN, one)
    first = Body(one, "甲所", UnitBehaviour.OTHER, TOWN, two.id)
    assert barred({one}, [first, two]) == {one, two.id}


@given(st.sets(st.sampled_from([b.id for b in ALL])), st.sampled_from(ALL))
def test_the_accused_are_always_barred_and_more_accused_bar_more(accused, owner):
    off = barred(accused, ALL)
    assert accused <= off
    for each in accused:
        assert barred({each}, ALL) <= off
    if owner.id in off or any(b.behaviour in SEE_ALL and b.id in off for b in ALL):
        assert goes_to_county(off, owner.id, ALL)


#: How each unit is called, beside its registered name; people of it are it too.
CALLED = {
    UnitBehaviour.OFFICE: "专项办 镇专项办 平安办 综治办",
    UnitBehaviour.LEADERSHIP: "镇政府 镇党委 镇党委政府 人民政府 党委 政府 镇里",
    UnitBehaviour.POLICE: "派出所",
    UnitBehaviour.JUSTICE: "司法所",
    UnitBehaviour.CULTURE: "文广站 文化站",
    UnitBehaviour.FINANCE: "财政所",
    UnitBehaviour.CIVIL: "民政办 民政所",
    UnitBehaviour.MARKET: "市场监管所 市场监督管理所 市监所",
}
PEOPLE = ["工作人员", "全体人员", "领导班子", "领导", "干部", "民警", "辅警", "所长", "副所长", "主任", "副主任", "党总支书记", "书记", "副书记", "镇长", "副镇长", "站长", "副站长", "会计", "队长"]  # fmt: skip
EVERY_KIND = [body(f"某{kind.label}甲乙", kind) for kind in UnitBehaviour]


@pytest.mark.parametrize("kind", CALLED)
def test_every_way_of_calling_a_unit(kind):
    unit = next(each for each in EVERY_KIND if each.behaviour is kind)
    for said in CALLED[kind].split():
        assert may_name_a_unit(said), said
        for before in ("", "众兴集镇", "霍邱县众兴集镇", "霍 邱 县"):
            assert named(before + said, EVERY_KIND, PLACES) == {unit.id}, before + said
        assert named(said + "旁边的超市", EVERY_KIND, PLACES) == set()
    assert named(unit.name, EVERY_KIND, PLACES) == {unit.id}


@pytest.mark.parametrize("title", PEOPLE)
def test_people_of_a_unit_are_it(title):
    for said in (
        f"派出所{title}",
        f"派出所的{title}李某",
        f"派出所部分{title}",
        f"派出所{title}李某某某",
    ):
        assert named(said, ALL, PLACES) == {POLICE.id}, said
    assert named(f"派出所{title}李某某某某", ALL, PLACES) == set(), "that is no name"
    assert named(f"派出所附近{title}", ALL, PLACES) == set()


@pytest.mark.parametrize(
    "said",
    ["新桥村", "新桥村村民委员会", "新桥村村委会", "新桥村村两委", "新桥村村党总支", "新桥村村党支部",
     "新桥村委会", "新桥村两委", "新桥村党总支", "新桥村党支部", "新桥社区居委会", "新桥居民委员会",
     "众兴集镇新桥村委会书记"],
)  # fmt: skip
def test_a_village_by_all_its_names_and_never_its_neighbour(said):
    found = named(said, ALL, PLACES)
    assert found == (set() if said == "新桥村" else {XINQIAO.id}), "a place is not its committee"


def test_a_community_is_called_like_a_village():
    community = body("众兴社区居民委员会", UnitBehaviour.VILLAGE, "341522118001")
    for said in ("众兴社区居委会", "众兴居委会主任", "众兴社区居民委员会", "众兴社区两委"):
        assert named(said, [*ALL, community], PLACES) == {community.id}, said
        assert may_name_a_unit(said), said
    assert named("村委会", [*ALL, community], PLACES) == set(), "which one nobody knows"


@pytest.mark.parametrize(
    "said",
    ["新桥村书记", "新桥村书记王某", "新桥村支书王某某", "新桥村村支书", "新桥村主任", "新桥村村主任王某",
     "新桥村干部", "新桥村个别干部", "新桥村的会计", "众兴集镇新桥村村干部", "新桥村网格员", "新桥村支部书记",
     "新桥村文书", "新桥村委员李某", "新桥村队长"],
)  # fmt: skip
def test_people_of_a_village_are_called_by_its_place(said):
    assert may_name_a_unit(said)
    assert named(said, ALL, PLACES) == {XINQIAO.id}


@pytest.mark.parametrize(
    "said", ["新桥村某超市", "新桥村王某", "新桥村养生馆老板", "新桥村小学", "新桥村村民", "新桥村路口的店",
             "新桥村李某家"],
)  # fmt: skip
def test_who_merely_lives_in_a_village_is_not_it(said):
    assert named(said, ALL, PLACES) == set()


def test_who_sees_all_leads_of_a_town():
    assert {kind.value for kind in SEE_ALL} == {"leadership", "office", "supervision"}


@pytest.mark.parametrize("kind", UnitBehaviour)
def test_whom_the_leaders_of_a_town_are_above(kind):
    """Everybody of their own town but those who look after the town from outside."""
    apart = kind in {
        UnitBehaviour.COUNTY,
        UnitBehaviour.SUPERVISION,
        UnitBehaviour.SYSTEM,
        UnitBehaviour.LEADERSHIP,
    }
    unit = body("某单位", kind)
    village = body("某单位", kind, "341522118203")
    elsewhere = body("某单位", kind, "341522119")
    for each, below in ((unit, not apart), (village, not apart), (elsewhere, False)):
        assert (LEADERS.id in superiors(each, [LEADERS, each])) is below


def test_superiors_go_up_to_the_top():
    top = body("县局", UnitBehaviour.OTHER, "341522")
    middle = body("中队", UnitBehaviour.OTHER, "341522119", parent=top)
    low = body("小组", UnitBehaviour.OTHER, "341522119", parent=middle)
    bodies = [top, middle, low]
    assert superiors(low, bodies) == {middle.id, top.id}
    assert superiors(top, bodies) == set()
    # below whoever is accused, all the way; above, the registered one alone
    assert barred({top.id}, bodies) == {top.id, middle.id, low.id}
    assert barred({middle.id}, bodies) == {top.id, middle.id, low.id}
    assert barred({low.id}, bodies) == {middle.id, low.id}
    orphan = Body(uuid4(), "无主", UnitBehaviour.OTHER, "341522119", uuid4())
    assert superiors(orphan, [orphan]) == {orphan.parent_id}


@pytest.mark.parametrize("kind", UnitBehaviour)
def test_what_only_the_county_can_keep(kind):
    """Barred units that see every lead; or the one in charge, whatever it is."""
    unit, other = body("某单位", kind), body("另一单位", UnitBehaviour.MARKET)
    sees_all = kind in {UnitBehaviour.LEADERSHIP, UnitBehaviour.OFFICE, UnitBehaviour.SUPERVISION}
    assert goes_to_county({unit.id}, other.id, [unit, other]) is sees_all
    assert goes_to_county({unit.id}, unit.id, [unit, other])
    assert not goes_to_county(set(), unit.id, [unit, other])
