"""The overview as a leader reads it: what to ask about, of which time, how far the money came."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from api.core.base.clock import today
from tests import cases
from tests.browser.faults import faults
from tests.database import run_sql
from tests.factories import assign, make_lead
from tests.money import made, make_case, make_victim, post_entry

SERVER = "own"
DAY = timedelta(days=1)


@pytest.fixture(scope="module", autouse=True)
def work(client, server):
    """One lead late, one near, one long ago; money on its way back."""
    office, police = client("office"), client("police")
    for days in (-9, 3):
        lead = assign(office, make_lead(office), police)
        due = today() + days * DAY
        run_sql(server, "UPDATE leads SET due_on = $1 WHERE id = $2", due, lead["id"])
    make_lead(office, received_at=f"{today() - 400 * DAY}T09:00:00+08:00")
    cases.filed(police, amount_involved="120000.50")
    book = make_case(server)
    for credit, debit, amount in (
        ("traced_source", "restrained", "50000.00"),
        ("restrained", "in_custody", "20000.00"),
    ):
        made(post_entry(police, book, credit, debit, amount))
    victim = make_victim(office, book)["id"]
    made(post_entry(office, book, "in_custody", "returned", "1500.00", victim_id=victim))


async def test_it_opens_with_what_is_to_be_asked_about_today(as_, client, axe):
    leader = await as_("leader")
    await leader.open("/overview")
    asked = leader.page.locator(".attention a")
    police = client("police").me["unit"]["name"]
    await expect(asked.first).to_be_visible()
    sentences = await asked.all_inner_texts()
    assert any(each.startswith(f"{police}有 1 条线索超期未办") for each in sentences), sentences
    assert any(each.startswith(f"{police}有 1 条线索快要到期") for each in sentences)
    assert any("支出等待另一人复核，金额 1,500.00 元" in each for each in sentences)
    for at, sentence in enumerate(sentences):
        number = re.search(r"(\d+) (条|起|件|家|次|项|个|笔)", sentence)
        assert number, sentence
        await asked.nth(at).click()
        total = leader.page.get_by_text(f"共 {number[1]} 条", exact=True)
        await expect(total, f"{sentence}: {leader.path()}").to_be_visible()
        await leader.page.go_back()
        await leader.titled("专项行动概览")
    assert not (found := await faults(leader, axe, "overview-asked")), "\n".join(found)


async def test_a_period_is_chosen_and_compared_and_every_figure_opens_its_rows(as_, axe):
    leader = await as_("leader")
    await leader.open("/overview")
    await expect(leader.button("今年")).to_have_attribute("aria-pressed", "true")
    received = leader.page.locator(".figures > div").filter(has_text="接收线索")
    await expect(received).to_contain_text("上期")
    whole = int(await received.locator("a").inner_text())
    await leader.button("全部").click()
    await expect(received.locator("a")).to_have_text(str(whole + 1))
    await expect(received).not_to_contain_text("上期")
    await leader.button("自定义").click()
    day = str(today() - 400 * DAY)
    since = leader.page.get_by_label("统计从哪一天")
    await since.fill(day)
    await since.blur()
    until = leader.page.get_by_label("统计到哪一天")
    await until.fill(day)
    await until.blur()
    await expect(received.locator("a")).to_have_text("1")
    await expect(leader.page.get_by_text(f"统计 {day} 至 {day}")).to_be_visible()
    assert not (found := await faults(leader, axe, "overview-period")), "\n".join(found)
    await received.locator("a").click()
    await expect(leader.page.get_by_text("共 1 条", exact=True)).to_be_visible()
    assert f"received_from={day}" in leader.path()
    await leader.page.go_back()
    await expect(leader.page.get_by_label("统计从哪一天")).to_have_value(day)


async def test_recovery_is_a_way_in_yuan_that_opens_its_rows(as_):
    leader = await as_("leader")
    await leader.open("/overview?period=month")
    stages = leader.page.get_by_role("list", name="追赃挽损各环节").get_by_role("listitem")
    told = [re.sub(r"\s+", " ", each) for each in await stages.all_inner_texts()]
    assert [each.split(" ")[0] for each in told] == [
        "涉案", "查明", "冻结、查封、扣押", "追回", "返还",
    ]  # fmt: skip
    assert "50,000.00 元" in told[1]
    assert "20,000.00 元" in told[3]
    await stages.nth(1).get_by_role("link").click()
    await leader.titled("全部分录")
    await expect(leader.rows()).to_have_count(1)


async def test_the_months_of_a_chart_have_no_gap(as_):
    leader = await as_("leader")
    first = (today() - 400 * DAY).replace(day=1)
    await leader.open(f"/overview?period=days&from={first}")
    chart = leader.page.locator("figure").filter(has_text="各月接收了多少线索")
    await leader.button("看表", chart).click()
    months = (today().year - first.year) * 12 + today().month - first.month + 1
    await expect(chart.get_by_role("row")).to_have_count(months + 1)
    await expect(chart.get_by_role("cell", name="0", exact=True).first).to_be_visible()


async def test_the_county_sees_its_towns_side_by_side(as_, axe):
    county = await as_("county")
    await county.open("/overview")
    towns = county.page.get_by_role("region", name="各镇情况")
    await expect(towns.get_by_role("row")).not_to_have_count(0)
    heads = await towns.get_by_role("columnheader").all_inner_texts()
    assert heads == ["乡镇", "线索", "未办结", "超期", "移交待结果", "已办结", "反映金额"]
    await county.page.locator("summary", has_text="各镇各单位").click()
    units = county.page.get_by_role("region", name="各镇各单位")
    await expect(units.get_by_role("row").nth(1)).to_be_visible()
    assert not (found := await faults(county, axe, "overview-towns")), "\n".join(found)
