"""What the application's role may do, table by table: `DECISIONS`, which every run of the migrations
puts in force (`settle`), whatever the migrations before it granted.

The role owns nothing. A table without a line here cannot be touched by the application at all,
and an append-only table is one where no line says UPDATE or DELETE: a privilege, not a trigger.
A change of a decision comes with a migration, be it an empty one, or no run would come by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.operations import Operations
    from sqlalchemy.engine import Connection

PRIVILEGES = frozenset({"select", "insert", "update", "delete"})
# update (status, closed_at): privileges on single columns
_PRIVILEGE = re.compile(r"(?P<verb>[a-z]+)\s*(?P<columns>\([a-z0-9_, ]+\))?$")
_SPLIT = re.compile(r",(?![^(]*\))")


def app_role() -> str:
    """The role in the application's own address; the migration runs as another one."""
    from api.core.base.config import settings

    url = settings().database_url
    return (sa.make_url(str(url)).username if url else None) or "yinling_app"


def grant(op: Operations, table: str, privileges: str = "select, insert, update, delete") -> None:
    """grant(op, "leads", "select, insert, update"); columns may be named: "update (status)"."""
    _say(op, "GRANT {} ON {} TO {}", table, privileges)


def revoke(op: Operations, table: str, privileges: str) -> None:
    """Take back what a later migration granted on an older table."""
    _say(op, "REVOKE {} ON {} FROM {}", table, privileges)


def _say(op: Operations, words: str, table: str, privileges: str) -> None:
    parts = ", ".join(_checked(part.strip()) for part in _SPLIT.split(privileges))
    preparer = op.get_bind().dialect.identifier_preparer
    op.execute(sa.text(words.format(parts, preparer.quote(table), preparer.quote(app_role()))))


def append_only(op: Operations, table: str) -> None:
    """Rows are written once: events, ledger entries, receipts."""
    grant(op, table, "select, insert")


def read_only(op: Operations, table: str) -> None:
    """Rows come with migrations: rules, divisions, holidays."""
    grant(op, table, "select")


def grant_sequence(op: Operations, sequence: str) -> None:
    """For numbers drawn by hand; identity columns need no grant."""
    preparer = op.get_bind().dialect.identifier_preparer
    role = preparer.quote(app_role())
    op.execute(sa.text(f"GRANT usage ON SEQUENCE {preparer.quote(sequence)} TO {role}"))


def _checked(part: str) -> str:
    found = _PRIVILEGE.match(part)
    if found is None or found["verb"] not in PRIVILEGES:
        message = f"unknown privilege: {part!r}"
        raise ValueError(message)
    return part


# --- the decisions ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Decision:
    """What the application may do with one table, and why it may not do more."""

    verbs: str
    why: str
    #: Columns that an UPDATE never touches; `only` names instead the few that it may.
    fixed: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    #: Columns that the database alone fills when a row is inserted.
    unwritten: tuple[str, ...] = ()

    def grants(self, columns: list[str]) -> Iterator[str]:
        """The words between GRANT and ON for a table that has these columns."""
        for verb in self.verbs.split():
            kept: list[str] | None = None
            if verb == "update" and (self.fixed or self.only):
                kept = [
                    c for c in columns if (c in self.only if self.only else c not in self.fixed)
                ]
            elif verb == "insert" and self.unwritten:
                kept = [c for c in columns if c not in self.unwritten]
            if kept is None:
                yield verb
            elif kept:
                yield f"{verb} ({', '.join(kept)})"


#: Which row it is, who made it, and when.
_BIRTH = ("id", "created_at", "created_by_post_id")
_NOUN = (*_BIRTH, "number", "town_code")
_R, _A, _W, _D = "select", "select insert", "select insert update", "select insert delete"
_ALL = "select insert update delete"


def _noun(*parents: str) -> Decision:
    """A record: written with its versions, never deleted; what it hangs on never changes."""
    return Decision(_W, "业务记录只改不删；编号、归属和登记人不变", fixed=(*_NOUN, *parents))


_WRITTEN_ONCE = Decision(_A, "写下的就是证据，不改不删")
_QUEUE = Decision(_ALL, "任务队列，任务库自己收发和清理")

DECISIONS: dict[str, Decision] = {
    # --- money: what was posted or promised stands
    "account_kinds": Decision(_R, "账户种类随程序发布"),
    "accounts": _WRITTEN_ONCE,
    "postings": _WRITTEN_ONCE,
    "transfers": Decision(
        _A,
        "分录只追加；入账时刻由数据库写",
        unwritten=(
            "debit_side",
            "credit_side",
            "recorded_at",
            "is_earlier",
            "is_reversal",
            "reverses_reversal",
            "measure_key",
        ),
    ),
    "distributions": _noun("case_id"),
    "distribution_lines": Decision(
        _W,
        "测算出的每一行都留着；只记它走到哪一步、由哪笔分录支付",
        only=("status", "sent_transfer_id", "paid_transfer_id", "paid_at"),
    ),
    # the lead whose outcome counts changes when leads that were merged are two again
    "rewards": _noun("lead_id", "reporter_kind"),
    "rule_set_versions": Decision(
        _W,
        "版本只改不删；种类、归属和起草人不变",
        fixed=(*_BIRTH, "town_code", "kind", "based_on_id", "is_earlier", "owner_unit_id"),
    ),
    "victims": _noun("case_id"),
    "property_items": _noun("case_id"),
    "property_measures": Decision(
        _W, "措施只改不删", fixed=(*_BIRTH, "town_code", "case_id", "property_item_id")
    ),
    "property_determinations": _WRITTEN_ONCE,
    "property_measure_renewals": _WRITTEN_ONCE,
    # --- leads and who reported them
    # the town is the county while the town must keep off it
    "leads": Decision(_W, "线索只改不删", fixed=(*_BIRTH, "number", "import_id", "import_row")),
    "lead_identifiers": Decision(
        _ALL, "随文字重写：旧的去掉，新的写入；改的只是人的判断", only=("state",)
    ),
    "lead_assignments": _WRITTEN_ONCE,
    "lead_assignment_lines": Decision(_W, "交办的只补后来怎样", only=("outcome", "ended_at")),
    "lead_assists": Decision(_W, "协办只改不删", fixed=("id", "lead_id", "created_at")),
    "lead_transfers": Decision(
        _W,
        "移送只改不删",
        fixed=(*_BIRTH, "lead_id", "case_id", "risk_entity_id", "number"),
    ),
    "lead_transfer_clocks": Decision(
        _W,
        "期限只能终止、重算",
        only=("ended_on", "due_at", "due_on", "is_provisional", "rule_version"),
    ),
    "lead_obligations": Decision(
        _W, "须办的事项只能了结", only=("ended_on", "ended_by", "person", "reason")
    ),
    "lead_links": Decision(
        _W, "并入只能撤销", only=("granted", "undone_at", "undone_by", "undone_reason")
    ),
    "lead_messages": Decision(_W, "留言只能标为已读", only=("read_at",)),
    "lead_ratings": _WRITTEN_ONCE,
    "lead_receipts": Decision(
        _W, "回执码只能换新", only=("digest", "created_at", "issued_by_post_id")
    ),
    "lead_red_flags": Decision(_D, "勾选与取消勾选"),
    "lead_accused_units": Decision(_D, "县里退回时撤销标明"),
    "informants": Decision(
        _W, "举报人身份只能补正，不能删，也不能换到别的线索", fixed=("lead_id",)
    ),
    "informant_openings": Decision(
        _W, "申请只能办理", fixed=("id", "lead_id", "reason", "requested_by_id", "requested_at")
    ),
    "informant_recusals": _WRITTEN_ONCE,
    "recheck_samples": _WRITTEN_ONCE,
    "recheck_seeds": Decision(_W, "封存的种子只记用在哪一次抽样", only=("used_by_id",)),
    "recheck_sample_lines": Decision(
        _W, "抽中的只补复核结果", only=("second_conclusion", "second_unit_id", "second_on")
    ),
    # --- restricted files
    "restricted_files": Decision(_W, "专档只改不删", fixed=("id", "lead_id", "opened_at")),
    "restricted_hints": _WRITTEN_ONCE,
    "restricted_hand_offs": Decision(
        _W, "移交只补答复和催办", only=("answered_on", "answer_enc", "reminded_on")
    ),
    "restricted_members": Decision(_D, "知情人名单有增有减"),
    "restricted_attachments": _WRITTEN_ONCE,
    "restricted_file_events": _WRITTEN_ONCE,
    # --- cases, entities, field work
    "cases": _noun(),
    "case_decisions": _WRITTEN_ONCE,
    "case_identifiers": Decision(_D, "随文字重写：旧的去掉，新的写入"),
    "case_leads": _WRITTEN_ONCE,
    "case_handovers": _WRITTEN_ONCE,
    "risk_entities": _noun("import_id", "import_row"),
    "risk_entity_identifiers": Decision(_D, "随文字重写：旧的去掉，新的写入"),
    "risk_assessments": _WRITTEN_ONCE,
    "risk_measures": Decision(
        _W, "提醒办结时补写，其余不变", fixed=("id", "created_at", "entity_id", "kind")
    ),
    "risk_routes": Decision(_W, "去向只能到此为止", only=("until",)),
    "inspections": _noun("entity_id"),
    "rectifications": _noun("entity_id", "inspection_id"),
    "outcomes": _noun(),
    "attachments": _WRITTEN_ONCE,
    "papers": Decision(
        _W,
        "文书只能作废：号码、内容不变，不删",
        only=("status", "voided_at", "voided_by", "void_reason", "version", "updated_at"),
    ),
    "paper_series": Decision(_W, "文书取号", only=("last",)),
    "stored_files": _WRITTEN_ONCE,
    # --- imports: the staging is emptied, what was taken over is not
    "imports": Decision(_W, "导入批次留底", fixed=(*_BIRTH, "kind", "town_code", "uploaded_by_id")),
    "import_templates": Decision(
        _ALL, "读法由人改名、删除", fixed=(*_BIRTH, "town_code", "kind", "shape")
    ),
    "import_files": Decision(_D, "原始表格到期清除"),
    "import_rows": Decision(_ALL, "暂存行到期清除", fixed=("import_id", "position")),
    "import_identities": _WRITTEN_ONCE,
    # --- the house
    "divisions": Decision(_W, "区划只更名、撤并，不删", fixed=("code", "parent_code")),
    "units": Decision(_W, "单位只停用，不删；性质不能改", fixed=("id", "kind", "behaviour")),
    "unit_kinds": Decision(
        _W,
        "单位类别只停用，不删；程序怎样对待它不能改",
        fixed=("id", "code", "behaviour", "division_code"),
    ),
    "posts": Decision(_W, "岗位只停用，不删；角色不能改", fixed=("id", "code", "role", "unit_id")),
    "post_holders": Decision(_W, "任职只能终止", only=("until", "handover_note")),
    "liaisons": Decision(_W, "联络员只能终止", only=("until", "handover_note")),
    "users": Decision(_W, "人员只停用，不删", fixed=("id", "username", "created_at")),
    "api_clients": Decision(
        _W, "接口账号只停用，不删", fixed=("id", "client_id", "post_id", "created_at")
    ),
    "time_rules": Decision(
        _W,
        "随程序发布的可以订正，版本不删",
        fixed=("rule_id", "version", "created_at", "created_by_post_id"),
    ),
    "holiday_years": Decision(_W, "放假安排只订正，不删", fixed=("year",)),
    "town_terms": _WRITTEN_ONCE,
    "shared_changes": Decision(
        _W,
        "提请的内容不变，只能由另一人办结",
        only=("status", "decided_by_id", "decided_at", "decision", "version", "updated_at"),
    ),
    "saved_filters": Decision(_ALL, "各岗位自己的筛选", fixed=("id", "noun", "post_id")),
    "record_access": Decision(_D, "谁看得见哪条记录：行有增有减，不改"),
    # --- the machinery
    "alembic_version": Decision(_R, "启动时与程序比对"),
    "duty_notices": _WRITTEN_ONCE,
    "events": Decision(_A, "审计与时间线只追加；序号和事务号由数据库写", unwritten=("id", "xid")),
    "feed_state": Decision(_R, "恢复备份时由属主推进"),
    "idempotency_keys": Decision(
        _ALL, "答复到期清除", fixed=("actor_id", "key", "request_digest", "operation", "created_at")
    ),
    "login_failures": Decision(
        _ALL, "登录失败计数，到期清除", fixed=("name_digest", "source_digest")
    ),
    "old_passwords": Decision(_D, "用过的密码只留最近几个"),
    "public_load": Decision(_ALL, "公众请求计数到期清除", only=("count",)),
    "receipt_sources": Decision(_ALL, "失败计数到期清除", fixed=("source",)),
    "source_keys": Decision(_D, "一天的钥匙，过后删除"),
    "number_series": Decision(_W, "取号", only=("last",)),
    "sessions": Decision(_W, "登录留底", fixed=("id", "kind", "subject_id", "created_at")),
    "spent_challenges": Decision(_D, "用过的验证题到期清除"),
    "lead_month_counts": Decision(_D, "线索的计数，任务按月重算：删旧的，写新的"),
    "lead_counts_marks": Decision(_W, "计数到哪里为止是准的", only=("xid",)),
    "receipt_failures": Decision(_ALL, "失败计数到期清除", only=("failures",)),
    "pgqueuer": _QUEUE,
    "pgqueuer_log": _QUEUE,
    "pgqueuer_schedules": _QUEUE,
    "pgqueuer_statistics": _QUEUE,
}

#: Sequences drawn from by hand; those of identity columns need no grant.
SEQUENCES = frozenset(
    {"pgqueuer_id_seq", "pgqueuer_schedules_id_seq", "pgqueuer_statistics_id_seq"}
)

_FOUND = """
    SELECT c.relname, c.relkind::text, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c LEFT JOIN pg_attribute a
      ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = current_schema()::regnamespace
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND NOT pg_has_role(:role, c.relowner, 'MEMBER')
    GROUP BY c.relname, c.relkind ORDER BY c.relname
"""


def settle(connection: Connection) -> None:
    """Bring every table's privileges to what is decided above: the end of each run of the
    migrations, so that a new database and an old one come to the same. A role that owns the tables
    itself (no installation of ours) is left alone: it could not be held to anything."""
    role = app_role()
    quote = connection.dialect.identifier_preparer.quote
    for name, kind, columns in connection.execute(sa.text(_FOUND), {"role": role}).all():
        what = "SEQUENCE" if kind == "S" else "TABLE"
        thing = f"{what} {quote(name)}"
        connection.execute(sa.text(f"REVOKE ALL ON {thing} FROM PUBLIC, {quote(role)}"))
        words = list(_wanted(name, what, columns))
        if words:
            connection.execute(sa.text(f"GRANT {', '.join(words)} ON {thing} TO {quote(role)}"))


def _wanted(name: str, what: str, columns: list[str]) -> Iterator[str]:
    if what == "SEQUENCE":
        yield from ("usage",) if name in SEQUENCES else ()
    elif name in DECISIONS:
        yield from DECISIONS[name].grants(columns)
