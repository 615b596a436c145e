"""Every page, read as an assistive technology reads it: light, dark, large and both, wide and narrow."""

import json
from typing import Any

import pytest

from tests.browser.faults import NARROW, faults
from tests.browser.pages import PAGES, Page
from tests.conftest import Running, log_in

OPEN_PAGES = [Page("login", "", "/login"), Page("report", "", "/report")]


SERVER = "town"
#: That no page was forgotten is known when all were visited.
pytestmark = pytest.mark.steps


@pytest.fixture(scope="module")
def address(server: Running):
    """Where a page is, found out as the person who opens it."""
    clients: dict[str, Any] = {}

    def of(page: Page) -> str:
        if page.who not in clients:
            clients[page.who] = log_in(server, page.who)
        return page.address(clients[page.who])

    yield of
    for client in clients.values():
        client.close()


#: Which files of the app the visited pages are made of, by page.
SEEN: dict[str, set[str]] = {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_page(as_, address, axe, page):
    person = await as_(page.who)
    await person.open(address(page))
    loaded = await person.page.evaluate(
        "performance.getEntriesByType('resource').map(({ name }) => name)"
    )
    SEEN[page.name] = {url.partition("/assets/")[2] for url in loaded}
    assert not (found := await faults(person, axe, page.name)), "\n".join(found)


@pytest.mark.parametrize("page", OPEN_PAGES, ids=lambda page: page.name)
async def test_open_page(stranger, axe, page):
    await stranger.open(page.path)
    assert not (found := await faults(stranger, axe, page.name)), "\n".join(found)


def test_no_page_was_forgotten(built):
    """A page that is new and not in the list is not checked for anything."""
    if len(SEEN) < len(PAGES):
        pytest.skip("only some of the pages were visited")
    manifest = json.loads((built / ".vite" / "manifest.json").read_text())
    pages = {
        source: chunk["file"].removeprefix("assets/")
        for source, chunk in manifest.items()
        if source.startswith("src/staff/") and source.endswith("Page.vue")
    }
    pages.pop("src/staff/LoginPage.vue")
    seen = set().union(*SEEN.values())
    assert [source for source, file in pages.items() if file not in seen] == []


class TestWhatOpens:
    """Menus, lists and dialogs are part of a page only while they are open."""

    async def test_an_action_with_fields(self, as_, address, axe):
        office = await as_("office")
        await office.open(
            address(next(page for page in PAGES if page.name == "lead-edit")).removesuffix("/edit")
        )
        await office.begin("交办")
        assert not (found := await faults(office, axe, "dialog-assign")), "\n".join(found)

    async def test_a_list_of_choices(self, as_, axe):
        office = await as_("office")
        await office.open("/leads?limit=20")
        await office.page.locator(".el-select__wrapper").nth(1).click()
        await office.page.get_by_role("option").filter(visible=True).first.wait_for()
        # the kit hangs its lists on the body, so that no scrolling box cuts them off
        found = await faults(office, axe, "leads-choices", but="region")
        assert not found, "\n".join(found)

    async def test_the_choice_of_columns(self, as_, axe):
        office = await as_("office")
        await office.open("/leads?limit=20")
        await office.page.get_by_text("显示列").click()
        assert not (found := await faults(office, axe, "leads-columns")), "\n".join(found)

    async def test_the_menu_of_a_phone(self, as_, axe):
        office = await as_("office")
        await office.page.set_viewport_size(NARROW)
        await office.open("/")
        await office.button("菜单").click()
        assert not (found := await faults(office, axe, "menu")), "\n".join(found)

    async def test_a_chart_as_a_table(self, as_, axe):
        leader = await as_("leader")
        await leader.open("/overview")
        await leader.button("看表").first.click()
        assert not (found := await faults(leader, axe, "overview-table")), "\n".join(found)
