"""What follows from leads: a reward without a name, a second look, the ledger as a file, the villages."""

import re

import openpyxl
from playwright.async_api import expect

from api.core.base.clock import today
from tests.browser.faults import NARROW, faults
from tests.exports import F1
from tests.factories import conclude, make_lead
from tests.rewards import INFORMANT, concluded, reported, words

SERVER = "town"


async def test_a_reward_is_proposed_approved_and_paid_by_three_people(as_, client, axe):
    lead = concluded(client, reported(client("office")))
    office, leader, finance = [await as_(each) for each in ("office", "leader", "finance")]
    await office.open(f"/leads/{lead['id']}")
    panel = office.page.get_by_role("region", name="举报奖励")
    await expect(panel).to_contain_text("按规则测算 2,000.00 元")
    await office.button("提出奖励", panel).click()
    await expect(office.dialog().get_by_label("奖励金额")).to_have_value("2000.00")
    await office.button("确定提出奖励", office.dialog()).click()
    await office.titled(re.compile("^举报奖励 "))
    reward = office.path()
    await expect(office.status()).to_have_text("待审批")
    assert not await office.offers("批准"), "who proposes does not approve"

    await leader.open(reward)
    await leader.act("批准", {"批准文书编号": "众专办奖〔2026〕9号"})
    await expect(leader.status()).to_have_text("待发放")
    assert not await leader.offers("发放")

    await office.open(reward)
    await office.button("发放领取码").click()
    await office.button("确定发放领取码", office.dialog()).click()
    secret = office.page.locator(".secret")
    await expect(secret).to_have_text(re.compile(r"^[\d ]{16,}$"))
    code = await secret.inner_text()

    await finance.open(reward)
    await finance.act(
        "发放",
        {
            "领取人出示的回执号或领取码": code,
            "付款凭证号": "付字第 31 号",
            "已当面确认领取人不是工作人员、不是涉案人员": True,
        },
    )
    await expect(finance.status()).to_have_text("已发放")
    for hidden in (INFORMANT, lead["number"], lead["subject_name"]):
        assert hidden not in await finance.page.content()
    assert not (found := await faults(finance, axe, "reward-paid")), "\n".join(found)
    await office.open(f"/leads/{lead['id']}")
    await expect(panel).to_contain_text("已发放")
    await expect(office.button("提出奖励", panel)).to_have_count(0)


async def test_a_reward_that_nobody_may_get_is_not_worked_out(as_, client):
    lead = conclude(client("office"), client("police"))  # nobody gave a name or holds a receipt
    office = await as_("office")
    await office.open(f"/leads/{lead['id']}")
    panel = office.page.get_by_role("region", name="举报奖励")
    await expect(panel).to_contain_text("不予奖励")
    await expect(panel).not_to_contain_text("按规则测算")
    await expect(office.button("提出奖励", panel)).to_have_count(0)


async def test_a_sample_is_drawn_and_another_unit_looks_again(as_, client):
    lead = conclude(client("office"), client("market"), "unfounded")
    office, police = await as_("office"), await as_("police")
    await office.open("/leads")
    await office.link("二次核查抽样").click()
    await office.button("抽取").click()
    day = today().isoformat()
    await office.fill(
        {"结论日期起": day, "结论日期止": day, "抽取条数": 500},
        within=office.dialog(),
    )
    await office.button("确定抽取", office.dialog()).click()
    await office.titled(f"{day} 至 {day} 二次核查抽样")
    sample = office.path()
    await expect(office.fact("随机数")).to_have_text(re.compile(r"\S{16,}"))
    await office.says("用原来的随机数和名单又抽了一遍，结果相同。")
    await office.says(re.compile("还有 .* 条等待二次核查"))
    await office.record(lead["number"]).click()
    await office.refused(
        "发起二次核查", {"承办单位": "市场监管所", "理由": "抽中"}, re.compile("另一|其他|原|不能")
    )
    await office.act("发起二次核查", {"承办单位": "派出所", "理由": "抽中"})

    await police.open(f"/leads/{lead['id']}")
    await expect(police.status()).to_have_text("二次核查中")
    await police.act("提交核查结论", {"核查结论": "查实-违法", "核查情况": "账目与陈述不符。"})
    await office.open(sample)
    row = office.rows().filter(has_text=lead["number"])
    for told in ("查否", "查实-违法", "派出所"):
        await expect(row).to_contain_text(told)
    await expect(office.fact("结论改变")).to_have_text("1")


async def test_the_ledger_is_the_form_and_the_rows_of_the_list(as_, client, tmp_path):
    batch = words()[:6]
    made = [make_lead(client("office"), batch_no=batch)["number"] for _ in range(2)]
    office = await as_("office")
    await office.open(f"/leads?q={made[0]}")
    await expect(office.rows()).to_have_count(1)
    async with office.page.expect_download() as downloading:
        await office.button("导出 Excel").click()
    download = await downloading.value
    assert download.suggested_filename.endswith(".xlsx")
    await download.save_as(tmp_path / "F1.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "F1.xlsx").active
    lines = list(sheet.iter_rows(values_only=True))
    assert list(lines[2]) == F1
    assert [line[1] for line in lines[3:]] == [made[0]]
    assert lines[3][3] == batch


async def test_a_village_opens_the_leads_that_it_counts(as_, client):
    make_lead(client("office"), division_code="341522118208", amount_involved="12345.00")
    leader = await as_("leader")
    await leader.open("/leads/villages")
    tiles = leader.page.get_by_role("region", name="按村着色")
    tile = tiles.get_by_role("listitem").filter(has_text="姜庄村")
    count = await tile.locator("b").inner_text()
    await leader.button("反映金额", tiles).click()
    await expect(tile).to_contain_text("万元")
    await leader.button("线索数", tiles).click()
    await leader.page.set_viewport_size(NARROW)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await leader.page.evaluate(wide) <= 0
    await leader.page.set_viewport_size({"width": 1440, "height": 900})
    await tile.get_by_role("link").click()
    await leader.titled("线索")
    await expect(leader.page.get_by_text(f"共 {count} 条", exact=True)).to_be_visible()
