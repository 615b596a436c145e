"""Somebody at the screen: finds things by what is written on them, as a person does."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.async_api import Locator, Page, Request, Response, expect

from api.core.base.clock import now
from tests.conftest import PASSWORD, ROOT

ARTIFACTS = ROOT / "test-artifacts"
# the browser's own words for an answer ≥ 400, which `Watch` judges by the answer itself
_ECHO = "Failed to load resource"


def minute() -> str:
    """Now, as a field for a time of day takes it."""
    return f"{now():%Y-%m-%dT%H:%M}"


class Watch:
    """What the browser complains about, and which refusals of the server were expected."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self._expected: set[int] = set()
        # What was expected when a request left: what the page shows of an answer may be seen here
        # before the answer itself is told.
        self._sent: dict[Request, frozenset[int]] = {}
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self._leaves)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _console(self, message) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_ECHO):
            self.complaints.append(f"console: {message.text}")

    def _leaves(self, request: Request) -> None:
        self._sent[request] = frozenset(self._expected)

    def _failed(self, request: Request) -> None:
        # leaving a page ends its requests
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"request: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        first_visit = response.status == 401 and response.url.endswith("/auth/token")
        expected = self._expected | self._sent.pop(response.request, frozenset())
        if response.status >= 400 and response.status not in expected and not first_visit:
            self.complaints.append(
                f"answer: {response.status} {response.request.method} {response.url}"
            )

    @contextmanager
    def refusals(self, *statuses: int) -> Iterator[None]:
        """What is asked within this block the server may refuse with these."""
        self._expected.update(statuses)
        try:
            yield
        finally:
            self._expected.difference_update(statuses)


def exactly(label: str) -> re.Pattern[str]:
    """A field's label, which says whether it may stay empty."""
    return re.compile(rf"^\s*{re.escape(label)}\s*(（选填）|（[^（）]+须填写）)?\s*$")


class Staff:
    """One person's page."""

    def __init__(self, page: Page, url: str, username: str, watch: Watch) -> None:
        self.page = page
        self.url = url
        self.username = username
        self.watch = watch

    # --------------------------------------------------------------------------------- going about

    async def log_in(self) -> None:
        page = self.page
        await page.goto(f"{self.url}/login")
        await page.get_by_label("用户名").fill(self.username)
        await page.get_by_label("密码", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="登录").click()
        await expect(page.get_by_role("button", name="退出")).to_be_visible()

    async def open(self, path: str) -> None:
        """By the address, as from a bookmark."""
        await self.page.goto(self.url + path)
        await self.settled()

    async def settled(self) -> None:
        """Until nothing is loading any more."""
        page = self.page
        await page.wait_for_load_state("networkidle")
        await expect(page.get_by_text("正在载入…")).to_have_count(0)
        await expect(page.locator("tr.ghost, [aria-busy=true]")).to_have_count(0)

    async def menu(self, entry: str) -> None:
        """By the menu at the left."""
        await (
            self.page.get_by_role("navigation", name="主菜单")
            .get_by_role("link", name=entry, exact=True)
            .click()
        )
        await self.titled(entry)

    async def titled(self, title: str | re.Pattern[str]) -> None:
        await expect(self.page.get_by_role("heading", level=1, name=title)).to_be_visible()

    def path(self) -> str:
        return self.page.url.removeprefix(self.url)

    # --------------------------------------------------------------------------------- what is there

    def button(self, name: str, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=True)

    def link(self, name: str | re.Pattern[str], within: Locator | None = None) -> Locator:
        exact = isinstance(name, str)
        return (within or self.page).get_by_role("link", name=name, exact=exact)

    def record(self, number: str, within: Locator | None = None) -> Locator:
        """The link to a record, called by its name with its number beneath."""
        return self.link(re.compile(re.escape(number)), within)

    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def fact(self, label: str) -> Locator:
        """What a record says about itself under this label."""
        named = self.page.locator("dt").filter(has_text=exactly(label))
        return self.page.locator("dl > div").filter(has=named).locator("dd").first

    def rows(self) -> Locator:
        return self.page.locator("tr[data-id]")

    def status(self) -> Locator:
        return self.page.locator("article header.head .status").first

    async def says(self, words: str | re.Pattern[str]) -> None:
        """A notice or a refusal that the page shows."""
        await expect(self.page.get_by_text(words).first).to_be_visible()

    # --------------------------------------------------------------------------------- filling in

    async def fill(self, values: Mapping[str, object], within: Locator | None = None) -> None:
        for label, value in values.items():
            scope = within or self.page.get_by_role("main")
            # a column picker that is closed has labels of the same words
            control = scope.get_by_label(exactly(label)).filter(visible=True).first
            await self._fill_one(control, value)

    async def _fill_one(self, control: Locator, value: object) -> None:
        role, kind, tag = await control.evaluate(
            "e => [e.getAttribute('role'), e.type ?? '', e.tagName]"
        )
        if role == "radiogroup":
            await control.get_by_label(str(value), exact=True).check()
        elif role == "combobox":
            for one in value if isinstance(value, list) else [value]:
                await self._choose(control, str(one))
            if isinstance(value, list):
                await control.press("Escape")
        elif kind == "checkbox":
            await control.set_checked(bool(value))
        elif tag == "SELECT":
            await control.select_option(label=str(value))
        else:
            await control.fill(str(value))
            await control.blur()

    async def _choose(self, control: Locator, words: str) -> None:
        """Type a part of it and take the option that says it."""
        # its placeholder lies above the input until it has the focus
        await control.locator("xpath=ancestor::*[contains(@class, 'el-select__wrapper')]").click()
        await control.fill(words)
        option = self.page.get_by_role("option").filter(has_text=words).filter(visible=True)
        await option.first.click()

    async def act(self, action: str, values: Mapping[str, object] | None = None) -> None:
        """Press what is offered on a record, answer its dialog, and see that it is done."""
        await self.begin(action)
        dialog = self.dialog()
        await self.fill(values or {}, within=dialog)
        await dialog.locator("button[type=submit]").click()
        await expect(dialog).to_have_count(0, timeout=30_000)
        await self.says(f"已完成：{action}")

    async def begin(self, action: str) -> None:
        """Open an action's dialog, from the row of buttons or from 更多操作."""
        header = self.page.locator("article header.head")
        await expect(header.locator(".buttons button").first).to_be_visible()
        button = self.button(action, header)
        if not await button.is_visible():
            await header.get_by_text("更多操作").click()
        await button.click()
        await expect(self.dialog()).to_be_visible()

    async def offers(self, action: str) -> bool:
        """Whether a record offers this to this person (the offers come with the record)."""
        header = self.page.locator("article header.head")
        await expect(header).to_be_visible()
        hidden = header.get_by_role("button", name=action, exact=True, include_hidden=True)
        return await hidden.count() > 0

    async def refused(
        self, action: str, values: Mapping[str, object], why: re.Pattern[str]
    ) -> None:
        """Try an action that the rules refuse, read why, and leave it."""
        await self.begin(action)
        dialog = self.dialog()
        await self.fill(values, within=dialog)
        with self.watch.refusals(409, 422):
            await dialog.locator("button[type=submit]").click()
            await expect(dialog.locator(".problem")).to_contain_text(why)
        await self.button("取消", dialog).click()
        await expect(dialog).to_have_count(0, timeout=30_000)

    async def column(self, heading: str) -> list[str]:
        """The amounts of one column, as the API writes them."""
        cells = await self.rows().locator(f"td[data-label='{heading}']").all_inner_texts()
        return [re.sub(r"[^\d.]", "", cell) for cell in cells]
