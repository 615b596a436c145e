"""Who may see an informant, and how they leave a text: properties over everything."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.kit.actors import Actor
from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission, Role
from api.domain.reporters.informants import (
    DECIDE_RULE,
    ELSEWHERE,
    HIDDEN,
    OPEN_RULE,
    OPENING_FLOW,
    OpeningStatus,
    hide,
    hiding,
    is_open,
    may_see,
)

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
        ("安康", "在安康养老服务中心交的钱", "安康养老服务中心"),
        ("匿名", "匿名举报", "匿名举报"),
    ],
)
def test_others_keep_their_names(name, text, accused):
    if name != "匿名":
        assert hide(text, name, "", accused) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("嫌疑人贾某以养老床位认购为名吸收资金", "嫌疑人贾某以养老床位认购为名吸收资金"),
        ("犯罪嫌疑人：贾某某", "犯罪嫌疑人：贾某某"),
        ("被告人贾××", "被告人贾××"),
        ("被举报人老贾收了钱", "被举报人某某收了钱"),
        ("嫌疑人贾有才在逃", "嫌疑人某某在逃"),
        ("向嫌疑人交钱的贾某", f"向嫌疑人交钱的{HIDDEN}"),
        ("受害人贾某交了钱", f"受害人{HIDDEN}交了钱"),
    ],
)
def test_the_accused_is_never_marked_as_who_reported(text, told):
    """Of the same name or surname: `嫌疑人〔举报人〕` would say that the suspect reported."""
    assert hide(text, "贾有才", "") == told


@given(st.sampled_from(["嫌疑人", "受害人", "我是", "老人", ""]), chinese)
def test_other_records_never_say_who_reported(before, name):
    told = hiding(name, "13955512347", marks=ELSEWHERE)(
        f"{before}{name}，电话13955512347，投了3万元"
    )
    assert "举报人" not in told.replace(before, "", 1)
    assert "13955512347" not in told


#: action → from → to, the right, and whether the one who asked may take it.
STEPS = {
    "approve": ("waiting", "approved", "informant:approve", False),
    "refuse": ("waiting", "refused", "informant:approve", False),
    "withdraw": ("waiting", "withdrawn", "informant:open", True),
    "close": ("approved", "closed", "informant:read", True),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("status", OpeningStatus)
@pytest.mark.parametrize("own", [True, False])
def test_every_cell_of_an_opening(role, status, own):
    who = actor(PEOPLE[0], role)
    opening = Asked(status, PEOPLE[0] if own else PEOPLE[1], None, None)
    held = {right.value for right in ROLE_PERMISSIONS[role]}
    expected = {
        action
        for action, (origin, _, right, by_asker) in STEPS.items()
        if status.value == origin and right in held and own is by_asker
    }
    # whoever may approve may also end what they approved
    if status is OpeningStatus.APPROVED and {"informant:approve", "informant:read"} <= held:
        expected.add("close")
    assert {each.action.value for each in OPENING_FLOW.available(who, opening)} == expected


def test_where_each_step_of_an_opening_leads():
    for action, step in OPENING_FLOW.steps.items():
        origin, target, right, _ = STEPS[action.value]
        assert {status.value for status in step.frm} == {origin}
        assert step.to is not None
        assert (step.to.value, step.needs.value) == (target, right)


@pytest.mark.parametrize(("seconds", "is_seen"), [(-1, False), (0, False), (1, True)])
def test_at_its_last_moment_an_opening_is_over(seconds, is_seen):
    opening = Asked(
        OpeningStatus.APPROVED, PEOPLE[0], PEOPLE[1], NOW + timedelta(seconds=seconds)
    )  # fmt: skip
    assert is_open(opening, NOW) is is_seen
    opening.decided_by_id = PEOPLE[0]
    assert not is_open(opening, NOW)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("张三", "张三的地址", f"{HIDDEN}的地址"),
        ("张三张三", "张三", "张三"),
        ("张", "张庄的店", "张庄的店"),
        ("王五/赵六", "王五赵六", HIDDEN * 2),
        ("王 小二", "王小二来访", f"{HIDDEN}来访"),
        ("阿依·古丽", "阿依古丽来访", f"{HIDDEN}来访"),
        ("阿依古丽", "阿依 · 古丽来访", f"{HIDDEN}来访"),
        ("王五；赵六", "赵六说", f"{HIDDEN}说"),
        ("单位：红星厂；王五", "红星厂的王五", f"红星厂的{HIDDEN}"),
        ("李小明（退休）", "李小明退休了", f"{HIDDEN}退休了"),
    ],
)
def test_which_part_of_what_was_said_is_a_name(name, text, told):
    assert hide(text, name, "") == told


def test_openings_go_by_their_own_rules():
    assert (OPEN_RULE, DECIDE_RULE) == ("LEAD-INF-OPEN", "LEAD-INF-ASK")
