"""The payment list of rewards: the cash desk takes it away as a workbook."""

import openpyxl

SERVER = "town"


async def test_the_payment_list_is_taken_away(as_, tmp_path):
    finance = await as_("finance")
    await finance.open("/rewards")
    async with finance.page.expect_download() as taken:
        await finance.button("导出发放清单").click()
    download = await taken.value
    assert download.suggested_filename.startswith("举报奖励发放清单")
    await download.save_as(tmp_path / "清单.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "清单.xlsx").active
    lines = list(sheet.iter_rows(values_only=True))
    assert (lines[0][0], lines[-1][0]) == ("举报奖励发放清单", "合计")


async def test_a_leader_sees_the_list_without_taking_it(as_):
    leader = await as_("leader")
    await leader.open("/rewards")
    assert await leader.button("导出发放清单").count() == 0
