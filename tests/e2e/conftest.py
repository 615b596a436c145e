"""A server of its own: the walk imports the given ledger, which comes in only once."""

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Client, Running, logged_in, started


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(tmp_path_factory.mktemp("walk")) as server:
        yield server


@pytest.fixture(scope="package")
def client(running: Running) -> Iterator[Callable[[str], Client]]:
    with logged_in(running) as as_:
        yield as_
