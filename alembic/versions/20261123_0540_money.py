"""Property, measures, victims and refund plans: what the money of a case hangs on."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import append_only, grant
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "money"
down_revision: str | None = "imports"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "distributions",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("pool", sa.BigInteger(), nullable=False),
        sa.Column("base_rule", sa.String(length=40), nullable=False),
        sa.Column("returns_offset", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("paid_by_id", sa.Uuid(), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approval_document_no", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("objection_until", sa.Date(), nullable=True),
        sa.Column("claims_count", sa.BigInteger(), nullable=False),
        sa.Column("total_pay", sa.BigInteger(), nullable=False),
        sa.Column("total_set_aside", sa.BigInteger(), nullable=False),
        sa.Column("undistributed", sa.BigInteger(), nullable=False),
        sa.Column("certificate", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("pay_transfer_id", sa.Uuid(), nullable=True),
        sa.Column("set_aside_transfer_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "paid_by_id NOT IN (prepared_by_id, approved_by_id)",
            name=op.f("ck_distributions_three_people"),
        ),
        sa.CheckConstraint("pool >= 0", name=op.f("ck_distributions_pool")),
        sa.CheckConstraint(
            "prepared_by_id <> approved_by_id", name=op.f("ck_distributions_two_people")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_distributions_case_id")),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_distributions_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_distributions_owner_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["pay_transfer_id"], ["transfers.id"], name=op.f("fk_distributions_pay_transfer_id")
        ),
        sa.ForeignKeyConstraint(
            ["set_aside_transfer_id"],
            ["transfers.id"],
            name=op.f("fk_distributions_set_aside_transfer_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distributions")),
        sa.UniqueConstraint("number", name=op.f("uq_distributions_number")),
    )
    op.create_index(
        op.f("ix_distributions_case_id_id"), "distributions", ["case_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_distributions_town_code_id"), "distributions", ["town_code", "id"], unique=False
    )
    op.create_table(
        "property_items",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("owner_name_enc", sa.LargeBinary(), nullable=True),
        sa.Column("owner_name_mask", sa.Text(), nullable=False),
        sa.Column("holder_name_enc", sa.LargeBinary(), nullable=True),
        sa.Column("holder_name_mask", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("account_enc", sa.LargeBinary(), nullable=True),
        sa.Column("account_index", sa.LargeBinary(), nullable=True),
        sa.Column("account_mask", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("custodian", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("appraised_value", sa.BigInteger(), nullable=True),
        sa.Column("appraised_on", sa.Date(), nullable=True),
        sa.Column("appraiser", sa.Text(), nullable=False),
        sa.Column("court_item_no", sa.Text(), nullable=False),
        sa.Column("ownership", sa.String(length=40), nullable=False),
        sa.Column("objector_mask", sa.Text(), nullable=False),
        sa.Column("objection", sa.Text(), nullable=False),
        sa.Column("disposal", sa.String(length=40), nullable=True),
        sa.Column("disposed_on", sa.Date(), nullable=True),
        sa.Column("disposal_authority", sa.Text(), nullable=False),
        sa.Column("disposal_document_no", sa.Text(), nullable=False),
        sa.Column("proceeds", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_property_items_amount")),
        sa.CheckConstraint("appraised_value >= 0", name=op.f("ck_property_items_appraised_value")),
        sa.CheckConstraint("proceeds >= 0", name=op.f("ck_property_items_proceeds")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_property_items_case_id")),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_property_items_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_property_items_owner_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property_items")),
        sa.UniqueConstraint("number", name=op.f("uq_property_items_number")),
    )
    op.create_index(
        op.f("ix_property_items_account_index"), "property_items", ["account_index"], unique=False
    )
    op.create_index(
        op.f("ix_property_items_case_id_id"), "property_items", ["case_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_property_items_town_code_id"), "property_items", ["town_code", "id"], unique=False
    )
    op.create_table(
        "victims",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("standing", sa.String(length=40), nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("name_mask", sa.Text(), nullable=False),
        sa.Column("id_number_enc", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_index", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_mask", sa.Text(), nullable=False),
        sa.Column("phone_enc", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("phone_mask", sa.Text(), nullable=False),
        sa.Column("account_enc", sa.LargeBinary(), nullable=True),
        sa.Column("account_index", sa.LargeBinary(), nullable=True),
        sa.Column("account_mask", sa.Text(), nullable=False),
        sa.Column("bank_name", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(collation="C"), nullable=True),
        sa.Column("is_elder", sa.Boolean(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("returns", sa.BigInteger(), nullable=False),
        sa.Column("refunds", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "principal >= 0 AND returns >= 0 AND refunds >= 0", name=op.f("ck_victims_amounts")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_victims_case_id")),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_victims_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_victims_owner_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_victims")),
        sa.UniqueConstraint("number", name=op.f("uq_victims_number")),
    )
    op.create_index(op.f("ix_victims_case_id_id"), "victims", ["case_id", "id"], unique=False)
    op.create_index(op.f("ix_victims_name_index"), "victims", ["name_index"], unique=False)
    op.create_index(op.f("ix_victims_phone_index"), "victims", ["phone_index"], unique=False)
    op.create_index(op.f("ix_victims_town_code_id"), "victims", ["town_code", "id"], unique=False)
    op.create_index(
        "uq_victims_case_person",
        "victims",
        ["case_id", "id_number_index"],
        unique=True,
        postgresql_where=sa.text("id_number_index IS NOT NULL AND status <> 'withdrawn'"),
    )
    op.create_table(
        "distribution_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("distribution_id", sa.Uuid(), nullable=False),
        sa.Column("victim_id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(length=40), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("returns", sa.BigInteger(), nullable=False),
        sa.Column("refunds", sa.BigInteger(), nullable=False),
        sa.Column("outstanding", sa.BigInteger(), nullable=False),
        sa.Column("share", sa.BigInteger(), nullable=False),
        sa.Column("disposition", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("sent_transfer_id", sa.Uuid(), nullable=True),
        sa.Column("paid_transfer_id", sa.Uuid(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "share >= 0 AND share <= outstanding", name=op.f("ck_distribution_lines_share")
        ),
        sa.ForeignKeyConstraint(
            ["distribution_id"],
            ["distributions.id"],
            name=op.f("fk_distribution_lines_distribution_id"),
        ),
        sa.ForeignKeyConstraint(
            ["paid_transfer_id"],
            ["transfers.id"],
            name=op.f("fk_distribution_lines_paid_transfer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sent_transfer_id"],
            ["transfers.id"],
            name=op.f("fk_distribution_lines_sent_transfer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["victim_id"], ["victims.id"], name=op.f("fk_distribution_lines_victim_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution_lines")),
        sa.UniqueConstraint(
            "distribution_id",
            "victim_id",
            name=op.f("uq_distribution_lines_distribution_id_victim_id"),
        ),
    )
    op.create_index(
        op.f("ix_distribution_lines_distribution_id_id"),
        "distribution_lines",
        ["distribution_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_distribution_lines_victim_id"), "distribution_lines", ["victim_id"], unique=False
    )
    op.create_table(
        "property_determinations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("property_item_id", sa.Uuid(), nullable=False),
        sa.Column("ownership", sa.String(length=40), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_post_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_post_id"],
            ["posts.id"],
            name=op.f("fk_property_determinations_decided_by_post_id"),
        ),
        sa.ForeignKeyConstraint(
            ["property_item_id"],
            ["property_items.id"],
            name=op.f("fk_property_determinations_property_item_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property_determinations")),
    )
    op.create_index(
        op.f("ix_property_determinations_property_item_id_id"),
        "property_determinations",
        ["property_item_id", "id"],
        unique=False,
    )
    op.create_table(
        "property_measures",
        sa.Column("property_item_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("regime", sa.String(length=40), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("authority_level", sa.String(length=40), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("officers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("is_major", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("release_reason", sa.String(length=40), nullable=True),
        sa.Column("release_document_no", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status <> 'released' OR released_on IS NOT NULL",
            name=op.f("ck_property_measures_released"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_property_measures_amount")),
        sa.CheckConstraint("expires_on >= starts_on", name=op.f("ck_property_measures_term")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_property_measures_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"],
            ["posts.id"],
            name=op.f("fk_property_measures_created_by_post_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_property_measures_owner_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["property_item_id"],
            ["property_items.id"],
            name=op.f("fk_property_measures_property_item_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property_measures")),
    )
    op.create_index(
        op.f("ix_property_measures_case_id_id"),
        "property_measures",
        ["case_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_property_measures_expires_on",
        "property_measures",
        ["expires_on"],
        unique=False,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index(
        op.f("ix_property_measures_property_item_id_id"),
        "property_measures",
        ["property_item_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_property_measures_town_code_id"),
        "property_measures",
        ["town_code", "id"],
        unique=False,
    )
    op.create_index(
        "uq_property_measures_one_freeze",
        "property_measures",
        ["property_item_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active' AND kind = 'freeze'"),
    )
    op.create_table(
        "property_measure_renewals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("property_measure_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("old_expires_on", sa.Date(), nullable=False),
        sa.Column("new_expires_on", sa.Date(), nullable=False),
        sa.Column("authority_level", sa.String(length=40), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("recorded_by_post_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "decided_on <= old_expires_on", name=op.f("ck_property_measure_renewals_in_time")
        ),
        sa.CheckConstraint(
            "new_expires_on > old_expires_on", name=op.f("ck_property_measure_renewals_longer")
        ),
        sa.ForeignKeyConstraint(
            ["property_measure_id"],
            ["property_measures.id"],
            name=op.f("fk_property_measure_renewals_property_measure_id"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_post_id"],
            ["posts.id"],
            name=op.f("fk_property_measure_renewals_recorded_by_post_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property_measure_renewals")),
        sa.UniqueConstraint(
            "property_measure_id",
            "number",
            name=op.f("uq_property_measure_renewals_property_measure_id_number"),
        ),
    )
    for table in ("property_items", "property_measures", "victims", "distributions"):
        grant(op, table, "select, insert, update")
    # lines of a plan that was never approved are dropped when it is computed again
    grant(op, "distribution_lines", "select, insert, update, delete")
    append_only(op, "property_determinations")
    append_only(op, "property_measure_renewals")


def downgrade() -> None:
    for table in (
        "property_measure_renewals",
        "property_measures",
        "property_determinations",
        "distribution_lines",
        "distributions",
        "victims",
        "property_items",
    ):
        op.drop_table(table)
