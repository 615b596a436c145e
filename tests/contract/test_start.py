"""What each process of `yinling serve` leaves alone until it is needed."""

import subprocess
import sys

from pydantic import BaseModel

from api.main import create_app


def _modules_after(code: str) -> set[str]:
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


def test_the_worker_waits_without_the_web() -> None:
    loaded = _modules_after("import api.worker; api.worker._load_library()")
    assert "pgqueuer" in loaded
    assert not loaded & {"fastapi", "starlette", "api.models", "api.routers", "api.services"}


def test_the_parent_knows_no_tables() -> None:
    loaded = _modules_after(
        "import api.cli; from api.core.base import crypto; from api.core.database import embedded, migrations; from api.core.operations import processes;"
        "from api.domain.demo import demo; demo.logins('')"
    )
    assert not loaded & {"fastapi", "sqlalchemy", "alembic", "api.models", "api.services"}


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
