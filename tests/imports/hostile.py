"""Files that mean harm, or are none."""

import io
import struct
import zipfile

import openpyxl
import xlwt
from xlwt.CompoundDoc import XlsDoc

BOMB = b" " * (120 * 1024 * 1024)


def good_xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["甲", "乙", "丙"])
    book.active.append([1, 2, 3])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(name: str, content: bytes, data: bytes | None = None) -> bytes:
    """The good workbook with a part added or replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data or good_xlsx())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, content)
    return out.getvalue()


def lying(data: bytes) -> bytes:
    """The same archive, its directory claiming that every part is small."""
    changed = bytearray(data)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<I", changed, at + 24, 100)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


def biff() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, "甲")
    return book.get_biff_data()


def ole(stream: bytes, name: str = "Workbook") -> bytes:
    """An OLE container with one stream of this name."""
    out = io.BytesIO()
    XlsDoc().save(out, stream)
    data = bytearray(out.getvalue())
    at = data.find("Workbook".encode("utf-16-le"))
    coded = name.encode("utf-16-le")
    data[at : at + 64] = coded.ljust(64, b"\x00")
    struct.pack_into("<H", data, at + 64, len(coded) + 2)
    return bytes(data)


def locked_biff() -> bytes:
    stream = biff()
    first = 4 + int.from_bytes(stream[2:4], "little")
    return stream[:first] + struct.pack("<HH", 0x2F, 54) + bytes(54) + stream[first:]


def far_cells() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.active["GR1048576"] = 2
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def entities() -> bytes:
    laughs = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    return with_part("xl/sharedStrings.xml", laughs + b"<sst>&b;</sst>")


CASES = {
    "nothing": (b"", "", "file_empty"),
    "blank lines": (b"\r\n \r\n", "a.csv", "file_empty"),
    "empty workbook": (with_part("xl/worksheets/sheet1.xml", b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'), "a.xlsx", "file_empty"),
    "cut off": (good_xlsx()[:-600], "a.xlsx", "file_corrupt"),
    "damaged inside": (good_xlsx()[:60] + b"\xff" * 80 + good_xlsx()[140:], "a.xlsx", "file_corrupt"),
    "xml cut off": (with_part("xl/workbook.xml", b"<workbook"), "a.xlsx", "file_corrupt"),
    "bomb": (with_part("xl/sharedStrings.xml", BOMB), "a.xlsx", "file_suspicious"),
    "bomb that lies": (lying(with_part("xl/sharedStrings.xml", BOMB)), "a.xlsx", "file_suspicious"),
    "entities": (entities(), "a.xlsx", "file_suspicious"),
    "macro part": (with_part("xl/vbaProject.bin", b"x"), "a.xlsx", "file_has_macros"),
    "macro sheet": (with_part("xl/macrosheets/sheet1.xml", b"<x/>"), "a.xlsx", "file_has_macros"),
    "macro name": (good_xlsx(), "a.XLSM", "file_has_macros"),
    "xls macro": (ole(biff(), "_VBA_PROJECT"), "a.xls", "file_has_macros"),
    "locked xlsx": (ole(b"x" * 5000, "EncryptedPackage"), "a.xlsx", "file_encrypted"),
    "locked xls": (ole(locked_biff()), "a.xls", "file_encrypted"),
    "word": (ole(b"x" * 5000, "WordDocument"), "a.xls", "not_a_spreadsheet"),
    "ole damaged": (ole(biff())[:700], "a.xls", "file_corrupt"),
    "pdf": (b"%PDF-1.7\n1 0 obj", "a.xlsx", "not_a_spreadsheet"),
    "picture": (b"\x89PNG\r\n\x1a\n", "a.csv", "not_a_spreadsheet"),
    "zip of something": (with_part("word/document.xml", b"<x/>", b"") if False else b"", "", "file_empty"),
    "web page": ("<html><table><tr><td>来源</td></tr></table>".encode(), "a.xls", "spreadsheet_kind_unsupported"),
    "binary": (bytes(range(256)) * 10, "a.csv", "not_a_spreadsheet"),
    "no known encoding": (b"\x81\x20,\xff\xff\n" * 5, "a.csv", "encoding_unknown"),
    "far cells": (far_cells(), "a.xlsx", "file_too_complex"),
    "rows": (b"1,2\n" * 200_001, "a.csv", "too_many_rows"),
    "columns": (b",".join([b"1"] * 300) + b"\n", "a.csv", "too_many_columns"),
}  # fmt: skip
