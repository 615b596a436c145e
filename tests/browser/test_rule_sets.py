"""A rule changed as people do it: the office drafts, the leader reads what changes and approves."""

import re

from playwright.async_api import expect

from api.core.base.clock import today
from tests.browser.faults import faults

#: What is decided here holds for the whole town.
SERVER = "town"


async def test_the_office_drafts_and_the_leader_approves(as_, axe):
    office, leader = await as_("office"), await as_("leader")
    await office.open("/rule-sets")
    await office.link(re.compile("举报奖励规则")).click()
    await office.titled("举报奖励规则")
    # one version is drafted at a time: what waits for the leader, or is still written, goes first
    await expect(office.button("起草新版本")).to_have_count(0)
    await office.link(re.compile("^新版本（")).click()
    await office.titled("举报奖励规则新版本")
    await office.act("作废", {"理由": "另行起草"})
    await office.link("现行规则和历次版本").click()
    await office.button("起草新版本").click()
    dialog = office.dialog()
    await office.fill(
        {"生效日期": today().isoformat(), "依据（文件名称、文号）": "众专办〔2026〕9号"},
        within=dialog,
    )
    await dialog.locator("button[type=submit]").click()
    await office.titled("修改举报奖励规则新版本")
    # what is wrong is said at its field
    with office.watch.refusals(422):
        await office.fill({"各档奖励": "0 1000\n100000"})
        await office.button("保存草稿").click()
        await office.says(re.compile("第 2 行：奖励应为金额"))
    await office.fill(
        {"各档奖励": "0 1000\n100000 2500\n1000000 5000", "另按涉案金额的万分之几加奖": "5"}
    )
    await office.button("保存草稿").click()
    await office.titled("举报奖励规则新版本")
    changed = office.page.get_by_role("region", name="不同之处")
    await expect(changed).to_contain_text("2,500.00 元")
    await expect(changed).to_contain_text("（没有）")
    assert not (wrong := await faults(office, axe, "rule-draft")), "\n".join(wrong)
    await office.act("提交批准")
    await office.open("/rule-sets")
    await office.says(re.compile("镇领导：规则新版本待批准"))
    assert not (wrong := await faults(office, axe, "rules")), "\n".join(wrong)
    # home tells the leader, and leads there
    await leader.open("/")
    await leader.link(re.compile("举报奖励规则")).first.click()
    await leader.titled("举报奖励规则新版本")
    assert not (wrong := await faults(leader, axe, "rule-to-approve")), "\n".join(wrong)
    await leader.act("批准")
    await expect(leader.page.locator("article header.head .status").first).to_have_text("现行")
    await leader.link("现行规则和历次版本").click()
    await leader.titled("举报奖励规则")
    await expect(leader.page.get_by_role("region", name="各档奖励")).to_contain_text("2,500.00")
    assert not (wrong := await faults(leader, axe, "rule-set")), "\n".join(wrong)


async def test_the_version_that_comes_with_the_system_is_read_and_not_changed(as_):
    office = await as_("office")
    await office.open("/rule-sets/rewards")
    await office.page.get_by_role("region", name="历次版本").get_by_role("link").last.click()
    await office.titled(re.compile("举报奖励规则第 1 版"))
    await expect(office.button("批准")).to_have_count(0)
    await expect(office.page.get_by_role("region", name="办理记录")).to_have_count(0)
