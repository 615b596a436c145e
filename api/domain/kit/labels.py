"""Codes with their Chinese labels: the one home of every label that a person reads.

OpenAPI (`x-labels`) and, through it, the web app take the labels from here.
"""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A string enum whose members carry a Chinese label: `ACCEPTED = "accepted", "已受理"`."""

    label: str

    def __new__(cls, code: str, label: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    @classmethod
    def labels(cls) -> dict[str, str]:
        """Code → label, in the order of declaration."""
        return {member.value: member.label for member in cls}
