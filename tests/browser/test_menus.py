"""Menus, and addresses that somebody else copied: everybody sees what is theirs."""

from contextlib import closing

import pytest
from playwright.async_api import expect

from api.domain.demo.demo import POSTS
from tests.conftest import Running, log_in
from tests.factories import conclude


@pytest.fixture(scope="module")
def lead(server: Running) -> str:
    """The page of a lead that the police found something out about."""
    with closing(log_in(server, "office")) as office, closing(log_in(server, "police")) as police:
        return f"/leads/{conclude(office, police)['id']}"


@pytest.mark.parametrize(
    ("who", "theirs", "not_theirs"),
    [
        ("grid01", {"线索"}, {"案件", "资金账", "受害人", "清退方案", "人员"}),
        ("village01", {"线索"}, {"案件", "资金账", "清退方案", "人员"}),
        ("finance", {"资金账", "清退方案"}, {"线索", "案件", "人员"}),
        ("system_admin", {"单位", "人员"}, {"线索", "案件", "受害人", "资金账"}),
    ],
)
async def test_menu(as_, who, theirs, not_theirs):
    person = await as_(who)
    await person.open("/")
    entries = set(
        await person.page.get_by_role("navigation", name="主菜单")
        .get_by_role("link")
        .all_inner_texts()
    )
    assert theirs <= entries, entries
    assert not not_theirs & entries, entries


@pytest.mark.parametrize("who", [post.code for post in POSTS])
async def test_the_whole_menu_is_within_the_screen(as_, who):
    """Nobody scrolls for what their post does every day, at the desk."""
    person = await as_(who)
    await person.page.set_viewport_size({"width": 1440, "height": 900})
    await person.open("/")
    links = person.page.get_by_role("navigation", name="主菜单").get_by_role("link")
    await expect(links.first).to_be_visible()
    box = await links.last.bounding_box()
    assert box["y"] + box["height"] <= 900


async def test_a_lead_of_others_does_not_exist_for_a_grid_worker(as_, lead):
    grid = await as_("grid01")
    with grid.watch.refusals(404):
        await grid.open(lead)
        await expect(grid.page.locator(".problem")).to_be_visible()
    await expect(grid.page.get_by_text("已核查")).to_have_count(0)


@pytest.mark.parametrize("who", ["finance", "system_admin"])
async def test_without_the_right_the_page_is_said_to_be_hidden(as_, who, lead):
    person = await as_(who)
    await person.open(lead)
    await person.titled("无权查看")


async def test_an_address_that_leads_nowhere_says_so(as_):
    office = await as_("office")
    await office.open("/no-such-page")
    await office.titled("页面不存在")
