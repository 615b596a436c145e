"""The database stays away for a while: the page says so, keeps what is on it, and goes on."""

import pytest
from playwright.async_api import async_playwright, expect

from api.core.database import outages
from tests.browser.conftest import ARGS, chromium
from tests.conftest import PASSWORD, started
from tests.operations.troubles import TROUBLES, cut


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    with started(tmp_path_factory.mktemp("outage")) as server:
        yield server


async def test_it_is_said_and_comes_back(alone):
    begin, end, code = TROUBLES["exhausted"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        page = await browser.new_page()
        await page.goto(f"{alone.url}/login")
        await page.get_by_label("用户名").fill("office")
        await page.get_by_label("密码", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="登录").click()
        await expect(page.get_by_role("button", name="退出")).to_be_visible()
        await cut(alone, begin)
        banner = page.get_by_role("alert").filter(has_text=outages.SENTENCES[code])
        try:
            await page.get_by_role("link", name="线索", exact=True).first.click()
            await expect(banner.first).to_be_visible()
            await expect(page.get_by_role("button", name="退出")).to_be_visible()
            # opened anew meanwhile: said as well, and nobody is logged out
            await page.reload()
            await expect(banner.first).to_be_visible()
            assert "/login" not in page.url
        finally:
            await cut(alone, end)
        await page.locator(".outage").get_by_role("button", name="重试").click()
        await expect(page.get_by_role("button", name="退出")).to_be_visible()
        await expect(page.locator(".outage")).to_have_count(0)
        await browser.close()
