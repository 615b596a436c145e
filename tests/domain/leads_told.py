"""Pairs of leads and sentences as people tell them, written without a look at the scorer.

Village cadres, grid workers, operators of a hotline, old people and their children; a line a pair:
`+` one affair (or one company), `-` two, then the kind and what each of the two reports says.
"""

from dataclasses import dataclass
from pathlib import Path

from api.domain.leads.similarity import Features, features
from api.domain.words.identifiers import masked

HOME = Path(__file__).parents[1] / "data" / "similar"


@dataclass(frozen=True)
class Lead:
    subject: str
    narrative: str

    def features(self) -> Features:
        """As the office stores it: identifiers found and masked."""
        subject, named = masked(self.subject)
        text, told = masked(self.narrative)
        said = frozenset((each.kind, each.value_normalised) for each in (*named, *told))
        return features(subject, text, said)


@dataclass(frozen=True)
class Pair:
    same: bool
    kind: str
    left: Lead
    right: Lead


def _lines(name: str) -> list[tuple[bool, list[str]]]:
    read = (HOME / name).read_text("utf-8").splitlines()
    return [(line[0] == "+", line[2:].split("|")) for line in read if line[:1] in ("+", "-")]


def pairs(name: str) -> list[Pair]:
    """The labelled pairs of a file."""
    return [Pair(same, kind, Lead(a, b), Lead(c, d)) for same, (kind, a, b, c, d) in _lines(name)]


def sentences(name: str) -> list[tuple[bool, str, str]]:
    """Whether a red flag speaks from a sentence, which, and the sentence."""
    return [(speaks, flag, text) for speaks, (flag, text) in _lines(name)]


@dataclass(frozen=True)
class Figures:
    recall: float
    precision: float
    missed: list[object]
    wrong: list[object]

    @classmethod
    def of(cls, told: list[tuple[object, bool, bool]]) -> "Figures":
        """Of what was told: the thing, what is right, what was found."""
        hits = sum(right and found for _, right, found in told)
        return cls(
            hits / sum(right for _, right, _ in told),
            hits / max(1, sum(found for *_, found in told)),
            [thing for thing, right, found in told if right and not found],
            [thing for thing, right, found in told if found and not right],
        )

    def __str__(self) -> str:
        missed = "\n".join(f"missed {each}" for each in self.missed)
        wrong = "\n".join(f"wrong {each}" for each in self.wrong)
        return f"recall {self.recall:.3f}, precision {self.precision:.3f}\n{missed}\n{wrong}"
