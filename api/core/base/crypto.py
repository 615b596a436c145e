"""Personal data at rest: SM4-GCM columns, HMAC-SM3 blind indexes, and the keys for both.

A stored value is `key version (1 byte) ‖ nonce (12) ‖ tag (16) ‖ ciphertext`, so that
`yinling keys rotate` can bring in a new key while old rows are still readable.
"""

import base64
import hashlib
import json
import os
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from api.core.base.config import settings

_NONCE, _TAG, _HEAD = 12, 16, 29
#: Seconds after which every process that writes writes under a key that came into the file.
LEARNS = 1.0


class UnreadableValue(Exception):
    """The stored bytes were changed, or the key that wrote them is gone."""


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """HMAC-SM3 (GB/T 15852.2), 32 bytes."""
    return _finished(hmac.HMAC(key, hashes.SM3()), data)


def _finished(mac: hmac.HMAC, data: bytes) -> bytes:
    mac.update(data)
    return mac.finalize()


class Keyring:
    """All keys of an installation: versioned data keys, one index key, one token key.

    The index key does not rotate with the data keys: changing it means recomputing every blind
    index.

    A keyring that knows its `source` learns a new data key from that file by itself: a value under
    a version that it does not know makes it look at once, writing makes it look every `LEARNS`
    seconds. So `yinling keys rotate` may run beside the server.
    """

    def __init__(
        self,
        data: Mapping[int, bytes],
        index: bytes,
        token: bytes,
        source: Path | None = None,
    ) -> None:
        self._data = dict(data)
        self._ciphers = _ciphers(self._data)
        self._index = index
        # taking in the key costs as much as a short text does
        self._mac = hmac.HMAC(index, hashes.SM3())
        self.token = token
        self.current = max(self._data)
        self._source = source
        self._looks_at = time.monotonic() + LEARNS
        self._seen: tuple[int, int] | None = None

    def _look(self) -> None:
        """Take in data keys that came into the file since; a file that is away changes nothing."""
        self._looks_at = time.monotonic() + LEARNS
        if self._source is None:
            return
        try:
            found = self._source.stat()
            if (seen := (found.st_mtime_ns, found.st_ino)) == self._seen:
                return
            data = _data_keys(json.loads(self._source.read_text()))
        except (OSError, ValueError, KeyError):
            return
        # other threads may be writing: first the keys, then which of them is the present one
        self._data = data | self._data
        self._ciphers = _ciphers(self._data)
        self.current = max(self._data)
        self._seen = seen

    def encrypt(self, text: str) -> bytes:
        """The text under the current data key."""
        return self.encrypt_bytes(text.encode())

    def encrypt_bytes(self, plain: bytes) -> bytes:
        """Bytes under the current data key, authenticated."""
        if time.monotonic() > self._looks_at:
            self._look()
        nonce, version = os.urandom(_NONCE), self.current
        encryptor = Cipher(self._ciphers[version], GCM(nonce)).encryptor()
        sealed = encryptor.update(plain) + encryptor.finalize()
        return bytes([version]) + nonce + encryptor.tag + sealed

    def decrypt(self, sealed: bytes) -> str:
        """The text again. Raises UnreadableValue."""
        return self.decrypt_bytes(sealed).decode()

    def decrypt_bytes(self, sealed: bytes) -> bytes:
        """The bytes again. Raises UnreadableValue."""
        if len(sealed) < _HEAD:
            raise UnreadableValue
        if sealed[0] not in self._data:
            self._look()
        cipher = self._ciphers.get(sealed[0])
        if cipher is None:
            raise UnreadableValue
        nonce, tag = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE : _HEAD]
        decryptor = Cipher(cipher, GCM(nonce, tag)).decryptor()
        try:
            return decryptor.update(sealed[_HEAD:]) + decryptor.finalize()
        except InvalidTag as error:
            raise UnreadableValue from error

    def blind_index(self, kind: str, normalised: str) -> bytes:
        """Sixteen bytes that equal values of one kind share, for exact search without plain text."""
        return _finished(self._mac.copy(), f"{kind}\0{normalised}".encode())[:16]

    def digest(self, purpose: str, data: bytes) -> bytes:
        """A keyed digest (32 bytes) for anything but search: request hashes, tokens, cursors."""
        return _finished(self._mac.copy(), purpose.encode() + b"\0" + data)

    def fingerprint(self) -> str:
        """Names the key set without giving it away (shown by backup and restore)."""
        joined = b"".join(self._data[v] for v in sorted(self._data)) + self._index
        return hashlib.sha256(joined).hexdigest()[:16]


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def create_keys(path: Path) -> None:
    """Make a fresh key file (0600) unless there is one."""
    if path.exists():
        return
    keys = {"data": {"1": _b64(os.urandom(16))}, "index": _b64(os.urandom(32))}
    _write_private(path, json.dumps(keys | {"token": _b64(os.urandom(32))}, indent=1))


def add_data_key(path: Path) -> int:
    """Append a new data key version to the key file; returns the version."""
    keys = json.loads(path.read_text())
    version = max(map(int, keys["data"])) + 1
    if version > 255:  # the version is one byte
        raise ValueError("数据密钥版本已用尽（255）")
    keys["data"][str(version)] = _b64(os.urandom(16))
    _write_private(path, json.dumps(keys, indent=1))
    return version


def load_keys(path: Path) -> Keyring:
    """The keyring in a key file."""
    return _loaded(path, None)


def _loaded(path: Path, source: Path | None) -> Keyring:
    keys = json.loads(path.read_text())
    index, token = base64.b64decode(keys["index"]), base64.b64decode(keys["token"])
    return Keyring(_data_keys(keys), index, token, source)


def _ciphers(data: Mapping[int, bytes]) -> dict[int, SM4]:
    return {version: SM4(key) for version, key in data.items()}


def _data_keys(keys: dict[str, Any]) -> dict[int, bytes]:
    return {int(version): base64.b64decode(key) for version, key in keys["data"].items()}


@lru_cache(maxsize=1)
def keyring() -> Keyring:
    """The keyring of this process; the key file is made on the very first start."""
    path = settings().key_file
    create_keys(path)
    return _loaded(path, path)
