"""Five hundred papers as Word documents, to the same paragraphs written by the library alone."""

import io
import resource
import time
from datetime import datetime

from api.core.base.clock import TIMEZONE
from api.core.documents.docx import written
from api.domain.papers.blocks import BlockKind, Filled, fill, said
from api.domain.papers.fields import registered
from api.domain.papers.papers import PaperKind, template
from bench import run

PAPERS = 500
#: So many at least a second, and so much memory more at most after the first fifty.
WANTED, MEGABYTES = 5, 20
_ROUND = 50
_LONG = "经核查，该单位以健康讲座名义向老年人推销保健品，预收费用，不予退还。" * 20


def _blocks() -> list[Filled]:
    noun = "handover"
    values = {name: field.label for name, field in registered(noun).items()}
    values |= {"facts": f"反映对象：某某\n反映内容：{_LONG}", "grounds": _LONG}
    return fill(template(PaperKind.TRANSFER_LETTER).blocks, values)


def _texts(blocks: list[Filled]) -> list[str]:
    rows = (said(cell) for block in blocks for row in block.rows for cell in row)
    return [block.text for block in blocks if block.kind is not BlockKind.TABLE] + [*rows]


def _ours(blocks: list[Filled]) -> float:
    at = datetime(2026, 11, 25, tzinfo=TIMEZONE)
    begin = time.perf_counter()
    for _ in range(_ROUND):
        written(blocks, "移送书", at)
    return (time.perf_counter() - begin) * 1000


def _bare(texts: list[str]) -> float:
    import docx

    begin = time.perf_counter()
    for _ in range(_ROUND):
        document = docx.Document()
        for text in texts:
            document.add_paragraph(text)
        document.save(io.BytesIO())
    return (time.perf_counter() - begin) * 1000


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure() -> dict[str, float | bool]:
    """How many a second, by how much the memory grew over five hundred, and the ratio."""
    blocks = _blocks()
    texts = _texts(blocks)
    _ours(blocks)
    before = _peak()
    spent = sum(_ours(blocks) for _ in range(PAPERS // _ROUND))
    grown, speed = _peak() - before, round(PAPERS * 1000 / spent, 1)
    found = run.compare(lambda: _ours(blocks), lambda: _bare(texts), 3)
    met = speed >= WANTED and grown <= MEGABYTES
    return {**found, "a_second": speed, "megabytes": grown, "met": met}
