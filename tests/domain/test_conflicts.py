"""Which units a lead keeps off."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.conflicts import SEE_ALL, Body, barred, goes_to_county, may_name_a_unit, named
from api.domain.organisation import UnitKind

TOWN, PLACES = "341522118", ["霍邱县", "众兴集镇"]


def body(name: str, kind: UnitKind, division: str = TOWN, parent: Body | None = None) -> Body:
    return Body(uuid4(), name, kind, division, parent.id if parent else None)


COUNTY = body("霍邱县专项办", UnitKind.COUNTY, "341522")
LEADERS = body("众兴集镇党委政府", UnitKind.LEADERSHIP)
OFFICE = body("平安办", UnitKind.OFFICE)
POLICE = body("派出所", UnitKind.POLICE)
MARKET = body("市场监管所", UnitKind.MARKET)
XINQIAO = body("新桥村村民委员会", UnitKind.VILLAGE, "341522118201")
BAIMIAO = body("白庙村村民委员会", UnitKind.VILLAGE, "341522118202")
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
    station = body("派出所", UnitKind.POLICE, parent=OFFICE)
    bodies = [OFFICE, station, MARKET]
    assert barred({station.id}, bodies) == {OFFICE.id, station.id}
    assert goes_to_county(barred({station.id}, bodies), MARKET.id, bodies)


def test_a_circle_of_superiors_ends():
    one = uuid4()
    two = Body(uuid4(), "乙所", UnitKind.OTHER, TOWN, one)
    first = Body(one, "甲所", UnitKind.OTHER, TOWN, two.id)
    assert barred({one}, [first, two]) == {one, two.id}


@given(st.sets(st.sampled_from([b.id for b in ALL])), st.sampled_from(ALL))
def test_the_accused_are_always_barred_and_more_accused_bar_more(accused, owner):
    off = barred(accused, ALL)
    assert accused <= off
    for each in accused:
        assert barred({each}, ALL) <= off
    if owner.id in off or any(b.kind in SEE_ALL and b.id in off for b in ALL):
        assert goes_to_county(off, owner.id, ALL)
