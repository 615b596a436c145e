"""What a day that somebody types may be: every field for one says so, in a form and on the wire."""

from datetime import date
from enum import Enum
from typing import Final

#: 刑事诉讼法 (1979) came into force on that day: nothing that is recorded here was done before it.
EARLIEST: Final = date(1980, 1, 1)
#: The rule that says how far ahead a day may be that people name.
FURTHEST: Final = "DUE-FURTHEST"


class DayKind(Enum):
    """How a day that is typed stands to the present one."""

    #: It happened: not before EARLIEST, not after today.
    PAST = "past"
    #: It happened, as a step after others: the flow's own check bounds it the same way, and says so
    #: together with what else is wrong.
    STEP = "step"
    #: Until then something is to be done, or then it is planned: today or later, as far ahead as the
    #: rule lets people name. What took place before says when it was done.
    DUE = "due"
    #: The end of a term that begins on another day of the same form, which it is compared with: as
    #: far ahead as the rule says.
    END = "end"
