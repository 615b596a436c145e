"""An exposed case is published by a second person, and tells of a public judgment.

Those published before are drafts again: nobody had said which judgment they tell of, and nobody
but who wrote them had read them.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "exposed_cases"
down_revision: str | None = "second_check"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_CASE = (
    "kind <> 'typical_case' OR status <> 'published' OR (judgment_no <> ''"
    " AND judged_on IS NOT NULL AND prepared_by_id IS NOT NULL"
    " AND approved_by_id IS NOT NULL AND approved_at IS NOT NULL)"
)


def upgrade() -> None:
    for name in ("judgment_court", "judgment_no"):
        op.add_column(
            "outcomes", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)
        )
        op.alter_column("outcomes", name, server_default=None)
    op.add_column("outcomes", sa.Column("judged_on", sa.Date(), nullable=True))
    op.add_column("outcomes", sa.Column("prepared_by_id", sa.Uuid(), nullable=True))
    op.add_column("outcomes", sa.Column("approved_by_id", sa.Uuid(), nullable=True))
    op.add_column("outcomes", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE outcomes SET status = 'draft', version = version + 1"
        " WHERE kind = 'typical_case' AND status = 'published'"
    )
    op.create_check_constraint(op.f("ck_outcomes_exposed_case"), "outcomes", _CASE)
    op.create_check_constraint(
        op.f("ck_outcomes_two_people"), "outcomes", "approved_by_id <> prepared_by_id"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_outcomes_two_people"), "outcomes", type_="check")
    op.drop_constraint(op.f("ck_outcomes_exposed_case"), "outcomes", type_="check")
    op.execute("UPDATE outcomes SET status = 'published' WHERE status = 'draft'")
    for name in (
        "approved_at", "approved_by_id", "prepared_by_id", "judged_on", "judgment_no",
        "judgment_court",
    ):  # fmt: skip
        op.drop_column("outcomes", name)
