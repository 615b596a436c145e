"""A session at the triage desk by keyboard alone, and two people at it."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.faults import NARROW, faults, picture
from tests.factories import assign, make_lead

SERVER = "own"


@pytest.fixture
def office(client):
    """The office's own client, and nothing on the desk."""
    office = client("office")
    while lead := office.get("/leads/next").json()["item"]:
        office.act(f"/leads/{lead['id']}", "withdraw", lead["version"], reason="清空分流台")
    return office


async def at_the_desk(as_):
    office = await as_("office")
    await office.open("/leads/desk")
    return office


async def reads(person, name: str) -> None:
    """The lead that is on the screen, with the focus on its heading."""
    heading = person.page.locator("article h2").first
    await expect(heading).to_have_text(name)
    await expect(heading).to_be_focused()


class TestByKeyboardAlone:
    async def test_several_leads_are_triaged(self, as_, office, client):
        police = office.get("/units").json()["items"]
        police = next(unit["id"] for unit in police if unit["name"] == "派出所")
        # of no category, it is proposed to nobody
        first = make_lead(office, subject_name="甲养老公寓", primary_category="C0")
        second = make_lead(client("grid01"), subject_name="乙保健品店")
        third = make_lead(office, subject_name="丙投资公司")
        fourth = make_lead(office, subject_name="丁旅行社")
        person = await at_the_desk(as_)
        keys = person.page.keyboard
        await reads(person, "甲养老公寓")

        await keys.press("a")  # no proposal: the unit is asked for
        await expect(person.page.get_by_role("combobox", name="承办单位")).to_be_focused()
        await keys.type("派出所")
        await expect(person.page.get_by_role("option", name="派出所")).to_be_visible()
        await keys.press("ArrowDown")
        await keys.press("Enter")
        await keys.press("Control+Enter")
        await person.says(f"{first['number']} 已交办 → 派出所")

        await reads(person, "乙保健品店")
        await keys.press("r")
        await person.says(f"{second['number']} 已登记")

        await reads(person, "丙投资公司")
        await keys.press("x")
        await expect(person.page.get_by_label("理由")).to_be_focused()
        await keys.type("与养老无关，已告知来人")
        await keys.press("Control+Enter")
        await person.says(f"{third['number']} 已不予受理")

        await reads(person, "丁旅行社")
        await keys.press("s")
        await person.says("还有 2 条看过、仍待分流。")
        await keys.press("p")
        await reads(person, "丁旅行社")
        await keys.press("n")
        await expect(person.button("从头再看一遍")).to_be_visible()
        await keys.press("g")
        await reads(person, "乙保健品店")

        statuses = [
            office.get(f"/leads/{each['id']}").json()["status"]
            for each in (first, second, third, fourth)
        ]
        assert statuses == ["assigned", "registered", "rejected", "registered"]
        assert office.get(f"/leads/{first['id']}").json()["owner_unit"]["id"] == police

    async def test_a_proposal_is_taken_by_one_enter(self, as_, office, client):
        """A lead that a unit gave back, naming who is to have it."""
        police, market = client("police"), client("market")
        lead = assign(office, make_lead(office, subject_name="戊理疗馆"), police)
        lead = police.act(
            f"/leads/{lead['id']}",
            "dispute",
            lead["version"],
            reason="应由市场监管所核查",
            proposed_unit_id=market.me["unit"]["id"],
        ).json()
        person = await at_the_desk(as_)
        await reads(person, "戊理疗馆")
        await expect(person.page.get_by_label("办理记录")).to_contain_text("应由市场监管所核查")
        await person.page.keyboard.press("a")
        await expect(person.button("确定交办")).to_be_focused()
        await person.page.keyboard.press("Enter")
        await person.says(f"{lead['number']} 已交办 → 市场监管所")
        await person.says("没有待分流的线索")

    async def test_what_is_typed_is_no_shortcut(self, as_, office):
        make_lead(office, subject_name="己公司")
        person = await at_the_desk(as_)
        await reads(person, "己公司")
        await person.page.keyboard.press("x")
        await expect(person.page.get_by_label("理由")).to_be_focused()
        await person.page.keyboard.type("snap")
        await expect(person.page.get_by_label("理由")).to_have_value("snap")
        # what was written is asked about before it goes, see test_editing
        person.page.once("dialog", lambda asked: asked.dismiss())
        await person.page.keyboard.press("Escape")
        await expect(person.page.get_by_label("理由")).to_have_value("snap")
        person.page.once("dialog", lambda asked: asked.accept())
        await person.page.keyboard.press("Escape")
        await reads(person, "己公司")

    async def test_the_list_of_keys(self, as_, office, axe):
        make_lead(office, subject_name="庚公司")
        person = await at_the_desk(as_)
        await reads(person, "庚公司")
        await person.page.keyboard.press("?")
        await expect(person.dialog()).to_contain_text("Ctrl + Enter")
        assert not (found := await faults(person, axe, "desk-help")), "\n".join(found)
        await person.page.get_by_label("使用单键快捷键").uncheck()
        await person.page.keyboard.press("Escape")
        await expect(person.dialog()).to_have_count(0)
        await person.page.keyboard.press("x")
        await expect(person.page.locator("form.desk-form")).to_have_count(0)
        await expect(person.page.locator("aside kbd")).to_have_count(0)
        await person.page.keyboard.press("?")
        await person.page.get_by_label("使用单键快捷键").check()

    async def test_the_open_form(self, as_, office, axe):
        make_lead(office, subject_name="辛公司")
        person = await at_the_desk(as_)
        await reads(person, "辛公司")
        await person.page.keyboard.press("a")
        assert not (found := await faults(person, axe, "desk-assign")), "\n".join(found)

    async def test_a_repetition_is_merged_without_leaving_the_page(self, as_, office, client):
        main = make_lead(office, subject_name="戊康养驿站", narrative="收了押金不见人。")
        other = make_lead(office, subject_name="戊康养驿站", narrative="押金收走，门关了。")
        person = await at_the_desk(as_)
        keys = person.page.keyboard
        await reads(person, "戊康养驿站")
        await keys.press("s")
        await expect(person.page.locator("article").get_by_text(other["number"])).to_be_visible()
        await expect(person.page.get_by_role("button", name="并入相似线索")).to_be_visible()
        await keys.press("m")
        await expect(person.page.get_by_label("理由")).to_be_focused()
        await keys.type("反映的是同一家店、同一件事")
        await keys.press("Control+Enter")
        await person.says(f"{other['number']} 已并入 {main['number']}，原线索保留可查")
        shown = office.get(f"/leads/{other['id']}").json()
        assert shown["merged_into"]["id"] == main["id"]
        left = office.get("/leads/next").json()["item"]
        assert left["id"] == main["id"]
        # what others were merged into cannot be withdrawn: the desk is cleared by assigning it
        assign(office, left, client("police"))


class TestTwoAtTheDesk:
    async def test_who_comes_second_gets_the_next(self, as_, office):
        lead = make_lead(office, subject_name="壬公司")
        make_lead(office, subject_name="癸公司")
        person = await at_the_desk(as_)
        await reads(person, "壬公司")
        office.act(f"/leads/{lead['id']}", "reject", lead["version"], reason="同事已经处理")
        with person.watch.refusals(409):
            await person.page.keyboard.press("x")
            await expect(person.page.get_by_label("理由")).to_be_focused()
            await person.page.keyboard.type("我也这么看")
            await person.page.keyboard.press("Control+Enter")
            await person.says(f"{lead['number']} 已由他人办理，换到下一条")
        await reads(person, "癸公司")


async def test_it_works_on_a_phone(as_, office):
    lead = make_lead(office, subject_name="子丑寅卯康养服务有限公司")
    person = await at_the_desk(as_)
    await person.page.set_viewport_size(NARROW)
    await person.button("不予受理").click()
    await person.page.get_by_label("理由").fill("与养老无关")
    await picture(person, "desk-reject-375")
    await person.button("确定不予受理").click()
    await person.says(re.compile(f"{lead['number']} 已不予受理"))
