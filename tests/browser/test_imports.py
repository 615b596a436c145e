"""A ledger of a layout that nobody knew: mapped once at the screen, and read by that ever after."""

import re

from playwright.async_api import expect

from tests.browser.faults import faults, picture
from tests.ledgers import book, odd, row

CHOICES = ["接收时间", "来源 *", "反映对象", "类别", "问题描述", "涉案金额", "所在村"]


async def send(office, content: bytes, name: str) -> None:
    await office.open("/imports")
    file = {
        "name": name,
        "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "buffer": content,
    }
    await office.page.locator("input[type=file]").set_input_files(file)
    await expect(office.page.get_by_role("heading", level=1)).to_have_text(name)
    await read(office)


async def read(office) -> None:
    """Until the worker has read the file."""
    await expect(office.status()).not_to_have_text("解析中", timeout=60_000)


class TestAnUnknownLayout:
    async def test_is_mapped_once_and_then_known(self, as_, axe):
        office = await as_("office")
        page = office.page
        await send(office, odd("甲某某店"), "接报表.xlsx")
        await expect(office.status()).to_have_text("待对应栏目")
        await expect(page.get_by_role("heading", name="对应栏目")).to_be_visible()
        # there is nothing to bring in yet, and no button that says so
        assert not await office.offers("确认导入")
        await page.get_by_label("表头第一行").fill("2")
        await page.get_by_label("表头最后一行").fill("2")
        for column, choice in zip("ABCDEFG", CHOICES, strict=True):
            await page.get_by_label(f"{column} 列对应").select_option(
                label=choice if choice.endswith("*") else await _label(page, choice)
            )
        await page.get_by_label("F 列的单位").select_option(label="万元")
        await page.get_by_label("模板名称").fill("某镇接报表")
        assert not await faults(office, axe, "import-mapping")
        await office.button("按此读取").click()
        await office.says("正在按更正重新读取")
        await read(office)
        await expect(office.status()).to_have_text("待确认")
        await office.says("30,000.00 元")
        await picture(office, "import-mapped")
        await office.act("确认导入", {"导入方式": "全部无误才导入"})
        await expect(office.status()).to_have_text("已导入")

        await send(office, odd("乙某某店", title=False), "下月接报表.xlsx")
        await expect(office.status()).to_have_text("待确认")
        await office.says(re.compile("按模板“某镇接报表”读取"))
        await office.open("/imports")
        await page.get_by_text("已存的模板（1）").click()
        await office.says("某镇接报表")

    async def test_faults_first_and_alone(self, as_, axe):
        office = await as_("office")
        content = book([row(1), row(2, 接收时间="昨天"), row(3)])
        await send(office, content, "有错的台账.xlsx")
        await expect(office.status()).to_have_text("待确认")
        await expect(office.rows()).to_have_count(3)
        await expect(office.rows().first).to_contain_text("C4")
        await office.page.get_by_label("只看有错误").check()
        await expect(office.rows()).to_have_count(1)
        assert not await faults(office, axe, "import-faults")

    async def test_rows_that_differ_are_decided_one_by_one(self, as_):
        rows = [row(1), row(2)]
        office = await as_("office")
        await send(office, book(rows), "原来的台账.xlsx")
        await expect(office.status()).to_have_text("待确认")
        await office.act("确认导入", {"导入方式": "全部无误才导入"})
        for each in rows:
            each[9] = 55
        await send(office, book(rows), "改过的台账.xlsx")
        await office.says(re.compile("有 2 行已有记录"))
        await office.page.get_by_label("第 3 行怎样处理").select_option(label="作为新记录")
        await office.says(re.compile("有 1 行已有记录"))
        await office.button("保留原记录").click()
        await expect(
            office.page.get_by_text(re.compile("行已有记录、内容有出入，请"))
        ).to_have_count(0)
        await picture(office, "import-decided")
        await office.act("确认导入", {"导入方式": "全部无误才导入"})
        await expect(office.status()).to_have_text("已导入")


async def _label(page, words: str) -> str:
    """An option's words, which mark what must not be missing."""
    options = page.get_by_label("A 列对应").locator("option")
    texts = [text.strip() for text in await options.all_text_contents()]
    return next(text for text in texts if text.removesuffix(" *") == words)
