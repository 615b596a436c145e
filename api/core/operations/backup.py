"""Backup and restore: the database, the files, a manifest that proves the copy, and (only if asked
for) the keys under a passphrase of their own.

The archive is one plain tar. The manifest's digests and the dump are of one snapshot, so a restore
can show that every table came back row for row. Personal data inside is as encrypted as it was in
the database: without the keys it is lost for good, and with the keys in the same drawer the
encryption protects nobody. That is why they travel apart, or under a passphrase.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url

from api.core.base import crypto
from api.core.database import embedded, migrations
from api.domain.kit.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.core.base.config import Settings

    Report = Callable[[str, int, int], None]

FORMAT = 1
_MANIFEST, _DUMP, _KEYS, _FILES = "manifest.json", "database.dump", "keys.sealed", "files"
#: scrypt at a quarter of a second and 128 MB: a stolen archive is guessed at slowly.
_SCRYPT = {"n": 2**17, "r": 8, "p": 1}
#: What the text form of a value depends on.
_TEXT_FORM = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}


class BackupError(Exception):
    """The archive cannot be made or used; the text is for the operator."""


@dataclass(frozen=True)
class Summary:
    """What an archive holds."""

    path: Path
    tables: dict[str, dict[str, Any]]
    files: int
    with_keys: bool
    key_fingerprint: str
    #: Where the attachments lie when they are not in the archive; empty: they are in it.
    files_elsewhere: str
    #: Attachments that the database names and the store does not hold; None: it did not answer.
    missing_files: int | None = 0

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(int(table["rows"]) for table in self.tables.values())


def files_dir(given: Settings) -> Path | None:
    """The local file store; None when files lie elsewhere (S3 has its own copies)."""
    return None if given.files_url else given.home / "files"


# --- backup -------------------------------------------------------------------------------------


def make(
    url: str, given: Settings, target: Path, *, passphrase: str | None, report: Report
) -> Summary:
    """Write an archive of the running system. Nobody has to stop working meanwhile."""
    if target.exists():
        raise BackupError(f"{target} 已存在，不会覆盖")
    if passphrase is not None and len(passphrase) < 12:
        raise BackupError("密钥口令至少 12 个字符")
    unfinished = target.with_name(target.name + ".part")
    with tempfile.TemporaryDirectory(prefix="yl-backup-", dir=target.resolve().parent) as name:
        dump = Path(name) / _DUMP
        tables = asyncio.run(_dump(url, dump, report))
        store = files_dir(given)
        stored = _stored(store)
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "made_at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "revision": asyncio.run(migrations.current(url)),
            "key_fingerprint": crypto.load_keys(given.key_file).fingerprint(),
            "with_keys": passphrase is not None,
            "tables": tables,
            "files": {},
            "files_elsewhere": given.files_url,
        }
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out, tarfile.open(fileobj=out, mode="w|") as archive:
            archive.add(dump, _DUMP)
            for done, path in enumerate(stored, 1):
                inside = path.relative_to(store or path.parent).as_posix()
                manifest["files"][inside] = _digest_file(path)
                archive.add(path, f"{_FILES}/{inside}")
                report("文件", done, len(stored))
            if passphrase is not None:
                _add(archive, _KEYS, seal(given.key_file.read_bytes(), passphrase))
            _add(archive, _MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        _sync(unfinished)
        unfinished.replace(target)
    return _summary(target, manifest)


async def _dump(url: str, target: Path, report: Report) -> dict[str, dict[str, Any]]:
    connection = await migrations.connect(url)
    try:
        transaction = connection.transaction(isolation="repeatable_read", readonly=True)
        await transaction.start()
        snapshot = str(await connection.fetchval("SELECT pg_export_snapshot()"))
        command = [
            _program("pg_dump"),
            "--format=custom",
            "--no-unlogged-table-data",
            f"--snapshot={snapshot}",
        ]
        schema = str(await connection.fetchval("SELECT current_schema()"))
        command += [] if schema == "public" else [f"--schema={schema}"]
        await _run([*command, f"--file={target}"], url)
        found = await digests(connection, report)
        await transaction.rollback()
        return found
    finally:
        await connection.close()


async def digests(connection: Any, report: Report) -> dict[str, dict[str, Any]]:
    """Rows and SHA-256 over the ordered rows, for every table of the schema."""
    for name, value in _TEXT_FORM.items():
        await connection.execute(f"SELECT set_config('{name}', '{value}', false)")
    tables = await connection.fetch(_TABLES)
    found: dict[str, dict[str, Any]] = {}
    for done, row in enumerate(tables, 1):
        digest = hashlib.sha256()

        async def eat(piece: bytes, digest: Any = digest) -> None:
            digest.update(piece)

        status = await connection.copy_from_query(
            f"SELECT {row['columns']} FROM {row['name']} AS t ORDER BY {row['ordering']}",  # noqa: S608
            output=eat,
        )
        found[row["plain"]] = {"rows": int(status.split()[1]), "sha256": digest.hexdigest()}
        report("数据表", done, len(tables))
    return found


#: Transaction ids (xid8) belong to one cluster and are left out. Ordered by the primary key, texts
#: by bytes, so that two servers with other locales agree.
_TABLES = """
SELECT c.relname AS plain, format('%I', c.relname) AS name,
  (SELECT string_agg(format('t.%I', attname), ', ' ORDER BY attname) FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND atttypid <> 'xid8'::regtype
  ) AS columns,
  coalesce(
    (SELECT string_agg(format('t.%I', a.attname)
        || CASE WHEN a.attcollation <> 0 THEN ' COLLATE "C"' ELSE '' END, ', '
        ORDER BY array_position(i.indkey::int2[], a.attnum))
      FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
      WHERE i.indrelid = c.oid AND i.indisprimary),
    't::text COLLATE "C"') AS ordering
FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND c.relpersistence = 'p' -- counts of the day are gone after a crash too
  AND c.relnamespace = current_schema()::regnamespace
ORDER BY c.relname COLLATE "C"
"""


def _stored(store: Path | None) -> list[Path]:
    if store is None or not store.exists():
        return []
    return sorted(path for path in store.rglob("*") if path.is_file())


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o600, int(time.time())
    archive.addfile(entry, io.BytesIO(content))


# --- restore ------------------------------------------------------------------------------------


def read_manifest(source: Path) -> dict[str, Any]:
    """The manifest of an archive (it lies at the end, written when all else was)."""
    try:
        with tarfile.open(source, "r:") as archive:
            inside = archive.extractfile(_MANIFEST)
            manifest: dict[str, Any] = json.loads(inside.read()) if inside else {}
    except (OSError, KeyError, tarfile.TarError) as error:
        raise BackupError(f"{source} 不是完整的备份：{error}") from error
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{source} 的格式 {manifest.get('format')} 不认识")
    return manifest


def ensure_empty(given: Settings) -> None:
    """A restore never mixes with what is already there."""
    taken = [name for name in ("postgres", "files") if (given.home / name).exists()]
    if taken and not given.database_url:
        raise BackupError(
            f"{given.home} 中已有 {taken[0]}：只能恢复到空目录，请用 YINLING_HOME 另选一个"
        )


def restore_keys(
    given: Settings, source: Path, manifest: dict[str, Any], passphrase: str | None
) -> bool:
    """Put the keys back. False: there are none, and personal data stays unreadable."""
    wanted = str(manifest["key_fingerprint"])
    if given.key_file.exists():
        if wanted not in _fingerprints(given.key_file):
            raise BackupError(f"密钥文件 {given.key_file} 不是写这份备份的密钥（指纹 {wanted}）")
        return True
    if not manifest["with_keys"] or passphrase is None:
        return False
    with tarfile.open(source, "r:") as archive:
        inside = archive.extractfile(_KEYS)
        sealed = inside.read() if inside else b""
    plain = unseal(sealed, passphrase)
    given.key_file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(given.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(plain)
    return True


def _fingerprints(path: Path) -> set[str]:
    """Of the key set as it is and as it was before each rotation: newer keys read older backups."""
    found = json.loads(path.read_text())
    data = {int(version): base64.b64decode(key) for version, key in found["data"].items()}
    index, token = base64.b64decode(found["index"]), base64.b64decode(found["token"])
    return {
        crypto.Keyring({v: data[v] for v in data if v <= last}, index, token).fingerprint()
        for last in data
    }


def restore(
    url: str, given: Settings, source: Path, manifest: dict[str, Any], report: Report
) -> Summary:
    """Bring everything back, and prove it by the manifest."""
    if asyncio.run(_count_tables(url)):
        raise BackupError("目标数据库不是空的：只能恢复到空数据库")
    with tempfile.TemporaryDirectory(prefix="yl-restore-", dir=given.home) as name:
        dump = Path(name) / _DUMP
        with tarfile.open(source, "r:") as archive:
            _extract(archive, _DUMP, dump)
            command = [_program("pg_restore"), "--no-owner", "--single-transaction"]
            command += ["--exit-on-error", f"--dbname={make_url(url).database}", str(dump)]
            asyncio.run(_run(command, url))
            _restore_files(archive, files_dir(given), manifest, report)
    found = asyncio.run(_digests_of(url, report))
    wrong = sorted(
        table
        for table in found.keys() | manifest["tables"].keys()
        if found.get(table) != manifest["tables"].get(table)
    )
    if wrong:
        raise BackupError(f"恢复后与备份不一致的数据表：{', '.join(wrong)}")
    asyncio.run(_after_restore(url))
    return replace(_summary(source, manifest), missing_files=asyncio.run(_missing_files(url)))


async def _count_tables(url: str) -> int:
    connection = await migrations.connect(url)
    try:
        return len(await connection.fetch(_TABLES))
    finally:
        await connection.close()


async def _digests_of(url: str, report: Report) -> dict[str, dict[str, Any]]:
    connection = await migrations.connect(url)
    try:
        return await digests(connection, report)
    finally:
        await connection.close()


async def _missing_files(url: str) -> int | None:
    from api.core.files import files

    connection = await migrations.connect(url)
    try:
        if not await connection.fetchval("SELECT to_regclass('stored_files') IS NOT NULL"):
            return 0
        paths = {
            str(row["path"]) for row in await connection.fetch("SELECT path FROM stored_files")
        }
        return len(paths - await files.held()) if paths else 0
    except Unavailable:
        return None
    finally:
        await connection.close()


async def _after_restore(url: str) -> None:
    """What must not be as it was in the old cluster.

    Stored transaction ids lie ahead of the new cluster's counter and would hide events from the
    feed: all get the oldest one, their order stays that of their ids. Readers of the feed hold
    cursors into a past that may have been undone: a new epoch tells them to begin anew.
    """
    connection = await migrations.connect(url)
    try:
        async with connection.transaction():
            for row in await connection.fetch(
                "SELECT format('%I', c.relname) AS name, format('%I', a.attname) AS column"
                " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                " WHERE c.relkind IN ('r', 'p') AND a.atttypid = 'xid8'::regtype"
                " AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0"
            ):
                await connection.execute(f"UPDATE {row['name']} SET {row['column']} = '3'::xid8")  # noqa: S608
            if await connection.fetchval("SELECT to_regclass('feed_state') IS NOT NULL"):
                await connection.execute("UPDATE feed_state SET epoch = epoch + 1")
    finally:
        await connection.close()


def _restore_files(
    archive: tarfile.TarFile, store: Path | None, manifest: dict[str, Any], report: Report
) -> None:
    files: dict[str, str] = manifest["files"]
    if not files:
        return
    if store is None:
        raise BackupError("备份带有文件，而这里的文件存放在对象存储：请先去掉 YINLING_FILES_URL")
    for done, (inside, digest) in enumerate(files.items(), 1):
        target = (store / inside).resolve()
        if not target.is_relative_to(store.resolve()):
            raise BackupError(f"备份中的路径越界：{inside}")
        _extract(archive, f"{_FILES}/{inside}", target)
        if _digest_file(target) != digest:
            raise BackupError(f"文件已损坏：{inside}")
        report("文件", done, len(files))


def _extract(archive: tarfile.TarFile, name: str, target: Path) -> None:
    inside = archive.extractfile(name)
    if inside is None:
        raise BackupError(f"备份中缺少 {name}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with inside, target.open("wb") as out:
        shutil.copyfileobj(inside, out, 1 << 20)


# --- the keys -----------------------------------------------------------------------------------


def seal(plain: bytes, passphrase: str) -> bytes:
    """Under a passphrase: scrypt, then AES-256-GCM."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_stretch(passphrase, salt, _SCRYPT)).encrypt(nonce, plain, b"yinling-keys")
    body = {"scrypt": _SCRYPT, "salt": _b64(salt), "nonce": _b64(nonce), "sealed": _b64(sealed)}
    return json.dumps(body, indent=1).encode()


def unseal(sealed: bytes, passphrase: str) -> bytes:
    """The key file again. Raises BackupError for a wrong passphrase."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    body = json.loads(sealed)
    part = {name: base64.b64decode(body[name]) for name in ("salt", "nonce", "sealed")}
    key = _stretch(passphrase, part["salt"], body["scrypt"])
    try:
        return AESGCM(key).decrypt(part["nonce"], part["sealed"], b"yinling-keys")
    except InvalidTag as error:
        raise BackupError("密钥口令不对") from error


def _stretch(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    memory = 256 * 1024 * 1024
    return hashlib.scrypt(passphrase.encode(), salt=salt, **cost, dklen=32, maxmem=memory)


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


# --- helpers ------------------------------------------------------------------------------------


def _program(name: str) -> str:
    with suppress(embedded.EmbeddedError):
        return str(embedded.binaries() / name)
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"找不到 {name}")
    return found


async def _run(command: list[str], url: str) -> None:
    """The password goes by the environment: a command line can be read by everybody."""
    at = make_url(url)
    query = {name: str(value) for name, value in at.query.items()}
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "LC_ALL": "C",
        "PGHOST": at.host or query.get("host", ""),
        "PGPORT": str(at.port or query.get("port", 5432)),
        "PGUSER": at.username or "",
        "PGDATABASE": at.database or "",
    }
    if at.password:
        environment["PGPASSWORD"] = at.password
    if "passfile" in query:
        environment["PGPASSFILE"] = query["passfile"]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, said = await process.communicate()
    if process.returncode != 0:
        raise BackupError(
            f"{Path(command[0]).name}：{said.decode(errors='replace').strip()[-800:]}"
        )


def _digest_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _summary(path: Path, manifest: dict[str, Any]) -> Summary:
    return Summary(
        path=path,
        tables=manifest["tables"],
        files=len(manifest["files"]),
        with_keys=bool(manifest["with_keys"]),
        key_fingerprint=str(manifest["key_fingerprint"]),
        files_elsewhere=str(manifest.get("files_elsewhere", "")),
    )
