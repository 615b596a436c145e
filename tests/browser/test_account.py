"""The second factor is set up on a page of its own, with a code that a telephone reads."""

from urllib.parse import parse_qs, urlsplit

from playwright.async_api import expect
from pyotp.totp import TOTP

from api.core.base.clock import now
from tests.browser.faults import faults
from tests.qr import drawn, read

SERVER = "own"


async def test_the_second_factor_is_scanned_and_confirmed(as_, axe):
    market = await as_("market")
    await market.open("/account")
    await market.link("启用动态口令").click()
    await market.titled("启用动态口令")
    code = market.page.get_by_role("img", name="动态口令二维码")
    await expect(code).to_be_visible()
    assert not (found := await faults(market, axe, "second-factor")), "\n".join(found)
    path = await code.locator("path").get_attribute("d")
    frame = await code.get_attribute("viewBox")
    size = int(frame.split()[2]) - 8
    asked = parse_qs(urlsplit(read(drawn(size, path))).query)
    secret = asked["secret"][0]
    await expect(market.page.locator(".secret")).to_have_text(secret)
    await market.page.get_by_label("输入验证器显示的 6 位数字").fill("000000")
    with market.watch.refusals(422):
        await market.button("确认启用").click()
        await market.says("动态口令不正确")
    await market.page.get_by_label("输入验证器显示的 6 位数字").fill(TOTP(secret).at(now()))
    # the tokens of before end with it, and the page fetches new ones
    with market.watch.refusals(401, 422):
        await market.button("确认启用").click()
        await market.says("动态口令已启用，下次登录时需要输入")
        await market.link("启用动态口令").click()
        await market.says("您的动态口令已经启用")
