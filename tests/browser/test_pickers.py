"""Every picker is found by letters, and Enter takes what is found."""

import re

from playwright.async_api import expect


async def test_lists_and_places_are_found_by_their_letters_and_enter_takes_the_first(as_):
    office = await as_("office")
    page = office.page
    await office.open("/leads/new")
    for label, typed, chosen in (
        ("来源", "wg", "网格员排查"),
        ("主要类别", "ylfw", "养老服务"),
        ("村（社区）", "bm", "白庙村"),
    ):
        field = page.get_by_role("combobox", name=re.compile(re.escape(label)))
        await field.click()
        await field.press_sequentially(typed)
        await expect(page.get_by_role("option", name=re.compile(chosen)).first).to_be_visible()
        await page.keyboard.press("Enter")
        await expect(page.locator(".field").filter(has=field)).to_contain_text(chosen)
    # in the filters of a list as well
    await office.open("/leads")
    field = page.get_by_role("combobox", name="类别")
    await field.focus()
    await field.press_sequentially("ylfw")
    await expect(page.get_by_role("option", name=re.compile("养老服务")).first).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"primary_category="))
