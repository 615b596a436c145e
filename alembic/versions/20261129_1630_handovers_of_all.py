# ruff: noqa: S608  # names of our own
"""Hand-overs of cases and of problems at risk entities: records of their own, with their receivers.

A case kept one line of text about where it was diverted to and the number of a receipt; an entity a
sentence in the note of a measure. Both become hand-overs; of what was not received it is the turn of
whom it was handed to.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op

revision: str = "handovers_of_all"
down_revision: str | None = "lead_pauses"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_T, _C = "lead_transfers", "lead_transfer_clocks"
_OWN = "number, status, town_code, owner_unit_id"
_NUMBERED = """
'YJ-' || {town} || '-' || extract(year FROM current_date)::text || '-'
|| lpad(n::text, greatest(4, length(n::text)), '0')
"""
_CASES = f"""
INSERT INTO {_T} (
  id, case_id, number, status, town_code, owner_unit_id, title, kind, organ, receiver_unit_id,
  department, sent_on, document_no, reason, result_note, receipt_no, received_by, approved_by,
  missing, supplied, result_document_no, materials, created_at, created_by_post_id
)
SELECT gen_random_uuid(), c.id, {_NUMBERED.format(town="c.town_code")},
  CASE WHEN c.diversion_receipt_no = '' THEN 'sent'
    WHEN c.civil_route IS NOT NULL THEN 'accepted'
    WHEN c.status = 'closed' THEN 'answered' ELSE 'received' END,
  c.town_code, c.owner_unit_id, c.title,
  CASE WHEN c.civil_route IS NULL THEN 'referral' ELSE 'dispute' END,
  CASE WHEN c.civil_route IS NULL THEN 'other' ELSE 'dispute' END,
  c.diversion_unit_id, coalesce(u.name, c.diversion_department), d.decided_on, d.document_no,
  d.reason, '', c.diversion_receipt_no, '', '', '', '', '', '', d.recorded_at,
  d.recorded_by_post_id
FROM (
  SELECT *, row_number() OVER (PARTITION BY town_code ORDER BY id) AS n FROM cases
  WHERE diversion_department <> ''
) AS c
JOIN LATERAL (
  SELECT * FROM case_decisions
  WHERE case_id = c.id AND action IN ('divert_civil', 'divert_administrative')
  ORDER BY id DESC LIMIT 1
) AS d ON true
LEFT JOIN units AS u ON u.id = c.diversion_unit_id
"""
_HELD = f"""
UPDATE case_identifiers AS i SET field = 'transfers.' || t.id || '.department'
FROM {_T} AS t WHERE t.case_id = i.case_id AND i.field = 'diversion_department'
"""
#: What the note of the measure says: `接收部门：…`, `办理结果：…`.
_ENTITIES = f"""
INSERT INTO {_T} (
  id, risk_entity_id, number, status, town_code, owner_unit_id, title, kind, organ, department,
  sent_on, document_no, reason, result_note, receipt_no, received_by, approved_by, missing,
  supplied, result_document_no, materials, created_at, created_by_post_id
)
SELECT gen_random_uuid(), e.id, {_NUMBERED.format(town="e.town_code")},
  CASE WHEN m.note LIKE '%办理结果：%' THEN 'answered' ELSE 'sent' END,
  e.town_code, e.owner_unit_id, e.name,
  CASE WHEN e.status = 'transferred_police' THEN 'report' ELSE 'referral' END,
  CASE WHEN e.status = 'transferred_police' THEN 'police' ELSE 'other' END,
  CASE WHEN e.status = 'transferred_police' THEN '公安机关'
    ELSE coalesce(substring(m.note FROM '接收部门：([^\n]*)'), '主管部门') END,
  coalesce(m.done_on, m.created_at::date), m.document_no, m.note,
  coalesce(substring(m.note FROM '办理结果：(.*)'), ''), '', '', '', '', '', '', '',
  m.created_at, m.created_by_post_id
FROM (
  SELECT r.*, row_number() OVER (PARTITION BY r.town_code ORDER BY r.id)
    + (SELECT count(*) FROM {_T} AS t WHERE t.town_code = r.town_code) AS n
  FROM risk_entities AS r
  WHERE r.status IN ('transferred_department', 'transferred_police')
  AND EXISTS (SELECT 1 FROM risk_measures AS m WHERE m.entity_id = r.id AND m.kind =
    CASE r.status WHEN 'transferred_police' THEN 'transfer_police' ELSE 'transfer_department' END)
) AS e
JOIN LATERAL (
  SELECT * FROM risk_measures WHERE entity_id = e.id AND kind =
    CASE e.status WHEN 'transferred_police' THEN 'transfer_police' ELSE 'transfer_department' END
  ORDER BY id DESC LIMIT 1
) AS m ON true
"""
_SERIES = f"""
INSERT INTO number_series (series, last)
SELECT 'YJ-' || town_code || '-' || extract(year FROM current_date)::text, count(*)
FROM {_T} WHERE lead_id IS NULL GROUP BY town_code
ON CONFLICT (series) DO UPDATE SET last = number_series.last + excluded.last
"""
_SEEN = f"""
INSERT INTO record_access (viewer_id, resource, record_id)
SELECT v.unit_id, 'handover', t.id FROM {_T} AS t
CROSS JOIN LATERAL (VALUES (t.owner_unit_id), (t.receiver_unit_id)) AS v (unit_id)
WHERE t.lead_id IS NULL AND v.unit_id IS NOT NULL
ON CONFLICT DO NOTHING
"""
_BACK = f"""
UPDATE cases AS c SET diversion_department = t.department, diversion_unit_id = t.receiver_unit_id,
  diversion_receipt_no = t.receipt_no
FROM (SELECT DISTINCT ON (case_id) * FROM {_T} WHERE case_id IS NOT NULL
  ORDER BY case_id, id DESC) AS t WHERE t.case_id = c.id
"""


def upgrade() -> None:
    op.alter_column(_T, "lead_id", existing_type=sa.Uuid(), nullable=True)
    op.alter_column(_C, "lead_id", existing_type=sa.Uuid(), nullable=True)
    for name, target in (
        ("case_id", "cases"),
        ("risk_entity_id", "risk_entities"),
        ("owner_unit_id", "units"),
    ):
        key = sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{_T}_{name}_{target}"))
        op.add_column(_T, sa.Column(name, sa.Uuid(), key, nullable=True))
    op.add_column(_T, sa.Column("number", sa.Text(), nullable=True))
    op.add_column(_T, sa.Column("status", sa.String(length=40), nullable=True))
    op.add_column(_T, sa.Column("town_code", sa.Text(collation="C"), nullable=True))
    op.add_column(_T, sa.Column("title", sa.Text(), server_default="", nullable=False))
    op.add_column(_T, sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column(_T, sa.Column("sent_facts", JSONB(), server_default="[]", nullable=False))
    op.add_column(_T, sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
    op.add_column(
        _T,
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
    )
    op.execute(f"UPDATE {_T} SET updated_at = created_at")
    op.execute(_CASES)
    op.execute(_HELD)
    op.execute(_ENTITIES)
    op.execute(_SERIES)
    op.execute(_SEEN)
    op.alter_column(_T, "version", server_default=None)
    op.alter_column(_T, "updated_at", server_default=None)
    op.create_check_constraint(
        op.f(f"ck_{_T}_subject"), _T, "num_nonnulls(lead_id, case_id, risk_entity_id) = 1"
    )
    op.create_check_constraint(
        op.f(f"ck_{_T}_own"),
        _T,
        f"CASE WHEN lead_id IS NULL THEN num_nulls({_OWN}) = 0 ELSE num_nonnulls({_OWN}) = 0 END",
    )
    for names, where in (
        (["case_id", "id"], "case_id IS NOT NULL"),
        (["risk_entity_id", "id"], "risk_entity_id IS NOT NULL"),
        (["town_code", "id"], "lead_id IS NULL"),
    ):
        op.create_index(None, _T, names, postgresql_where=sa.text(where))
    op.create_index(
        "ix_lead_transfers_open",
        _T,
        ["town_code", "status"],
        postgresql_where=sa.text("lead_id IS NULL"),
    )
    op.create_index("uq_lead_transfers_number", _T, ["number"], unique=True)
    op.create_index(None, _T, ["owner_unit_id"])
    op.create_index(
        "ix_lead_transfer_clocks_runs",
        _C,
        ["transfer_id", "due_on"],
        postgresql_where=sa.text("ended_on IS NULL AND lead_id IS NULL"),
    )
    for name in ("diversion_department", "diversion_unit_id", "diversion_receipt_no"):
        op.drop_column("cases", name)


def downgrade() -> None:
    for name in ("diversion_department", "diversion_receipt_no"):
        op.add_column("cases", sa.Column(name, sa.Text(), server_default="", nullable=False))
    key = sa.ForeignKey("units.id", name=op.f("fk_cases_diversion_unit_id_units"))
    op.add_column("cases", sa.Column("diversion_unit_id", sa.Uuid(), key, nullable=True))
    op.execute(_BACK)
    for name in ("diversion_department", "diversion_receipt_no"):
        op.alter_column("cases", name, server_default=None)
    op.execute(
        f"DELETE FROM record_access WHERE resource = 'handover' AND record_id IN"
        f" (SELECT id FROM {_T} WHERE lead_id IS NULL)"
    )
    op.execute(f"DELETE FROM {_C} WHERE transfer_id IN (SELECT id FROM {_T} WHERE lead_id IS NULL)")
    op.execute(f"DELETE FROM {_T} WHERE lead_id IS NULL")
    op.drop_index("ix_lead_transfer_clocks_runs", _C)
    for name in (
        "sent_facts", "reason", "title", "town_code", "status", "number", "owner_unit_id",
        "risk_entity_id", "case_id", "version", "updated_at",
    ):  # fmt: skip
        op.drop_column(_T, name)
    op.alter_column(_C, "lead_id", existing_type=sa.Uuid(), nullable=False)
    op.alter_column(_T, "lead_id", existing_type=sa.Uuid(), nullable=False)
