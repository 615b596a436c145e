"""The programs that we hand to integrators, run as they run them: by themselves, against a server."""

import csv
import io
import json
import os
import subprocess
import sys

import pytest

from tests.conftest import PASSWORD, ROOT, free_port
from tests.factories import assign, make_lead


def run(script: str, *arguments: object, secret: str = PASSWORD) -> subprocess.CompletedProcess:
    """The script in a bare environment: nothing of ours on its path but its own folder."""
    return subprocess.run(
        [sys.executable, "-I", str(ROOT / "tests/scripts/alone.py"), script, *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "YINLING_CLIENT_SECRET": secret, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


class TestReport:
    def test_prints_every_figure_of_the_overview(self, running, client):
        make_lead(client("office"))
        done = run("report.py", "--url", running.url)
        assert done.returncode == 0, done.stderr
        overview = client("office").get("/statistics/overview").json()
        for goal in overview["goals"]:
            assert f"【{goal['label']}】" in done.stdout
            for figure in goal["figures"]:
                assert figure["label"] in done.stdout
        assert "【资金】" in done.stdout
        assert "取数时间" in done.stdout

    def test_writes_what_excel_opens(self, running):
        done = run("report.py", "--url", running.url, "--format", "csv")
        assert done.stdout.startswith("\ufeff")
        found = list(csv.DictReader(io.StringIO(done.stdout.removeprefix("\ufeff"))))
        assert len(found) > 20
        assert set(found[0]) == {"分类", "指标", "数值", "单位", "口径"}

    def test_says_why_not(self, running):
        wrong = run("report.py", "--url", running.url, secret="wrong")
        assert wrong.returncode == 1
        assert "invalid_client" in wrong.stderr
        assert "Traceback" not in wrong.stderr
        none = run("report.py", "--url", running.url, secret="")
        assert none.returncode == 1
        assert "缺少密钥" in none.stderr

    def test_takes_the_secret_from_a_file(self, running, tmp_path):
        (tmp_path / "secret").write_text(f"{PASSWORD}\n")
        done = run(
            "report.py", "--url", running.url, "--secret-file", tmp_path / "secret", secret=""
        )
        assert done.returncode == 0, done.stderr

    def test_nobody_there(self):
        done = run("report.py", "--url", f"http://127.0.0.1:{free_port()}")
        assert done.returncode == 1
        assert "连接不上" in done.stderr


class TestFeedTail:
    @pytest.fixture
    def tail(self, running, tmp_path):
        cursor = tmp_path / "feed.cursor"

        def once(*more: object):
            return run(
                "feed_tail.py", "--url", running.url, "--cursor-file", cursor, "--once", *more
            )

        return once

    def test_goes_on_where_it_stopped(self, tail, client):
        assert tail().returncode == 0
        made = assign(client("office"), make_lead(client("office")), client("police"))
        done = tail("--format", "json")
        assert done.returncode == 0, done.stderr
        found = [json.loads(each) for each in done.stdout.splitlines()]
        mine = [each for each in found if each["subject"] == made["id"]]
        assert [each["type"] for each in mine] == ["lead.created", "lead.transitioned"]
        assert tail("--format", "json").stdout == ""

    def test_reads_from_the_start_when_asked_and_for_people(self, tail, client):
        assign(client("office"), make_lead(client("office")), client("police"))
        first = tail()
        assert "交办：已登记 → 已交办" in first.stdout
        assert tail().stdout == ""
        assert tail("--from-start").stdout.startswith(first.stdout[:500])

    def test_a_cursor_that_was_tampered_with_is_refused(self, tail, tmp_path):
        (tmp_path / "feed.cursor").write_text("nonsense")
        done = tail()
        assert done.returncode == 1
        assert "cursor_invalid" in done.stderr

    def test_who_may_not_read_events_is_told(self, tail):
        done = tail("--client-id", "report-reader")
        assert done.returncode == 1
        assert "forbidden" in done.stderr


@pytest.mark.parametrize("script", ["report.py", "feed_tail.py"])
def test_help_tells_in_chinese_how_it_is_used(script):
    done = run(script, "--help")
    assert done.returncode == 0
    for word in ("--url", "--secret-file", "YINLING_CLIENT_SECRET", "退出状态", "python3 scripts/"):
        assert word in done.stdout
