"""One normal form for what is stored for search and what is asked; kinds of documents of victims.

Every search column is made anew (core/listing/search.py), and so are the blind indexes of names and of
fixed lines, which now leave out dots, area codes and extensions.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from recompute import recompute

from alembic import op

revision: str = "plain_search"
down_revision: str | None = "due_dates"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ENTERED = (
    "ARRAY(SELECT value_mask FROM lead_identifiers WHERE lead_id = leads.id AND field = ''"
    " ORDER BY id)"
)
_TEXTS = {
    "leads": f"subject_name, narrative, subject_uscc, batch_no, {_ENTERED} AS entered",
    "cases": "title, summary, police_case_no",
    "risk_entities": "name, problems, uscc",
}
_COLUMNS = {"search": "tsvector", "search_text": "text"}
_FIXED_LINE = "kind = 'phone' AND value_mask LIKE '%-%'"
_NUMBERS = ("lead_identifiers", "case_identifiers", "risk_entity_identifiers")


def upgrade() -> None:
    op.add_column("victims", sa.Column("id_kind", sa.String(length=40), nullable=True))
    op.execute("UPDATE victims SET id_kind = 'resident_id' WHERE id_number_enc IS NOT NULL")
    for table in _TEXTS:
        op.add_column(table, sa.Column("search_text", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_leads_batch_no",
        "leads",
        ["town_code", "batch_no", "id"],
        postgresql_where=sa.text("batch_no <> ''"),
    )
    _search_all()
    _index_all()


def _search_all() -> None:
    from api.core.listing import search

    def made(row: Any) -> tuple[str, str]:
        texts: list[str] = []
        for value in row[1:]:
            texts += value if isinstance(value, list) else [value]
        found = search.document(*texts)
        return found["search"], found["search_text"]

    for table, texts in _TEXTS.items():
        # filling the index row by row takes longer than building it
        op.drop_index(f"ix_{table}_search", table_name=table)
        recompute(op, table, texts, _COLUMNS, made)
        op.create_index(
            f"ix_{table}_search",
            table,
            ["search"],
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 256},
        )


def _index_all() -> None:
    """Blind indexes of what is encrypted: only where there is any, because it takes the keys."""
    _reindex("victims", "name", _name, "true")
    _reindex("risk_entities", "responsible_person", _name, "responsible_person_enc IS NOT NULL")
    _reindex("victims", "phone", _phone, "phone_mask LIKE '%-%'")
    _reindex("risk_entities", "responsible_phone", _phone, "responsible_phone_mask LIKE '%-%'")
    for table in _NUMBERS:
        _reindex(table, "value", _phone, _FIXED_LINE)


def _name(value: str) -> bytes:
    from api.services.kit import sealing

    return sealing.name_key(value)


def _phone(value: str) -> bytes:
    from api.domain.words.identifiers import IdentifierKind
    from api.services.kit import protect

    return protect.index(IdentifierKind.PHONE, value)


def _reindex(table: str, prefix: str, index: Any, where: str) -> None:
    some = sa.text(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {where})")  # noqa: S608
    if not op.get_bind().execute(some).scalar():
        return
    from api.core.base.config import settings
    from api.core.base.crypto import keyring

    if not settings().key_file.exists():
        raise RuntimeError(f"已加密的内容要重新编制检索，需要密钥文件：{settings().key_file}")
    keys = keyring()
    recompute(
        op,
        table,
        f"{prefix}_enc AS sealed",
        {f"{prefix}_index": "bytea"},
        lambda row: (index(keys.decrypt(bytes(row.sealed))),),
        where,
    )


def downgrade() -> None:
    op.drop_index("ix_leads_batch_no", table_name="leads")
    for table in _TEXTS:
        op.drop_column(table, "search_text")
    op.drop_column("victims", "id_kind")
