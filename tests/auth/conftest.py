"""A server outside the demo, where first logins change their password and sessions idle out."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.auth.people import administrator
from tests.conftest import Running, started


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(
        tmp_path_factory.mktemp("auth"), YINLING_DEMO="0", YINLING_ACCESS_TOKEN_MINUTES="15"
    ) as server:
        yield server


@pytest.fixture
def newcomer(running):
    """A person whom the system administrator just made, with a temporary password and a post."""
    headers = administrator(running, "system_admin")
    name = f"new{uuid4().hex[:8]}"
    made = httpx.post(
        f"{running.api}/users", headers=headers, json={"username": name, "name": "新同志"}
    )
    assert made.status_code == 201, made.text
    return name, made.json()
