"""Photos made for tests, with what real ones carry."""

import base64
import io
import struct
import zlib
from typing import Any

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

PLACE = b"a park near home"
UPRIGHT, TURNED = 1, 6


def photo(
    format: str = "JPEG", size: tuple[int, int] = (64, 40), turn: int = UPRIGHT, **options: Any
) -> bytes:
    """A photo whose left half is red and right half blue, with a place, a camera and a comment."""
    image = Image.new("RGB", size, (200, 20, 20))
    image.paste((20, 20, 200), (size[0] // 2, 0, size[0], size[1]))
    written = io.BytesIO()
    image.save(written, format, exif=_exif(turn), **options)
    return written.getvalue()


def _exif(turn: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010E] = PLACE.decode()
    position = exif.get_ifd(0x8825)
    position[1], position[2] = "N", (IFDRational(40), IFDRational(42), IFDRational(51))
    return exif


def png_of(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG whose head says this size, whatever stands behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        sum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", sum)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", pixels or zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
EXECUTABLE = b"\x7fELF\x02\x01\x01" + bytes(120)
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
ZIP = b"PK\x03\x04" + bytes(100)
# `photo("HEIF")`, written once by an encoder: what is installed here only reads them.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAA"
    "AAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAAB4gABAAAAAAAAACMAAgAAAAACBQABAAAAAAAAAIQAAAA4aWluZgAA"
    "AAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/Wlwcn"
    "AAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroC"
    "QGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm"
    "5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAKAAAAAEAAAAAAAAAAv///+gA"
    "AAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQ"
    "ABAAAAr21kYXQAAAAfKAGvC2D15YOv//Sjd+swg6WvlX/0sQPgI/+6WIn04AAAAAZFeGlmAABNTQAqAAAACAADAQ4A"
    "AgAAABEAAAAyARIAAwAAAAEAAQAAiCUABAAAAAEAAABEAAAAAGEgcGFyayBuZWFyIGhvbWUAAAACAAEAAgAAAAJOAA"
    "AAAAIABQAAAAMAAABiAAAAAAAAACgAAAABAAAAKgAAAAEAAAAzAAAAAQ=="
)
