"""Somebody who was cheated, on a phone, without a login; and the office that answers."""

import re
from contextlib import closing

from playwright.async_api import expect

from api.domain.reporters import receipts
from tests.browser.faults import no_faults
from tests.browser.staff import Staff
from tests.conftest import Client, log_in
from tests.factories import make_lead
from tests.photos import picture

_STORY = "推销员上门办床位，收了我三万块钱，人找不到了。"


SERVER = "town"


async def tell(person: Staff) -> None:
    """The first two steps."""
    page = person.page
    await person.button("我要举报").click()
    await person.titled("说情况")
    await page.get_by_label("发生了什么事？").fill(_STORY)
    await page.get_by_label(re.compile("大概多少钱")).fill("3万")
    await page.get_by_label("在哪里发生的？").select_option("341522118201")
    await person.button("下一步").click()
    await person.titled("谁")
    await page.get_by_label(re.compile("谁骗的")).fill("福寿康养中心")


def answered(office: Client, police: Client, lead_id: str) -> None:
    """As the units do it, over the API."""
    url = f"/leads/{lead_id}"
    made = office.get(url).json()
    made = office.act(url, "register", made["version"]).json()
    unit = police.me["unit"]["id"]
    made = office.act(url, "assign", made["version"], unit_id=unit).json()
    made = police.act(url, "acknowledge", made["version"]).json()
    made = police.act(
        url, "conclude", made["version"], conclusion="irregular", findings="已退款。"
    ).json()
    done = police.act(
        url, "feed_back", made["version"], feedback_mode="online", feedback_note="钱已经退还您。"
    )
    assert done.status_code == 200, done.text


async def test_the_whole_walk(reporter, as_, server, axe):
    page = reporter.page
    await no_faults(reporter, axe, "start")
    await tell(reporter)
    await no_faults(reporter, axe, "who")
    await reporter.button("下一步").click()
    await reporter.titled("确认")
    await reporter.says("30,000 元")
    await no_faults(reporter, axe, "confirm")
    await reporter.button("提交").click()
    await reporter.titled("请记下回执号")
    shown = await page.locator(".receipt span").all_inner_texts()
    receipt = "".join(shown)
    assert receipts.normalised(receipt) == receipt
    await no_faults(reporter, axe, "receipt")

    # typing it back is a help, and says what is wrong
    await reporter.says("可以截屏，或者抄下来")
    await expect(reporter.button("完成")).to_have_count(0)
    await page.get_by_label(re.compile("再输一遍")).fill(receipt[:-1])
    await reporter.button("我记好了").click()
    await reporter.says("第 4 组数字不对")
    await page.get_by_label(re.compile("再输一遍")).fill(receipts.grouped(receipt))
    await page.keyboard.press("Enter")
    await reporter.says("对了。谢谢您")
    await reporter.button("现在查进度").click()
    await page.get_by_label(re.compile("16 位回执号")).fill(receipt)
    await page.keyboard.press("Enter")
    await reporter.titled("已经收到")
    await page.get_by_label(re.compile("补充情况")).fill("他开一辆白车。")
    await reporter.button("送出").click()
    await reporter.says("已经送到")
    assert receipt not in page.url

    # the office reads and answers on the lead's page
    office = await as_("office")
    await office.open("/leads?channel=public_web")
    await office.rows().first.locator("a").first.click()
    panel = office.page.get_by_role("region", name="与举报人联系")
    await expect(panel).to_contain_text("他开一辆白车。")
    await expect(panel).to_contain_text("1 条未读")
    lead_id = re.search(r"/leads/([0-9a-f-]{36})", office.page.url)[1]
    await panel.get_by_label("给举报人留言").fill("收到，正在找这辆车。")
    await office.button("发送留言", panel).click()
    await expect(panel).to_contain_text("对方未看")
    await expect(panel).not_to_contain_text("未读")
    await expect(office.button("换发回执", panel)).to_have_count(0)
    await no_faults(office, axe, "staff")

    with closing(log_in(server, "office")) as one, closing(log_in(server, "police")) as two:
        answered(one, two, lead_id)
    await reporter.button("返回").click()
    await reporter.button("我有回执，查进度").click()
    await page.get_by_label(re.compile("16 位回执号")).fill(receipt)
    await reporter.button("查").click()
    await reporter.titled("已经答复")
    await reporter.says("收到，正在找这辆车。")
    await reporter.says("钱已经退还您。")
    await no_faults(reporter, axe, "answered")
    await page.get_by_label("很满意", exact=True).check()
    await reporter.button("提交评价").click()
    await reporter.says("您的评价：很满意")
    await office.open(f"/leads/{lead_id}")
    await expect(panel).to_contain_text("5 分")


async def test_what_is_refused_at_the_end_is_asked_for_again(reporter):
    page = reporter.page
    await tell(reporter)
    await page.get_by_label("留姓名，方便联系我").check()
    await page.get_by_label("您的姓名").fill("王桂兰")
    await page.get_by_label(re.compile("您的电话")).fill("011-12345678")
    await reporter.button("下一步").click()
    await reporter.titled("确认")
    await reporter.says("30,000 元（3 万元）")
    with reporter.watch.refusals(422):
        await reporter.button("提交").click()
        await reporter.titled("怎么联系您")
    await reporter.says("电话号码有误")
    await expect(page.get_by_label(re.compile("您的电话"))).to_have_value("011-12345678")


async def test_the_page_says_which_town_asks_and_where_its_office_is(reporter):
    page = reporter.page
    await reporter.says("由众兴集镇平安办受理")
    await expect(page.locator('a[href="tel:0564-0000110"]')).to_be_visible()
    await reporter.says("地址：众兴集镇政府一楼便民大厅（演示）")
    await reporter.button("我要举报").click()
    await reporter.says("由众兴集镇平安办受理")


async def test_the_browser_s_back_goes_one_step_back_and_nothing_is_lost(reporter):
    page = reporter.page
    await tell(reporter)
    await reporter.button("下一步").click()
    await reporter.titled("确认")
    await page.go_back()
    await reporter.titled("谁")
    await expect(page.get_by_label(re.compile("谁骗的"))).to_have_value("福寿康养中心")
    await page.go_back()
    await expect(page.get_by_label("发生了什么事？")).to_have_value(_STORY)
    await page.go_back()
    await reporter.titled("举报养老诈骗")
    await reporter.button("我要举报").click()
    await expect(page.get_by_label("发生了什么事？")).to_have_value(_STORY)


async def test_a_receipt_need_not_be_typed_and_back_does_not_take_it_away(reporter):
    page = reporter.page
    await tell(reporter)
    await reporter.button("下一步").click()
    await reporter.button("提交").click()
    await reporter.titled("请记下回执号")
    await page.go_back()
    await reporter.titled("请记下回执号")
    await reporter.button("我记好了").click()
    await reporter.says("谢谢您，工作人员很快会看")
    await reporter.button("完成").click()
    await reporter.titled("举报养老诈骗")
    await page.go_back()
    await expect(page).to_have_url("about:blank")


async def test_a_sum_in_words_is_read_and_a_vague_one_is_asked_about(reporter):
    page = reporter.page
    await reporter.button("我要举报").click()
    await page.get_by_label("发生了什么事？").fill(_STORY)
    await page.get_by_label("在哪里发生的？").select_option("341522118201")
    amount = page.get_by_label(re.compile("大概多少钱"))
    await amount.fill("三万多")
    await reporter.button("下一步").click()
    await reporter.says("三万多：按 30,000 元登记？")
    await reporter.titled("说情况")
    await reporter.button("不对，重新写").click()
    await expect(amount).to_be_focused()
    with reporter.watch.refusals(422):
        await amount.fill("好几万")
        await reporter.button("下一步").click()
        await reporter.says("还说不准")
    await amount.fill("3万多")
    await reporter.button("下一步").click()
    await reporter.button("对，就按这个数").click()
    await reporter.titled("谁")
    await reporter.button("下一步").click()
    await reporter.says("30,000 元（3 万元）")


async def test_mistakes_are_told_in_plain_words(reporter):
    page = reporter.page
    await reporter.button("我有回执，查进度").click()
    field = page.get_by_label(re.compile("16 位回执号"))
    await field.fill("1234")
    await page.keyboard.press("Enter")
    await reporter.says("您输了 4 位")
    with reporter.watch.refusals(404, 422):
        await field.fill("1234567890123451")
        await page.keyboard.press("Enter")
        await reporter.says("回执号输错了")
        await field.fill("1234567890123450")
        await page.keyboard.press("Enter")
        await reporter.says("没有这个回执号")
    await reporter.button("返回").click()
    await reporter.button("我要举报").click()
    await reporter.button("下一步").click()
    await reporter.says("请说一说发生了什么事")


async def test_all_of_it_by_keyboard(reporter):
    """Tab and Enter alone, to the receipt; the page never stops answering while it computes."""
    page = reporter.page
    await page.locator("h1").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await reporter.titled("说情况")
    await page.keyboard.press("Tab")
    await page.keyboard.type(_STORY)
    for _ in range(4):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await reporter.titled("谁")
    for _ in range(3):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await reporter.titled("确认")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await reporter.titled("请记下回执号")


async def test_a_caller_is_given_a_slip(as_, server, axe):
    with closing(log_in(server, "office")) as clerk:
        made = make_lead(clerk)
    office = await as_("office")
    await office.open(f"/leads/{made['id']}")
    panel = office.page.get_by_role("region", name="与举报人联系")
    await expect(panel).to_contain_text("没有回执")
    await office.button("发放回执", panel).click()
    await office.dialog().locator("button[type=submit]").click()
    slip = office.page.get_by_role("dialog", name="举报回执")
    await expect(slip).to_be_visible()
    receipt = "".join(await slip.locator(".digits span").all_inner_texts())
    assert receipts.normalised(receipt) == receipt
    await office.page.emulate_media(media="print")
    await expect(office.page.locator("#app")).to_be_hidden()
    await expect(slip).to_be_visible()
    await office.page.emulate_media(media="screen")
    await no_faults(office, axe, "slip")
    await office.button("已交给举报人", slip).click()
    await expect(office.button("换发回执", panel)).to_be_visible()
    assert receipt not in await office.page.content()


async def test_a_reload_takes_nothing_and_what_is_done_is_behind(reporter, tmp_path):
    page = reporter.page
    photo = tmp_path / "IMG_1.jpg"
    photo.write_bytes(picture(size=(400, 300), colour="red"))
    await tell(reporter)
    await page.go_back()
    await page.locator("input[type=file]").set_input_files(photo)
    await reporter.button("下一步").click()
    await page.get_by_label("留姓名，方便联系我").check()
    await page.get_by_label("您的姓名").fill("某某")
    await page.get_by_label(re.compile("您的电话")).fill("138")
    await reporter.button("下一步").click()
    await reporter.says("电话号码不对")
    await page.get_by_label(re.compile("您的电话")).fill("")
    await reporter.button("下一步").click()
    await reporter.titled("确认")
    page.once("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await reporter.titled("谁")
    await reporter.says("上次写的还在。")
    await page.get_by_label("不留姓名").check()
    await reporter.button("下一步").click()
    await reporter.titled("确认")
    for said in ("30,000 元", "1 张", "福寿康养中心", _STORY):
        await reporter.says(said)
    await reporter.button("提交").click()
    await reporter.titled("请记下回执号")
    assert await page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})") == "{}"
    receipt = "".join(await page.locator(".receipt span").all_inner_texts())
    await page.get_by_label(re.compile("再输一遍")).fill(receipt)
    await page.keyboard.press("Enter")
    await reporter.says("1 张照片都传好了")
    await reporter.button("完成").click()
    await reporter.titled("举报养老诈骗")
    # nothing of the report is behind or before: a reload and a new report begin anew
    await page.reload()
    await reporter.titled("举报养老诈骗")
    await reporter.button("我要举报").click()
    assert await page.get_by_label("发生了什么事？").input_value() == ""


async def test_what_was_begun_can_be_thrown_away(reporter):
    page = reporter.page
    await tell(reporter)
    page.once("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await reporter.button("清空重写").click()
    await reporter.titled("举报养老诈骗")
    await reporter.button("我要举报").click()
    assert await page.get_by_label("发生了什么事？").input_value() == ""
