"""A stratified sample that anybody can draw again from its seed.

No random generator of a language: a member's place inside its stratum is a hash of seed, period,
population and member, so that another program in another year draws the same (scripts/redraw_sample.py
does, with nothing of ours). Who is left out is said with the reason, and never drawn.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

#: What a record of a draw is called; another method would have another name.
METHOD = "yinling-sample-1"
#: The same for whoever has nothing but the record.
METHOD_TOLD = (
    "各摘要都是 SHA-256 的十六进制小写，文字用 UTF-8。"
    "一、种子的摘要：yinling-seed|种子。"
    "二、名单的摘要：每个成员一行，编号和分组的各项用制表符相连，各行按文字从小到大排序，用换行相连。"
    "三、各组条数：条数乘以本组人数除以总人数，先取整数部分；条数不少于组数的，每组至少一条；"
    "不足的逐条给“应得减已得”最大、还有人可抽的组，多出的逐条从“已得减应得”最大、多于一条的组减去，并列的按分组的文字在前的。"
    "四、组内：每个成员的 种子|期间|名单的摘要|编号 的摘要，从小到大取本组的条数。"
    "没有参加抽取的不在名单里。"
)


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """One member of the population: its id, and the stratum that it belongs to."""

    id: str
    stratum: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """What decides about a sample beside the population itself."""

    seed: str
    period: str
    size: int


@dataclass(frozen=True, slots=True, order=True)
class Excluded:
    """Somebody of the population who may not be drawn, and by which reason of its noun's."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """A draw as it was kept: enough for anybody to make it again."""

    draw: Draw
    #: Under which the seed was sealed; empty of draws from before seeds were.
    sealed: str
    digest: str
    members: tuple[Member, ...]
    excluded: tuple[Excluded, ...]
    drawn: frozenset[str]

    def is_right(self) -> bool:
        """Whether the same seed, the same members and the same size draw the same."""
        return (
            self.sealed in {"", commitment(self.draw.seed)}
            and digest(self.members) == self.digest
            and frozenset(sample(self.draw, self.members)) == self.drawn
            and self.drawn.isdisjoint(each.id for each in self.excluded)
        )

    def as_document(self) -> dict[str, Any]:
        """The record as a file, in an order that is the same whenever it is asked for."""
        return {
            "method": METHOD,
            "method_told": METHOD_TOLD,
            "seed": self.draw.seed,
            "seed_commitment": self.sealed,
            "period": self.draw.period,
            "size": self.draw.size,
            "population_digest": self.digest,
            "members": [
                {"id": each.id, "stratum": list(each.stratum), "drawn": each.id in self.drawn}
                for each in sorted(self.members)
            ],
            "excluded": [{"id": each.id, "reason": each.reason} for each in sorted(self.excluded)],
        }


def commitment(seed: str) -> str:
    """What is shown of a seed before it is used; nobody finds another seed that fits it."""
    return hashlib.sha256(f"yinling-seed|{seed}".encode()).hexdigest()


def digest(population: Iterable[Member]) -> str:
    """The fingerprint of a population, whatever its order."""
    lines = sorted("\t".join((unit.id, *unit.stratum)) for unit in population)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def allocate(sizes: Mapping[tuple[str, ...], int], size: int) -> dict[tuple[str, ...], int]:
    """How many each stratum gives: in proportion (largest remainder), at least one of each where
    the sample is large enough. Ties go by the stratum's name."""
    strata = sorted(sizes)
    total = sum(sizes.values())
    size = min(size, total)
    if size <= 0:
        return dict.fromkeys(strata, 0)
    quota = {each: Fraction(size * sizes[each], total) for each in strata}
    given = {each: int(quota[each]) for each in strata}
    if size >= len(strata):
        given = {each: max(1, count) for each, count in given.items()}
    while sum(given.values()) != size:
        more = 1 if sum(given.values()) < size else -1
        # the one furthest from its due, that can still give or take
        able = [
            each for each in strata if (given[each] < sizes[each] if more > 0 else given[each] > 1)
        ]
        chosen = max(able, key=lambda each: more * (quota[each] - given[each]))
        given[chosen] += more
    return given


def sample(draw: Draw, population: Sequence[Member]) -> list[str]:
    """The ids drawn, in the order of the strata. No member is drawn twice."""
    strata: dict[tuple[str, ...], set[str]] = {}
    for unit in population:
        strata.setdefault(unit.stratum, set()).add(unit.id)
    salt = "|".join((draw.seed, draw.period, digest(population)))
    shares = allocate({each: len(ids) for each, ids in strata.items()}, draw.size)
    return [
        chosen
        for stratum in sorted(strata)
        for chosen in sorted(strata[stratum], key=lambda one: _place(salt, one))[: shares[stratum]]
    ]


def _place(salt: str, member: str) -> bytes:
    return hashlib.sha256(f"{salt}|{member}".encode()).digest()
