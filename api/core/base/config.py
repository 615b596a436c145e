"""Settings: one frozen object, read once from the environment."""

import os
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path

from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict, Field


def _name(field: str) -> str:
    return f"YINLING_{field.upper()}"


class Settings(BaseModel):
    """Everything an operator may set. Names in the environment: `YINLING_…`, or as the alias says."""

    # No library for settings: it imports what a command line needs, 7 MB of the parent of `serve`.
    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=AliasGenerator(validation_alias=_name)
    )

    home: Path = Path("var")
    host: str = Field("127.0.0.1", validation_alias=AliasChoices("HOST", "YINLING_HOST"))
    port: int = Field(8000, validation_alias=AliasChoices("PORT", "YINLING_PORT"))
    #: The role that the application connects as. It owns nothing. Empty: the embedded PostgreSQL.
    database_url: str = Field(
        "", validation_alias=AliasChoices("DATABASE_URL", "YINLING_DATABASE_URL")
    )
    #: The role that owns the tables; only migrations use it.
    owner_database_url: str = ""
    workers: int = 1
    demo: bool = False
    demo_password: str = ""
    secret_key_file: Path | None = None
    static_dir: Path = Path("frontend/dist")
    #: Files: a local folder, or `s3://bucket/prefix` (credentials from the usual AWS variables).
    files_url: str = ""
    #: How long an object store may keep silent before it counts as gone.
    files_timeout_seconds: int = 20
    access_token_minutes: int = 15
    #: MLPS (GB/T 22239 AU-2): a session nobody uses ends by itself.
    session_idle_minutes: int = 120
    session_max_hours: int = 12
    lock_after_failures: int = 5
    lock_minutes: int = 30
    max_upload_mb: int = 100
    #: How long a sender may keep silent within a request.
    silence_seconds: int = 20
    #: What a report without a login costs its sender in computing: 2^n hashes on the average.
    public_proof_bits: int = 17
    #: More reports without a login are not taken: nobody could look at them.
    public_reports_per_hour: int = 1000
    #: Whose word about where a request comes from is believed: addresses of proxies, `*` for all.
    trusted_proxies: str = Field(
        "", validation_alias=AliasChoices("YINLING_TRUSTED_PROXIES", "FORWARDED_ALLOW_IPS")
    )
    #: Connections of one web process to the database, all told; the worker has half as many.
    pool_size: int = Field(20, ge=8)
    #: Moves the one clock for rehearsals and tests, e.g. `2026-12-31T08:00:00+08:00`.
    now: str = ""
    log_level: str = "INFO"

    @property
    def key_file(self) -> Path:
        """Where the keys for personal data and tokens lie (0600)."""
        return self.secret_key_file or self.home / "secret-keys.json"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings.model_validate(dict(os.environ))
