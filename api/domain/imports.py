"""Imports: a ledger file taken in, looked at, and then brought in or dropped."""

from api.domain.flow import Field, FieldKind, Flow, Step
from api.domain.labels import Labelled
from api.domain.ledgers import LedgerKind
from api.domain.permissions import Permission as P


class ImportStatus(Labelled):
    """Where an import stands."""

    PARSING = "parsing", "解析中"
    PREVIEW = "preview", "待确认"
    FAILED = "failed", "无法读取"
    COMMITTED = "committed", "已导入"
    CANCELLED = "cancelled", "已取消"


class ImportAction(Labelled):
    """What people do with an import."""

    COMMIT = "commit", "确认导入"
    CANCEL = "cancel", "取消导入"


class ImportMode(Labelled):
    """What happens to good rows beside faulty ones."""

    STRICT = "strict", "全部无误才导入"
    GOOD_ROWS = "good_rows", "只导入无误的行"


class EditedRows(Labelled):
    """What happens to rows that look like an earlier row with a changed cell."""

    SKIP = "skip", "保留原记录，不导入改动的行"
    ADD = "add", "作为新记录导入"


class RowState(Labelled):
    """What a row of the file is to us."""

    GOOD = "good", "可导入"
    FAULTY = "faulty", "有错误"
    KNOWN = "known", "以前已导入"
    EDITED = "edited", "以前导入过，疑似又有改动"
    REPEATED = "repeated", "与前面工作表中的行相同"


#: Who may bring in which ledger, beside the right to run an import at all.
LEDGER_NEEDS: dict[LedgerKind, P] = {
    LedgerKind.LEADS: P.IMPORT_TOWN,
    LedgerKind.RISK_ENTITIES: P.IMPORT_TOWN,
    LedgerKind.VICTIMS: P.VICTIM_HANDLE,
}
#: Ledgers whose rows belong to a case.
LEDGERS_OF_A_CASE = frozenset({LedgerKind.VICTIMS})

S, A = ImportStatus, ImportAction

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
        ),
        A.CANCEL: Step(
            frozenset({S.PARSING, S.PREVIEW, S.FAILED}), S.CANCELLED, P.IMPORT_RUN, danger=True
        ),
    },
)
