"""A town ledger of any size, made inside PostgreSQL: what the figures are measured on."""

from typing import Any

from api.core.base.crypto import keyring
from api.core.listing import search
from api.domain.words.identifiers import IdentifierKind
from api.domain.words.names import name

#: Share of the leads that hold a word, and the word.
WORDS = {"half": "预订床位", "1%": "翡翠手镯", "0.1%": "藏獒养殖", "0.01%": "磁悬浮床垫"}
_EVERY = {"half": 2, "1%": 100, "0.1%": 1_000, "0.01%": 10_000}
#: Whoever is reported: each of them by as many leads as a notorious company of a town is.
_BRANDS = 2_000
_SYLLABLES = "福寿康宁安泰和顺瑞祥乐颐春晖松鹤长青金银玉德仁爱"
SUBJECTS = [
    f"霍邱县{_SYLLABLES[i % 24]}{_SYLLABLES[i // 24 % 24]}{_SYLLABLES[i // 576]}康养服务有限公司"
    for i in range(_BRANDS)
]
#: A phone that every hundred-thousandth lead names, and the first; every second lead names some.
PHONE, _PHONE_EVERY = "13855500123", 100_000
TEXT = "老人交纳会员费，承诺每年返利百分之十八，至今无法入住，要求退款被拖延。"
#: The unit with a small share of the rows: one in five thousand (0.02 %).
SMALL_SHARE = 5_000

_INDEXES = """
SELECT indexdef, indexname FROM pg_indexes
WHERE tablename = 'leads' AND indexname NOT LIKE 'pk%' AND indexname NOT LIKE 'uq%'
"""

#: At the desk a lead has no day of its own, but for those that came back while their reporter waits.
_INSERT = """
INSERT INTO leads (id, number, status, channel, batch_no, received_at, received_has_time,
  narrative, subject_name, subject_uscc, primary_category, categories, red_flags, division_code,
  town_code, amount_involved, people_involved, fast_track, reporter_kind, owner_unit_id,
  due_is_provisional, due_rule, findings, feedback_note, note, search, search_text, name_key, name_sound,
  created_at, created_by_post_id, version, updated_at, unowned_on, assigned_on, due_on)
SELECT
  (lpad(to_hex(1650000000000 + i), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8'
     || substr(md5(i::text), 4, 15))::uuid,
  'XS-B-' || i,
  CASE WHEN o.open THEN (ARRAY['registered','assigned','verifying','concluded','closed'])[1 + i % 5]
    ELSE 'closed' END,
  (ARRAY['police_110','hotline_12345','petition','grid_sweep'])[1 + i % 4], '',
  timestamptz '2022-05-13 08:00+08' + i * interval '10 seconds', true,
  $1 || t.extra, n.name, '', 'C' || 1 + i % 6, ARRAY['C' || 1 + i % 6], ARRAY[]::text[],
  '3415221182' || lpad((1 + i % 10)::text, 2, '0'), '341522118', (i % 900000) * 100, i % 9, false,
  'anonymous', CASE WHEN i % $3 = 0 THEN $4::uuid ELSE $5::uuid END, false, '',
  '', '', '', $6::tsvector || n.vector || t.words, n.plain || ' ' || $16 || t.plain, n.key, n.sound, timestamptz '2022-05-13 08:00+08' + i * interval '10 seconds',
  $7::uuid, 1, now(),
  date '2022-05-13' + (i / 8640)::int,
  CASE WHEN o.open AND i % 5 = 1 THEN date '2022-05-14' + (i / 8640)::int END,
  CASE WHEN o.open AND (i % 5 IN (1, 2, 3) OR i % 55 = 0) THEN CASE WHEN i % 11 = 0 THEN date '2022-06-13' ELSE '2099-06-13' END END
FROM generate_series($8::bigint, $9::bigint) AS i
CROSS JOIN LATERAL (SELECT i <= $19::bigint OR i > $20::bigint AS open) AS o
JOIN (
  SELECT at - 1 AS at, name, vector::tsvector, key, sound, plain
  FROM unnest($2::text[], $13::text[], $14::text[], $15::text[], $17::text[])
    WITH ORDINALITY AS known(name, vector, key, sound, plain, at)
) AS n ON n.at = i % cardinality($2::text[])
CROSS JOIN LATERAL (
  SELECT coalesce(string_agg(w.word, ''), '') AS extra,
         coalesce(string_agg(w.vector, ' '), '')::tsvector AS words,
         coalesce(string_agg(w.plain, ''), '') AS plain
  FROM unnest($10::text[], $11::text[], $12::int[], $18::text[]) AS w(word, vector, every, plain)
  WHERE i % w.every = 0
) AS t
"""

_NAMED = """
INSERT INTO lead_identifiers (id, lead_id, kind, value_enc, value_index, value_mask, field, state)
SELECT gen_random_uuid(), id, $1, ''::bytea,
  CASE WHEN row % $2 = 0 THEN $3 ELSE decode(md5(id::text), 'hex') END, '138****0123', 'narrative',
  'proposed'
FROM (SELECT id, row_number() OVER (ORDER BY id) AS row FROM leads WHERE number LIKE 'XS-B-%') AS l
WHERE (row % 2 = 0) AND NOT EXISTS (SELECT 1 FROM lead_identifiers WHERE lead_id = l.id)
"""


def vector(text: str) -> str:
    """What a text adds to the search column."""
    return " ".join(f"'{token}'" for token in search.tokens(text))


#: Of a ledger of years the oldest and the newest are on their way (four in five of them; one in
#: eleven of those is late): some 20,000 turns of a million leads. The rest is closed.
_OPEN_OLD, _OPEN_NEW = 10_000, 15_000


async def fill(owner: Any, total: int, *, first: int = 1) -> None:
    """Bring the table to `total` leads, its indexes made afterwards, and analyse it."""
    units = {row["code"]: row for row in await owner.fetch("SELECT code, unit_id, id FROM posts")}
    police, office = units["police"]["unit_id"], units["office"]["unit_id"]
    indexes = await owner.fetch(_INDEXES)
    for row in indexes:
        await owner.execute(f'DROP INDEX "{row["indexname"]}"')
    words, known = list(WORDS), [name(subject) for subject in SUBJECTS]
    for start in range(first, total + 1, 100_000):
        await owner.execute(
            _INSERT,
            TEXT,
            SUBJECTS,
            SMALL_SHARE,
            police,
            office,
            vector(TEXT),
            units["office"]["id"],
            start,
            min(start + 99_999, total),
            [WORDS[w] for w in words],
            [vector(WORDS[w]) for w in words],
            [_EVERY[w] for w in words],
            [vector(subject) for subject in SUBJECTS],
            [each.core for each in known],
            [each.sound for each in known],
            search.plain(TEXT),
            [search.plain(subject) for subject in SUBJECTS],
            [search.plain(WORDS[w]) for w in words],
            _OPEN_OLD,
            total - _OPEN_NEW,
        )
    await owner.execute(
        "INSERT INTO record_access (viewer_id, resource, record_id) "
        "SELECT owner_unit_id, 'lead', id FROM leads ON CONFLICT DO NOTHING"
    )
    kind = IdentifierKind.PHONE.value
    await owner.execute(_NAMED, kind, _PHONE_EVERY, keyring().blind_index(kind, PHONE))
    await owner.execute("SET maintenance_work_mem = '1GB'")
    for row in indexes:
        await owner.execute(row["indexdef"])
    await owner.execute("VACUUM ANALYZE leads")
    await owner.execute("VACUUM ANALYZE record_access")
    await owner.execute("VACUUM ANALYZE lead_identifiers")


#: So many rows come in with one big import: none of them closed, all of one channel.
BURST = 25_000
_NEW = "number LIKE 'XS-B-9%' AND length(number) = 13"


async def burst(owner: Any) -> None:
    """What one big import adds, to a table that nobody has analysed since."""
    units = {row["code"]: row for row in await owner.fetch("SELECT code, unit_id, id FROM posts")}
    office, known = units["office"]["unit_id"], [name(subject) for subject in SUBJECTS]
    first = 90_000_000
    vectors = [vector(subject) for subject in SUBJECTS]
    await owner.execute(
        _INSERT, TEXT, SUBJECTS, SMALL_SHARE, office, office, vector(TEXT), units["office"]["id"],
        first, first + BURST - 1, [], [], [], vectors, [each.core for each in known],
        [each.sound for each in known], search.plain(TEXT),
        [search.plain(subject) for subject in SUBJECTS], [], 0, 0,
    )  # fmt: skip
    await owner.execute(
        f"UPDATE leads SET status = 'registered', channel = 'petition' WHERE {_NEW}"
    )
    await owner.execute(
        "INSERT INTO record_access (viewer_id, resource, record_id) "
        f"SELECT owner_unit_id, 'lead', id FROM leads WHERE {_NEW}"
    )


async def unburst(owner: Any) -> None:
    """Take it away again."""
    await owner.execute(
        f"DELETE FROM record_access WHERE record_id IN (SELECT id FROM leads WHERE {_NEW})"
    )
    await owner.execute(f"DELETE FROM leads WHERE {_NEW}")
