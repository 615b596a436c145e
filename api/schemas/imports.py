"""Imports on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.pagination import PageQuery
from api.domain.imports import IMPORT_FLOW, ImportMode, ImportStatus, RowState
from api.domain.labels import Labelled
from api.domain.ledgers import LedgerKind
from api.schemas.common import AvailableAction, Named, Shown, transition_union
from api.schemas.property_items import CaseRef

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

    heading: str
    field: str
    label: str


class SheetShown(Shown):
    """How one sheet was understood."""

    name: str
    header_row: int
    columns: list[ColumnFound]
    ignored: list[str]


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


class Preview(Shown):
    """What a commit would bring in, and what is wrong."""

    sheets: list[SheetShown]
    remarks: list[FileRemarkShown]
    faults: list[FaultCount]


class ImportRead(ImportItem):
    """One import."""

    preview: Preview | None
    available_actions: list[AvailableAction]


class FaultShown(Shown):
    """What is wrong, or doubtful, with one cell."""

    field: str
    label: str
    column: int | None
    code: str
    message: str
    severity: str


class ImportRowShown(Shown):
    """One row of the file as it was understood; personal data behind masks."""

    position: int
    sheet: int
    row: int
    state: RowState
    cells: dict[str, str]
    faults: list[FaultShown]
    record_id: UUID | None
