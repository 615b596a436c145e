"""Any table file a township sends → sheets of typed cells, read where a hostile file can do no harm.

The bytes go to a short-lived process of its own (`python -m api.core.sheets.tables`) that has little
memory, little processor time and no right to write a file; what it reads comes back row by row.
So a decompression bomb kills that process and not the server, and nobody holds a whole workbook.
"""

import contextlib
import datetime as dt
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import orjson

from api.domain.imports.cells import Cell, CellError
from api.domain.kit.errors import DomainError, Invalid, PayloadTooLarge, UnsupportedMedia

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 256
MAX_CELL: Final = 32_767
MEMORY_LIMIT: Final = 1536 * 1024 * 1024
CPU_SECONDS: Final = 60
WALL_SECONDS: Final = 120

#: zero-based, inclusive: top, left, bottom, right
Range = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a cell shows beyond its value: a number format that changes what a number means, and
    what is struck through: all of it, or the text that was taken out of the value."""

    format: str = ""
    struck: bool = False
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank; `number` is what the user sees in the margin (from 1)."""

    number: int
    cells: list[Cell]
    #: column → what the eye sees beside the value; most rows have none
    marks: dict[int, "Mark"] = field(default_factory=dict[int, "Mark"])
    #: of a line of text: into how many pieces its marks cut it; 0 in a workbook
    width: int = 0


@dataclass(slots=True)
class Sheet:
    """One sheet; its rows can be walked once, and before the next sheet is asked for."""

    name: str
    index: int
    rows: Iterable[Row]
    hidden: bool = False
    merges: tuple[Range, ...] = ()
    hidden_rows: int = 0
    hidden_row_numbers: frozenset[int] = frozenset()
    hidden_columns: tuple[int, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    #: of a text file: into how many pieces most of its lines are cut
    usual_width: int = 0
    extras: dict[str, object] = field(default_factory=dict[str, object])


_REFUSALS: Final[dict[str, tuple[type[DomainError], str]]] = {
    "file_empty": (Invalid, "文件是空的，没有可以导入的内容"),
    "file_too_large": (PayloadTooLarge, "文件超过 50 MB，请拆分后再上传"),
    "file_corrupt": (Invalid, "文件已损坏或不完整，请用 WPS 或 Excel 打开并另存为 .xlsx 后再上传"),
    "file_encrypted": (Invalid, "文件设有打开密码，请去掉密码后另存再上传"),
    "file_has_macros": (UnsupportedMedia, "文件带有宏，不予接收，请另存为不含宏的 .xlsx 后再上传"),
    "file_suspicious": (Invalid, "文件的压缩结构异常，为安全起见不予处理"),
    "file_too_complex": (PayloadTooLarge, "文件内容过大或过于复杂，读取时超出限制，请拆分后再上传"),
    "not_a_spreadsheet": (UnsupportedMedia, "这不是表格文件，请上传 .xlsx、.xls、.et 或 .csv"),
    "spreadsheet_kind_unsupported": (
        UnsupportedMedia,
        "这种表格格式不能直接读取，请用 WPS 或 Excel 打开后另存为 .xlsx 再上传",
    ),
    "encoding_unknown": (Invalid, "文字编码无法识别，请另存为 UTF-8 或 GBK 编码的 CSV 再上传"),
    "quotes_unbalanced": (
        Invalid,
        "第 … 行的英文双引号没有成对，分不清这一格到哪里为止；请改正这一行，或用 WPS、Excel 打开核对后另存为 .xlsx 再上传",
    ),
    "too_many_rows": (PayloadTooLarge, f"表格超过 {MAX_ROWS:,} 行，请拆分后再上传"),
    "too_many_columns": (PayloadTooLarge, f"表格超过 {MAX_COLUMNS} 列，请删去多余的列再上传"),
}


class Refused(Exception):
    """Inside the limited process: a code of `refusal`, and behind a colon where it is."""


def refusal(told: str) -> DomainError:
    """The refusal with this stable code and its sentence; an unknown code reads as corrupt."""
    code, _, where = told.partition(":")
    kind, sentence = _REFUSALS.get(code, _REFUSALS["file_corrupt"])
    return kind(sentence.replace("…", where), code=code if code in _REFUSALS else "file_corrupt")


class _Watch:
    """Kills the reader when it takes too long: a processor limit does not count waiting."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.fired = False
        self._process = process
        self._timer = threading.Timer(seconds, self._fire)
        self._timer.daemon = True
        self._timer.start()

    def _fire(self) -> None:
        self.fired = True
        self._process.kill()

    def stop(self) -> None:
        self._timer.cancel()


def _memory_folder() -> str | None:
    """Where a temporary file never reaches a disk; elsewhere the usual place."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - private folder inside


@contextlib.contextmanager
def run_limited(
    module: str, arguments: list[str], data: bytes, *, may_write: bool = False
) -> Generator[Iterator[bytes]]:
    """Lines that `python -m module` writes about `data`; raises the refusal that it ends with."""
    root = str(Path(__file__).resolve().parents[3])
    folder = _memory_folder() if may_write else None
    with tempfile.TemporaryDirectory(prefix="yinling-table-", dir=folder) as nowhere:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=nowhere,
            env={
                "PYTHONPATH": root,
                "PYTHONDONTWRITEBYTECODE": "1",
                "LANG": "C.UTF-8",
                "TMPDIR": nowhere,
            },
            close_fds=True,
        )
        watch = _Watch(process, WALL_SECONDS)
        try:
            stdin, stdout = cast("Any", process.stdin), cast("Any", process.stdout)
            with contextlib.suppress(BrokenPipeError):
                stdin.write(data)
            with contextlib.suppress(BrokenPipeError):
                stdin.close()
            yield _lines(process, stdout, watch)
        finally:
            watch.stop()
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _lines(process: subprocess.Popen[bytes], stdout: Any, watch: _Watch) -> Iterator[bytes]:
    finished = False
    for line in stdout:
        if line.startswith(b"!"):
            raise refusal(line[1:].strip().decode("ascii", "replace"))
        if line == b".\n":
            finished = True
            break
        yield line
    if not finished:
        # Killed by a limit (memory, processor, wall clock) or dead without a word.
        process.wait(timeout=10)
        raise refusal("file_too_complex" if process.returncode or watch.fired else "file_corrupt")


@contextlib.contextmanager
def open_table(data: bytes, filename: str = "") -> Generator[Iterator[Sheet]]:
    """The sheets of a table file, streamed from the limited process.

    Raises a DomainError with one of the codes above: at once, or while the rows are walked.
    """
    if not data:
        raise refusal("file_empty")
    if len(data) > MAX_BYTES:
        raise refusal("file_too_large")
    suffix = Path(filename).suffix.lower()[:8]
    with run_limited("api.core.sheets.tables", [suffix], data) as lines:
        yield _sheets(lines)


def _sheets(lines: Iterator[bytes]) -> Iterator[Sheet]:
    pending: list[dict[str, Any]] = []

    def rows() -> Iterator[Row]:
        for line in lines:
            message: Any = orjson.loads(line)
            if isinstance(message, dict):
                pending.append(cast("dict[str, Any]", message))
                return
            for number, cells, *marks in cast("list[list[Any]]", message):
                seen, width = marks[0] if marks else (), marks[1] if len(marks) > 1 else 0
                row = Row(number, [_cell(cell) for cell in cells], width=width)
                if seen:
                    row.marks.update((at, Mark(*told)) for at, *told in seen)
                yield row

    walk = rows()
    for _ in walk:  # nothing stands before the first sheet's own line
        pass
    while pending:
        head = pending.pop()
        walk = rows()
        sheet = Sheet(
            name=str(head["name"]),
            index=int(head["index"]),
            rows=walk,
            hidden=bool(head["hidden"]),
            merges=tuple(cast("Range", tuple(m)) for m in head["merges"]),
            hidden_rows=int(head["hidden_rows"]),
            hidden_row_numbers=frozenset(head.get("hidden_row_numbers", ())),
            hidden_columns=tuple(head.get("hidden_columns", ())),
            encoding=head.get("encoding"),
            delimiter=head.get("delimiter"),
            usual_width=int(head.get("usual_width", 0)),
        )
        yield sheet
        for _ in walk:  # rows that the caller did not want
            pass


def _cell(wire: Any) -> Cell:
    if not isinstance(wire, list):
        return cast("Cell", wire)
    tag, text = cast("list[str]", wire)
    if tag == "d":
        return dt.date.fromisoformat(text)
    if tag == "t":
        return dt.datetime.fromisoformat(text)
    return CellError(text)


if __name__ == "__main__":
    from api.core.sheets.tables_reader import main

    main()
