"""The web app's files: packed, cached for ever where their name says what is in them, never a way
out of their folder."""

import httpx
import pytest

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
