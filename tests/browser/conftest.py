"""A real Chromium before a really started server: what a person at the screen meets.

Playwright's asynchronous interface runs in the session's own event loop; its synchronous one would
keep a loop running that every other asynchronous test then trips over.
"""

import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.browser.faults import NARROW
from tests.browser.staff import ARTIFACTS, Staff, Watch
from tests.campaign import live_half_a_year
from tests.conftest import ROOT, Client, Running, logged_in, started

FRONTEND = ROOT / "frontend"
#: The same engine without windows first: it takes half of the machine's time.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
HOW = "没有 Chromium：apt-get install chromium fonts-noto-cjk，或用 CHROMIUM=路径 指明"
ARGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--lang=zh-CN",
    "--force-color-profile=srgb",
]

As = Callable[..., Awaitable[Staff]]


def chromium() -> str | None:
    """Where the distribution's browser is; Playwright's own download does not work everywhere."""
    found = (shutil.which(name) for name in (os.environ.get("CHROMIUM") or "", *NAMES) if name)
    return next((path for path in found if path), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


def pytest_terminal_summary(terminalreporter) -> None:
    """A skipped browser is said aloud, also where reasons of skips are not shown."""
    if any(HOW in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(f"浏览器测试已跳过：{HOW}", yellow=True)


def _newest_source() -> float:
    below = [
        path for folder in ("src", "public", "scripts") for path in (FRONTEND / folder).rglob("*")
    ]
    beside = [
        path
        for pattern in ("*.html", "*/*.html", "*.json", "*.ts")
        for path in FRONTEND.glob(pattern)
    ]
    sources = [path for path in below + beside if path.is_file() and "dist" not in path.parts]
    return max(path.stat().st_mtime for path in sources)


@pytest.fixture(scope="session")
def built() -> Path:
    """The built web app; `make test` has built it, a bare pytest builds what is missing or old."""
    dist = Path(os.environ.get("YINLING_STATIC_DIR") or FRONTEND / "dist")
    index = dist / "index.html"
    if dist == FRONTEND / "dist" and (
        not index.is_file() or index.stat().st_mtime < _newest_source()
    ):
        path = f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"
        npm = shutil.which("npm", path=path)
        assert npm, "npm is missing: `make setup-dev` brings it"
        done = subprocess.run(
            [npm, "run", "build"],
            cwd=FRONTEND,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        (dist / ".built").touch()
    return dist


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    if path is None:
        if os.environ.get("CI") in {"true", "1"}:
            pytest.fail(f"{HOW}；CI 不允许跳过浏览器测试", pytrace=False)
        pytest.skip(HOW)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=path, args=ARGS, env=os.environ | {"LANGUAGE": "zh_CN"}
        )
        yield launched
        await launched.close()


async def new_context(browser: Browser, **options) -> BrowserContext:
    """A browser profile as an office has it."""
    context = await browser.new_context(
        **{
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "viewport": {"width": 1440, "height": 900},
            "service_workers": "block",
            "color_scheme": "light",
            "reduced_motion": "reduce",
        }
        | options
    )
    context.set_default_timeout(15_000)
    return context


@pytest.fixture(scope="session")
def bare(
    browser: Browser, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A demo town without work on it, for files of tests that look at their own records alone; it
    starts only where a browser is."""
    with started(tmp_path_factory.mktemp("browser-home")) as running:
        yield running


@pytest.fixture(scope="session")
def town(
    browser: Browser, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A server with half a year of work on it: every page has something to show."""
    with started(tmp_path_factory.mktemp("town-home")) as running:
        live_half_a_year()
        yield running


@pytest.fixture(scope="module")
def own(
    browser: Browser, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A server of one file's own: it counts what is there."""
    with started(tmp_path_factory.mktemp("own-home")) as running:
        yield running


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Running:
    """The server of a file of tests, which says which: `SERVER = "town"`."""
    return request.getfixturevalue(getattr(request.module, "SERVER", "bare"))


@pytest.fixture(scope="module")
def client(server: Running) -> Iterator[Callable[[str], Client]]:
    """Somebody who works beside the page, over the API."""
    with logged_in(server) as as_:
        yield as_


@pytest.fixture(scope="session")
def axe() -> str:
    """The checker and its Chinese messages, from the web app's own packages."""
    folder = FRONTEND / "node_modules" / "axe-core"
    words = json.loads((folder / "locales" / "zh_CN.json").read_text())
    source = (folder / "axe.min.js").read_text()
    return f"{source}\n;axe.configure({{ locale: {json.dumps(words)} }})"


@pytest.fixture(scope="session")
async def profiles(browser: Browser) -> AsyncIterator[dict[tuple[str, str], BrowserContext]]:
    """Who is logged in where already; everybody logs in once, through the page."""
    opened: dict[tuple[str, str], BrowserContext] = {}
    yield opened
    for context in opened.values():
        await context.close()


@pytest.fixture
async def as_(
    request: pytest.FixtureRequest,
    browser: Browser,
    server: Running,
    profiles: dict[tuple[str, str], BrowserContext],
) -> AsyncIterator[As]:
    """`await as_("office")`: a page of somebody logged in through the login page.

    What the browser complains about (scripts, policy, requests) fails the test that caused it.
    """
    pages: dict[str, Staff] = {}

    async def log_in(username: str) -> Staff:
        if username in pages:
            return pages[username]
        who = (server.url, username)
        fresh = who not in profiles
        if fresh:
            profiles[who] = await new_context(browser)
        page = await profiles[who].new_page()
        staff = Staff(page, server.url, username, Watch(page))
        pages[username] = staff
        if fresh:
            await staff.log_in()
        return staff

    yield log_in
    complaints = []
    for username, staff in pages.items():
        complaints += [f"{username}: {each}" for each in staff.watch.complaints]
        if request.node.stash.get(FAILED, False):
            name = f"{request.node.name}-{username}.png"
            ARTIFACTS.mkdir(exist_ok=True)
            await staff.page.screenshot(path=ARTIFACTS / name, full_page=True)
        await staff.page.close()
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)


@pytest.fixture
async def stranger(browser: Browser, server: Running) -> AsyncIterator[Staff]:
    """Somebody who has not logged in."""
    context = await new_context(browser)
    page = await context.new_page()
    staff = Staff(page, server.url, "stranger", Watch(page))
    yield staff
    await context.close()
    assert not staff.watch.complaints, staff.watch.complaints


@pytest.fixture
async def reporter(stranger: Staff) -> Staff:
    """A stranger at the page for reports, on a phone."""
    await stranger.page.set_viewport_size(NARROW)
    await stranger.open("/report")
    return stranger
