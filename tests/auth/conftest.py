"""A server outside the demo, where first logins change their password and sessions idle out."""

from collections.abc import Iterator

import pytest

from tests.conftest import Running, started


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(
        tmp_path_factory.mktemp("auth"), YINLING_DEMO="0", YINLING_ACCESS_TOKEN_MINUTES="15"
    ) as server:
        yield server
