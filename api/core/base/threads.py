"""Long work in a thread, beside the event loop: both want the one interpreter."""

import time
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

T = TypeVar("T")
_TURN: Final = 16


def giving_way(items: Iterable[T]) -> Iterator[T]:
    """The same items; every few of them the event loop gets its turn.

    Otherwise it waits five milliseconds each time that it wants one, and PostgreSQL with it for
    the next piece of what is being sent: a COPY beside such work took three times as long.
    """
    for count, item in enumerate(items):
        if not count % _TURN:
            time.sleep(0)
        yield item
