"""A sample uses one seed, under the fingerprint that the seed was sealed with."""

from collections.abc import Sequence

from alembic import op

revision: str = "sealed_seeds"
down_revision: str | None = "second_signature"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SEEDS, _SAMPLES = "recheck_seeds", "recheck_samples"
_LINK = "fk_recheck_seeds_used_by_id"


def upgrade() -> None:
    op.create_unique_constraint(
        "uq_recheck_samples_id_seed_commitment", _SAMPLES, ["id", "seed_commitment"]
    )
    op.create_unique_constraint("uq_recheck_seeds_used_by_id", _SEEDS, ["used_by_id"])
    op.drop_constraint(_LINK, _SEEDS, type_="foreignkey")
    op.create_foreign_key(
        f"{_LINK}_commitment",
        _SEEDS,
        _SAMPLES,
        ["used_by_id", "commitment"],
        ["id", "seed_commitment"],
    )


def downgrade() -> None:
    op.drop_constraint(f"{_LINK}_commitment", _SEEDS, type_="foreignkey")
    op.create_foreign_key(_LINK, _SEEDS, _SAMPLES, ["used_by_id"], ["id"])
    op.drop_constraint("uq_recheck_seeds_used_by_id", _SEEDS, type_="unique")
    op.drop_constraint("uq_recheck_samples_id_seed_commitment", _SAMPLES, type_="unique")
