"""The other town is made once: a town has one office."""

import pytest

from tests.access.towns import Town


@pytest.fixture(scope="session")
def town(running, client) -> Town:
    return Town(running, client("system_admin"))
