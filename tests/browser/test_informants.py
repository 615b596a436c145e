"""The informant's identity on the lead's page: asked for, approved by another, seen, closed."""

import re

from playwright.async_api import expect

from tests.factories import make_lead

NAME, PHONE = "公孙金丝雀", "13955512340"


SERVER = "own"


def panel(person):
    return person.page.get_by_role("region", name="举报人身份")


async def test_two_people_open_it_and_it_closes(as_, client):
    reporter = {"kind": "real_name", "name": NAME, "phone": PHONE}
    lead = make_lead(client("office"), narrative=f"我是{NAME}，请回电。", reporter=reporter)
    office, leader = await as_("office"), await as_("leader")
    url = f"/leads/{lead['id']}"

    await office.open(url)
    await panel(office).scroll_into_view_if_needed()
    await panel(office).get_by_role("button", name="申请查看身份").click()
    await office.page.get_by_label("理由").fill("回访举报人，核实转账时间")
    await office.page.get_by_role("button", name="确定申请查看身份").click()
    await expect(panel(office)).to_contain_text("待批准")
    await expect(panel(office).get_by_role("button", name="批准", exact=True)).to_have_count(0)

    await leader.open("/")
    await leader.page.get_by_text("查看举报人身份待批准").first.wait_for()
    await leader.open(url)
    await panel(leader).scroll_into_view_if_needed()
    await panel(leader).get_by_role("button", name="批准", exact=True).click()
    await leader.page.get_by_role("button", name="确定批准").click()
    await expect(panel(leader)).to_contain_text("已批准")
    await expect(panel(leader).get_by_role("button", name="查看身份")).to_have_count(0)
    assert NAME not in await leader.page.content()

    await office.open(url)
    await panel(office).scroll_into_view_if_needed()
    await panel(office).get_by_role("button", name="查看身份", exact=True).click()
    await expect(panel(office)).to_contain_text(NAME)
    await expect(panel(office)).to_contain_text(re.compile(r"还可查看\s*[12] 小时"))
    await panel(office).get_by_role("button", name="隐藏").click()
    assert NAME not in await office.page.content()
    await panel(office).get_by_role("button", name="提前关闭").click()
    await office.page.get_by_role("button", name="确定提前关闭").click()
    await expect(panel(office)).to_contain_text("已关闭")
    await expect(panel(office).get_by_role("button", name="查看身份", exact=True)).to_have_count(0)


async def test_who_must_withdraw_is_named_and_replaced(as_, client):
    reporter = {"kind": "real_name", "name": NAME, "phone": PHONE}
    lead = make_lead(client("office"), reporter=reporter)
    office = await as_("office")
    await office.open(f"/leads/{lead['id']}")
    await panel(office).scroll_into_view_if_needed()
    await expect(office.fact("保密经办人")).to_have_text("李晓芸")
    await office.button("登记回避", panel(office)).click()
    await office.fill(
        {
            "由谁回避": "保密经办人 李晓芸",
            "理由": "与被反映人是亲属",
            "接替的人": "何县安（霍邱县专项办）",
        },
        within=office.dialog(),
    )
    await office.dialog().locator("button[type=submit]").click()
    await expect(office.fact("保密经办人")).to_have_text("何县安")
    # who withdrew may do nothing about it any more, and is told nothing of it
    await expect(panel(office).get_by_role("button")).to_have_count(0)
    await expect(panel(office)).not_to_contain_text("亲属")

    leader = await as_("leader")
    await leader.open(f"/leads/{lead['id']}")
    await panel(leader).scroll_into_view_if_needed()
    told = re.compile("李晓芸.*回避，由何县安接替.*与被反映人是亲属", re.DOTALL)
    await expect(panel(leader)).to_contain_text(told)


async def test_what_is_about_a_unit_of_the_town_goes_to_the_county(as_, client):
    lead = make_lead(client("office"), reporter={"kind": "anonymous"})
    office, county = await as_("office"), await as_("county")
    await office.open(f"/leads/{lead['id']}")
    await panel(office).scroll_into_view_if_needed()
    await office.button("标明被反映单位", panel(office)).click()
    await office.fill(
        {"被反映的单位": "平安办", "理由": "举报材料点名本办人员"}, within=office.dialog()
    )
    await office.dialog().locator("button[type=submit]").click()
    await office.says(f"{lead['number']} 已转县专项办，本镇不再经手")
    with office.watch.refusals(404):
        await office.open(f"/leads/{lead['id']}")
        await expect(office.page.locator(".problem")).to_be_visible()

    await county.open(f"/leads/{lead['id']}")
    await panel(county).scroll_into_view_if_needed()
    await expect(county.status()).to_have_text("已上报县专项办")
    await expect(county.fact("被反映单位")).to_have_text("平安办")
