"""Kinds of units are rows that name one of a fixed set of behaviours."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from alembic import op

revision: str = "unit_kinds"
down_revision: str | None = "lead_assignments"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SPACE = UUID("5f3b7c52-9d1e-4b0e-8f26-3a1f0c7d9e64")
#: (code, label, behaviour, duty, fields of entities, posts as (role, name)).
_SHIPPED: tuple[tuple[str, str, str, str, tuple[str, ...], tuple[tuple[str, str], ...]], ...] = (
    ("leadership", "镇党委政府", "leadership", "统筹全镇专项行动，审批重大事项", (), (("leader", "镇领导岗"),)),
    ("office", "镇专项办（平安办）", "office", "登记、交办、审核、办结全镇线索", (), (("office", "专项办综合岗"),)),
    ("police", "派出所", "police", "核查线索，办理刑事、治安案件", ("online",), (("police", "派出所办案岗"),)),
    ("justice", "司法所", "justice", "人民调解、法律援助、普法", (), (("justice", "司法所调解岗"),)),
    ("culture", "文广站", "culture", "文化、旅游场所和活动", ("culture_tourism",), (("culture", "文广站管理岗"),)),
    ("finance", "财政所", "finance", "清退、奖励资金的支付和记账", (), (("finance", "财政所会计岗"),)),
    ("civil", "民政办", "civil", "养老服务机构、社会组织、志愿服务", ("elder_care", "social_insurance", "volunteering",), (("civil", "民政办养老岗"),)),
    ("market", "市场监管所", "market", "市场主体、广告、价格、食品和保健品", ("food_health_products", "finance", "medical", "property",), (("market", "市场监管所执法岗"),)),
    ("other", "其他部门", "other", "", (), ()),
    ("partner", "其他协作单位", "partner", "", (), (("partner", "协作联络岗"),)),
    ("village", "村（社区）", "village", "走访、登记、协助核实本村线索", (), (("village", "村（社区）联络岗"),)),
    ("county", "县专项办", "county", "各镇应回避的线索，全县共用设置", (), (("county", "县专项办协调岗"),)),
    ("supervision", "督导组", "supervision", "督导检查", (), (("supervisor", "督导组联络岗"),)),
    ("system", "系统运维", "system", "账号、安全、审计三员", (), ()),
    ("human_resources", "人社所", "other", "养老保险、养老金领取资格和社保代办", ("social_insurance",), (("department", "人社所业务岗"),)),
    ("natural_resources", "自然资源所", "other", "土地、不动产登记和违法用地", ("property",), (("department", "自然资源所业务岗"),)),
    ("housing", "住建所", "other", "房屋租售、中介和物业", ("property",), (("department", "住建所业务岗"),)),
    ("health_centre", "卫生院", "other", "诊疗活动、义诊和药品器械线索", ("medical",), (("department", "卫生院医政岗"),)),
    ("agriculture", "农业农村办", "other", "农民合作社、农村集体资产", (), (("department", "农业农村办业务岗"),)),
    ("petitions", "信访办", "other", "信访事项的受理和转送", (), (("department", "信访办接访岗"),)),
    ("county_department", "县级主管部门", "other", "本行业的监管，接收各镇移交的事项", (), (("department", "业务岗"),)),
    ("bank_branch", "银行网点", "partner", "可疑转账的提示，协助查询", (), (("partner", "银行网点联络岗"),)),
    ("tribunal", "人民法庭", "partner", "民事途径的立案、调解和裁判结果", (), (("partner", "人民法庭联络岗"),)),
)  # fmt: skip
_ALSO_CALLED = {
    "human_resources": ["人社所", "社保所", "人力资源和社会保障所", "人力资源社会保障所"],
    "natural_resources": ["自然资源所", "国土所", "土管所"],
    "housing": ["住建所", "城建所", "村建所", "规划建设所"],
    "health_centre": ["卫生院", "中心卫生院"],
    "agriculture": ["农业农村办", "农办", "农技站"],
    "petitions": ["信访办"],
    "tribunal": ["人民法庭", "法庭"],
}
_NOW = datetime(2026, 11, 29, tzinfo=timezone(timedelta(hours=8)))


def upgrade() -> None:
    op.create_table(
        "unit_kinds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("behaviour", sa.String(length=40), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("also_called", ARRAY(sa.Text()), nullable=False),
        sa.Column("industries", ARRAY(sa.Text()), nullable=False),
        sa.Column("posts", JSONB(), nullable=False),
        sa.Column("division_code", sa.Text(collation="C"), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_unit_kinds_division_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_kinds")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_kinds_code")),
        sa.UniqueConstraint("code", "behaviour", name=op.f("uq_unit_kinds_code_behaviour")),
    )
    op.create_index(
        "uq_unit_kinds_label",
        "unit_kinds",
        [sa.text("coalesce(division_code, '')"), "label"],
        unique=True,
    )
    insert = sa.text(
        "INSERT INTO unit_kinds (id, code, label, behaviour, duty, also_called, industries, posts,"
        " is_active, version, updated_at) VALUES (:id, :code, :label, :behaviour, :duty,"
        " CAST(:called AS text[]), CAST(:industries AS text[]), CAST(:posts AS jsonb), true, 1, :now)"
    )
    for code, label, behaviour, duty, industries, posts in _SHIPPED:
        template = [{"role": role, "name": name} for role, name in posts]
        op.get_bind().execute(
            insert,
            {
                "id": uuid5(_SPACE, code),
                "code": code,
                "label": label,
                "behaviour": behaviour,
                "duty": duty,
                "called": _ALSO_CALLED.get(code, []),
                "industries": list(industries),
                "posts": json.dumps(template, ensure_ascii=False),
                "now": _NOW,
            },
        )
    op.alter_column("units", "kind", type_=sa.Text(), existing_type=sa.String(length=40))
    op.add_column("units", sa.Column("behaviour", sa.String(length=40), nullable=True))
    # a kind that no program of ours wrote gets what has the least rights of its own
    op.execute("UPDATE units SET kind = 'other' WHERE kind NOT IN (SELECT code FROM unit_kinds)")
    op.execute("UPDATE units SET behaviour = kind")
    op.alter_column("units", "behaviour", nullable=False)
    op.create_foreign_key(
        op.f("fk_units_kind_behaviour"),
        "units",
        "unit_kinds",
        ["kind", "behaviour"],
        ["code", "behaviour"],
    )


def downgrade() -> None:
    # what an older program does not know gets the nearest that it knows, and no right beyond
    op.execute("UPDATE posts SET role = 'culture' WHERE role = 'department'")
    op.execute("UPDATE posts SET role = 'village', is_active = false WHERE role = 'partner'")
    op.drop_constraint(op.f("fk_units_kind_behaviour"), "units", type_="foreignkey")
    op.execute(
        "UPDATE units SET kind = CASE behaviour WHEN 'partner' THEN 'other' ELSE behaviour END"
    )
    op.drop_column("units", "behaviour")
    op.alter_column("units", "kind", type_=sa.String(length=40), existing_type=sa.Text())
    op.drop_table("unit_kinds")
