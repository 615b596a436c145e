"""Who may see an informant, and how they leave a text: properties over everything."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.actors import Actor
from api.domain.informants import HIDDEN, OPENING_FLOW, OpeningStatus, hide, may_see
from api.domain.permissions import ROLE_PERMISSIONS, Permission, Role

PEOPLE = [uuid4() for _ in range(4)]
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def actor(person: UUID, role: Role) -> Actor:
    return Actor("person", person, "某人", uuid4(), uuid4(), role, "341522118", uuid4())


@dataclass
class Asked:
    status: OpeningStatus
    requested_by_id: UUID
    decided_by_id: UUID | None
    expires_at: datetime | None
    owner_unit_id: UUID = PEOPLE[0]


person = st.sampled_from(PEOPLE)
openings = st.builds(
    Asked,
    st.sampled_from(OpeningStatus),
    person,
    st.none() | person,
    st.none() | st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours)),
)


@given(person, st.sampled_from(Role), openings, st.sets(person, max_size=2))
def test_only_a_keeper_who_asked_and_was_let_by_another_in_time(who, role, opening, keepers):
    told = may_see(actor(who, role), opening, keepers, NOW)
    wanted = (
        role in {Role.OFFICE, Role.POLICE, Role.COUNTY}
        and who in keepers
        and who == opening.requested_by_id
        and opening.status.value == "approved"
        and opening.decided_by_id not in {None, who}
        and opening.expires_at is not None
        and opening.expires_at > NOW
    )
    assert told is wanted


@given(person, st.sampled_from(Role), openings)
def test_nobody_is_offered_their_own_request_to_approve(who, role, opening):
    offered = {a.action.value for a in OPENING_FLOW.available(actor(who, role), opening)}
    if who == opening.requested_by_id:
        assert not offered & {"approve", "refuse"}
    else:
        assert "withdraw" not in offered


def test_who_approves_need_not_be_able_to_see():
    """The town's leaders decide and never know (facts: 4)."""
    held = ROLE_PERMISSIONS[Role.LEADER]
    assert Permission.INFORMANT_APPROVE in held
    assert Permission.INFORMANT_OPEN not in held


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("欧阳清", "我是欧阳清，请查"),
        ("欧阳清", "我是欧 阳 清，请查"),
        ("欧阳清", "我是欧阳\n清，请查"),
        ("张三、李四", "张三和李四一起去的"),
        ("王文秀（新桥村）", "王文秀来访"),
        ("王文秀；举报人单位：某厂", "王文秀来访"),
        ("阿依古丽·买买提", "阿依古丽买买提来访"),
        ("Li Lei", "我叫li lei"),
    ],
)
def test_a_name_leaves_a_text_however_it_is_spaced(name, text):
    told = hide(text, name, "")
    assert HIDDEN in told
    for part in ("欧阳", "张三", "李四", "王文秀", "阿依古丽", "lei"):
        assert part not in told


@pytest.mark.parametrize(
    "written",
    ["13955512347", "139 5551 2347", "139-5551-2347", "１３９５５５１２３４７", "幺三九五五五幺二三四七",
     "微信13955512347"],
)  # fmt: skip
def test_a_phone_leaves_a_text_however_it_is_written(written):
    told = hide(f"请打{written}联系我，骗子的电话是13800138000。", "", "13955512347")
    assert HIDDEN in told
    assert "13800138000" in told
    assert hide(told, "", "13955512347") == told


chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=4)


@given(chinese, chinese, chinese)
def test_no_name_survives(name, before, after):
    assert name not in hide(before + name + after, name, "").replace(HIDDEN, "\0")


@given(st.text(max_size=60))
def test_a_text_without_an_informant_stays(text):
    assert hide(text, "", "") == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (name, f"当天{form}来访")
        for name in ("吴秀英", "吴奶奶", "老吴", "吴某", "吴 秀英", "吴女士")
        for form in ("吴奶奶", "吴爷爷", "吴大妈", "吴阿姨", "吴老师", "吴师傅", "吴婆婆", "吴女士", "吴先生",
                     "吴老太", "老吴", "小吴", "吴某", "吴某某", "吴叔", "吴大爷", "老吴头")
    ] + [("欧阳清", "欧阳奶奶说"), ("欧阳清", "欧阳某")],
)  # fmt: skip
def test_forms_of_address_give_way_too(name, text):
    assert hide(text, name, "") in {f"当天{HIDDEN}来访", f"{HIDDEN}说", HIDDEN}


@pytest.mark.parametrize(
    ("name", "text", "accused"),
    [
        ("吴秀英", "李奶奶也去了", ""),
        ("方志远", "对方女士不肯退", ""),
        ("李四", "小李庄村的会场", ""),
        ("王文秀", "王某收的钱", "王某"),
        ("王文秀", "王经理收的钱", ""),
        ("王文秀", "王老师健康馆", "王老师健康馆"),
        ("匿名", "匿名举报", "匿名举报"),
    ],
)
def test_others_keep_their_names(name, text, accused):
    if name != "匿名":
        assert hide(text, name, "", accused) == text
