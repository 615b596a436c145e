"""Risk entities with their history, inspections, rectifications."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import append_only, grant
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "risk_entities"
down_revision: str | None = "duties"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "risk_entities",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("industry", sa.String(length=40), nullable=False),
        sa.Column("registration", sa.String(length=40), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_mask", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(collation="C"), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("responsible_person_enc", sa.LargeBinary(), nullable=True),
        sa.Column("responsible_person_index", sa.LargeBinary(), nullable=True),
        sa.Column("responsible_person_mask", sa.Text(), nullable=False),
        sa.Column("responsible_phone_enc", sa.LargeBinary(), nullable=True),
        sa.Column("responsible_phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("responsible_phone_mask", sa.Text(), nullable=False),
        sa.Column("elders_served", sa.BigInteger(), nullable=True),
        sa.Column("prepaid_amount", sa.BigInteger(), nullable=True),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("tier", sa.String(length=40), nullable=True),
        sa.Column("route", sa.String(length=40), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=True),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("source_lead_id", sa.Uuid(), nullable=True),
        sa.Column("next_inspection_due", sa.Date(), nullable=True),
        sa.Column("inspection_due_is_provisional", sa.Boolean(), nullable=False),
        sa.Column("inspection_rule", sa.Text(), nullable=False),
        sa.Column("inspection_rule_version", sa.BigInteger(), nullable=True),
        sa.Column("last_inspected_on", sa.Date(), nullable=True),
        sa.Column("evidence_fixed_on", sa.Date(), nullable=True),
        sa.Column("refund_due", sa.BigInteger(), nullable=True),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("import_row", sa.BigInteger(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status <> 'transferred_police' OR evidence_fixed_on IS NOT NULL",
            name=op.f("ck_risk_entities_evidence_first"),
        ),
        sa.CheckConstraint("elders_served >= 0", name=op.f("ck_risk_entities_elders_served")),
        sa.CheckConstraint("prepaid_amount >= 0", name=op.f("ck_risk_entities_prepaid_amount")),
        sa.CheckConstraint("refund_due >= 0", name=op.f("ck_risk_entities_refund_due")),
        sa.CheckConstraint("refunded >= 0", name=op.f("ck_risk_entities_refunded")),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_risk_entities_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_risk_entities_division_code")
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_risk_entities_owner_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_lead_id"], ["leads.id"], name=op.f("fk_risk_entities_source_lead_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_entities")),
        sa.UniqueConstraint("number", name=op.f("uq_risk_entities_number")),
    )
    op.create_index(
        op.f("ix_risk_entities_import_id"), "risk_entities", ["import_id"], unique=False
    )
    op.create_index(
        op.f("ix_risk_entities_next_inspection_due"),
        "risk_entities",
        ["next_inspection_due"],
        unique=False,
    )
    op.create_index(
        op.f("ix_risk_entities_owner_unit_id_status_id"),
        "risk_entities",
        ["owner_unit_id", "status", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_risk_entities_responsible_person_index"),
        "risk_entities",
        ["responsible_person_index"],
        unique=False,
    )
    op.create_index(
        op.f("ix_risk_entities_responsible_phone_index"),
        "risk_entities",
        ["responsible_phone_index"],
        unique=False,
    )
    op.create_index(
        "ix_risk_entities_search", "risk_entities", ["search"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        op.f("ix_risk_entities_source_lead_id"), "risk_entities", ["source_lead_id"], unique=False
    )
    op.create_index(
        op.f("ix_risk_entities_town_code_id"), "risk_entities", ["town_code", "id"], unique=False
    )
    op.create_index(
        op.f("ix_risk_entities_town_code_status_id"),
        "risk_entities",
        ["town_code", "status", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_risk_entities_town_code_tier_id"),
        "risk_entities",
        ["town_code", "tier", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_risk_entities_uscc"), "risk_entities", ["uscc"], unique=False)
    op.create_index(
        "uq_risk_entities_town_code_uscc",
        "risk_entities",
        ["town_code", "uscc"],
        unique=True,
        postgresql_where=sa.text("uscc <> ''"),
    )
    op.create_table(
        "inspections",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("inspectors", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("finding", sa.String(length=40), nullable=True),
        sa.Column("checklist", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rectification_id", sa.Uuid(), nullable=True),
        sa.Column("rectification_round", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status not in ('done', 'closed') OR (done_on IS NOT NULL AND finding IS NOT NULL)",
            name=op.f("ck_inspections_done"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_inspections_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["risk_entities.id"], name=op.f("fk_inspections_entity_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_inspections_owner_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
        sa.UniqueConstraint("number", name=op.f("uq_inspections_number")),
    )
    op.create_index(
        op.f("ix_inspections_entity_id_id"), "inspections", ["entity_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_inspections_owner_unit_id_status_id"),
        "inspections",
        ["owner_unit_id", "status", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inspections_rectification_id_id"),
        "inspections",
        ["rectification_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inspections_town_code_id"), "inspections", ["town_code", "id"], unique=False
    )
    op.create_index(
        op.f("ix_inspections_town_code_planned_on_id"),
        "inspections",
        ["town_code", "planned_on", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inspections_town_code_status_id"),
        "inspections",
        ["town_code", "status", "id"],
        unique=False,
    )
    op.create_table(
        "risk_assessments",
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.String(length=40), nullable=False),
        sa.Column("factors", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"],
            ["posts.id"],
            name=op.f("fk_risk_assessments_created_by_post_id"),
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["risk_entities.id"], name=op.f("fk_risk_assessments_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_assessments")),
    )
    op.create_index(
        op.f("ix_risk_assessments_entity_id_id"),
        "risk_assessments",
        ["entity_id", "id"],
        unique=False,
    )
    op.create_table(
        "risk_entity_identifiers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value_enc", sa.LargeBinary(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(), nullable=False),
        sa.Column("value_mask", sa.Text(), nullable=False),
        sa.Column("raw_enc", sa.LargeBinary(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entity_id"],
            ["risk_entities.id"],
            name=op.f("fk_risk_entity_identifiers_entity_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_entity_identifiers")),
    )
    op.create_index(
        op.f("ix_risk_entity_identifiers_entity_id"),
        "risk_entity_identifiers",
        ["entity_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_risk_entity_identifiers_value_index"),
        "risk_entity_identifiers",
        ["value_index"],
        unique=False,
    )
    op.create_table(
        "risk_routes",
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("route", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_risk_routes_order")),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_risk_routes_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["risk_entities.id"], name=op.f("fk_risk_routes_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_routes")),
    )
    op.create_index(
        op.f("ix_risk_routes_entity_id_id"), "risk_routes", ["entity_id", "id"], unique=False
    )
    op.create_index(
        "uq_risk_routes_current",
        "risk_routes",
        ["entity_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "rectifications",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=True),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("requirements", sa.Text(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_is_provisional", sa.Boolean(), nullable=False),
        sa.Column("due_rule", sa.Text(), nullable=False),
        sa.Column("due_rule_version", sa.BigInteger(), nullable=True),
        sa.Column("legal_actor", sa.String(length=40), nullable=False),
        sa.Column("legal_actor_name", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("materials", sa.Text(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("history", postgresql.JSONB(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("round >= 1", name=op.f("ck_rectifications_round")),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_rectifications_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["risk_entities.id"], name=op.f("fk_rectifications_entity_id")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_rectifications_inspection_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_rectifications_owner_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectifications")),
        sa.UniqueConstraint("number", name=op.f("uq_rectifications_number")),
    )
    op.create_index(
        op.f("ix_rectifications_entity_id_id"), "rectifications", ["entity_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_rectifications_inspection_id_id"),
        "rectifications",
        ["inspection_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rectifications_owner_unit_id_status_id"),
        "rectifications",
        ["owner_unit_id", "status", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rectifications_town_code_due_on_id"),
        "rectifications",
        ["town_code", "due_on", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rectifications_town_code_id"), "rectifications", ["town_code", "id"], unique=False
    )
    op.create_index(
        op.f("ix_rectifications_town_code_status_id"),
        "rectifications",
        ["town_code", "status", "id"],
        unique=False,
    )
    op.create_table(
        "risk_measures",
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("legal_actor", sa.String(length=40), nullable=True),
        sa.Column("legal_actor_name", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rectification_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_risk_measures_amount")),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_risk_measures_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["risk_entities.id"], name=op.f("fk_risk_measures_entity_id")
        ),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["rectifications.id"],
            name=op.f("fk_risk_measures_rectification_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_measures")),
    )
    op.create_index(
        op.f("ix_risk_measures_entity_id_id"), "risk_measures", ["entity_id", "id"], unique=False
    )
    op.create_index(op.f("ix_risk_measures_kind_id"), "risk_measures", ["kind", "id"], unique=False)
    # inspections and rectifications name each other
    op.create_foreign_key(
        op.f("fk_inspections_rectification_id"),
        "inspections",
        "rectifications",
        ["rectification_id"],
        ["id"],
    )
    append_only(op, "risk_assessments")
    for table in ("risk_entities", "risk_routes", "risk_measures"):
        grant(op, table, "select, insert, update")
    for table in ("inspections", "rectifications"):
        grant(op, table, "select, insert, update")
    grant(op, "risk_entity_identifiers")


def downgrade() -> None:
    op.drop_constraint(op.f("fk_inspections_rectification_id"), "inspections", type_="foreignkey")
    op.drop_index(op.f("ix_risk_measures_kind_id"), table_name="risk_measures")
    op.drop_index(op.f("ix_risk_measures_entity_id_id"), table_name="risk_measures")
    op.drop_table("risk_measures")
    op.drop_index(op.f("ix_rectifications_town_code_status_id"), table_name="rectifications")
    op.drop_index(op.f("ix_rectifications_town_code_id"), table_name="rectifications")
    op.drop_index(op.f("ix_rectifications_town_code_due_on_id"), table_name="rectifications")
    op.drop_index(op.f("ix_rectifications_owner_unit_id_status_id"), table_name="rectifications")
    op.drop_index(op.f("ix_rectifications_inspection_id_id"), table_name="rectifications")
    op.drop_index(op.f("ix_rectifications_entity_id_id"), table_name="rectifications")
    op.drop_table("rectifications")
    op.drop_index(
        "uq_risk_routes_current",
        table_name="risk_routes",
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(op.f("ix_risk_routes_entity_id_id"), table_name="risk_routes")
    op.drop_table("risk_routes")
    op.drop_index(
        op.f("ix_risk_entity_identifiers_value_index"), table_name="risk_entity_identifiers"
    )
    op.drop_index(
        op.f("ix_risk_entity_identifiers_entity_id"), table_name="risk_entity_identifiers"
    )
    op.drop_table("risk_entity_identifiers")
    op.drop_index(op.f("ix_risk_assessments_entity_id_id"), table_name="risk_assessments")
    op.drop_table("risk_assessments")
    op.drop_index(op.f("ix_inspections_town_code_status_id"), table_name="inspections")
    op.drop_index(op.f("ix_inspections_town_code_planned_on_id"), table_name="inspections")
    op.drop_index(op.f("ix_inspections_town_code_id"), table_name="inspections")
    op.drop_index(op.f("ix_inspections_rectification_id_id"), table_name="inspections")
    op.drop_index(op.f("ix_inspections_owner_unit_id_status_id"), table_name="inspections")
    op.drop_index(op.f("ix_inspections_entity_id_id"), table_name="inspections")
    op.drop_table("inspections")
    op.drop_index(
        "uq_risk_entities_town_code_uscc",
        table_name="risk_entities",
        postgresql_where=sa.text("uscc <> ''"),
    )
    op.drop_index(op.f("ix_risk_entities_uscc"), table_name="risk_entities")
    op.drop_index(op.f("ix_risk_entities_town_code_tier_id"), table_name="risk_entities")
    op.drop_index(op.f("ix_risk_entities_town_code_status_id"), table_name="risk_entities")
    op.drop_index(op.f("ix_risk_entities_town_code_id"), table_name="risk_entities")
    op.drop_index(op.f("ix_risk_entities_source_lead_id"), table_name="risk_entities")
    op.drop_index("ix_risk_entities_search", table_name="risk_entities", postgresql_using="gin")
    op.drop_index(op.f("ix_risk_entities_responsible_phone_index"), table_name="risk_entities")
    op.drop_index(op.f("ix_risk_entities_responsible_person_index"), table_name="risk_entities")
    op.drop_index(op.f("ix_risk_entities_owner_unit_id_status_id"), table_name="risk_entities")
    op.drop_index(op.f("ix_risk_entities_next_inspection_due"), table_name="risk_entities")
    op.drop_index(op.f("ix_risk_entities_import_id"), table_name="risk_entities")
    op.drop_table("risk_entities")
