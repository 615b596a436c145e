"""Correcting what was written, and losing nothing on the way: forms as people meet them."""

from contextlib import closing

import asyncpg
import pytest
from playwright.async_api import Dialog, Route, expect

from tests.browser.staff import Staff
from tests.conftest import PASSWORD, Running, log_in
from tests.factories import lead, make_lead
from tests.money import make_case, make_item, make_victim


@pytest.fixture(scope="module")
def case_id(server: Running) -> str:
    return make_case(server)


async def edit(staff: Staff, path: str) -> None:
    """To the page of corrections, by what the record offers."""
    await staff.open(path)
    await staff.link("修改").click()
    await staff.settled()
    await expect(staff.button("保存")).to_be_visible()


async def save(staff: Staff) -> None:
    await staff.button("保存").click()
    await staff.says("已保存修改")
    await staff.settled()


class TestCorrecting:
    async def test_what_is_masked_is_left_alone_cleared_or_written_anew(self, as_, server, case_id):
        with closing(log_in(server, "office")) as office:
            made = make_victim(office, case_id, verify=False)
            page = await as_("office")
            await edit(page, f"/victims/{made['id']}")
            phone = page.page.locator(".field").filter(has_text="联系电话")
            await expect(phone).to_contain_text("不填则不变")
            await expect(phone.locator("input")).to_have_value("")
            await page.button("清空原内容", phone).click()
            await expect(phone).to_contain_text("保存后清空")
            await page.fill({"姓名": "钱某某", "备注": "家属代报"})
            await save(page)
            after = office.get(f"/victims/{made['id']}").json()
            assert (after["name"], after["phone"], after["note"]) == ("钱**", "", "家属代报")
            assert after["id_number"] == made["id_number"], "what was left blank stays"

    async def test_an_emptied_field_is_cleared(self, as_, server, case_id):
        with closing(log_in(server, "police")) as police:
            made = make_item(police, case_id, description="银灰色", quantity="1 个")
            page = await as_("police")
            await edit(page, f"/property-items/{made['id']}")
            await page.fill({"金额": "", "数量": ""})
            await save(page)
            after = police.get(f"/property-items/{made['id']}").json()
            assert (after["amount"], after["quantity"]) == (None, "")
            assert after["description"] == "银灰色"

    async def test_nobody_is_led_to_what_they_may_not(self, as_, server):
        with closing(log_in(server, "office")) as office:
            made = make_lead(office)
        leader = await as_("leader")
        await leader.open(f"/leads/{made['id']}")
        assert await leader.link("修改").count() == 0


class TestFaults:
    async def test_the_cursor_stands_in_the_first_field_that_is_wrong(self, as_):
        office = await as_("office")
        await office.open("/risk-entities/new")
        await office.fill(
            {"名称": "某养老服务中心", "服务老人数": "许多", "统一社会信用代码": "123"}
        )
        with office.watch.refusals(422):
            await office.button("登记").click()
            await office.says("服务老人数：请填写整数")
        code = office.page.get_by_label("统一社会信用代码")
        await expect(code).to_be_focused()
        await expect(code).to_have_attribute("aria-invalid", "true")
        await expect(office.page.locator(".field.faulty")).to_have_count(2)
        await office.page.evaluate("sessionStorage.clear()")

    async def test_what_is_missing_is_told_with_all_else_that_is_wrong(self, as_):
        office = await as_("office")
        await office.open("/leads/new")
        await office.fill({"涉及人数": "-3", "统一社会信用代码": "123", "反映对象": "某某中心"})
        with office.watch.refusals(422):
            await office.button("登记").click()
            await office.says("另有 2 项填写有误")
        for label in ("涉及人数", "统一社会信用代码", "反映内容"):
            field = office.page.get_by_label(label).locator("visible=true").first
            await expect(field).to_have_attribute("aria-invalid", "true")
        assert "_unfinished" not in await office.page.locator("form").inner_text()
        await office.page.evaluate("sessionStorage.clear()")


async def end_login(server: Running, username: str) -> None:
    """Every login of a person ends, as by the security administrator."""
    connection = await asyncpg.connect(server.owner_url.replace("+asyncpg", ""))
    await connection.execute(
        "UPDATE sessions SET revoked_at = now() WHERE revoked_at IS NULL AND subject_id ="
        " (SELECT id FROM users WHERE username = $1)",
        username,
    )
    await connection.close()


class TestLosingNothing:
    async def test_a_login_that_ends_is_renewed_over_the_form(self, stranger, server):
        stranger.username = "village01"
        await stranger.log_in()
        page = stranger.page
        await stranger.open("/leads/new")
        said = lead(channel="visit")
        await stranger.fill({"反映对象": "某某健康管理公司", "反映内容": said["narrative"]})
        await page.get_by_label("主要类别").locator("visible=true").first.focus()
        await stranger.fill({"主要类别": "养老服务", "来源": "来访"})
        await stranger.settled()
        await end_login(server, "village01")
        dialog = page.get_by_role("dialog")
        with stranger.watch.refusals(401, 400):
            # what is looked for behind their back does not come up under their hands
            async with page.expect_response("**/leads/similar") as refused:
                await page.get_by_label("反映内容").press_sequentially("家里老人也去过。")
            assert (await refused.value).status == 401
            await expect(page.get_by_label("反映内容")).to_be_focused()
            await expect(dialog).to_have_count(0)
            await stranger.button("登记").click()
            await expect(dialog).to_contain_text("登录已失效")
            await expect(dialog.get_by_label("用户名")).to_be_focused()
            await dialog.get_by_label("用户名").fill("village01")
            await dialog.get_by_label("密码").fill(PASSWORD)
            await stranger.button("登录并继续", dialog).click()
            await stranger.says("已登记")
        await expect(dialog).to_have_count(0)

    async def test_a_reload_brings_back_what_was_written_but_no_names(self, as_):
        office = await as_("office")
        await office.open("/leads/new")
        await office.fill({"反映内容": "某处推销保健品", "举报人姓名": "柳某某"})
        await office.page.wait_for_timeout(600)
        kept = await office.page.evaluate("JSON.stringify({...sessionStorage})")
        assert "某处推销保健品" in kept
        assert "柳某某" not in kept
        office.page.once("dialog", lambda asked: asked.accept())
        await office.page.reload()
        await office.says("已恢复上次没有保存的内容")
        await expect(office.page.get_by_label("反映内容")).to_have_value("某处推销保健品")
        await office.button("不要，重新填写").click()
        await expect(office.page.get_by_label("反映内容")).to_have_value("")
        assert "保健品" not in await office.page.evaluate("JSON.stringify({...sessionStorage})")

    async def test_logging_out_leaves_nothing(self, stranger):
        stranger.username = "market"
        await stranger.log_in()
        await stranger.open("/risk-entities/new")
        await stranger.fill({"问题描述": "高价保健品"})
        await stranger.page.wait_for_timeout(600)
        stranger.page.on("dialog", lambda asked: asked.accept())
        await stranger.button("退出").click()
        await expect(stranger.page.get_by_label("用户名")).to_be_visible()
        kept = await stranger.page.evaluate("JSON.stringify({...sessionStorage})")
        assert "高价保健品" not in kept

    async def test_esc_asks_before_it_throws_away(self, as_, server):
        with closing(log_in(server, "office")) as office:
            made = make_lead(office)
        page = await as_("office")
        await page.open(f"/leads/{made['id']}")
        await page.begin("撤回")
        reason = page.dialog().get_by_label("理由")
        asked: list[str] = []

        async def answer(dialog: Dialog) -> None:
            asked.append(dialog.message)
            await (dialog.dismiss() if len(asked) == 1 else dialog.accept())

        page.page.on("dialog", answer)
        await reason.fill("重复登记")
        await page.page.keyboard.press("Escape")
        await expect(reason).to_have_value("重复登记")
        await page.page.keyboard.press("Escape")
        await expect(page.dialog()).to_have_count(0)
        assert len(asked) == 2
        assert "还没有提交" in asked[0]
        await page.begin("撤回")
        await page.page.keyboard.press("Escape")
        await expect(page.dialog()).to_have_count(0)
        assert len(asked) == 2, "nothing was written, nothing is asked"

    async def test_without_a_connection_it_says_so_and_the_retry_is_the_same(self, as_):
        office = await as_("office")
        await office.open("/outcomes/new")
        await office.fill(
            {"种类": "宣传教育活动", "标题": "进村宣讲", "发布渠道或地点": "文化广场"}
        )
        await office.page.get_by_label("发布、开展或印发日期").fill("2022-06-01")
        keys: list[str | None] = []

        async def lost(route: Route) -> None:
            """The server does it, the answer never comes."""
            keys.append(route.request.headers.get("idempotency-key"))
            await route.fetch()
            await route.abort("connectionreset")

        await office.page.route("**/api/v1/outcomes", lost, times=1)
        await office.button("登记").click()
        await office.says("连接不上服务器")
        office.watch.complaints.clear()
        async with office.page.expect_request("**/api/v1/outcomes") as sent:
            await office.button("登记").click()
        again = (await sent.value).headers.get("idempotency-key")
        assert again == keys[0]
        await office.says("已登记")

    async def test_a_link_without_a_connection_stays_where_it_is(self, as_):
        office = await as_("office")
        await office.open("/leads/new")
        await office.fill({"反映内容": "还没有写完"})
        office.page.on("dialog", lambda asked: asked.accept())
        await office.page.context.set_offline(True)
        await (
            office.page.get_by_role("navigation", name="主菜单")
            .get_by_role("link", name="案件", exact=True)
            .click()
        )
        await office.says("连接不上服务器")
        await office.page.context.set_offline(False)
        await expect(office.page.get_by_label("反映内容")).to_have_value("还没有写完")
        office.watch.complaints.clear()
