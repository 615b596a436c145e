"""The web app's files: packed, cached for ever where their name says what is in them, never a way
out of their folder."""

import httpx
import pytest

from api.core.web.openapi_once import whole
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(
    not (ROOT / "frontend" / "dist" / "index.html").exists(), reason="前端尚未构建：make run"
)


def test_a_page_is_the_app_and_is_asked_for_anew(running):
    for path in ("/", "/leads", "/leads/00000000-0000-7000-8000-000000000000"):
        answer = httpx.get(running.url + path)
        assert answer.status_code == 200
        assert "text/html" in answer.headers["content-type"]
        assert answer.headers["cache-control"] == "no-cache"
        assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_assets_are_packed_and_kept(running):
    # the smallest ones are not worth packing: the largest always is
    scripts = (ROOT / "frontend" / "dist" / "assets").glob("*.js")
    script = max(scripts, key=lambda path: path.stat().st_size)
    for accepted, encoding in (("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)):
        url = f"{running.url}/assets/{script.name}"
        answer = httpx.get(url, headers={"Accept-Encoding": accepted})
        assert answer.headers.get("content-encoding") == encoding
        assert "javascript" in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]


def test_what_is_not_there_is_not_a_page(running):
    assert httpx.get(f"{running.url}/assets/none.js").status_code == 404
    assert httpx.get(f"{running.url}/api/none").status_code == 404


@pytest.mark.parametrize(
    "path", ["/..%2f..%2fpyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd"]
)
def test_no_path_leads_out(running, path):
    answer = httpx.get(running.url + path)
    assert "[project]" not in answer.text
    assert "root:" not in answer.text


def test_programs_are_led_to_the_document_and_told_what_is_not_there(running):
    for asked, found in (
        ("/openapi.json", "/api/openapi.json"),
        ("/docs", "/api/docs"),
        ("/redoc", "/api/docs"),
    ):
        answer = httpx.get(running.url + asked)
        assert (answer.status_code, answer.headers["location"]) == (307, found)
        assert httpx.get(running.url + found).status_code == 200
    for accept in ("application/json", "application/problem+json", "application/json, */*;q=0.5"):
        answer = httpx.get(f"{running.url}/v1/leads", headers={"Accept": accept})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "http_404"
    page = {"Accept": "text/html,application/xhtml+xml,application/json;q=0.9"}
    assert "text/html" in httpx.get(f"{running.url}/leads", headers=page).headers["content-type"]


@pytest.mark.parametrize("path", ["swagger.json", "robots.txt", "v1/leads.json", "assets/gone.js"])
def test_a_file_that_is_not_there_is_no_page(running, path):
    answer = httpx.get(f"{running.url}/{path}", headers={"Accept": "*/*"})
    assert (answer.status_code, answer.json()["code"]) == (404, "http_404")


def test_every_answer_is_described_in_chinese(running):
    document = httpx.get(f"{running.url}/api/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, said in operation["responses"].items():
                words = whole(document, said)["description"]
                assert any("\u4e00" <= c <= "\u9fff" for c in words), (method, path, status, words)
