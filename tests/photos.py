"""Photos, good and hostile."""

import io
import struct
import zlib

from PIL import Image, PngImagePlugin


def exif() -> Image.Exif:
    """What a telephone writes: its model, its owner, the hour, and where it was."""
    made = Image.Exif()
    made[0x0110] = "CANARY-PHONE X200"
    made[0x013B] = "CANARY-OWNER"
    made[0x9286] = "CANARY-NOTE"
    made[0x0112] = 6
    made.get_ifd(0x8825).update({1: "N", 2: (31.0, 21.0, 42.42), 3: "E", 4: (115.0, 55.0, 7.77)})
    return made


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), colour: str = "red") -> bytes:
    made = io.BytesIO()
    image = Image.new("RGBA" if kind == "PNG" else "RGB", size, colour)
    more: dict = {"exif": exif(), "xmp": b"<x:xmpmeta>CANARY-XMP</x:xmpmeta>"}
    if kind == "PNG":
        told = PngImagePlugin.PngInfo()
        told.add_text("Comment", "CANARY-NOTE")
        more = {"exif": exif(), "pnginfo": told}
    image.save(made, kind, **more)
    return made.getvalue() + (b"CANARY-TAIL" if kind != "WEBP" else b"")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A few bytes that say they are a picture of gigabytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
