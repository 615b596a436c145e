"""Where a filter of a list leads: indexes by order, and one of words for filters that meet.

Built by the migration itself, which takes some seconds at a million leads.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "list_ways"
down_revision: str | None = "spoken_names"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LEFT_OUT = (
    "status = 'withdrawn' OR conclusion IS NOT DISTINCT FROM 'duplicate'"
    " OR status = 'archived' AND feedback_mode IS NULL"
)
_RECEIVED_ON = "timezone('Asia/Shanghai'::text, received_at)::date"
_HANDLED_BY = "COALESCE(concluded_unit_id, owner_unit_id)"
_BEFORE = {
    "ix_leads_import_id": "leads (import_id)",
    "ix_leads_marked": "leads (town_code, id) WHERE marks <> '{}'",
    "ix_leads_left_out": f"leads (town_code, id) WHERE {_LEFT_OUT}",
}
#: Column by letter; the words of a table begin with the town and the letter.
_WORDS = {
    "cases": {
        "s": "status",
        "k": "primary_category",
        "v": "left(division_code, 12)",
        "o": "owner_unit_id::text",
        "b": "is_backlog::text",
        "x": "(solved_on IS NOT NULL)::text",
    },
    "distributions": {
        "s": "status",
    },
    "inspections": {
        "s": "status",
        "f": "finding",
        "o": "owner_unit_id::text",
        "b": "(rectification_id IS NOT NULL)::text",
    },
    "leads": {
        "s": "status",
        "c": "channel",
        "k": "primary_category",
        "v": "left(division_code, 12)",
        "r": "conclusion",
        "o": "owner_unit_id::text",
        "h": f"({_HANDLED_BY})::text",
        "m": f"(extract(year FROM ({_RECEIVED_ON})) * 12 + extract(month FROM ({_RECEIVED_ON})))::bigint::text",
    },
    "outcomes": {
        "s": "status",
        "k": "kind",
        "o": "owner_unit_id::text",
    },
    "property_items": {
        "s": "status",
        "k": "kind",
        "w": "ownership",
    },
    "property_measures": {
        "k": "kind",
    },
    "rectifications": {
        "s": "status",
        "o": "owner_unit_id::text",
    },
    "rewards": {
        "s": "status",
    },
    "risk_entities": {
        "s": "status",
        "t": "tier",
        "r": "route",
        "k": "kind",
        "i": "industry",
        "g": "registration",
        "v": "left(division_code, 12)",
        "o": "owner_unit_id::text",
    },
    "victims": {
        "s": "status",
        "d": "standing",
        "e": "is_elder::text",
    },
}
_LISTS = {"cases": " || charges || flags"}
_ORDERED = {
    "ix_cases_filed": "cases (town_code, (COALESCE(filed_on, '1000-01-01'::date)), id)",
    "ix_leads_channel": "leads (town_code, channel, id)",
    "ix_leads_conclusion": "leads (town_code, conclusion, id) WHERE conclusion IS NOT NULL",
    "ix_leads_division_code": "leads (town_code, division_code, id)",
    "ix_leads_fast_track": "leads (town_code, fast_track, id) WHERE fast_track",
    "ix_leads_handled_by": f"leads (town_code, ({_HANDLED_BY}), id)",
    "ix_leads_import_id": "leads (import_id, id) WHERE import_id IS NOT NULL",
    "ix_leads_left_out": f"leads (town_code, ({_LEFT_OUT}), id) WHERE {_LEFT_OUT}",
    "ix_leads_marked": "leads (town_code, (marks <> '{}'), id) WHERE marks <> '{}'",
    "ix_leads_owner_unit_id": "leads (owner_unit_id, id)",
    "ix_leads_primary_category": "leads (town_code, primary_category, id)",
    "ix_leads_proposed_unit_id": "leads (proposed_unit_id, id) WHERE proposed_unit_id IS NOT NULL",
    "ix_leads_received_day": f"leads (town_code, ({_RECEIVED_ON}), id)",
    "ix_leads_solved": "leads (town_code, solved, id) WHERE solved IS NOT NULL",
    "ix_leads_transfer_stage": "leads (town_code, transfer_stage, id) WHERE transfer_stage IS NOT NULL",
    "ix_imports_owner_unit_id_id": "imports (owner_unit_id, id)",
    "ix_risk_entities_town_code_updated_at_id": "risk_entities (town_code, updated_at, id)",
    "ix_property_measures_town_code_starts_on_id": "property_measures (town_code, starts_on, id)",
}


def _words(table: str) -> str:
    words = ", ".join(
        f"town_code || '{letter}' || {text}" for letter, text in _WORDS[table].items()
    )
    return f"ARRAY[{words}]{_LISTS.get(table, '')}"


def upgrade() -> None:
    for index in _BEFORE:
        op.execute(f"DROP INDEX {index}")
    for index, columns in _ORDERED.items():
        op.execute(f"CREATE INDEX {index} ON {columns}")
    for table in _WORDS:
        op.execute(
            f"CREATE INDEX ix_{table}_facets ON {table} USING gin (({_words(table)}))"
            " WITH (gin_pending_list_limit = 256)"
        )


def downgrade() -> None:
    for table in _WORDS:
        op.execute(f"DROP INDEX ix_{table}_facets")
    for index in _ORDERED:
        op.execute(f"DROP INDEX {index}")
    for index, columns in _BEFORE.items():
        op.execute(f"CREATE INDEX {index} ON {columns}")
