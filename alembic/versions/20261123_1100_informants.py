"""The informant vault: identities with their keepers, openings by two people, recusals, and the
units that a lead is about."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from grants import grant

from alembic import op

revision: str = "informants"
down_revision: str | None = "lead_transfers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NOW = sa.DateTime(timezone=True)
#: Where what was said word for word goes on the way down, and comes from on the way up.
_ORIGINAL = "；原文："
_BATCH = 1000


def _rewrite(columns: str, where: str, change: Callable[[Any, Any], dict[str, Any] | None]) -> None:
    """Go through the vault in the order of its key, a batch at a time, under the keys of the house.

    An empty vault needs no keys.
    """
    last = "00000000-0000-0000-0000-000000000000"
    connection = op.get_bind()
    read = sa.text(
        f"SELECT lead_id, {columns} FROM informants"  # noqa: S608  # names of our own
        f" WHERE lead_id > CAST(:last AS uuid) AND ({where}) ORDER BY lead_id LIMIT {_BATCH}"
    )
    while rows := connection.execute(read, {"last": last}).all():
        from api.core.base.crypto import keyring

        for row in rows:
            changed = change(keyring(), row)
            if changed:
                told = ", ".join(f"{name} = :{name}" for name in changed)
                connection.execute(
                    sa.text(f"UPDATE informants SET {told} WHERE lead_id = :id"),  # noqa: S608
                    changed | {"id": row.lead_id},
                )
        last = str(rows[-1].lead_id)


def _lift(keys: Any, row: Any) -> dict[str, Any] | None:
    changed: dict[str, Any] = {}
    if row.phone_enc is not None:
        changed["phone_index"] = keys.blind_index("informant_phone", keys.decrypt(row.phone_enc))
    if row.name_enc is not None:
        name, found, original = keys.decrypt(row.name_enc).partition(_ORIGINAL)
        if found:
            changed |= {"name_enc": keys.encrypt(name), "narrative_enc": keys.encrypt(original)}
    return changed


def _lower(keys: Any, row: Any) -> dict[str, Any] | None:
    name = keys.decrypt(row.name_enc) if row.name_enc is not None else ""
    return {"name_enc": keys.encrypt(name + _ORIGINAL + keys.decrypt(row.narrative_enc))}


def upgrade() -> None:
    op.rename_table("lead_reporters", "informants")
    op.execute("ALTER TABLE informants RENAME CONSTRAINT pk_lead_reporters TO pk_informants")
    op.execute(
        "ALTER TABLE informants RENAME CONSTRAINT fk_lead_reporters_lead_id"
        " TO fk_informants_lead_id"
    )
    for name in ("phone_index", "narrative_enc"):
        op.add_column("informants", sa.Column(name, sa.LargeBinary(), nullable=True))
    for name in ("handler_id", "supervisor_id"):
        op.add_column("informants", sa.Column(name, sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_informants_{name}"), "informants", "users", [name], ["id"])
    op.add_column(
        "informants", sa.Column("version", sa.BigInteger(), nullable=False, server_default="1")
    )
    op.add_column(
        "informants",
        sa.Column("updated_at", _NOW, nullable=False, server_default=sa.func.now()),
    )
    for name in ("version", "updated_at"):
        op.alter_column("informants", name, server_default=None)
    op.create_check_constraint(
        op.f("ck_informants_two_people"), "informants", "handler_id <> supervisor_id"
    )
    _rewrite("phone_enc, name_enc", "true", _lift)
    op.create_index(
        "ix_informants_phone_index",
        "informants",
        ["phone_index"],
        postgresql_where=sa.text("phone_index IS NOT NULL"),
    )
    op.create_table(
        "informant_openings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("requested_at", _NOW, nullable=False),
        sa.Column("due_at", _NOW, nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", _NOW, nullable=True),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("expires_at", _NOW, nullable=True),
        sa.Column("times_seen", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", _NOW, nullable=False),
        sa.CheckConstraint(
            "decided_by_id <> requested_by_id", name=op.f("ck_informant_openings_two_people")
        ),
        sa.CheckConstraint(
            "status <> 'approved' OR (decided_by_id IS NOT NULL AND expires_at IS NOT NULL)",
            name=op.f("ck_informant_openings_approved"),
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["leads.id"],
            name=op.f("fk_informant_openings_lead_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["users.id"], name=op.f("fk_informant_openings_requested_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_informant_openings_owner_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_informant_openings_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_informant_openings")),
    )
    op.create_index(op.f("ix_informant_openings_lead_id"), "informant_openings", ["lead_id"])
    waiting = sa.text("status = 'waiting'")
    op.create_index(
        "uq_informant_openings_waiting",
        "informant_openings",
        ["lead_id", "requested_by_id"],
        unique=True,
        postgresql_where=waiting,
    )
    op.create_index(
        "ix_informant_openings_duties",
        "informant_openings",
        ["lead_id", "due_at"],
        postgresql_where=waiting,
    )
    op.create_table(
        "informant_recusals",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=False),
        sa.Column("at", _NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["leads.id"],
            name=op.f("fk_informant_recusals_lead_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_informant_recusals_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["users.id"], name=op.f("fk_informant_recusals_replaced_by_id")
        ),
        sa.PrimaryKeyConstraint("lead_id", "user_id", name=op.f("pk_informant_recusals")),
    )
    op.create_table(
        "lead_accused_units",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["leads.id"],
            name=op.f("fk_lead_accused_units_lead_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_lead_accused_units_unit_id")
        ),
        sa.PrimaryKeyConstraint("lead_id", "unit_id", name=op.f("pk_lead_accused_units")),
    )
    grant(op, "informant_openings", "select, insert, update")
    grant(op, "informant_recusals", "select, insert")
    grant(op, "lead_accused_units", "select, insert, delete")


def downgrade() -> None:
    op.drop_table("lead_accused_units")
    op.drop_table("informant_recusals")
    op.drop_index("ix_informant_openings_duties", table_name="informant_openings")
    op.drop_index("uq_informant_openings_waiting", table_name="informant_openings")
    op.drop_index(op.f("ix_informant_openings_lead_id"), table_name="informant_openings")
    op.drop_table("informant_openings")
    _rewrite("name_enc, narrative_enc", "narrative_enc IS NOT NULL", _lower)
    op.drop_index("ix_informants_phone_index", table_name="informants")
    op.drop_constraint(op.f("ck_informants_two_people"), "informants")
    for name in (
        "updated_at", "version", "supervisor_id", "handler_id", "narrative_enc", "phone_index",
    ):  # fmt: skip
        op.drop_column("informants", name)
    op.execute(
        "ALTER TABLE informants RENAME CONSTRAINT fk_informants_lead_id"
        " TO fk_lead_reporters_lead_id"
    )
    op.execute("ALTER TABLE informants RENAME CONSTRAINT pk_informants TO pk_lead_reporters")
    op.rename_table("informants", "lead_reporters")
