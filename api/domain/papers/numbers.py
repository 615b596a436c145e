"""How the number of a paper is written: 众养诈移〔2026〕1号 (GB/T 9704 7.2.5: no 第, no leading zero)."""

from typing import Final

#: What stands before the kind in every series of the campaign.
CAMPAIGN: Final = "养诈"


def prefix_of(town_name: str) -> str:
    """By what a town's papers begin where nobody decided otherwise: 众兴集镇 → 众."""
    return "".join(town_name.split())[:1]


def number_of(prefix: str, series: str, year: int, seq: int) -> str:
    """The number as it is printed."""
    return f"{prefix}{CAMPAIGN}{series}〔{year}〕{seq}号"
