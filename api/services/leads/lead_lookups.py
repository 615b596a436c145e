"""Words by which leads like one are looked up: tsqueries of few rows each, the rarest first.

What is not fetched cannot be weighed; so whatever tells an affair apart is asked for here: places,
sums, hosts, people, short names, and the words that only this report has. Each is a look-up of its
own: asked for together, a village that a hundred reports name would leave no room for the one host
that two of them share.
"""

import re
from collections.abc import Iterable
from itertools import combinations, pairwise

from api.core.listing import search, word_stats
from api.domain.leads import lead_facts
from api.domain.leads.similarity import Features
from api.domain.words.numerals import chinese_numeral
from api.domain.words.plain_words import own_runs

#: Look-ups by words that stand together, and how many rows each may be in.
_RUNS, _RUN, ROWS = 8, 3, 2_000
#: Look-ups by facts, by own words; stretches of own words that are asked for two by two.
_FACTS, _OWN, _STRETCHES = 16, 40, 8
#: Days and sums that are asked for together with own words.
_ANCHORS, _WAN = 3, 10_000
#: Sums that are many people's (5000) fetch nothing alone.
_FIGURES = 2


async def phrases(text: str) -> list[str]:
    """Tsqueries of the rarest runs of a text: what was copied shares whole runs."""
    found: list[list[str]] = []
    for word in search.words(text):
        pairs = [word[at : at + 2] for at in range(len(word) - 1)]
        found += [pairs[at : at + _RUN] for at in range(0, len(pairs) - _RUN + 1, _RUN)]
    rare = await word_stats.rarest("leads", found, _RUNS, ROWS)
    return [_all(run) for run in rare]


async def told(features: Features) -> list[str]:
    """Tsqueries of what names the affair: its place, its sums, a host, the people, a short name."""
    asked: list[str] = []
    for kind, value in sorted(features.facts):
        if kind == lead_facts.ADDRESS:
            asked += _house(value)
        elif kind == lead_facts.SUM and len(value.rstrip("0")) >= _FIGURES:
            asked += _spelled(value, "")
        elif kind in {lead_facts.HOST, lead_facts.PERSON, lead_facts.NAMED}:
            asked.append(value)
    if features.name.is_known:
        asked += [features.name.brand[:4], features.name.brand[:2]]
    queries = [" & ".join(filter(None, map(search.query, each.split("\n")))) for each in asked]
    words = {tuple(re.findall(r"'([^']+)'", query)): query for query in queries if query}
    rare = await word_stats.rarest("leads", list(words), _FACTS, ROWS)
    return [words[tuple(group)] for group in rare]


async def own_words(features: Features) -> list[str]:
    """Tsqueries of words that hardly another report has: three characters that stand together, or
    two words that stand apart."""
    runs = own_runs(features.words)
    close = [[a, b] for run in runs for a, b in pairwise(_pairs(run))]
    apart = [
        [a, b]
        for left, right in combinations(runs[:_STRETCHES], 2)
        for a in _pairs(left)[:2]
        for b in _pairs(right)[:2]
    ]
    rare = await word_stats.rarest("leads", [*close, *apart], _OWN, ROWS)
    single = [[pair] for run in runs for pair in _pairs(run)]
    words = [each for [each] in await word_stats.rarest("leads", single, _STRETCHES * 2, ROWS)]
    return [*map(_all, rare), *_anchored(features, words)]


def _anchored(features: Features, words: list[str]) -> list[str]:
    """A day or a sum says little alone; with a word of the report, or with each other, it does."""
    facts = sorted(features.facts)
    days = [_day(value) for kind, value in facts if kind == lead_facts.DAY][:_ANCHORS]
    sums = [_sum(value) for kind, value in facts if kind == lead_facts.SUM][:_ANCHORS]
    beside = " | ".join(f"'{word}'" for word in words)
    found = [f"{anchor} & ({beside})" for anchor in (*days, *sums) if beside]
    return found + [f"{day} & {amount}" for day in days for amount in sums]


def _day(value: str) -> str:
    """11-3 as 11月3日 or 十一月三号; digits as whole words, because everything begins with a 1."""
    month, day = map(int, value.split("-"))
    said = search.query(f"{chinese_numeral(month)}月{chinese_numeral(day)}".replace("一十", "十"))
    return f"(('{month}' & '{day}') | ({said}))"


def _sum(value: str) -> str:
    """26000 as 26000, 2.6万 or 两万六."""
    forms = [each.replace("二万", "两万").replace("二千", "两千") for each in _forms(value)]
    told = [search.query(each) for each in dict.fromkeys([*_forms(value), *forms])]
    if int(value) >= _WAN:
        told.append(f"'{int(value) / _WAN:g}' & '万'".replace(".", ""))
    return "(" + " | ".join(f"({each})" for each in told if each) + ")"


def _pairs(run: str) -> list[str]:
    return [a + b for a, b in pairwise(run)]


def _all(pairs: Iterable[str]) -> str:
    return "(" + " & ".join(f"'{pair}'" for pair in pairs) + ")"


def _house(value: str) -> list[str]:
    """A house as it may be written: 3组 and 三组 are one group, 221号 and 二百二十一号 one house."""
    place, *numbers = value.split("|")
    house = next((each for each in numbers if each and not each.endswith("组")), "")
    group = next((each.removesuffix("组") for each in numbers if each.endswith("组")), "")
    if place:
        return _spelled(house, place) if house else []
    return [each + "组" + "\n" + number for each in _forms(group) for number in _forms(house)]


def _spelled(number: str, place: str) -> list[str]:
    return [f"{place}\n{each}" if place else each for each in _forms(number)]


def _forms(number: str) -> list[str]:
    """A number as the index may hold it: in digits, digit by digit, and as it is said."""
    if not number.isdecimal():
        return [number]
    by_digit = number.translate(str.maketrans("0123456789", "零一二三四五六七八九"))
    said = chinese_numeral(int(number))
    short = said.removesuffix(said[-1]) if len(said) > 3 and said[-1] in "千百十" else ""
    return list(dict.fromkeys(filter(None, [number, by_digit, said, short])))
