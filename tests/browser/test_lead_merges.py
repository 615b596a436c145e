"""What may be the same matter: told while a lead is typed, merged by a link, taken apart again."""

import re

from playwright.async_api import expect

from tests.browser.faults import NARROW, faults
from tests.factories import make_lead
from tests.rewards import phone, words

SERVER = "town"


def alike(client, *who: str) -> list[dict]:
    """Leads of one matter that nobody else reported, one by each."""
    subject, number = f"{words()[:6]}康养中心", phone()
    return [
        make_lead(client(each), subject_name=subject, narrative=f"{words()}电话{number}。")
        for each in who
    ]


def similar(person):
    return person.page.get_by_role("region", name="相似线索")


def found(person, lead: dict):
    return similar(person).get_by_role("listitem").filter(has_text=lead["number"])


async def left_out(person, lead: dict, why: str):
    """Its row in the list of what left the figures for this reason."""
    await person.open("/leads/left-out")
    await person.fill({"原因": why})
    return person.rows().filter(has_text=lead["number"])


async def test_who_types_a_lead_is_told_that_somebody_did_already(as_, client, axe):
    subject, number = f"{words()[:6]}养生馆", phone()
    known = make_lead(client("office"), subject_name=subject, narrative=f"{words()}电话{number}。")
    office = await as_("office")
    page = office.page
    await office.open("/leads/new")
    told = page.get_by_role("complementary").filter(has_text="可能已有人反映")
    await expect(told).to_have_count(0)
    await office.fill({"反映对象": subject, "反映内容": f"收了押金就关门，电话{number}。"})
    await expect(told).to_contain_text("可能已有人反映（1 条）")
    await expect(told).to_contain_text("反映对象相同")
    await expect(told).to_contain_text("电话相同")
    link = office.link(subject, told)
    await expect(link).to_have_attribute("target", "_blank")  # what is typed is not lost
    await expect(told).to_be_in_viewport()  # beside the form, wherever somebody types
    assert not (wrong := await faults(office, axe, "lead-new-similar")), "\n".join(wrong)

    await page.set_viewport_size(NARROW)
    await expect(told).to_be_in_viewport()
    await page.set_viewport_size({"width": 1440, "height": 900})
    await office.fill({"主要类别": "提供“养老服务”", "来源": "举报电话"})
    await office.button("登记").click()  # nothing stands in the way
    await expect(office.page.get_by_text(re.compile("^XS-")).first).to_be_visible()
    await expect(found(office, known)).to_be_visible()


async def test_merged_by_a_link_and_taken_apart_again(as_, client):
    main, other = alike(client, "office", "office")
    clerk = client("office")
    before = clerk.get(f"/leads/{other['id']}").json()
    office = await as_("office")
    await office.open(f"/leads/{main['id']}")
    await expect(found(office, other)).to_contain_text("反映对象相同")
    await expect(found(office, other)).to_contain_text("电话相同")
    await office.button("并入本线索", found(office, other)).click()
    await office.fill({"理由": "同一家店、同一件事"}, within=office.dialog())
    await office.button("确定并入本线索", office.dialog()).click()
    await office.says("已合并，原线索保留可查")
    links = office.page.get_by_role("region", name="合并情况")
    await expect(links).to_contain_text(other["number"])
    await expect(links).to_contain_text("同一家店、同一件事")
    await expect(office.button("并入本线索", found(office, other))).to_have_count(0)

    # the original is kept whole, answers for itself no more, and is counted once
    row = await left_out(office, other, "已并入其他线索")
    for told in ("同一家店、同一件事", "李晓芸"):
        await expect(row).to_contain_text(told)
    await office.record(other["number"], row).click()
    await expect(office.status()).to_have_text("已有结论")
    await expect(office.fact("核查结论")).to_have_text("重复")
    await expect(office.fact("反映对象")).to_have_text(other["subject_name"])
    assert clerk.get(f"/leads/{other['id']}").json()["merged_into"]["id"] == main["id"]

    links = office.page.get_by_role("region", name="合并情况")
    await expect(links).to_contain_text(re.compile(f"已并入\\s*{main['number']}"))
    await office.button("撤销合并", links).click()
    await office.fill({"理由": "核实为两家店"}, within=office.dialog())
    await office.button("确定撤销合并", office.dialog()).click()
    await office.says("已撤销合并")
    await expect(office.status()).to_have_text("已登记")
    await expect(links).to_contain_text("核实为两家店")
    after = clerk.get(f"/leads/{other['id']}").json()
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"version", "updated_at"}, changed
    await expect(await left_out(office, other, "已并入其他线索")).to_have_count(0)


async def test_no_merge_is_offered_that_would_be_refused(as_, client):
    here, gone = alike(client, "office", "office")
    client("office").act(f"/leads/{gone['id']}", "withdraw", gone["version"], reason="误会")
    office = await as_("office")
    await office.open(f"/leads/{here['id']}")
    await expect(found(office, gone)).to_contain_text("已撤回")
    await expect(found(office, gone).get_by_role("button")).to_have_count(0)

    row = await left_out(office, gone, "已撤回")
    await expect(row).to_contain_text("误会")
    await office.open(f"/leads/{gone['id']}")
    await expect(found(office, here)).to_be_visible()
    await expect(found(office, here).get_by_role("button")).to_have_count(0)


async def test_what_somebody_may_not_see_is_a_number_and_nothing_else(as_, client):
    mine, hidden = alike(client, "market", "office")
    market = await as_("market")
    await market.open(f"/leads/{mine['id']}")
    await expect(similar(market)).to_contain_text("另有 1 条相似线索，您无权查看")
    await expect(similar(market).get_by_role("listitem")).to_have_count(0)
    assert hidden["number"] not in await market.page.content()
