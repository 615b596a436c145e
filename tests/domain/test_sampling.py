"""The sampler: whoever has seed, period and population draws the same leads."""

import copy
import json
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.kit.sampling import (
    Draw,
    Excluded,
    Member,
    Record,
    allocate,
    commitment,
    digest,
    sample,
)

_STRATA = st.tuples(st.sampled_from("abcd"), st.sampled_from(["C1", "C2", "C3"]))
_POPULATIONS = st.dictionaries(st.integers(0, 10_000).map(str), _STRATA, max_size=120).map(
    lambda found: [Member(one, stratum) for one, stratum in found.items()]
)
_SEEDS = st.text(min_size=1, max_size=20)


def draw(seed: str, size: int) -> Draw:
    return Draw(seed, "2026-01-01/2026-03-31", size)


@given(_POPULATIONS, _SEEDS, st.integers(1, 60), st.randoms(use_true_random=False))
def test_the_order_of_the_population_does_not_matter(population, seed, size, random):
    shuffled = population.copy()
    random.shuffle(shuffled)
    assert digest(shuffled) == digest(population)
    assert sample(draw(seed, size), shuffled) == sample(draw(seed, size), population)


@given(_POPULATIONS, _SEEDS, st.integers(1, 200))
def test_as_many_as_asked_or_all_and_none_twice(population, seed, size):
    drawn = sample(draw(seed, size), population)
    assert len(drawn) == len(set(drawn)) == min(size, len(population))
    assert set(drawn) <= {member.id for member in population}


@given(_POPULATIONS, _SEEDS, st.integers(1, 200))
def test_every_stratum_is_covered_where_there_is_room(population, seed, size):
    stratum_of = {member.id: member.stratum for member in population}
    covered = {stratum_of[one] for one in sample(draw(seed, size), population)}
    strata = set(stratum_of.values())
    if size >= len(strata):
        assert covered == strata


@given(st.dictionaries(_STRATA, st.integers(1, 500), min_size=1), st.integers(1, 800))
def test_shares_are_in_proportion(sizes, size):
    shares = allocate(sizes, size)
    total = sum(sizes.values())
    size = min(size, total)
    assert sum(shares.values()) == size
    assert all(0 <= shares[each] <= sizes[each] for each in sizes)
    quota = {each: Fraction(size * sizes[each], total) for each in sizes}
    if min(quota.values()) >= 1 or size < len(sizes):
        assert all(abs(shares[each] - quota[each]) < 1 for each in sizes)
    # a larger stratum never gives less than a smaller one
    for one in sizes:
        for other in sizes:
            if sizes[one] > sizes[other]:
                assert shares[one] >= shares[other]


def test_the_seed_and_the_period_decide():
    population = [Member(str(n), ("a", "C1")) for n in range(1000)]
    first = sample(draw("one", 50), population)
    assert first != sample(draw("two", 50), population)
    assert first != sample(Draw("one", "2026-04-01/2026-06-30", 50), population)
    assert first != sample(draw("one", 50), population[1:])


def test_no_member_is_favoured():
    population = [Member(str(n), ("a", "C1")) for n in range(20)]
    times = Counter(one for seed in range(2000) for one in sample(draw(str(seed), 5), population))
    # 2000 draws of 5 out of 20: 500 each, standard deviation 19.4; the seeds are fixed
    assert min(times.values()) > 400
    assert max(times.values()) < 600


def test_a_known_draw_stays_as_it_was():
    """Samples of earlier years are recomputed by this code: it may not change."""
    population = [Member(f"lead-{n}", ("ab"[n % 2], f"C{n % 3}")) for n in range(30)]
    assert digest(population)[:16] == "61f486786bd19e8c"
    assert sample(draw("2026", 8), population) == [
        "lead-0",
        "lead-18",
        "lead-10",
        "lead-28",
        "lead-26",
        "lead-9",
        "lead-7",
        "lead-11",
    ]


def test_as_many_strata_as_are_drawn_give_one_each():
    sizes = {("a", "C1"): 100, ("b", "C1"): 1, ("c", "C1"): 1}
    assert set(allocate(sizes, 3).values()) == {1}
    assert allocate(sizes, 2) == {("a", "C1"): 2, ("b", "C1"): 0, ("c", "C1"): 0}
    assert sum(allocate(sizes, 0).values()) == 0


SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "redraw_sample.py"


def record(population: list[Member], size: int = 7, seed: str = "a seed") -> Record:
    asked = draw(seed, size)
    return Record(
        asked,
        commitment(seed),
        digest(population),
        tuple(population),
        (Excluded("left out", "own"),),
        frozenset(sample(asked, population)),
    )


def redrawn(tmp_path: Path, document: dict) -> tuple[int, str]:
    """What a program says that has nothing of ours."""
    file = tmp_path / "record.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    command = [sys.executable, "-I", str(SCRIPT), str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.returncode, answer.stdout


@pytest.mark.parametrize("size", [1, 3, 7, 40, 500])
@pytest.mark.parametrize("strata", [1, 3, 9])
def test_another_program_draws_the_same(tmp_path, size, strata):
    population = [Member(f"{n:03}", (f"unit {n % strata}", f"C{n % 2}")) for n in range(60)]
    kept = record(population, size)
    assert kept.is_right()
    code, said = redrawn(tmp_path, kept.as_document())
    assert (code, said.strip()) == (0, f"agrees: {min(size, 60)} of 60")


def _other_seed(document: dict) -> None:
    document["seed"] = "another"


def _one_more(document: dict) -> None:
    document["members"].append({"id": "new", "stratum": ["a", "C1"], "drawn": False})


def _one_less(document: dict) -> None:
    del document["members"][3]


def _another_drawn(document: dict) -> None:
    other = next(each for each in document["members"] if not each["drawn"])
    mine = next(each for each in document["members"] if each["drawn"])
    other["drawn"], mine["drawn"] = True, False


@pytest.mark.parametrize("change", [_other_seed, _one_more, _one_less, _another_drawn])
def test_whatever_is_changed_is_seen_by_both(tmp_path, change):
    population = [Member(f"{n:03}", ("a", f"C{n % 3}")) for n in range(40)]
    kept = record(population)
    document = copy.deepcopy(kept.as_document())
    change(document)
    assert redrawn(tmp_path, document)[0] == 1
    changed = Record(
        Draw(document["seed"], document["period"], document["size"]),
        document["seed_commitment"],
        document["population_digest"],
        tuple(Member(each["id"], tuple(each["stratum"])) for each in document["members"]),
        kept.excluded,
        frozenset(each["id"] for each in document["members"] if each["drawn"]),
    )
    assert not changed.is_right()


def test_who_was_left_out_was_not_drawn():
    population = [Member(f"{n}", ("a",)) for n in range(5)]
    kept = record(population, 2)
    one = Excluded(next(iter(kept.drawn)), "own")
    wrong = Record(kept.draw, kept.sealed, kept.digest, kept.members, (one,), kept.drawn)
    assert not wrong.is_right()
