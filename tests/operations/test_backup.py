"""A backup comes back row for row; keys travel under a passphrase; rotation loses nothing."""

import asyncio
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api import cli
from api.core.base import crypto
from api.core.base.config import settings
from api.core.database import embedded, migrations
from api.core.operations import backup, rotation

PASSPHRASE = "correct horse battery staple"
SECRET = "13812345678"


class Installation:
    """A home directory with some data in it, worked on by the operator's commands."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home = home
        self._patch = patch

    def run(self, *arguments: str, **environment: str) -> Result:
        # recorded once, so that what a command sets in this process is taken back at the end
        for name in ("DATABASE_URL", "YINLING_OWNER_DATABASE_URL", "YINLING_BACKUP_PASSPHRASE"):
            self._patch.setenv(name, "")
            self._patch.delenv(name)
        self._patch.setenv("YINLING_HOME", str(self.home))
        for name, value in environment.items():
            self._patch.setenv(name, value)
        settings.cache_clear()
        crypto.keyring.cache_clear()
        try:
            return CliRunner().invoke(cli.app, list(arguments))
        finally:
            settings.cache_clear()
            crypto.keyring.cache_clear()

    def sql(self, script: str) -> str:
        server = embedded.start(self.home)
        try:
            return embedded.run_sql(server, script, embedded.DATABASE)
        finally:
            server.stop()

    @property
    def key_file(self) -> Path:
        return self.home / "secret-keys.json"


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    made = Installation(tmp_path / "a", monkeypatch)
    done = made.run("migrate")
    assert done.exit_code == 0, done.output
    sealed = [crypto.load_keys(made.key_file).encrypt(SECRET).hex() for _ in range(3)]
    rows = ", ".join(f"({n}, '第{n}行', '\\x{value}')" for n, value in enumerate(sealed))
    made.sql(
        "SET ROLE yinling_owner;"
        "CREATE TABLE probe (id int PRIMARY KEY, note text, phone_enc bytea);"
        "CREATE TABLE probe_events (id int PRIMARY KEY, xid xid8 DEFAULT pg_current_xact_id());"
        "GRANT SELECT, INSERT ON probe TO yinling_app;"
        f"INSERT INTO probe VALUES {rows}; INSERT INTO probe_events VALUES (1), (2);"
    )
    store = made.home / "files" / "ab"
    store.mkdir(parents=True)
    (store / "cd").write_bytes(b"evidence")
    return made


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    return Installation(tmp_path / "b", monkeypatch)


def test_everything_comes_back(full: Installation, empty: Installation, tmp_path: Path) -> None:
    archive = tmp_path / "b.tar"
    made = full.run("backup", str(archive), "--with-keys", YINLING_BACKUP_PASSPHRASE=PASSPHRASE)
    assert made.exit_code == 0, made.output
    assert archive.stat().st_mode & 0o077 == 0
    assert SECRET.encode() not in archive.read_bytes()

    done = empty.run("restore", str(archive), YINLING_BACKUP_PASSPHRASE=PASSPHRASE)
    assert done.exit_code == 0, done.output
    assert empty.key_file.read_bytes() == full.key_file.read_bytes()
    assert (empty.home / "files" / "ab" / "cd").read_bytes() == b"evidence"
    asked = "SELECT id, note, phone_enc FROM probe ORDER BY id"
    assert empty.sql(asked) == full.sql(asked) != ""
    granted = "SELECT has_table_privilege('yinling_app', 'probe', 'insert')"
    assert empty.sql(granted).strip() == "t"
    owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'probe'"
    assert empty.sql(owner).strip() == "yinling_owner"
    # the feed begins anew: transaction ids of another cluster mean nothing here
    epoch = "SELECT epoch FROM feed_state"
    assert int(empty.sql(epoch)) == int(full.sql(epoch)) + 1
    assert empty.sql("SELECT max(xid::text::bigint) FROM probe_events").strip() == "3"


def test_without_keys_it_warns_and_refuses(
    full: Installation, empty: Installation, tmp_path: Path
) -> None:
    archive = tmp_path / "b.tar"
    made = full.run("backup", str(archive))
    assert made.exit_code == 0
    assert "不含密钥" in made.output

    refused = empty.run("restore", str(archive))
    assert refused.exit_code == 1
    assert "--without-keys" in refused.output
    assert not (empty.home / "postgres").exists()

    # the key file kept elsewhere is put in place by hand
    empty.key_file.write_bytes(full.key_file.read_bytes())
    done = empty.run("restore", str(archive))
    assert done.exit_code == 0, done.output


def test_refuses_a_home_in_use_and_another_key(
    full: Installation, empty: Installation, tmp_path: Path
) -> None:
    archive = tmp_path / "b.tar"
    assert full.run("backup", str(archive)).exit_code == 0
    again = full.run("restore", str(archive))
    assert again.exit_code == 1
    assert "空目录" in again.output

    empty.home.mkdir()
    crypto.create_keys(empty.key_file)
    other = empty.run("restore", str(archive))
    assert other.exit_code == 1
    assert "不是写这份备份的密钥" in other.output


def test_a_wrong_passphrase_changes_nothing(
    full: Installation, empty: Installation, tmp_path: Path
) -> None:
    archive = tmp_path / "b.tar"
    full.run("backup", str(archive), "--with-keys", YINLING_BACKUP_PASSPHRASE=PASSPHRASE)
    wrong = empty.run("restore", str(archive), YINLING_BACKUP_PASSPHRASE="not the right one")
    assert wrong.exit_code == 1
    assert "口令不对" in wrong.output
    assert not empty.key_file.exists()


def test_a_changed_row_is_noticed(full: Installation, empty: Installation, tmp_path: Path) -> None:
    archive, forged = tmp_path / "b.tar", tmp_path / "forged.tar"
    full.run("backup", str(archive))
    with tarfile.open(archive) as old, tarfile.open(forged, "w") as new:
        for entry in old.getmembers():
            inside = old.extractfile(entry)
            assert inside is not None
            if entry.name == "manifest.json":
                manifest: dict[str, Any] = json.loads(inside.read())
                manifest["tables"]["probe"]["sha256"] = "0" * 64
                backup._add(new, entry.name, json.dumps(manifest).encode())
            else:
                new.addfile(entry, inside)
    done = empty.run("restore", "--without-keys", str(forged))
    assert done.exit_code == 1
    assert "probe" in done.output


class TestRotation:
    def test_reencrypts_and_goes_on_after_an_interruption(self, full: Installation) -> None:
        assert full.run("keys", "rotate").exit_code == 0
        versions = "SELECT DISTINCT get_byte(phone_enc, 0) FROM probe"
        assert full.sql(versions).split() == ["2"]

        # interrupted: half of the rows are already under the next key
        crypto.add_data_key(full.key_file)
        ring = crypto.load_keys(full.key_file)
        half = ring.encrypt(SECRET).hex()
        full.sql(f"UPDATE probe SET phone_enc = '\\x{half}' WHERE id = 0")
        done = full.run("keys", "rotate", "--continue")
        assert done.exit_code == 0, done.output
        assert "2 个值" in done.output
        assert full.sql(versions).split() == ["3"]
        for line in full.sql("SELECT phone_enc FROM probe").split():
            assert ring.decrypt(bytes.fromhex(line.removeprefix("\\x"))) == SECRET

    def test_an_old_backup_opens_with_newer_keys(
        self, full: Installation, empty: Installation, tmp_path: Path
    ) -> None:
        archive = tmp_path / "b.tar"
        assert full.run("backup", str(archive)).exit_code == 0
        assert full.run("keys", "rotate").exit_code == 0
        empty.home.mkdir()
        empty.key_file.write_bytes(full.key_file.read_bytes())
        done = empty.run("restore", str(archive))
        assert done.exit_code == 0, done.output

    def test_many_batches(self, full: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rotation, "BATCH", 2)
        crypto.add_data_key(full.key_file)
        ring = crypto.load_keys(full.key_file)
        server = embedded.start(full.home)
        try:
            done = asyncio.run(rotation.rotate(server.owner_url, ring, lambda *_: None))
            again = asyncio.run(rotation.rotate(server.owner_url, ring, lambda *_: None))
        finally:
            server.stop()
        assert (done, again) == (3, 0)


def test_digests_do_not_depend_on_the_server(full: Installation) -> None:
    """The same rows, other settings: the same digest."""
    server = embedded.start(full.home)

    async def found() -> dict[str, Any]:
        connection = await migrations.connect(server.owner_url)
        try:
            return await backup.digests(connection, lambda *_: None)
        finally:
            await connection.close()

    try:
        before = asyncio.run(found())
        embedded.run_sql(
            server,
            "ALTER DATABASE yinling SET timezone = 'America/Lima';"
            "ALTER DATABASE yinling SET datestyle = 'SQL, DMY';",
        )
        assert asyncio.run(found()) == before
    finally:
        server.stop()
