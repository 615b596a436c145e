"""Waiting for what another process does: so many looks, and then it does not happen."""

import time
from collections.abc import Callable


def until(happened: Callable[[], object], missing: Callable[[], object], looks: int = 1200) -> None:
    """Look every tenth of a second; `missing` tells what was seen instead."""
    for _ in range(looks):
        if happened():
            return
        time.sleep(0.1)
    raise AssertionError(missing())
