"""Views and saved filters above the list of leads, and many leads given away at once."""

import pytest
from playwright.async_api import expect
from sqlalchemy import update

from api.core.database import db
from api.models.saved_filters import SavedFilter
from tests.browser.faults import faults, picture
from tests.factories import make_lead

SERVER = "own"


async def test_a_view_opens_the_rows_that_it_counts(as_, client):
    make_lead(client("office"))
    make_lead(client("grid01"))
    office = await as_("office")
    await office.open("/leads")
    views = office.page.get_by_role("navigation", name="线索视图")
    await views.get_by_role("link", name="无人承办").click()
    count = await views.locator("[aria-current] b").inner_text()
    await expect(office.page.get_by_text(f"共 {count} 条", exact=True)).to_be_visible()
    await expect(office.rows()).to_have_count(min(int(count), 50))  # a page of them


async def test_conditions_are_kept_renamed_made_default_and_deleted(as_, client, axe):
    make_lead(client("office"), fast_track=True)
    office = await as_("office")
    page = office.page
    await office.open("/leads?fast_track=true")
    await office.button("保存为常用筛选").click()
    await office.fill({"名称": "快办的", "打开列表时先用它": True}, within=office.dialog())
    await office.button("确定保存为常用筛选", office.dialog()).click()
    await office.says("已保存")
    chips = page.get_by_role("group", name="常用筛选")
    await expect(chips.get_by_role("link", name="快办的")).to_have_attribute("aria-current", "true")
    assert not (found := await faults(office, axe, "leads-filters")), "\n".join(found)

    await office.open("/leads")  # opens with it
    await expect(page).to_have_url(f"{office.url}/leads?fast_track=true")
    await page.get_by_role("navigation", name="线索视图").get_by_role("link", name="全部").click()
    await expect(chips.get_by_role("link", name="快办的")).not_to_have_attribute(
        "aria-current", "true"
    )
    await chips.get_by_role("link", name="快办的").click()
    await office.button("修改这个筛选").click()
    await office.fill({"名称": "急办的"}, within=office.dialog())
    await office.button("确定修改这个筛选", office.dialog()).click()
    await office.says("已修改")
    await expect(chips.get_by_role("link", name="急办的")).to_be_visible()
    await office.button("删除这个筛选").click()
    await office.says("已删除常用筛选“急办的”")
    await expect(chips.get_by_role("link", name="急办的")).to_have_count(0)


async def test_one_that_is_out_of_date_says_so_and_can_be_mended(as_, client, server):
    body = {"noun": "leads", "name": "旧条件", "query": "status=registered"}
    saved = client("office").post("/saved-filters", json=body).json()
    database = db.Database(server.app_url)
    async with database.session() as session, session.begin():
        await session.execute(
            update(SavedFilter).where(SavedFilter.id == saved["id"]).values(query="status=gone")
        )
    await database.dispose()
    office = await as_("office")
    await office.open("/leads?status=disputed")
    chip = office.page.locator(".chip.faulty")
    await expect(chip).to_contain_text("已失效：列表不再认得其中的条件：状态（gone）")
    await picture(office, "leads-filter-faulty")
    await office.button("改用现在的条件", chip).click()
    await office.button("确定改用现在的条件", office.dialog()).click()
    await expect(office.link("旧条件")).to_have_attribute("aria-current", "true")
    await office.button("删除这个筛选").click()


async def test_many_are_given_away_and_each_row_says_what_became_of_it(as_, client):
    office_client = client("office")
    leads = [make_lead(office_client, batch_no="批量") for _ in range(3)]
    office = await as_("office")
    await office.open("/leads?unowned=true")
    for lead in leads:
        await office.page.get_by_label(f"选择{lead['number']}").check()
    taken = leads[1]
    url = f"/leads/{taken['id']}"
    office_client.act(url, "reject", taken["version"], reason="同事已经处理")
    await office.button("交办所选 3 条").click()
    await office.fill({"承办单位": "派出所"}, within=office.dialog())
    await office.button("下一步：核对", office.dialog()).click()
    check = office.page.get_by_role("dialog", name="核对交办")
    await expect(check).to_contain_text("将交办 2 条，1 条不能交办")
    await expect(check.get_by_role("row").filter(has_text="派出所")).to_contain_text("2")
    assert office_client.get(f"/leads/{leads[0]['id']}").json()["status"] == "registered"
    await office.button("确定交办 2 条", check).click()
    results = office.page.get_by_role("dialog", name="交办结果")
    await expect(results).to_contain_text("已交办 2 条，1 条没有交办")
    row = results.get_by_role("row").filter(has_text=taken["number"])
    await expect(row).to_contain_text("他人")
    await picture(office, "leads-batch-results")
    await office.button("知道了", results).click()
    await expect(results).to_have_count(0)
    # nobody has acknowledged it: it can be taken back
    await office.open("/leads/assignments")
    batch = office.page.locator("section.batch").first
    await expect(batch.get_by_role("row").filter(has_text="派出所")).to_contain_text("2")
    await picture(office, "leads-assignments")
    await office.button("收回未签收的", batch).click()
    await office.fill({"理由": "单位选错了"}, within=office.dialog())
    await office.button("确定收回未签收的", office.dialog()).click()
    await office.says("已收回 2 条")
    await expect(batch.get_by_role("row").filter(has_text="派出所")).to_contain_text("已收回 2")
    assert office_client.get(f"/leads/{leads[0]['id']}").json()["owner_unit"] is None


@pytest.mark.parametrize("path", ["/leads", "/leads?fast_track=false&limit=20", "/time-rules"])
async def test_the_list_takes_the_height_that_is_left_and_no_more(as_, client, path):
    """The pager is in sight without a scroll of the page, whatever stands above the list."""
    for _ in range(30):
        make_lead(client("office"))
    office = await as_("office")
    await office.page.set_viewport_size({"width": 1440, "height": 900})
    await office.open(path)
    await expect(office.rows().first).to_be_visible()
    pager = office.page.get_by_role("navigation", name="翻页")
    await expect(pager).to_be_in_viewport(ratio=1)
    page, window, table, box = await office.page.evaluate(
        """() => {
          const scroller = document.querySelector('.scroller')
          return [document.documentElement.scrollHeight, innerHeight,
                  scroller.scrollHeight, scroller.clientHeight]
        }"""
    )
    assert page == window
    assert table > box > window / 3


async def test_on_a_phone_a_row_is_a_card_without_empty_lines(as_, client):
    made = make_lead(client("office"), primary_category="C0")
    office = await as_("office")
    await office.page.set_viewport_size({"width": 375, "height": 812})
    await office.open(f"/leads?q={made['number']}")
    card = office.rows().first
    await expect(card.get_by_role("link", name=made["number"])).to_be_visible()
    await expect(card.locator("td[data-label='反映对象']")).to_be_visible()
    await expect(card.locator("td[data-label='承办单位']")).to_be_hidden()
    width = await office.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 375
