"""How common a word is, from PostgreSQL's own statistics: it decides how a search is run.

A word in many rows is found soonest by reading the list in its order and leaving out what does not
fit; a word in few rows by the index. PostgreSQL itself takes the bigrams of one word for
independent, thinks every word rare, and would sort half the table for a common one.

Common is not the same as evenly spread: a trick of last year stands in no row of this year. So the
list is read in order only for as many rows as the index would have to read, and then the index is
asked: never more than twice the work of the better way, wherever the word stands.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from api.core.database.db import database
from api.core.listing import search
from api.core.listing.pagination import BY_INDEX, EXACT_TOTAL, Words

_KEPT_SECONDS = 600
_PAGE = 51
_STATS = """
SELECT greatest(c.reltuples, 0)::bigint AS rows,
       s.most_common_elems::text::text[] AS elements, s.most_common_elem_freqs AS shares
FROM pg_class c
LEFT JOIN pg_stats s
  ON s.schemaname = current_schema() AND s.tablename = c.relname AND s.attname = 'search'
WHERE c.oid = $1::regclass
"""


@dataclass(frozen=True, slots=True)
class _Stats:
    rows: int
    shares: dict[str, float]
    read_at: float = field(default_factory=monotonic)

    def share(self, tokens: Iterable[str]) -> float:
        """The part of the rows that can hold a text: those of its rarest bigram. What the
        statistics do not name is in hardly any."""
        return min((self.shares.get(token, 0.0) for token in tokens), default=0.0)

    def worth_reading(self, share: float, wanted: int) -> bool:
        """Whether so many rows are found sooner in order than by the index.

        In order some wanted / share rows are read, by the index share × rows: they break even at
        share = √(wanted / rows).
        """
        return self.rows > 0 and share > math.sqrt(wanted / self.rows)


_known: dict[str, _Stats] = {}


async def _stats(table: str) -> _Stats:
    found = _known.get(table)
    if found is None or monotonic() - found.read_at > _KEPT_SECONDS:
        row = await database().fetchrow(_STATS, table)
        elements, shares = row["elements"] or [], row["shares"] or []
        # the shares end with their least, greatest and the share of empty documents
        found = _known[table] = _Stats(row["rows"], dict(zip(elements, shares, strict=False)))
    return found


async def filters(table: str, text: str) -> dict[str, object]:
    """The filters that find a text in a table whose search vector is in the column `search`: `words`
    (by the index; left out where even counting goes faster in order) and `phrase` (the recheck)."""
    wanted = search.query(text)
    phrase: dict[str, object] = {"phrase": search.stored(text)}
    if wanted is None:
        return phrase
    stats = await _stats(table)
    # the statistics know no beginnings of words
    share = 0.0 if "*" in wanted else stats.share(search.bigrams(text))
    if stats.worth_reading(share, EXACT_TOTAL):
        return phrase
    ahead = int(share * stats.rows) if stats.worth_reading(share, _PAGE) else 0
    return {BY_INDEX: Words(wanted, ahead)} | phrase


async def rarest(
    table: str, groups: Sequence[Sequence[str]], wanted: int, rows_at_most: int
) -> list[Sequence[str]]:
    """The groups of words that the fewest rows can hold, and none that too many may: what is
    worth a look-up in the index. A word that the statistics do not name is in hardly any row."""
    stats = await _stats(table)
    known = [
        (stats.rows * min((stats.shares.get(word, 0.0) for word in group), default=1.0), at)
        for at, group in enumerate(groups)
    ]
    cheap = sorted(each for each in known if each[0] <= rows_at_most)
    return [groups[at] for _, at in cheap[:wanted]]
