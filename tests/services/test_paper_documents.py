"""Word documents of papers, read back: page, pitch, fonts and sizes against the table of GB/T 9704."""

import io
import re
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from api.core.documents.docx import clean, width, written
from api.domain.papers.blocks import Block, BlockKind, fill
from api.domain.papers.fields import registered
from api.domain.papers.gbt9704 import MEASURES, TYPEFACES
from api.domain.papers.papers import RULES, PaperKind, template

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MADE = [(kind, noun) for kind, rule in RULES.items() for noun in rule.nouns]
#: Beyond the basic plane, and beyond every GB2312 font: names of people and places have them.
RARE = "𬭎𠮷㛃䶮"


def values(noun: str, **given) -> dict[str, str]:
    found = {name: f"{field.label}{RARE}" for name, field in registered(noun).items()}
    found |= {"facts": "反映对象：某某\n涉案金额（元）：120000.00", "made_on": "2026年11月25日"}
    return found | {"materials": "1. 调查报告\n2. 物品清单"} | given


def document(kind: PaperKind, noun: str, **given) -> bytes:
    blocks = fill(template(kind).blocks, values(noun, **given))
    return written(blocks, kind.label, datetime(2026, 11, 25, tzinfo=UTC))


def parts(data: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {
            name: ElementTree.fromstring(book.read(name))
            for name in book.namelist()
            if name.endswith(".xml")
        }


def texts(body: ElementTree.Element) -> list[str]:
    return ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in body.iter(f"{W}p")]


def twips(name: str) -> float:
    return MEASURES[name].value * 1440 / 25.4


def paragraph(body: ElementTree.Element, text: str) -> ElementTree.Element:
    return next(
        p for p in body.iter(f"{W}p") if text in "".join(t.text or "" for t in p.iter(f"{W}t"))
    )


@pytest.mark.parametrize(("kind", "noun"), MADE)
class TestEveryKind:
    def test_the_page(self, kind, noun):
        section = next(parts(document(kind, noun))["word/document.xml"].iter(f"{W}sectPr"))
        size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        for element, name, measured in (
            (size, "w", "page_width"), (size, "h", "page_height"),
            (margins, "top", "margin_top"), (margins, "bottom", "margin_bottom"),
            (margins, "left", "margin_left"), (margins, "right", "margin_right"),
            (margins, "footer", "footer_distance"),
        ):  # fmt: skip
            assert abs(int(element.get(f"{W}{name}")) - twips(measured)) < 2
        assert section.find(f"{W}docGrid") is None

    def test_twenty_two_lines_of_twenty_eight_characters(self, kind, noun):
        body = parts(document(kind, noun))["word/document.xml"]
        section = next(body.iter(f"{W}sectPr"))
        size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")

        def of(element, name):
            return int(element.get(f"{W}{name}"))

        high = of(size, "h") - of(margins, "top") - of(margins, "bottom")
        wide = of(size, "w") - of(margins, "left") - of(margins, "right")
        spaced = [p for p in body.iter(f"{W}p") if texts(p) != [""]]
        assert spaced
        for each in spaced:
            spacing = each.find(f"{W}pPr/{W}spacing")
            assert spacing.get(f"{W}lineRule") == "exact"
            assert int(high / int(spacing.get(f"{W}line"))) == MEASURES["lines"].value
        run = next(paragraph(body, "请").iter(f"{W}rPr"))
        character = int(run.find(f"{W}sz").get(f"{W}val")) * 10
        character += int(run.find(f"{W}spacing").get(f"{W}val"))
        assert int(wide / character) == MEASURES["characters"].value

    def test_fonts_and_sizes(self, kind, noun):
        found = parts(document(kind, noun))
        sizes = {int(e.get(f"{W}val")) / 2 for e in found["word/document.xml"].iter(f"{W}sz")}
        allowed = {MEASURES[name].value for name in ("body_size", "title_size", "table_size")}
        assert sizes <= allowed
        names = {e.get(f"{W}eastAsia") for e in found["word/document.xml"].iter(f"{W}rFonts")}
        assert names <= {face.name for face in TYPEFACES.values()}
        title = next(paragraph(found["word/document.xml"], kind.label[:3]).iter(f"{W}rPr"))
        assert title.find(f"{W}rFonts").get(f"{W}eastAsia") == TYPEFACES["title"].name
        table = {e.get(f"{W}name"): e for e in found["word/fontTable.xml"].iter(f"{W}font")}
        for face in TYPEFACES.values():
            instead = table[face.name].find(f"{W}altName").get(f"{W}val")
            assert instead.split(",") == [*face.instead]

    def test_page_numbers_stand_outside(self, kind, noun):
        found = parts(document(kind, noun))
        assert next(found["word/settings.xml"].iter(f"{W}evenAndOddHeaders"), None) is not None
        sides = set()
        for name, footer in found.items():
            if not name.startswith("word/footer"):
                continue
            assert "".join(t.text for t in footer.iter(f"{W}instrText")) == "PAGE"
            assert re.fullmatch("— ?1 —", "".join(texts(footer)))
            sides.add(next(footer.iter(f"{W}jc")).get(f"{W}val"))
            size = next(footer.iter(f"{W}sz")).get(f"{W}val")
            assert int(size) / 2 == MEASURES["page_number_size"].value
            ind = next(footer.iter(f"{W}ind"))
            assert "100" in {ind.get(f"{W}rightChars"), ind.get(f"{W}leftChars")}
        assert sides == {"right", "left"}

    def test_no_letter_is_lost(self, kind, noun):
        body = parts(document(kind, noun))["word/document.xml"]
        said = "".join(texts(body))
        blocks = fill(template(kind).blocks, values(noun))
        assert said.count(RARE) >= sum(RARE in block.text for block in blocks) > 0
        assert "{" not in said
        assert not re.search(r"\d年0|月0\d日|第\d+号", said)


def test_body_paragraphs_begin_two_characters_in_and_headings_are_black():
    body = parts(document(PaperKind.TRANSFER_LETTER, "handover"))["word/document.xml"]
    first = paragraph(body, "请在接收时签署回执").find(f"{W}pPr/{W}ind")
    assert first.get(f"{W}firstLineChars") == "200"
    heading = next(paragraph(body, "一、基本情况").iter(f"{W}rFonts"))
    assert heading.get(f"{W}eastAsia") == TYPEFACES["heading"].name


def test_the_organ_stands_over_the_date_four_characters_from_the_right():
    body = parts(document(PaperKind.TRANSFER_LETTER, "handover", sender="众兴集镇专项办"))
    body = body["word/document.xml"]
    date = paragraph(body, "2026年11月25日").find(f"{W}pPr/{W}ind")
    assert date.get(f"{W}rightChars") == "400"
    organ = [p for p in body.iter(f"{W}p") if texts(p) == ["众兴集镇专项办"]][-1]
    middle = 4 + width("2026年11月25日") / 2
    right = int(organ.find(f"{W}pPr/{W}ind").get(f"{W}rightChars")) / 100
    assert right + width("众兴集镇专项办") / 2 == pytest.approx(middle, abs=0.02)
    assert organ.find(f"{W}pPr/{W}keepNext") is not None


def test_a_long_organ_ends_at_the_edge():
    name = "某某县打击整治养老诈骗专项行动领导小组办公室"
    body = parts(document(PaperKind.TRANSFER_LETTER, "handover", sender=name))["word/document.xml"]
    organ = [p for p in body.iter(f"{W}p") if texts(p) == [name]][-1]
    assert organ.find(f"{W}pPr/{W}ind").get(f"{W}rightChars") == "0"


def test_several_demands_are_numbered_once():
    def lines(text: str) -> list[str]:
        block = Block(BlockKind.LIST, "{requirements}")
        made = written(fill((block,), {"requirements": text}), "", datetime(2026, 1, 1, tzinfo=UTC))
        return texts(parts(made)["word/document.xml"])

    assert lines("停止宣传\n退还费用") == ["1. 停止宣传", "2. 退还费用"]
    assert lines("1. 停止宣传\n2. 退还费用") == ["1. 停止宣传", "2. 退还费用"]
    assert lines("停止宣传") == ["停止宣传"]


def test_what_no_document_can_hold_is_left_out_and_nothing_else():
    assert clean(f"甲\x00乙\x0b\ud800{RARE}\t") == f"甲乙{RARE}\t"


@pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdftotext")),
    reason="未渲染：没有 LibreOffice 或 pdftotext（版面没有在页面上验证）",
)
@pytest.mark.slow
def test_a_full_page_has_twenty_two_lines(tmp_path):
    full = "永" * 28 * 60
    blocks = fill((Block(BlockKind.PARAGRAPH, "{x}"),), {"x": full})
    (tmp_path / "a.docx").write_bytes(written(blocks, "", datetime(2026, 1, 1, tzinfo=UTC)))
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    convert = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*convert, str(tmp_path / "a.docx")], check=True, timeout=120)
    shown = subprocess.run(
        ["pdftotext", "-layout", "-f", "2", "-l", "2", str(tmp_path / "a.pdf"), "-"],
        check=True, timeout=60, capture_output=True, text=True,
    ).stdout  # fmt: skip
    rows = [line.strip() for line in shown.splitlines() if "永" in line]
    assert [len(row) for row in rows] == [28] * 22
