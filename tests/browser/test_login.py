"""Getting in, and not getting in."""

from playwright.async_api import expect

from tests.conftest import PASSWORD


async def test_in_to_where_the_address_led_and_out_again(stranger):
    page = stranger.page
    await stranger.open("/time-rules")
    assert stranger.path() == "/login?next=/time-rules"
    await page.get_by_label("用户名").fill("culture")
    await page.get_by_label("密码", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await stranger.titled("期限规则")
    await expect(page).to_have_title("期限规则 · 银龄守护")
    await page.reload()
    await stranger.titled("期限规则")
    await stranger.button("退出").click()
    await stranger.titled("登录")
    await stranger.open("/time-rules")
    await stranger.titled("登录")


async def test_a_wrong_password_says_so_and_nothing_more(stranger):
    page = stranger.page
    await stranger.open("/login")
    with stranger.watch.refusals(400):
        for name in ("culture", "nobody-of-this-name"):
            await page.get_by_label("用户名").fill(name)
            await page.get_by_label("密码", exact=True).fill("wrong-Password-1")
            # the second refusal reads like the first: the answer itself is waited for
            async with page.expect_response("**/auth/token"):
                await stranger.button("登录").click()
            await expect(page.get_by_role("alert")).to_have_text("用户名或密码不正确")
    await stranger.titled("登录")


async def test_an_address_from_outside_does_not_steer_where_a_login_lands(stranger):
    page = stranger.page
    await stranger.open("/login?next=//example.com/")
    await page.get_by_label("用户名").fill("culture")
    await page.get_by_label("密码", exact=True).fill(PASSWORD)
    await stranger.button("登录").click()
    await stranger.titled("我的待办")
    assert stranger.path() == "/"
