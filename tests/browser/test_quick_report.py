"""A grid worker on a phone: a lead in three steps, with photos, as the public page does it."""

import re

from playwright.async_api import expect

from tests.browser.faults import NARROW, no_faults
from tests.photos import picture

_STORY = "村东头来了人推销保健床垫，收了好几位老人的钱。"


async def test_three_steps_and_the_photos_go_with_it(as_, client, axe, tmp_path):
    photo = tmp_path / "IMG_1.jpg"
    photo.write_bytes(picture(size=(600, 400), colour="red"))
    grid = await as_("grid01")
    page = grid.page
    await page.set_viewport_size(NARROW)
    await grid.open("/leads")
    await grid.link("上报线索").first.click()
    await grid.titled("说说情况")
    await grid.button("下一步").click()
    await grid.says("请说一说发生了什么事")
    await page.get_by_label("发生了什么事？").fill(_STORY)
    await page.locator("input[type=file]").set_input_files(photo)
    await page.get_by_label(re.compile("大概多少钱")).fill("两三万")
    await grid.button("下一步").click()
    await grid.says("两三万：按 20,000 元登记？")
    await no_faults(grid, axe, "quick-report")
    await grid.button("对，就按这个数").click()
    await grid.titled("是谁，谁说的")
    await page.get_by_label(re.compile("谁骗的")).fill("某床垫体验店")
    await grid.button("下一步").click()
    await grid.says("请选择这件事是怎么知道的")
    await page.get_by_label("网格员排查").check()
    await grid.button("下一步").click()
    await grid.titled("请您确认")
    await grid.says("20,000.00 元")
    await page.go_back()
    await grid.titled("是谁，谁说的")
    await page.go_forward()
    await grid.button("上报").click()
    await grid.titled("已上报")
    await grid.says("1 张照片都传好了")
    await grid.link("看这条线索").click()
    await expect(page).to_have_url(re.compile(r"/leads/[0-9a-f-]{36}"))
    lead_id = re.search(r"/leads/([0-9a-f-]{36})", page.url)[1]
    lead = client("office").get(f"/leads/{lead_id}").json()
    assert (lead["status"], lead["amount_involved"]) == ("received", "20000.00")
    assert (lead["channel"], lead["subject_name"]) == ("grid_sweep", "某床垫体验店")
    assert len(client("office").get(f"/leads/{lead_id}/attachments").json()["items"]) == 1


async def test_leaving_in_between_is_asked_about(as_):
    grid = await as_("grid01")
    await grid.open("/leads/report")
    await grid.page.get_by_label("发生了什么事？").fill(_STORY)
    asked = []
    grid.page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss())[1])
    await grid.link("完整的登记表").click()
    await expect(grid.page.get_by_label("发生了什么事？")).to_have_value(_STORY)
    assert asked == ["填写的内容还没有上报，确定离开吗？"]


async def test_a_reload_takes_nothing_and_back_leads_out_after_it(as_, tmp_path):
    photo = tmp_path / "IMG_2.jpg"
    photo.write_bytes(picture(size=(500, 400), colour="blue"))
    fake = tmp_path / "IMG_3.jpg"
    fake.write_bytes("这不是照片".encode())
    grid = await as_("grid01")
    page = grid.page
    await page.set_viewport_size(NARROW)
    await grid.open("/leads")
    await grid.link("上报线索").first.click()
    await page.get_by_label("发生了什么事？").fill(_STORY)
    await page.locator("input[type=file]").set_input_files(fake)
    await grid.says("这不是照片")
    await page.locator("input[type=file]").set_input_files(photo)
    await expect(page.get_by_alt_text("第 1 张照片")).to_be_visible()
    await page.get_by_label(re.compile("大概多少钱")).fill("3万多")
    await grid.button("下一步").click()
    await grid.button("对，就按这个数").click()
    await grid.titled("是谁，谁说的")
    await page.get_by_label(re.compile("谁骗的")).fill("某理疗馆")
    await page.get_by_label("网格员排查").check()
    await page.get_by_label("留姓名", exact=True).check()
    await page.get_by_label("举报人姓名").fill("某某")
    await page.get_by_label(re.compile("举报人电话")).fill("1381234")
    await grid.button("下一步").click()
    await grid.says("电话号码不对")
    await page.get_by_label(re.compile("举报人电话")).fill("13812345678")
    await grid.button("下一步").click()
    await grid.titled("请您确认")
    await page.reload()
    # the name is asked for again, and nothing else
    await grid.titled("是谁，谁说的")
    await grid.says("上次写的还在。")
    await expect(page.get_by_label("举报人姓名")).to_have_value("")
    kept = await page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
    assert "13812345678" not in kept
    await page.get_by_label("举报人姓名").fill("某某")
    await grid.button("下一步").click()
    await grid.titled("请您确认")
    await grid.says("1 张")
    await grid.says("30,000.00 元")
    await grid.says("某理疗馆")
    await grid.button("上报").click()
    await grid.titled("已上报")
    await grid.says("1 张照片都传好了")
    assert "draft" not in await page.evaluate("Object.keys(sessionStorage).join()")
    await page.go_back()
    await expect(page).to_have_url(re.compile(r"/leads$"))


async def test_home_leads_to_the_three_steps(as_):
    grid = await as_("grid01")
    await grid.open("/")
    await grid.link("上报线索").first.click()
    await grid.titled("说说情况")
