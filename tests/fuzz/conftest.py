"""A server of its own: what a fuzzer writes may be anything that the API allows."""

from collections.abc import Iterator

import pytest

from tests.conftest import Running, started


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(tmp_path_factory.mktemp("fuzz")) as server:
        yield server
