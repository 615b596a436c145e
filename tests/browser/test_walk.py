"""The main job at the screen: from the Excel ledger to the refunded money, as each post does it.

The same affair as in tests/e2e/test_walk.py, but with nothing except what the pages offer.
"""

import re
from datetime import date
from typing import ClassVar

import pytest
from playwright.async_api import expect

from api.core.base.clock import today
from tests.conftest import DATA, objections_over

SERVER = "own"


@pytest.mark.steps
class TestTheWalk:
    """One affair, told in order; each step needs the one before."""

    where: ClassVar[dict[str, str]] = {}

    async def test_01_the_ledger_comes_in_after_it_was_looked_at(self, as_):
        office = await as_("office")
        await office.open("/")
        await office.menu("台账导入")
        await office.page.get_by_label("台账种类").first.select_option(label="线索台账")
        await office.page.get_by_label("选择台账文件").set_input_files(DATA / "线索台账.xlsx")
        await office.titled("线索台账.xlsx")
        await expect(office.status()).to_have_text("待确认", timeout=60_000)
        for label, count in {"共": "120", "可导入": "120", "有错误": "0"}.items():
            await expect(office.fact(label)).to_have_text(count)
        await office.act("确认导入", {"导入方式": "全部无误才导入"})
        await expect(office.status()).to_have_text("已导入", timeout=60_000)
        await expect(office.fact("已导入")).to_have_text("120")

    async def test_02_the_office_assigns_many_in_one_go(self, as_):
        office = await as_("office")
        await office.open("/leads")
        await office.says("共 120 条")
        await office.button("更多筛选").click()
        await office.fill({"建议承办单位": "派出所"})
        await office.says("共 41 条")
        assert "proposed_unit_id=" in office.path(), "a copied address shows the same rows"
        await office.page.get_by_label("选择本页全部").check()
        await office.says("已选 41 条")
        await office.button("交办所选 41 条").click()
        await office.says("41 条有建议承办单位；不填则按建议交办。")
        await office.button("下一步：核对", office.dialog()).click()
        check = office.page.get_by_role("dialog", name="核对交办")
        await expect(check).to_contain_text("将交办 41 条")
        await expect(check.get_by_role("row").filter(has_text="派出所")).to_contain_text("41")
        await office.button("确定交办 41 条", check).click()
        results = office.page.get_by_role("dialog", name="交办结果")
        await expect(results).to_contain_text("已交办 41 条")
        await office.button("知道了", results).click()
        await office.says("没有符合条件的线索")
        await office.button("清除筛选", office.page.get_by_label("线索列表")).click()
        await office.says("共 120 条")

    async def test_03_the_police_acknowledge_and_conclude(self, as_):
        police = await as_("police")
        await police.open("/")
        await police.titled("我的待办")
        await police.says("41 件等您处理")
        await police.says("41 件待签收")
        await police.button("逐件查看").click()
        await police.page.locator("main ol a").first.click()
        await expect(police.status()).to_have_text("已交办")
        self.where["lead"] = police.path()
        await police.act("签收")
        await expect(police.status()).to_have_text("核查中")
        await police.act(
            "提交核查结论",
            {"核查结论": "查实-涉嫌犯罪", "核查情况": "已收集合同与收据，电话13812345678。"},
        )
        await expect(police.status()).to_have_text("已有结论")
        findings = police.page.get_by_text("已收集合同与收据")
        await expect(findings).to_be_visible()
        await expect(findings).not_to_contain_text("13812345678")

    async def test_04_the_company_is_registered_red_with_evidence_first(self, as_):
        police = await as_("police")
        await police.open(self.where["lead"])
        await police.link("登记风险主体").click()
        await police.titled("由线索登记风险主体")
        assert await police.page.get_by_label(re.compile("^名称")).input_value()
        await police.fill(
            {
                "行业领域": "养老服务",
                "登记备案情况": "已登记",
                "问题描述": "以预订床位为名收取会员费。",
            }
        )
        await police.button("登记").click()
        await police.says(re.compile("^已登记 "))
        await expect(police.status()).to_be_visible()
        self.where["entity"] = police.path()
        if await police.offers("完成排查"):
            await police.act("完成排查")
        await police.act(
            "评估定级",
            {
                "风险等级": "红",
                "评估依据": "涉嫌犯罪，人数多。",
                "处置路线": "D·涉嫌犯罪：固定证据、移送",
            },
        )
        await expect(police.page.locator("article header.head .tier")).to_have_text("红")
        transfer = {"理由": "涉嫌诈骗", "文书编号": "霍市监移〔2026〕1号", "实施主体": "公安机关"}
        if await police.offers("移送公安"):
            await police.refused("移送公安", transfer, re.compile("证据"))
        await police.act(
            "固定证据",
            {
                "固定日期": today().isoformat(),
                "固定人": "赵卫国、王辅警",
                "证据清单": "合同 12 份、收据 30 张",
            },
        )
        await expect(police.fact("证据固定")).to_have_text(today().isoformat())

    async def test_05_the_case_is_opened_from_the_lead_and_accepted(self, as_):
        police = await as_("police")
        await police.open(self.where["lead"])
        await police.link("登记案件").click()
        await police.titled("由线索登记案件")
        await expect(police.page.get_by_label("案件名称")).to_have_value(
            re.compile("涉嫌养老诈骗案")
        )
        await police.fill({"案件名称": "福寿康养涉嫌诈骗案", "涉嫌罪名": ["诈骗罪"]})
        await police.button("登记").click()
        await police.titled(re.compile("福寿康养涉嫌诈骗案"))
        self.where["case"] = police.path()
        await police.act("受案")
        await expect(police.status()).to_have_text("立案审查中")
        await expect(police.fact("法定期限")).to_contain_text("天")

    async def test_06_no_freeze_before_the_case_is_filed(self, as_):
        police = await as_("police")
        await police.open(self.where["case"])
        await police.link("涉案财物", police.page.get_by_label("本案台账")).click()
        await police.link("登记财物").click()
        await police.titled("登记涉案财物")
        await police.fill(
            {
                "种类": "存款（含汇款、证券结算资金、期货保证金）",
                "名称": "归集账户存款",
                "金额": "10万",
                "开户行、登记机关等": "霍邱农商行",
                "账号或者权证号": "6228481753038816263",
            }
        )
        await police.button("登记").click()
        await police.titled(re.compile("归集账户存款"))
        self.where["item"] = police.path()
        await expect(police.fact("金额")).to_have_text("100,000.00 元")
        await expect(police.fact("账号")).not_to_contain_text("6228481753038816263")
        await self.measure(police)
        with police.watch.refusals(422):
            await police.button("登记").click()
            await police.says(re.compile("依据：.*第一百七十四条"))

    async def measure(self, police) -> None:
        """A freeze, filled in but not yet saved."""
        await police.open(self.where["item"])
        await police.link("登记措施").click()
        await police.titled("登记措施")
        await police.fill(
            {
                "措施": "冻结",
                "金额": "100000",
                "起始日": today().isoformat(),
                "批准机关": "霍邱县公安局",
                "批准机关级别": "县级公安机关",
                "法律文书编号": "霍公（经）冻财字〔2026〕12号",
                "执行人员": "赵卫国、王辅警",
            }
        )

    async def test_07_the_freeze_stands_with_its_lawful_end(self, as_):
        police = await as_("police")
        await police.open(self.where["case"])
        await police.act(
            "立案",
            {
                "文书编号": "霍公（刑）立字〔2026〕88号",
                "立案日期": today().isoformat(),
                "批准机关": "县级公安机关",
            },
        )
        await expect(police.status()).to_have_text("立案侦查中")
        await self.measure(police)
        # the end is offered before anything is saved, by the rule that gives it
        await police.says(re.compile(r"按规则 FRZ-01（.*第二百四十三条），期限 6个?月，最迟到"))
        await police.button("登记").click()
        await police.titled("冻结 归集账户存款")
        expires = police.fact("到期日")
        await expect(expires).to_contain_text(re.compile(r"剩 \d+ 天"))
        shown = re.search(r"\d{4}-\d\d-\d\d", await expires.inner_text())
        assert shown
        assert 180 <= (date.fromisoformat(shown[0]) - today()).days <= 185, "six months: FRZ-01"
        self.where["measure"] = police.path()

    async def test_08_recovered_money_goes_into_the_book(self, as_):
        police = await as_("police")
        await police.open(self.where["case"])
        await police.link("资金账", police.page.get_by_label("本案台账")).click()
        await police.button("记账").click()
        await police.fill(
            {
                "转出账户": "退赃退赔来源（账外）",
                "转入账户": "归集专户",
                "金额": "100000",
                "依据文书": "缴款书 2026-001",
                "事由": "追缴赃款入账",
            },
            within=police.dialog(),
        )
        await police.button("确定记一笔账", police.dialog()).click()
        await police.says("已记账")
        await police.page.get_by_text("全部账户的累计转入和余额").click()
        await police.says(re.compile(r"全部账户之和：0\.00 元"))
        await expect(police.rows()).to_have_count(1)

    @pytest.mark.parametrize(
        ("name", "principal", "returns"),
        [("张甲", "70900", "5672"), ("李乙", "7100", "0"), ("王丙", "84800.01", "4240")],
    )
    async def test_09_the_victims_are_entered_and_verified(self, as_, name, principal, returns):
        police = await as_("police")
        await police.open(self.where["case"])
        await police.link("受害人", police.page.get_by_label("本案台账")).click()
        await police.link("登记受害人").click()
        await police.fill({"姓名": name, "投入本金": principal, "已得利息、分红等回报": returns})
        await police.button("登记").click()
        await expect(police.status()).to_have_text("已登记待核实")
        await expect(police.fact("姓名")).not_to_contain_text(name)
        await police.act(
            "核实",
            {
                "核实投入本金（元）": principal,
                "已得利息、分红等回报（元）": returns,
                "已得退赔（元）": "0",
                "核实依据（合同、流水、审计报告等）": "合同与流水核对一致",
            },
        )

    async def test_10_three_people_share_the_money_out(self, as_, server):
        office, leader, finance = await as_("office"), await as_("leader"), await as_("finance")
        await office.open(self.where["case"])
        await office.link("清退方案", office.page.get_by_label("本案台账")).click()
        await office.link("编制方案").click()
        await office.fill(
            {
                "方案名称": "第一次清退",
                "可分配金额": "100000",
                "分配基数": "先扣除已得款项，再按未受偿额比例分配",
            }
        )
        await office.button("保存").click()
        await office.titled(re.compile("第一次清退"))
        self.where["plan"] = plan = office.path()
        await office.act("测算")
        await expect(office.rows()).to_have_count(3)
        shares = await office.column("本次分得")
        assert sum(round(float(share) * 100) for share in shares) == 100_000_00
        assert not await office.offers("批准"), "who prepared it does not approve it"

        await leader.open(plan)
        await leader.act("批准", {"批准文书编号": "众专办〔2026〕5号"})
        await office.open(plan)
        await office.act("公示", {"公示日期": today().isoformat()})
        await objections_over(server, plan.rpartition("/")[2])
        await finance.open(plan)
        await finance.act("发放", {"付款批次号": "拨付单 2026-01"})
        await finance.act("确认全部到账", {"银行回单号": "银行回单 2026-01"})
        await expect(finance.status()).to_have_text("已完成")
        await expect(finance.page.get_by_text("100,000.00 元").first).to_be_visible()

    async def test_11_the_market_office_looks_orders_and_looks_again(self, as_):
        market = await as_("market")
        await market.open("/risk-entities")
        await market.link("登记风险主体").click()
        await market.fill(
            {
                "名称": "众兴集镇康乐保健品经营部",
                "行业领域": "食品保健品",
                "登记备案情况": "已登记",
                "所在村（社区）": "新桥村",
                "风险等级": "黄",
                "定级依据": "以健康讲座名义推销",
            }
        )
        await market.button("登记").click()
        await market.titled(re.compile("康乐保健品经营部"))
        await market.link("安排检查").click()
        await market.fill({"检查人员": "钱立新、周检查", "计划日期": today().isoformat()})
        await market.button("安排").click()
        await expect(market.status()).to_have_text("已安排")
        await market.act(
            "登记检查结果",
            {"检查结果": "发现问题", "检查情况": "现场无价目公示"},
        )
        await market.act("责令整改", {"整改要求": "三日内公示价目", "实施主体": "市场监督管理部门"})
        await market.link(re.compile("1 件，未销号 1 件")).click()
        await market.rows().first.get_by_role("link").first.click()
        await expect(market.status()).to_have_text("已责令整改")
        self.where["order"] = market.path()
        await market.act("登记整改材料", {"整改情况和材料": "已公示价目，照片存档"})
        await market.refused("复查合格销号", {}, re.compile("复查"))
        await market.act(
            "安排复查", {"复查日期": today().isoformat(), "复查人员": "钱立新、周检查"}
        )
        await market.menu("检查")
        await market.rows().filter(has_text="康乐").first.get_by_role("link").first.click()
        await market.act(
            "登记检查结果",
            {"检查结果": "未发现问题", "检查情况": "已整改"},
        )
        await market.open(self.where["order"])
        await market.act("复查合格销号")
        await expect(market.status()).to_have_text("已销号")

    async def test_12_the_timeline_tells_who_did_what(self, as_):
        office = await as_("office")
        await office.open(self.where["lead"])
        told = office.page.get_by_label("办理记录")
        for word in ("交办", "签收", "结论", "李晓芸", "赵卫国"):
            await expect(told).to_contain_text(word)

    async def test_13_what_is_shown_in_plain_is_asked_for_with_a_reason(self, as_):
        police = await as_("police")
        await police.open(self.where["item"])
        await police.button("查看账号").click()
        await police.fill({"查看理由": "核对冻结回执"}, within=police.dialog())
        await police.button("确定查看账号", police.dialog()).click()
        await expect(police.fact("账号")).to_contain_text("6228481753038816263")
        await police.button("隐藏").click()
        await expect(police.fact("账号")).not_to_contain_text("6228481753038816263")

    async def test_14_every_figure_of_the_overview_opens_its_rows(self, as_):
        leader = await as_("leader")
        await leader.open("/overview?period=all")
        figures = leader.page.locator(".figures dd.value a, section.units td a")
        count = await figures.count()
        assert count > 10
        for number in range(count):
            value = (await figures.nth(number).inner_text()).strip()
            name = await figures.nth(number).get_attribute("aria-label")
            await figures.nth(number).click()
            total = leader.page.get_by_text(f"共 {value} 条", exact=True)
            await expect(total, f"{name}: {leader.path()}").to_be_visible()
            await leader.page.go_back()
            await leader.titled("专项行动概览")

    async def test_15_every_sum_of_the_overview_is_the_sum_of_its_rows(self, as_):
        leader = await as_("leader")
        await leader.open("/overview?period=all")
        sums = leader.page.locator(".sums a")
        told = [
            (await link.get_attribute("href"), await link.locator(".money").get_attribute("title"))
            for link in await sums.all()
        ]
        assert len(told) >= 5
        for address, exact in told:
            await leader.open(f"{address}{'&' if '?' in address else '?'}limit=200")
            amounts = await leader.column("涉案金额") or await leader.column("金额")
            fen = sum(round(float(amount or 0) * 100) for amount in amounts)
            assert f"{fen / 100:,.2f} 元" == exact, address

    async def test_16_every_row_of_a_chart_opens_its_rows(self, as_):
        leader = await as_("leader")
        await leader.open("/overview?period=all")
        chart = leader.page.locator("figure").filter(has_text="线索都办到哪一步了")
        await expect(chart.locator(".canvas svg")).to_be_visible()
        assert await chart.locator("svg path").count() > 2, "bars are drawn"
        await leader.button("看表", chart).click()
        for name in ("已登记", "已交办", "已有结论"):
            row = chart.get_by_role("row").filter(has=leader.link(name))
            value = (await row.get_by_role("cell").inner_text()).strip()
            await leader.link(name, row).click()
            await expect(leader.page.get_by_text(f"共 {value} 条", exact=True)).to_be_visible()
            await leader.page.go_back()
            await leader.button("看表", chart).click()

    async def test_17_the_register_of_victims_comes_into_its_case(self, as_):
        police = await as_("police")
        await police.open(self.where["case"])
        await police.link("受害人", police.page.get_by_label("本案台账")).click()
        await police.link("导入登记表").click()
        await police.titled("台账导入")
        files = police.page.get_by_label("选择台账文件")
        await files.set_input_files(DATA / "受害人登记表.xlsx")
        await expect(police.status()).to_have_text("待确认", timeout=30_000)
        await police.act("确认导入", {"导入方式": "全部无误才导入"})
        await expect(police.status()).to_have_text("已导入")
        await police.link("查看导入的记录").click()
        await police.titled("受害人")
        await expect(police.page.get_by_text("共 395 条", exact=True)).to_be_visible()
