"""What each process of `yinling serve` leaves alone until it is needed."""

import subprocess
import sys

from pydantic import BaseModel

from api.main import create_app


def _modules_after(code: str, before: str = "") -> set[str]:
    """What a process has imported after this, or after as much of it as did not raise `Here`."""
    lines = "\n".join(f"    {line}" for line in code.splitlines())
    handled = f"{before or 'class Here(Exception): pass'}\ntry:\n{lines}\nexcept Here: pass"
    told = subprocess.run(
        [sys.executable, "-c", f"{handled}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


def test_the_worker_waits_without_the_web() -> None:
    loaded = _modules_after("import api.worker; api.worker._load_library()")
    assert "pgqueuer" in loaded
    assert not loaded & {"fastapi", "starlette", "api.models", "api.routers", "api.services"}
    assert "rich" not in loaded


def test_the_web_prints_nothing_in_colours() -> None:
    loaded = _modules_after(
        "from api.core.operations import processes; processes.await_go = exit_here\n"
        "import socket; processes.web('api.main:create_app', socket.socket().detach())",
        "class Here(Exception): pass\ndef exit_here(): raise Here",
    )
    assert "api.routers" in loaded
    assert not loaded & {"rich", "pydantic_settings"}


def test_the_parent_knows_no_tables() -> None:
    loaded = _modules_after(
        "import api.cli; from api.core.base.config import settings; settings();"
        "from api.core.database import embedded; from api.core.operations import processes"
    )
    # what the schema and the demo need is imported by a child that ends
    assert not loaded & {"fastapi", "sqlalchemy", "alembic", "asyncpg", "cryptography"}
    assert not loaded & {"api.models", "api.services", "api.core.database.migrations"}
    assert not loaded & {"asyncio", "pydantic_settings"}


def test_every_model_that_is_built_when_first_asked_for_can_be_built() -> None:
    create_app()
    waiting = [BaseModel]
    built = 0
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if model.__module__.startswith("api."):
            assert model.model_rebuild(raise_errors=True) is not False
            built += 1
    assert built > 300
