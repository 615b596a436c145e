"""What a page costs before it shows anything, measured on real loads; bytes gate, time is only told."""

import gzip
from contextlib import closing
from dataclasses import dataclass

import pytest
from playwright.async_api import Response

from tests.browser.pages import PAGES
from tests.browser.staff import Staff
from tests.conftest import log_in

KB = 1024
PUBLIC_JS, LOGIN_JS, STAFF_JS, CHARTS_JS, CSS = 45, 65, 190, 230, 22
#: One page of each kind; the rest are made of the same parts (`npm run size` weighs them all).
MEASURED = (
    "home",
    "overview",
    "leads",
    "lead-new",
    "lead",
    "import",
    "case",
    "ledger",
    "distribution",
)
# the chart library, and the helper of ours that draws with it
CHARTS = ("/assets/charts-", "/assets/ChartCanvas-")


SERVER = "town"


@dataclass
class Load:
    """What one visit brought over the wire, in bytes of gzip, and when its largest part was seen."""

    js: int = 0
    charts: int = 0
    css: int = 0
    bare: int = 0
    painted: float = 0


_PAINTED = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
    .observe({ type: 'largest-contentful-paint', buffered: true })
  setTimeout(() => done(0), 2000)
})"""


async def load(staff: Staff, path: str) -> Load:
    """Visit a page with an empty cache."""
    answers: list[Response] = []

    def keep(answer: Response) -> None:
        answers.append(answer)

    staff.page.on("response", keep)
    await staff.open(path)
    staff.page.remove_listener("response", keep)
    found = Load(painted=await staff.page.evaluate(_PAINTED))
    for answer in answers:
        kind = answer.url.rpartition(".")[2]
        if "/assets/" not in answer.url or kind not in {"js", "css"}:
            continue
        size = len(gzip.compress(await answer.body(), 9))
        if kind == "css":
            found.css += size
        elif any(name in answer.url for name in CHARTS):
            found.charts += size
        else:
            found.js += size
        if size > KB and "content-encoding" not in answer.headers:
            found.bare += 1
    return found


def check(name: str, found: Load, js: int) -> None:
    told = (
        f"{name}: js {found.js / KB:.1f} KB, charts {found.charts / KB:.1f} KB, "
        f"css {found.css / KB:.1f} KB, largest paint {found.painted:.0f} ms"
    )
    print(told)  # noqa: T201  # times are told, never judged: the machine is shared
    assert found.js <= js * KB, told
    assert found.charts <= CHARTS_JS * KB, told
    assert found.css <= CSS * KB, told
    assert not found.bare, f"{name}: {found.bare} files travel uncompressed"


async def test_public_page(stranger):
    check("report", await load(stranger, "/report"), PUBLIC_JS)


async def test_login(stranger):
    check("login", await load(stranger, "/login"), LOGIN_JS)


@pytest.mark.parametrize("name", MEASURED)
async def test_a_first_visit(as_, server, name):
    page = next(page for page in PAGES if page.name == name)
    with closing(log_in(server, page.who)) as client:
        path = page.address(client)
    person = await as_(page.who)
    network = await person.page.context.new_cdp_session(person.page)
    await network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    found = await load(person, path)
    assert person.path() == path
    check(name, found, STAFF_JS)
