"""Lists: sorted by their heads, summed in their foot, the first column in sight; pickers by letters; the
one search over everything, by keys alone."""

import re
from contextlib import closing
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.cases import make_case
from tests.conftest import log_in
from tests.entities import assess, register
from tests.factories import make_lead

MARK = f"栖霞{uuid4().hex[:6]}"
AMOUNTS = ["9.00", "120.50", None, "7.25"]


@pytest.fixture(scope="module", autouse=True)
def records(server):
    with closing(log_in(server, "office")) as office, closing(log_in(server, "market")) as market:
        for number, amount in enumerate(AMOUNTS):
            make_lead(
                office,
                batch_no=MARK,
                subject_name=f"{MARK}服务部{number}",
                amount_involved=amount,
                division_code="341522118201",
            )
        for tier in ("green", "red", "orange"):
            assess(market, register(market, name=f"{MARK}{tier}馆"), tier)
    with closing(log_in(server, "police")) as police:
        make_case(police, title=f"{MARK}集资案")


async def names(page) -> list[str]:
    rows = page.get_by_role("region", name="线索列表").locator("tbody tr")
    return [text.split("\n")[0] for text in await rows.all_inner_texts()]


class TestList:
    async def test_the_head_sorts_and_says_which_way(self, as_):
        office = await as_("office")
        await office.open(f"/leads?batch_no={MARK}")
        page = office.page
        head = page.get_by_role("columnheader", name="涉案金额")
        await expect(head).to_have_attribute("aria-sort", "none")
        await head.get_by_role("button").focus()
        await page.keyboard.press("Enter")
        await expect(head).to_have_attribute("aria-sort", "descending")
        await expect(page.locator("tbody tr").first).to_contain_text("120.50 元")
        await expect(page.locator("tbody tr").last).to_contain_text(f"{MARK}服务部2")
        await page.keyboard.press("Enter")
        await expect(head).to_have_attribute("aria-sort", "ascending")
        await expect(page.locator("tbody tr").first).to_contain_text("7.25 元")
        # what is not known is last both ways
        await expect(page.locator("tbody tr").last).to_contain_text(f"{MARK}服务部2")
        await page.reload()
        await expect(head).to_have_attribute("aria-sort", "ascending")

    async def test_the_foot_tells_the_sum_and_what_is_not_in_it(self, as_):
        office = await as_("office")
        await office.open(f"/leads?batch_no={MARK}")
        foot = office.page.locator("tfoot")
        await expect(foot).to_contain_text("合计")
        await expect(foot).to_contain_text("136.75 元")
        await expect(foot).to_contain_text("1 条未填，未计入")

    async def test_names_come_first_and_stay_while_the_rest_is_scrolled(self, as_):
        office = await as_("office")
        await office.page.set_viewport_size({"width": 1000, "height": 800})
        await office.open(f"/leads?batch_no={MARK}")
        cell = office.page.locator("tbody tr").first.locator("td.stays")
        await expect(cell).to_contain_text(MARK)
        await expect(cell.locator("small")).to_have_text(re.compile(r"XS-\d{9}-\d{4}-\d{4,}"))
        scroller = office.page.get_by_role("region", name="线索列表")
        before = await cell.bounding_box()
        await scroller.evaluate("(e) => { e.scrollLeft = 300 }")
        assert await scroller.evaluate("(e) => e.scrollLeft") > 0
        after = await cell.bounding_box()
        mark = await office.page.locator("tbody tr td.mark").first.bounding_box()
        assert before
        assert after
        assert mark
        assert after["x"] <= before["x"]
        assert after["x"] >= mark["x"] + mark["width"] - 2

    async def test_red_entities_come_first(self, as_):
        market = await as_("market")
        await market.open(f"/risk-entities?q={MARK}")
        page = market.page
        await expect(page.locator("tbody tr")).to_have_count(3)
        tiers = [
            text.split("\n")[0] for text in await page.locator("tbody .tier").all_inner_texts()
        ]
        assert tiers == ["红", "橙", "绿"]
        head = page.get_by_role("columnheader", name="等级")
        await expect(head).to_have_attribute("aria-sort", "descending")


class TestPicker:
    async def test_letters_choose_a_village(self, as_):
        office = await as_("office")
        await office.open("/leads/new")
        page = office.page
        field = page.get_by_label("村（社区）", exact=False).first
        await field.click()
        await page.keyboard.type("xqc")
        options = page.get_by_role("option").filter(visible=True)
        await expect(options.filter(has_text="白庙村")).to_have_count(0)
        await expect(options.first).to_contain_text("新桥村")
        await options.first.click()
        await expect(page.locator("form")).to_contain_text("新桥村")


class TestSearch:
    async def test_keys_alone_find_and_open_a_record(self, as_):
        office = await as_("office")
        await office.open("/")
        page = office.page
        await page.keyboard.press("Control+k")
        box = page.get_by_role("combobox", name="查找各种记录")
        await expect(box).to_be_focused()
        await page.keyboard.type(MARK)
        found = page.get_by_role("listbox", name="找到的记录")
        for noun in ("线索", "案件", "风险主体"):
            await expect(found.get_by_role("group", name=noun, exact=True)).to_be_visible()
        chosen = found.get_by_role("option", selected=True)
        await expect(chosen).to_have_count(1)
        first = await chosen.inner_text()
        await page.keyboard.press("ArrowDown")
        await expect(chosen).not_to_have_text(first)
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(r"/leads/[0-9a-f-]{36}$"))
        await expect(box).to_have_count(0)

    async def test_escape_leaves_everything_as_it_was(self, as_):
        office = await as_("office")
        await office.open("/leads")
        page = office.page
        await page.get_by_role("button", name="查找").click()
        await expect(page.get_by_role("combobox", name="查找各种记录")).to_be_focused()
        await page.keyboard.type("没有这样的东西")
        await expect(page.get_by_role("dialog", name="查找")).to_contain_text("没有找到")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog", name="查找")).to_have_count(0)
        assert office.path() == "/leads"

    async def test_a_village_finds_no_case(self, as_):
        village = await as_("village01")
        await village.open("/")
        await village.page.keyboard.press("Control+k")
        box = village.page.get_by_role("combobox", name="查找各种记录")
        await expect(box).to_be_focused()
        await village.page.keyboard.type(MARK)
        found = village.page.get_by_role("listbox", name="找到的记录")
        await expect(village.page.get_by_role("dialog", name="查找")).to_contain_text("找到")
        await expect(found.get_by_role("group", name="案件")).to_have_count(0)

    async def test_the_keys_are_told(self, as_):
        office = await as_("office")
        await office.open("/leads")
        await office.page.keyboard.press("?")
        told = office.page.get_by_role("dialog", name="快捷键")
        for key in ("Ctrl + K", "J", "Enter"):
            await expect(told.get_by_text(key, exact=True).first).to_be_visible()


@pytest.mark.parametrize(
    "who",
    ["office", "county", "leader", "police", "market", "system_admin", "finance", "village01"],
)
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (375, 812)])
async def test_the_menu_is_within_the_screen(as_, who, width, height):
    person = await as_(who)
    page = person.page
    await page.set_viewport_size({"width": width, "height": height})
    await person.open("/")
    menu = page.get_by_role("navigation", name="主菜单")
    if width < 500:
        await page.get_by_role("button", name="菜单").click()
    await expect(menu).to_be_visible()
    last = menu.get_by_role("button", name="退出") if width < 500 else menu.get_by_role("link").last
    box = await last.bounding_box()
    assert box
    assert box["y"] + box["height"] <= height


async def test_a_notice_leads_back_to_its_record(as_):
    market = await as_("market")
    await market.open(f"/risk-entities?q={MARK}")
    page = market.page
    await page.get_by_role("link", name=f"{MARK}green馆").click()
    await page.get_by_role("link", name="修改").click()
    await page.get_by_label("备注").fill("已走访")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_text("已保存修改")).to_be_visible()
    await page.get_by_role("navigation", name="主菜单").get_by_role("link", name="检查").click()
    await page.get_by_role("status").get_by_role("link", name="查看").click()
    await expect(page).to_have_url(re.compile(r"/risk-entities/[0-9a-f-]{36}$"))
