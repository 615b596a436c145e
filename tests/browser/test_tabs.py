"""Several tabs over plain http, where browsers have no locks: whoever logs in stays logged in."""

import asyncio

from playwright.async_api import async_playwright, expect

from tests.browser.conftest import ARGS, chromium
from tests.conftest import PASSWORD

HOST = "yinling.lan"


async def test_five_tabs_at_once_and_a_reload(running):
    port = running.url.rpartition(":")[2]
    home = f"http://{HOST}:{port}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(),
            args=[*ARGS, f"--host-resolver-rules=MAP {HOST} 127.0.0.1"],
        )
        context = await browser.new_context()
        first = await context.new_page()
        await first.goto(f"{home}/login")
        assert not await first.evaluate("!!navigator.locks"), "this is no plain page"
        await first.get_by_label("用户名").fill("office")
        await first.get_by_label("密码", exact=True).fill(PASSWORD)
        await first.get_by_role("button", name="登录").click()
        await expect(first.get_by_role("button", name="退出")).to_be_visible()
        tabs = [await context.new_page() for _ in range(5)]
        for _ in range(2):
            await asyncio.gather(*(tab.goto(f"{home}/leads") for tab in tabs), first.reload())
            for tab in tabs:
                await expect(tab.get_by_role("button", name="退出")).to_be_visible()
        await first.reload()
        await expect(first.get_by_role("button", name="退出")).to_be_visible()
        await browser.close()
