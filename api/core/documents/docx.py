"""Filled-in blocks as a Word document, page and fonts by the table of GB/T 9704.

Nothing leans on Word's character grid: programs read it differently. An exact pitch and a closer
spacing give 22 lines of 28 characters in all of them.
"""

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import quoteattr

from api.domain.papers.blocks import BlockKind as B
from api.domain.papers.blocks import Filled, said
from api.domain.papers.gbt9704 import TYPEFACES, measure

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#: XML has no place for these.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
#: What somebody numbered already is not numbered again.
_NUMBERED: Final = re.compile(
    r"\s*([（(]?\d{1,3}[.．、)）]|[（(]?[一二三四五六七八九十]{1,3}[、)）])"
)
_SEALED: Final = frozenset({B.SIGNATURE, B.DATE})


def clean(text: str) -> str:
    """A text without what no document can hold; every letter stays, however rare."""
    return _UNPRINTABLE.sub("", text)


def width(text: str) -> float:
    """How many characters wide a line is: Latin letters and digits are half as wide."""
    return sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


class _Page:
    """One document while it is written."""

    def __init__(self) -> None:
        import docx

        self.document: Document = docx.Document()
        body: Any = self.document.element.body
        for each in list(body)[:-1]:  # all but the section
            body.remove(each)
        self._section()
        self._styles()
        self._fonts()

    def _section(self) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Mm

        section = self.document.sections[0]
        section.page_width = Mm(measure("page_width"))
        section.page_height = Mm(measure("page_height"))
        section.top_margin = Mm(measure("margin_top"))
        section.bottom_margin = Mm(measure("margin_bottom"))
        section.left_margin = Mm(measure("margin_left"))
        section.right_margin = Mm(measure("margin_right"))
        section.footer_distance = Mm(measure("footer_distance"))
        properties: Any = section._sectPr  # pyright: ignore[reportPrivateUsage]  # no other way to the grid
        for grid in properties.findall(qn("w:docGrid")):
            properties.remove(grid)
        self.document.settings.odd_and_even_pages_header_footer = True
        # 7.5: outside of the page, one character in
        _page_number(section.footer.paragraphs[0], right=True)
        _page_number(section.even_page_footer.paragraphs[0], right=False)

    def _styles(self) -> None:
        from docx.shared import Pt

        normal = self.document.styles["Normal"]
        normal.font.size = Pt(measure("body_size"))  # pyright: ignore[reportAttributeAccessIssue]
        _typeface(normal.element.get_or_add_rPr(), "body")
        form = normal.paragraph_format  # pyright: ignore[reportAttributeAccessIssue]
        form.space_before = form.space_after = Pt(0)
        form.widow_control = False

    def _fonts(self) -> None:
        """By what each font is replaced where it is missing."""
        rows = "".join(
            f"<w:font w:name={quoteattr(face.name)}>"
            f"<w:altName w:val={quoteattr(','.join(face.instead))}/>"
            '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
            for face in TYPEFACES.values()
        )
        package: Any = self.document.part.package
        for part in package.iter_parts():
            if str(part.partname) == "/word/fontTable.xml":
                table = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts xmlns:w="{_W}">{rows}</w:fonts>'
                part._blob = table.encode()  # a part of plain bytes

    def add(self, text: str, face: str = "body", size: str = "body_size") -> "Paragraph":
        """A paragraph of one font."""
        made = self.document.add_paragraph()
        _run(made, text, face, size)
        _pitch(made)
        return made


def _typeface(properties: Any, face: str) -> None:
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for slot in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(slot), TYPEFACES[face].name)


def _run(paragraph: "Paragraph", text: str, face: str, size: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run = paragraph.add_run(clean(text))
    run.font.size = Pt(measure(size))
    properties = run._r.get_or_add_rPr()  # pyright: ignore[reportPrivateUsage]
    _typeface(properties, face)
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(int(measure("spacing"))))
    size_mark = properties.find(qn("w:sz"))
    if size_mark is None:
        properties.append(spacing)
    else:  # the schema has an order
        size_mark.addprevious(spacing)
    return run


def _pitch(paragraph: "Paragraph") -> None:
    from docx.enum.text import WD_LINE_SPACING
    from docx.shared import Twips

    form = paragraph.paragraph_format
    form.line_spacing = Twips(int(measure("pitch")))
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY


def _indent(paragraph: "Paragraph", **characters: float) -> None:
    """Indents in characters: `firstLine`, `left`, `right`, `hanging`."""
    from docx.oxml.ns import qn

    indent: Any = paragraph._p.get_or_add_pPr().get_or_add_ind()  # pyright: ignore[reportPrivateUsage]
    twips = measure("body_size") * 20
    for name, count in characters.items():
        indent.set(qn(f"w:{name}Chars"), str(round(count * 100)))
        indent.set(qn(f"w:{name}"), str(round(count * twips)))


def _page_number(paragraph: "Paragraph", *, right: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    sides = WD_ALIGN_PARAGRAPH
    paragraph.alignment = sides.RIGHT if right else sides.LEFT
    _indent(paragraph, **{"right" if right else "left": measure("page_number_indent")})
    _run(paragraph, "— ", "page_number", "page_number_size")
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("", "1"), ("end", "")):
        run = _run(paragraph, "", "page_number", "page_number_size")
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText" if text == "PAGE" else "w:t")
            mark.text = text
        run._r.append(mark)
    _run(paragraph, " —", "page_number", "page_number_size")


# --- the blocks ----------------------------------------------------------------------------------


def _lines(text: str) -> list[str]:
    return [line.strip() for line in clean(text).splitlines() if line.strip()] or [""]


def _centred(page: _Page, block: Filled) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    is_title = block.kind is B.TITLE
    for line in _lines(block.text):
        face, size = ("title", "title_size") if is_title else ("body", "body_size")
        made = page.add(line, face, size)
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
        made.paragraph_format.keep_with_next = True


def _addressee(page: _Page, block: Filled) -> None:
    page.add("")  # 7.3.2: one blank line below what stands before
    page.add(f"{block.text.strip()}：")


def _heading(page: _Page, block: Filled) -> None:
    sub = block.text.startswith("（")
    made = page.add(block.text, "subheading" if sub else "heading")
    _indent(made, firstLine=measure("first_line"))
    made.paragraph_format.keep_with_next = True


def _paragraph(page: _Page, block: Filled) -> None:
    for line in _lines(block.text):
        _indent(page.add(line), firstLine=measure("first_line"))


def _list(page: _Page, block: Filled) -> None:
    lines = _lines(block.text)
    bare = len(lines) > 1 and not any(_NUMBERED.match(line) for line in lines)
    for at, line in enumerate(lines, 1):
        _indent(page.add(f"{at}. {line}" if bare else line), firstLine=measure("first_line"))


def _table(page: _Page, block: Filled) -> None:
    from docx.shared import Mm

    if not block.rows:
        return
    table = page.document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    wide = measure("type_width")
    for heading, text in block.rows:
        row = table.add_row()
        if not any(part.field for part in text):  # to be written into by hand
            row.height = Mm(measure("hand_height"))
        cells = row.cells
        for cell, share, parts in ((cells[0], 0.25, heading), (cells[1], 0.75, text)):
            cell.width = Mm(wide * share)
            lines = _lines(said(parts))
            for at, line in enumerate(lines):
                paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
                _run(paragraph, line, "body", "table_size")
                _pitch(paragraph)


def _attachments(page: _Page, block: Filled) -> None:
    """7.3.4: one blank line below the text, two characters in, turned-over lines below the name."""
    lines = _lines(block.text)
    page.add("")
    many = len(lines) > 1
    for at, line in enumerate(lines, 1):
        name = re.sub(r"[。；;，,.]+$", "", _NUMBERED.sub("", line) if many else line)
        number = f"{at}. " if many else ""
        label = "附件：" if at == 1 else ""
        left = 2 + 3 + (1.5 if many else 0)
        hanging = width(label + number)
        _indent(page.add(f"{label}{number}{name}"), left=left, hanging=hanging)


def _signed(page: _Page, organ: str, date: str) -> None:
    """7.3.5.1: the date four characters from the right, the organ centred over it; one that is far
    longer ends at the edge, and the date stands in its middle. The page holds text as well."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    for _ in range(2):
        page.add("").paragraph_format.keep_with_next = True
    right = measure("date_right")
    over = right + (width(date) - width(organ)) / 2
    if over < 0:
        right, over = (width(organ) - width(date)) / 2, 0
    for text, indent, goes_on in ((organ, over, True), (date, right, False)):
        made = page.add(text)
        made.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        made.paragraph_format.keep_with_next = goes_on
        _indent(made, right=indent)


def _note(page: _Page, block: Filled) -> None:
    _indent(page.add(f"（{block.text}）"), firstLine=measure("first_line"))


_SET = {
    B.TITLE: _centred,
    B.NUMBER: _centred,
    B.ADDRESSEE: _addressee,
    B.HEADING: _heading,
    B.PARAGRAPH: _paragraph,
    B.LIST: _list,
    B.TABLE: _table,
    B.ATTACHMENTS: _attachments,
    B.NOTE: _note,
}


def _before(blocks: Iterable[Filled], kind: B) -> str:
    return next((each.text for each in blocks if each.kind is kind), "")


def written(blocks: Sequence[Filled], title: str, made_at: datetime) -> bytes:
    """The document of some blocks. Work for a whole core for a moment: call it in a thread."""
    page = _Page()
    for block in blocks:
        if block.kind is B.SIGNATURE:
            if page.document.paragraphs:
                page.document.paragraphs[-1].paragraph_format.keep_with_next = True
            _signed(page, block.text, _before(blocks, B.DATE))
        elif block.kind not in _SEALED:
            _SET[block.kind](page, block)
    about = page.document.core_properties
    about.title, about.author, about.comments = clean(title), "", ""
    about.created = about.modified = made_at.replace(tzinfo=None)
    about.last_modified_by = ""
    out = io.BytesIO()
    page.document.save(out)
    _let_go(page.document)
    return out.getvalue()


def _let_go(document: "Document") -> None:
    """The parts of a document and its package hold each other: apart, they go at once, and do not
    wait by the hundred for the collector."""
    package: Any = document.part.package
    for each in [*package.iter_parts(), package]:
        vars(each).clear()
