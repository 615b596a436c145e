"""The readable page of the API: whole, in Chinese, and in need of nobody else's server."""

import re

import httpx
import pytest

from tests.document import document

DOCUMENT = document()


@pytest.fixture(scope="module")
def page(running) -> str:
    answer = httpx.get(f"{running.url}/api/docs", timeout=60)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


def test_holds_every_operation_and_every_schema(page):
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            assert f'id="{operation["operationId"]}"' in page, (method, path)
            assert operation["summary"] in page
    for name in DOCUMENT["components"]["schemas"]:
        assert f'id="schema-{name}"' in page


def test_every_link_leads_somewhere(page):
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids


def test_needs_nothing_from_elsewhere_and_nothing_inline(page, running):
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "<script" not in page
    assert "<style" not in page
    assert " style=" not in page
    answer = httpx.get(f"{running.url}/api/docs.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert (
        httpx.get(f"{running.url}/api/openapi.json", timeout=60).json()["openapi"].startswith("3.1")
    )


def test_tags_are_closed(page):
    for tag in ("details", "table", "summary", "main"):
        assert page.count(f"<{tag}") == page.count(f"</{tag}>"), tag
