"""A paper on the page of its record: looked at, made, fetched, voided."""

from playwright.async_api import expect

from tests.browser.faults import faults
from tests.factories import assign, make_lead
from tests.papers import ordered

SERVER = "town"


class TestANotice:
    async def test_it_is_looked_at_made_fetched_and_voided(self, as_, client, axe):
        order = ordered(client("market"))
        desk = await as_("market")
        await desk.open(f"/rectifications/{order['id']}")
        page = desk.page
        await page.get_by_role("region", name="文书").scroll_into_view_if_needed()
        await page.get_by_role("button", name="制作责令整改通知书").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("退还预收费")
        await expect(dialog).to_contain_text("（制作时编号）")
        source = dialog.get_by_role("link", name=order["entity"]["name"])
        assert (await source.get_attribute("href")).endswith(order["entity"]["id"])
        assert not (found := await faults(desk, axe, "paper")), "\n".join(found)
        await dialog.get_by_role("button", name="制作并编号").click()
        await expect(dialog).to_contain_text("养诈责改〔2026〕")
        async with page.expect_download() as fetched:
            await dialog.get_by_role("button", name="下载").click()
        name = (await fetched.value).suggested_filename
        assert name.startswith("责令整改通知书（众养诈责改〔2026〕")
        assert name.endswith("号）.docx")
        await dialog.get_by_role("button", name="作废").click()
        asked = page.get_by_role("dialog").last
        await asked.get_by_label("理由").fill("对象写错")
        await asked.get_by_role("button", name="确定作废").click()
        await expect(dialog.first).to_contain_text("作废：对象写错")
        await dialog.first.get_by_role("button", name="关闭", exact=True).click()
        section = page.get_by_role("region", name="文书")
        await expect(section).to_contain_text("已作废")


class TestALead:
    async def test_what_is_missing_is_said(self, as_, client):
        office = client("office")
        found = assign(office, make_lead(office), client("police"))
        desk = await as_("office")
        await desk.open(f"/leads/{found['id']}")
        section = desk.page.get_by_role("region", name="文书")
        await section.scroll_into_view_if_needed()
        await section.get_by_role("button", name="制作移送书").click()
        dialog = desk.page.get_by_role("dialog")
        await expect(dialog).to_contain_text("接收单位")
        await expect(dialog).to_contain_text("还缺少下列内容")
        await expect(dialog.get_by_role("button", name="制作并编号")).to_be_disabled()
