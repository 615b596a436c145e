"""The other town is made once: a town has one office."""

import pytest

from tests.access.towns import Town, other_town


@pytest.fixture(scope="session")
def town(running, client) -> Town:
    return other_town(running, client("system_admin"))
