"""A place is found however its group and house are written: 三组 is kept as 3组, like what is asked.

Only rows whose texts tell of one are made anew (core/listing/search.py), from the plain text that is
stored beside the vector.
"""

from collections.abc import Sequence
from typing import Any

from recompute import recompute

from alembic import op

revision: str = "one_place_form"
down_revision: str | None = "county_looks_on"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLES = ("leads", "cases", "risk_entities")
_COLUMNS = {"search": "tsvector", "search_text": "text"}
_TOLD = (
    "search_text ~ '([零〇一二三四五六七八九十百]|第[0-9]+|村民|小)[组队]"
    "|[村庄屯湾组队路街巷弄道区苑](第[0-9]+|第?[零〇一二三四五六七八九十百]+)号'"
)


def upgrade() -> None:
    from api.core.listing import search

    def made(row: Any) -> tuple[str, str]:
        found = search.document(*row.search_text.split(" "))
        return found["search"], found["search_text"]

    for table in _TABLES:
        recompute(op, table, "search_text", _COLUMNS, made, _TOLD)


def downgrade() -> None:
    """What was found before is found still; there is no other form to go back to."""
