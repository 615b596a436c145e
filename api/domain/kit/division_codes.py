"""Codes of divisions: two digits each for province, prefecture and county, three for the town, three
for the village (GB/T 10114; the last three of fifteen are a group of the village).

The one place that knows where in a code which of them ends.
"""


def county_of(code: str) -> str:
    """The six digits of the county that a division is, or lies in."""
    return code[:6]


def town_of(code: str) -> str:
    """The nine digits of the town that a division is, or lies in; a county's own six stay."""
    return code[:9]


def village_of(code: str) -> str:
    """The twelve digits of the village that a division is, or lies in; a shorter code stays."""
    return code[:12]
