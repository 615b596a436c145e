"""Home: what waits is looked through by field of work where it is of many kinds."""

from playwright.async_api import expect

from tests.browser.faults import NARROW

SERVER = "town"
FIELD = {"risk-entities", "inspections", "rectifications"}


async def nouns(page) -> set[str]:
    links = await page.get_by_role("main").locator(".group ol a").all()
    return {str(await each.get_attribute("href")).split("/")[1] for each in links}


async def test_many_kinds_are_looked_through_by_field(as_):
    office = await as_("office")
    page = office.page
    await office.open("/")
    fields = page.get_by_role("group", name="按业务筛选")
    await expect(fields).to_be_visible()
    everything = await nouns(page)
    assert everything - FIELD
    await fields.get_by_role("button", name="风险主体和检查").click()
    await expect(page.locator("main .group ol a[href^='/leads/']")).to_have_count(0)
    assert await nouns(page) <= FIELD
    kinds = page.get_by_role("group", name="按事项筛选")
    await kinds.get_by_role("button", name="风险主体待排查").click()
    await expect(page.locator("main .group ol .what").first).to_contain_text("风险主体待排查")
    await expect(page.locator("main .group ol .what", has_text="待安排检查")).to_have_count(0)
    await fields.get_by_role("button", name="全部").click()
    await expect(kinds).to_have_count(0)
    await expect(page.locator("main .group ol a[href^='/leads/']").first).to_be_visible()
    await page.set_viewport_size(NARROW)
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= NARROW["width"]
