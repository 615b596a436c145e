"""One clock an installation: every process goes by the same shift, and all are moved at once."""

import os
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from api.core.base import clock
from api.core.base.config import settings

NOW = "2022-05-13T09:00:00+08:00"
_ASK = "from api.core.base import clock; print(clock._shift.by().total_seconds())"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """This process as one of an installation on a Friday in May 2022."""
    monkeypatch.setenv("YINLING_HOME", str(tmp_path))
    monkeypatch.setenv("YINLING_NOW", NOW)
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def shift_of_another_process(now: str = NOW) -> float:
    asked = subprocess.run(
        [sys.executable, "-c", _ASK],
        env=os.environ | {"YINLING_NOW": now},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(asked.stdout)


def test_who_starts_later_goes_by_the_same_clock(home):
    ours = clock._shift.by().total_seconds()
    assert clock.now() - datetime.fromisoformat(NOW) < timedelta(minutes=5)
    assert shift_of_another_process() == ours, "or one process refuses what another just wrote"


def test_a_restart_under_the_same_setting_goes_on_and_does_not_jump_back(home):
    clock.move(settings(), clock._shift.by() + timedelta(days=40))
    assert shift_of_another_process() == pytest.approx(
        (datetime.fromisoformat("2022-06-22T09:00:00+08:00") - datetime.now(clock.TIMEZONE))
        .total_seconds(),
        abs=300,
    )  # fmt: skip


def test_another_setting_begins_anew(home):
    ours = clock._shift.by().total_seconds()
    assert shift_of_another_process("2030-01-01T00:00:00+08:00") > ours


def test_a_running_process_follows_when_the_clock_is_moved(home):
    before = clock.today()
    clock.move(settings(), clock._shift.by() + timedelta(days=40))
    while clock.today() == before:  # within a fraction of a second
        pass
    assert clock.today() == before + timedelta(days=40)


def test_without_the_setting_there_is_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("YINLING_HOME", str(tmp_path))
    monkeypatch.setenv("YINLING_NOW", "")
    settings.cache_clear()
    assert abs(clock.now() - datetime.now(clock.TIMEZONE)) < timedelta(seconds=5)
    assert not list(tmp_path.iterdir())
    settings.cache_clear()
