"""What a process that has started never lets go of, the garbage collector need not look at again."""

import gc

#: New containers between two looks at the youngest: a page of rows makes thousands that all go at
#: once, by reference counts, and Python's own 700 looks at them several times in between.
_YOUNGEST = 20_000


def begin() -> None:
    """Called first: what is imported stays, and looking for garbage among it takes a fifth of it."""
    gc.disable()


def settle() -> None:
    """Called once, after everything has been imported; hardly anything of it is garbage."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(_YOUNGEST, 20, 20)
