"""Imports: a ledger file taken in, looked at, and then brought in or dropped."""

from typing import Any

from api.domain.imports.ledgers import LedgerKind
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Forbidden
from api.domain.kit.flow import Field, FieldKind, Flow, Predicate, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P


class ImportStatus(Labelled):
    """Where an import stands."""

    PARSING = "parsing", "解析中"
    NEEDS_MAPPING = "needs_mapping", "待对应栏目"
    PREVIEW = "preview", "待确认"
    FAILED = "failed", "无法读取"
    COMMITTED = "committed", "已导入"
    CANCELLED = "cancelled", "已取消"


class ImportAction(Labelled):
    """What people do with an import."""

    COMMIT = "commit", "确认导入"
    READ_AGAIN = "read_again", "重新读取"
    CANCEL = "cancel", "取消导入"


class ImportMode(Labelled):
    """What happens to good rows beside faulty ones."""

    STRICT = "strict", "全部无误才导入"
    GOOD_ROWS = "good_rows", "只导入无误的行"


class EditedRows(Labelled):
    """What happens to rows that look like a record that is there, with a changed cell."""

    SKIP = "skip", "保留原记录，不导入改动的行"
    ADD = "add", "作为新记录导入"


class RowDecision(Labelled):
    """What becomes of one such row."""

    SKIP = "skip", "保留原记录"
    ADD = "add", "作为新记录"
    UPDATE = "update", "更新原记录"


class RowState(Labelled):
    """What a row of the file is to us."""

    GOOD = "good", "可导入"
    FAULTY = "faulty", "有错误"
    KNOWN = "known", "以前已导入"
    EDITED = "edited", "已有记录，内容有出入"
    REPEATED = "repeated", "与前面工作表中的行相同"


#: Who may bring in which ledger, beside the right to run an import at all.
LEDGER_NEEDS: dict[LedgerKind, P] = {
    LedgerKind.LEADS: P.IMPORT_TOWN,
    LedgerKind.RISK_ENTITIES: P.IMPORT_TOWN,
    LedgerKind.VICTIMS: P.VICTIM_HANDLE,
}
#: Ledgers whose rows belong to a case.
LEDGERS_OF_A_CASE = frozenset({LedgerKind.VICTIMS})

#: Ledgers whose records take over what a row says anew. A lead stays as it was received.
UPDATED_BY_ROWS = frozenset({LedgerKind.RISK_ENTITIES, LedgerKind.VICTIMS})


def may_bring_in(actor: Actor, kind: LedgerKind) -> None:
    """Raises Forbidden for a ledger that the actor's post does not bring in."""
    if not actor.may(LEDGER_NEEDS[kind]):
        raise Forbidden(f"您的岗位不能导入“{kind.label}”")


def is_uploader(actor: Actor, record: Any) -> bool:
    """Whether the file is this person's own."""
    return actor.id == record.uploaded_by_id


UPLOADER = Predicate(
    "not_uploader",
    "导入之前只有上传的人可以查看和办理；其他人可以取消，再由本人或者您重新上传",
    is_uploader,
)

S, A = ImportStatus, ImportAction

#: As long as a file is neither brought in nor dropped, it is nobody else's.
OF_THE_UPLOADER = frozenset({S.PARSING, S.NEEDS_MAPPING, S.PREVIEW})
READ_AGAIN_FROM = frozenset({S.PREVIEW, S.NEEDS_MAPPING})

IMPORT_FLOW: Flow[ImportStatus, ImportAction] = Flow(
    "import",
    S.PARSING,
    {
        A.COMMIT: Step(
            frozenset({S.PREVIEW}),
            S.COMMITTED,
            P.IMPORT_RUN,
            fields=(
                Field("mode", "导入方式", FieldKind.ENUM, options=ImportMode),
                Field(
                    "on_edited", "疑似改动的行", FieldKind.ENUM, required=False, options=EditedRows
                ),
            ),
            when=(UPLOADER,),
        ),
        A.READ_AGAIN: Step(
            READ_AGAIN_FROM,
            S.PARSING,
            P.IMPORT_RUN,
            fields=(Field("uses_templates", "按已存的模板读取", FieldKind.BOOLEAN),),
            when=(UPLOADER,),
        ),
        A.CANCEL: Step(
            frozenset({S.PARSING, S.PREVIEW, S.NEEDS_MAPPING, S.FAILED}),
            S.CANCELLED,
            P.IMPORT_RUN,
            danger=True,
        ),
    },
)
