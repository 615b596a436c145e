"""Getting in, and not getting in."""

from playwright.async_api import expect


async def test_the_office_gets_in_and_out(as_):
    office = await as_("office")
    await office.open("/")
    await office.titled("我的待办")
    await expect(office.page).to_have_title("我的待办")
