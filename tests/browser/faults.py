"""What is wrong with a page: accessibility, and what sticks out, in every mode and width."""

import os
import re
from itertools import product

from tests.browser.staff import ARTIFACTS, Staff

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 375, "height": 812}
MODES = list(product(("normal", "large"), ("light", "dark")))
#: What a theme or a larger type can change; the rest of the page stays as it was.
VISUAL = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
#: The number of a record: 22 signs that nobody reads first.
_NUMBER = re.compile(r"[A-Z]{2}-\d{6,}-")
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


async def faults(staff: Staff, axe: str, name: str, *, but: str = "") -> list[str]:
    """What is wrong with this page in any mode and width, but for one rule."""
    page = staff.page
    found = await _led_by_numbers(staff)
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


async def _led_by_numbers(staff: Staff) -> list[str]:
    """Titles, of the page, of its tab or in the crumbs, that begin with a number: a name comes first."""
    page = staff.page
    crumbs = page.get_by_role("navigation", name="位置").locator("[aria-current=page]")
    said = await page.get_by_role("heading", level=1).or_(crumbs).all_inner_texts()
    return [
        f"led by a number: {title}" for title in [await page.title(), *said] if _NUMBER.match(title)
    ]


async def picture(staff: Staff, name: str) -> None:
    """With YINLING_PICTURES=1 every page is kept as a picture, to be looked at."""
    if os.environ.get("YINLING_PICTURES"):
        ARTIFACTS.mkdir(exist_ok=True)
        await staff.page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)


async def no_faults(person: Staff, checker: str, name: str) -> None:
    assert not (found := await faults(person, checker, f"report-{name}")), "\n".join(found)
    await person.page.set_viewport_size(NARROW)
