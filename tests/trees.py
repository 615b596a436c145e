"""Sources as trees. What the collector of garbage ends while Python 3.11 makes one breaks the making
(a connection of an earlier test, for one), so it waits."""

import ast
import gc


def parsed(text: str) -> ast.Module:
    """The syntax tree of a source."""
    gc.disable()
    try:
        return ast.parse(text)
    finally:
        gc.enable()
