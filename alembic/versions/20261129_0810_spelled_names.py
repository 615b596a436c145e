"""Cases and risk entities are found by the letters of their names as well: bmc, baimiaocun."""

from collections.abc import Sequence
from typing import Any

from recompute import recompute

from alembic import op

revision: str = "spelled_names"
down_revision: str | None = "list_orders"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TEXTS = {
    "cases": "title, summary, police_case_no",
    "risk_entities": "name, problems, uscc",
}
_COLUMNS = {"search": "tsvector", "search_text": "text"}


def upgrade() -> None:
    from api.domain.words import pinyin

    _make(lambda texts: [*texts, *pinyin.letters(texts[0])])


def downgrade() -> None:
    _make(lambda texts: texts)


def _make(all_of: Any) -> None:
    from api.core.listing import search

    def made(row: Any) -> tuple[str, str]:
        found = search.document(*all_of(list(row[1:])))
        return found["search"], found["search_text"]

    for table, texts in _TEXTS.items():
        recompute(op, table, texts, _COLUMNS, made)
