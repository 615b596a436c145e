"""Names as they are spoken, and subjects that name nobody: the keys of leads are made anew."""

from collections.abc import Sequence
from typing import Any

from recompute import recompute

from alembic import op

revision: str = "spoken_names"
down_revision: str | None = "exposed_cases"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    from api.domain.words.names import name

    def made(row: Any) -> tuple[str, str] | None:
        known = name(row.subject_name)
        keys = (known.core, known.sound)
        return None if keys == (row.name_key, row.name_sound) else keys

    columns = {"name_key": "text", "name_sound": "text"}
    recompute(op, "leads", "subject_name, name_key, name_sound", columns, made)


def downgrade() -> None:
    """The older keys come back with the next change of each lead."""
