"""What a file really is, by its bytes: the name and the sender's word count for nothing.

Whatever a browser or an office program might run is refused here: markup, scripts, macros,
archives, and files that are two things at once.
"""

import codecs
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from api.domain.kit.errors import UnsupportedMedia

_HEAD: Final = 4096
#: The end-of-directory record of a ZIP and its longest comment.
_TAIL: Final = 22 + 65_535
_MARKUP: Final = re.compile(
    rb"<\s*(!doctype|html|script|svg|iframe|body|\?php|\?xml|!entity)", re.IGNORECASE
)
#: In pictures and PDFs plain XML is at home (their metadata); these are not.
_SCRIPT: Final = re.compile(rb"<\s*(!doctype|html|script|svg|iframe|\?php)", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAX_ENTRIES, _MAX_DIRECTORY = 5_000, 2_000_000
#: An office file that grows more than this when opened is a bomb, not a document.
_MAX_UNPACKED, _BOMB_FROM, _BOMB_RATIO = 1_000_000_000, 50_000_000, 150


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is taken: its media type, its own extension, others that fit."""

    media_type: str
    extension: str
    fits: frozenset[str]


_IMAGES = frozenset({"png", "jpg", "jpeg", "webp", "gif", "heic", "heif"})
_AUDIO = frozenset({"mp3", "m4a", "amr", "wav"})
_WORD, _EXCEL = frozenset({"doc", "docx", "wps"}), frozenset({"xls", "xlsx", "et"})


def _type(media_type: str, extension: str, *fits: str) -> FileType:
    return FileType(media_type, extension, frozenset({extension, *fits}))


_OPEN_XML: Final = "application/vnd.openxmlformats-officedocument"
PDF = _type("application/pdf", "pdf")
PNG = _type("image/png", "png", *_IMAGES)
JPEG = _type("image/jpeg", "jpg", *_IMAGES)
WEBP = _type("image/webp", "webp", *_IMAGES)
GIF = _type("image/gif", "gif", *_IMAGES)
HEIC = _type("image/heic", "heic", *_IMAGES)
DOCX = _type(f"{_OPEN_XML}.wordprocessingml.document", "docx", *_WORD)
XLSX = _type(f"{_OPEN_XML}.spreadsheetml.sheet", "xlsx", *_EXCEL)
DOC = _type("application/msword", "doc", *_WORD)
XLS = _type("application/vnd.ms-excel", "xls", *_EXCEL)
MP3 = _type("audio/mpeg", "mp3", *_AUDIO)
M4A = _type("audio/mp4", "m4a", "mp4", *_AUDIO)
AMR = _type("audio/amr", "amr", *_AUDIO)
WAV = _type("audio/wav", "wav", *_AUDIO)
MP4 = _type("video/mp4", "mp4", "m4v", "m4a")
TXT = _type("text/plain", "txt")
CSV = _type("text/csv", "csv")

_TAKEN: Final = "可上传 PDF、图片、Word、Excel、WPS、录音、MP4 视频、文本和 CSV 文件"
_BRANDS: Final = {
    HEIC: {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc"},
    M4A: {b"M4A ", b"M4B "},
    MP4: {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"},
}


def refusal(detail: str, code: str = "file_type_refused") -> UnsupportedMedia:
    """The answer to a file that is not taken."""
    return UnsupportedMedia(f"{detail}；{_TAKEN}", code=code)


def sniff(file: BinaryIO, extension: str) -> FileType:
    """The kind of a file by its content. Raises UnsupportedMedia.

    `extension` (lower case, may be empty) must fit what the content is; for texts it decides.
    """
    file.seek(0)
    head = file.read(_HEAD)
    found = by_magic(head)
    if found is None and head.startswith(_OLE):
        found = _ole(file)
    if found is None and head.startswith(b"PK"):
        found = _zip(file)
    elif found is not None and found.extension not in {"doc", "xls"}:
        _refuse_second_nature(file, head)
    if found is None:
        found = _text(file, head, extension)
    if extension and extension not in found.fits:
        raise refusal(f"文件内容与扩展名“.{extension[:20]}”不符", "extension_mismatch")
    return found


def by_magic(head: bytes) -> FileType | None:
    """The kind that the first bytes tell, if they tell one."""
    plain = (
        (b"%PDF-", PDF),
        (b"\x89PNG\r\n\x1a\n", PNG),
        (b"\xff\xd8\xff", JPEG),
        (b"GIF87a", GIF),
        (b"GIF89a", GIF),
        (b"#!AMR", AMR),
        (b"ID3", MP3),
    )
    for magic, kind in plain:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return next((kind for kind, brands in _BRANDS.items() if head[8:12] in brands), None)
    return MP3 if _is_mpeg_frame(head) else None


def _is_mpeg_frame(head: bytes) -> bool:
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    return version != 1 and layer == 1 and head[2] >> 4 not in {0, 15} and head[2] >> 2 & 3 != 3


def _tail(file: BinaryIO) -> bytes:
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL))
    return file.read()


def _directory(tail: bytes) -> tuple[int, int] | None:
    """Entries and size of a ZIP directory that ends exactly where the file ends."""
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + 22 <= len(tail) and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == (
            len(tail)
        ):
            return (
                int.from_bytes(tail[at + 10 : at + 12], "little"),
                int.from_bytes(tail[at + 12 : at + 16], "little"),
            )
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return None


def _refuse_second_nature(file: BinaryIO, head: bytes) -> None:
    tail = _tail(file)
    if _directory(tail) is not None:
        raise refusal("文件中夹带压缩包", "polyglot")
    if _SCRIPT.search(head[:1024]) or _SCRIPT.search(tail[-1024:]):
        raise refusal("文件中夹带网页或脚本", "polyglot")


def _zip(file: BinaryIO) -> FileType:
    directory = _directory(_tail(file))
    if directory is None or directory[0] > _MAX_ENTRIES or directory[1] > _MAX_DIRECTORY:
        raise refusal("不接受压缩包")
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise refusal("文件已损坏或不是有效的文档") from error
    names = {entry.filename.replace("\\", "/") for entry in entries}
    lower = {name.lower() for name in names}
    if "[Content_Types].xml" not in names:
        raise refusal("不接受压缩包")
    if any("vbaproject" in n or "macrosheets/" in n or "activex" in n for n in lower):
        raise refusal("不接受含宏的文档", "macros")
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if unpacked > _MAX_UNPACKED or (unpacked > _BOMB_FROM and unpacked > packed * _BOMB_RATIO):
        raise refusal("文件解开后异常庞大", "archive_bomb")
    if "word/document.xml" in lower:
        return DOCX
    if "xl/workbook.xml" in lower:
        return XLSX
    raise refusal("不接受此类文档")


def _ole(file: BinaryIO) -> FileType:
    import olefile  # pyright: ignore[reportMissingTypeStubs]

    file.seek(0)
    try:
        with olefile.OleFileIO(file) as ole:  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            names = {"/".join(path).lower() for path in ole.listdir()}  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType, reportUnknownVariableType]
    except Exception as error:  # a hostile file makes the parser fail in many ways
        raise refusal("文件已损坏或不是有效的文档") from error
    if any("_vba_project" in name or name.startswith("macros") for name in names):
        raise refusal("不接受含宏的文档", "macros")
    if "encryptedpackage" in names:
        raise refusal("不接受设有打开密码的文档", "encrypted_document")
    if "worddocument" in names:
        return DOC
    if names & {"workbook", "book"}:
        return XLS
    raise refusal("不接受此类文档")


def _text(file: BinaryIO, head: bytes, extension: str) -> FileType:
    if extension not in {"txt", "csv"} or head.startswith((b"#!", b"MZ", b"\x7fELF")):
        raise refusal("不接受此类文件")
    for encoding in ("utf-8-sig", "gb18030"):
        if _is_text(file, encoding):
            break
    else:
        raise refusal("不是有效的文本文件")
    if _MARKUP.search(head):
        raise refusal("不接受网页或脚本")
    return CSV if extension == "csv" else TXT


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(1 << 20):
        yield piece


def _is_text(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece in _pieces(file):
            if _CONTROL.search(decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
