"""Every page, read as an assistive technology reads it: light, dark, large and both, wide and narrow."""

import json
import os
from itertools import product
from typing import Any

import pytest

from tests.browser.conftest import FRONTEND
from tests.browser.pages import PAGES, Page
from tests.browser.staff import ARTIFACTS, Staff
from tests.conftest import Running, log_in

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 375, "height": 812}
MODES = list(product(("normal", "large"), ("light", "dark")))
#: What a theme or a larger type can change; the rest of the page stays as it was.
VISUAL = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
OPEN_PAGES = [Page("login", "", "/login"), Page("report", "", "/report")]

_MODE = """([size, theme]) => {
  document.documentElement.dataset.size = size
  document.documentElement.dataset.theme = theme
  return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
}"""
_RUN = """async (rules) => {
  const only = rules ? { runOnly: { type: 'rule', values: rules } } : {}
  const found = await axe.run(document, { resultTypes: ['violations'], ...only })
  return found.violations.map(({ id, impact, help, nodes }) => ({
    id, impact, help,
    where: nodes.slice(0, 5).map((node) => `${node.target.join(' ')}  ${node.failureSummary}`),
  }))
}"""
#: What sticks out of the page to the right, widest first.
_OVERFLOW = """() => {
  const width = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= width) return []
  return [...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > width + 1)
    .slice(0, 5)
    .map((e) => `${e.tagName}.${e.className} ${e.getBoundingClientRect().right}`)
}"""


@pytest.fixture(scope="module")
def server(town: Running) -> Running:
    return town


@pytest.fixture(scope="session")
def axe() -> str:
    """The checker and its Chinese messages, from the web app's own packages."""
    folder = FRONTEND / "node_modules" / "axe-core"
    words = json.loads((folder / "locales" / "zh_CN.json").read_text())
    source = (folder / "axe.min.js").read_text()
    return f"{source}\n;axe.configure({{ locale: {json.dumps(words)} }})"


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


async def faults(staff: Staff, axe: str, name: str, *, but: str = "") -> list[str]:
    """What is wrong with this page in any mode and width, but for one rule."""
    page = staff.page
    found: list[str] = []
    await page.evaluate(axe)
    for viewport in (WIDE, NARROW):
        await page.set_viewport_size(viewport)
        for size, theme in MODES:
            await page.evaluate(_MODE, [size, theme])
            # what the fixed bar covers while somebody scrolls by is no fault
            await page.evaluate("window.scrollTo(0, 0)")
            plain = (size, theme) == MODES[0]
            for fault in await page.evaluate(_RUN, None if plain else VISUAL):
                if fault["id"] == but:
                    continue
                where = "\n    ".join(fault["where"])
                mode = f"{viewport['width']} {size} {theme}"
                found.append(
                    f"{mode}: {fault['id']} ({fault['impact']}) {fault['help']}\n    {where}"
                )
            if viewport is NARROW:
                found += [f"{size}: sticks out: {what}" for what in await page.evaluate(_OVERFLOW)]
        await page.evaluate(_MODE, MODES[0])
        await picture(staff, f"{name}-{viewport['width']}")
    await page.set_viewport_size(WIDE)
    return found


async def picture(staff: Staff, name: str) -> None:
    """With YINLING_PICTURES=1 every page is kept as a picture, to be looked at."""
    if os.environ.get("YINLING_PICTURES"):
        ARTIFACTS.mkdir(exist_ok=True)
        await staff.page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)


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
