"""A server of its own: the walk imports the given ledger, which comes in only once."""

from collections.abc import Iterator

import pytest

from tests.conftest import Running, started


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(tmp_path_factory.mktemp("walk")) as server:
        yield server
