"""New keys beside a running server: it goes on reading and writing, and ends up under the new one."""

import asyncio
import threading
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api import cli
from api.core.base import crypto
from api.core.base.config import settings
from api.core.database import embedded, migrations
from api.core.operations import rotation
from tests.conftest import Running, logged_in, started
from tests.factories import lead, make_lead

COUNTED = """
    SELECT count(*) FILTER (WHERE get_byte({name}, 0) = {version}), count({name}) FROM {table}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    with started(tmp_path_factory.mktemp("rotation-home")) as running:
        yield running


@pytest.fixture(scope="module")
def as_(server: Running):
    with logged_in(server) as somebody:
        yield somebody


def rotate(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["keys", "rotate", *arguments])


def under(server: Running, version: int) -> tuple[int, int]:
    """How many values lie under this version, and how many there are."""

    async def counted() -> tuple[int, int]:
        connection = await migrations.connect(server.owner_url)
        try:
            found = [
                await connection.fetchrow(
                    COUNTED.format(name=c.name, table=c.table, version=version)
                )
                for c in await rotation.columns(connection)
            ]
            return sum(row[0] for row in found), sum(row[1] for row in found)
        finally:
            await connection.close()

    return asyncio.run(counted())


def newest(server: Running) -> int:
    return crypto.load_keys(server.home / "secret-keys.json").current


def phone_of(office, made: dict) -> str:
    body = {"fields": ["narrative"], "reason": "核对来电号码"}
    answer = office.post(f"/leads/{made['id']}/reveals", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["values"]["narrative"]


def test_a_server_that_may_have_a_key_file_of_its_own_stops_it(server, as_) -> None:
    make_lead(as_("office"))
    before = newest(server)
    refused = rotate()
    assert refused.exit_code == 1
    assert "--same-key-file" in refused.output
    assert newest(server) == before


def test_the_server_reads_and_writes_on_while_its_keys_change(server, as_) -> None:
    office = as_("office")
    told = "对方电话13812345678。"
    early = make_lead(office, narrative=told)
    made, failed, over = [early], [], threading.Event()

    def work() -> None:
        while not over.is_set():
            answer = office.post("/leads", json=lead(narrative=told))
            if answer.status_code != 201:
                failed.append(answer.text)
                return
            made.append(answer.json())
            if phone_of(office, made[len(made) // 2]) != told:
                failed.append("read otherwise")
            time.sleep(0.02)

    version = newest(server) + 1
    worker = threading.Thread(target=work)
    worker.start()
    try:
        done = rotate("--same-key-file")
    finally:
        over.set()
        worker.join()
    assert done.exit_code == 0, done.output
    assert f"第 {version} 版" in done.output
    assert failed == []
    assert len(made) > 5
    late = make_lead(office, narrative=told)
    for each in (early, made[-1], late):
        assert phone_of(office, each) == told
    there, all_of_them = under(server, version)
    assert there == all_of_them > len(made)


def test_two_rotations_do_not_chase_each_other(server) -> None:
    async def held() -> Result:
        connection = await migrations.connect(server.owner_url)
        try:
            await connection.fetchval(f"SELECT pg_advisory_lock({rotation._LOCK})")
            return await asyncio.to_thread(rotate, "--same-key-file")
        finally:
            await connection.close()

    before = newest(server)
    refused = asyncio.run(held())
    assert refused.exit_code == 1
    assert "正在进行" in refused.output
    assert newest(server) == before


def test_an_installation_of_its_own_needs_no_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded database has one home and one key file: whoever uses it reads that one."""
    for name in ("DATABASE_URL", "YINLING_OWNER_DATABASE_URL"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("YINLING_HOME", str(tmp_path))
    settings.cache_clear()
    assert CliRunner().invoke(cli.app, ["migrate"]).exit_code == 0
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("YINLING_OWNER_DATABASE_URL")
    settings.cache_clear()
    kept = embedded.start(tmp_path)
    try:
        done = rotate()
    finally:
        kept.stop()
        settings.cache_clear()
        crypto.keyring.cache_clear()
    assert done.exit_code == 0, done.output
    assert "第 2 版" in done.output


class TestKeyring:
    """How a process learns of a key that another one made."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        crypto.create_keys(tmp_path / "keys.json")
        return tmp_path / "keys.json"

    def test_an_unknown_version_makes_it_look(self, path: Path) -> None:
        running = crypto._loaded(path, path)
        crypto.add_data_key(path)
        sealed = crypto.load_keys(path).encrypt("王文秀")
        assert running.decrypt(sealed) == "王文秀"
        assert running.current == 2

    def test_it_writes_under_the_new_key_after_a_while(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        running = crypto._loaded(path, path)
        old = running.encrypt("王文秀")
        crypto.add_data_key(path)
        monkeypatch.setattr(running, "_looks_at", 0)
        assert running.encrypt("王文秀")[0] == 2
        assert running.decrypt(old) == "王文秀"

    def test_a_file_that_is_away_or_half_written_changes_nothing(self, path: Path) -> None:
        running = crypto._loaded(path, path)
        sealed = running.encrypt("王文秀")
        unknown = bytes([9]) + sealed[1:]
        for content in ("{", "{}", None):
            path.unlink() if content is None else path.write_text(content)
            with pytest.raises(crypto.UnreadableValue):
                running.decrypt(unknown)
            assert running.decrypt(sealed) == "王文秀"
