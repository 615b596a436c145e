"""Imports on the wire."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api.core.listing.pagination import PageQuery
from api.domain.imports.imports import IMPORT_FLOW, ImportMode, ImportStatus, RowDecision, RowState
from api.domain.imports.ledger_lines import LineRole, SheetState
from api.domain.imports.ledgers import LedgerKind
from api.domain.kit.labels import Labelled
from api.schemas.changes import Changes
from api.schemas.common import AvailableAction, Label, Named, Shown, Wire, transition_union
from api.schemas.property_items import CaseRef
from api.schemas.standing import Standing

ImportTransition = transition_union(IMPORT_FLOW, "Import")


class ImportSort(Labelled):
    """Orders of the import list."""

    NEWEST = "-id", "上传先后（新在前）"
    OLDEST = "id", "上传先后（旧在前）"


class ImportQuery(PageQuery):
    """Filters of the import list."""

    sort: ImportSort = ImportSort.NEWEST
    kind: Annotated[list[LedgerKind], Field(max_length=5)] | None = None
    status: Annotated[list[ImportStatus], Field(max_length=5)] | None = None


class ImportRowQuery(PageQuery):
    """Filters of an import's rows."""

    state: Annotated[list[RowState], Field(max_length=5)] | None = None
    faulty_first: bool = Field(False, description="有错误的行排在前面")


Line = Annotated[int, Field(ge=1, le=1_048_576)]
Place = Annotated[int, Field(ge=0, le=255)]


class SheetCorrectionIn(Wire):
    """How one sheet is to be read; what is left out stays the machine's reading."""

    index: Annotated[int, Field(ge=0, le=1_000, description="第几个工作表，从 0 起")]
    skip: bool = Field(False, description="整个工作表不读")
    header: tuple[Line, Line] | None = Field(None, description="表头的第一行和最后一行")
    columns: Annotated[
        dict[Place, Annotated[str, StringConstraints(max_length=40)]],
        Field(max_length=256, description="列（从 0 起）对应的栏目；“+”并入补充说明，“-”不导入"),
    ] = Field(default_factory=dict)
    units: Annotated[
        dict[Place, Annotated[Decimal, Field(gt=0, le=100_000_000)]],
        Field(max_length=256, description="金额列的一个单位是多少元，例如万元为 10000"),
    ] = Field(default_factory=dict)
    rows_out: Annotated[list[Line], Field(max_length=5_000)] = Field(default_factory=list)
    rows_in: Annotated[list[Line], Field(max_length=5_000)] = Field(default_factory=list)


class CorrectionIn(Wire):
    """A person's reading of the file; it replaces an earlier one."""

    version: Annotated[int, Field(ge=1)]
    sheets: Annotated[list[SheetCorrectionIn], Field(min_length=1, max_length=100)]
    template_name: Label | None = Field(None, description="存为模板时的名称；不填则不存")


class DecisionIn(Wire):
    """What becomes of edited rows: of those named, or of all that are not decided."""

    version: Annotated[int, Field(ge=1)]
    decision: RowDecision
    positions: Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=1_000)] | None = None


class TemplateShown(Shown):
    """A kept reading of tables with one heading."""

    id: UUID
    kind: LedgerKind
    name: str
    headings: list[str]
    used: int
    last_used_at: datetime | None
    created_at: datetime
    version: int


class TemplateQuery(PageQuery):
    """Filters of the templates."""

    kind: Annotated[list[LedgerKind], Field(max_length=5)] | None = None


class TemplateUpdate(Changes, of=BaseModel, own={"name"}):
    """A new name; a template itself is made by correcting how a table is read."""

    name: Label | None = None


class ImportItem(Shown):
    """An import in a list."""

    id: UUID
    kind: LedgerKind
    status: ImportStatus
    filename: str
    size: int
    file_sha256: str
    owner_unit: Named
    case: CaseRef | None = Field(description="受害人登记表所属的案件；其他台账为空")
    progress_done: int = Field(description="已处理行数")
    progress_total: int | None = Field(description="总行数；尚不知道时为空")
    rows_total: int
    rows_good: int
    rows_faulty: int
    rows_known: int = Field(description="以前已导入、不会重复导入的行数")
    rows_edited: int = Field(description="以前导入过、疑似又有改动，需要选择的行数")
    rows_repeated: int
    rows_warned: int
    rows_committed: int
    mode: ImportMode | None
    failure_code: str
    failure_message: str
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    version: int


class ColumnFound(Shown):
    """How one heading was understood."""

    letter: str = Field(description="列标，如 C")
    heading: str
    field: str
    label: str


class SheetShown(Shown):
    """How one sheet was understood."""

    index: int = Field(description="第几个工作表，从 0 起")
    name: str
    header_row: int
    columns: list[ColumnFound]
    ignored: list[str]
    template: Named | None = Field(description="按哪个模板读取")


class FileRemarkShown(Shown):
    """A remark about the file as a whole."""

    code: str
    message: str
    sheet: str
    row: int | None


class FaultCount(Shown):
    """How often one kind of fault occurs in one column."""

    field: str
    label: str
    code: str
    severity: str
    count: int
    row: int | None = Field(None, description="其中最先的一行")
    message: str = Field("", description="那一行错在哪里、怎样改")


class Preview(Shown):
    """What a commit would bring in, and what is wrong."""

    sheets: list[SheetShown]
    remarks: list[FileRemarkShown]
    faults: list[FaultCount]


class ImportRead(ImportItem):
    """One import."""

    preview: Preview | None
    is_uploader: bool = Field(description="是否由本人上传；导入之前只有本人看得到内容")
    is_corrected: bool = Field(description="是否按更正读取")
    rows_undecided: int = Field(description="内容有出入、尚未选择怎样处理的行数")
    standing: Standing
    available_actions: list[AvailableAction]


class LineShown(Shown):
    """One line as it stands in the sheet."""

    row: int
    role: LineRole | None = Field(description="是什么行；数据行为空")
    cells: list[str]


class LineLeftOut(Shown):
    """A line below the heading that was taken for no data."""

    row: int
    role: LineRole | None
    text: str


class ColumnSeen(Shown):
    """A column, and what it is taken for."""

    at: int = Field(description="列，从 0 起")
    letter: str
    heading: str
    field: str = Field(description="栏目；“+”并入补充说明，“-”不导入")
    unit: str | None = Field(description="金额列的一个单位是多少元")
    unit_from: str = Field(description="单位由何而来")


class FieldChoice(Shown):
    """A column that the ledger knows."""

    field: str
    label: str
    required: bool
    is_money: bool


class SheetSeen(Shown):
    """A sheet as it stands in the file, and how it is read; personal data behind masks."""

    index: int = Field(description="第几个工作表，从 0 起")
    name: str
    state: SheetState
    missing: list[str] = Field(description="没有找到的必需栏目")
    header: tuple[int, int] | None = Field(description="表头的第一行和最后一行")
    columns: list[ColumnSeen]
    lines: list[LineShown]
    left_out: list[LineLeftOut]
    skip: bool
    rows_out: list[int]
    rows_in: list[int]


class SheetsSeen(Shown):
    """What the mapping of columns needs: the sheets, and what their columns may be."""

    sheets: list[SheetSeen]
    fields: list[FieldChoice]


class FaultShown(Shown):
    """What is wrong, or doubtful, with one cell."""

    field: str
    label: str
    column: int | None
    address: str = Field(description="单元格，例如 C5；整行的问题为行号")
    code: str
    message: str
    severity: str


class ImportRowShown(Shown):
    """One row of the file as it was understood; personal data behind masks."""

    position: int
    sheet: int
    sheet_name: str
    row: int
    state: RowState
    decision: RowDecision | None
    decisions: list[RowDecision] = Field(description="可以怎样处理这一行")
    addresses: dict[str, str] = Field(description="各栏目所在的单元格")
    cells: dict[str, str]
    faults: list[FaultShown]
    record_id: UUID | None
