"""Builds a photo anew from its pixels, so that nothing else of the file is left.

Run as a program of its own: one photo on standard input, the new ones on standard output. Decoders
are where hostile files do harm; here they meet a process that holds nothing but the photo, with
limits on memory and time. Imports nothing of the portal.
"""

import io
import json
import resource
import sys
from dataclasses import dataclass
from typing import Any

import pi_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

# What is looked for, by content: a name or a declared type is never asked.
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
# A phone's sharpest photo has 50 million pixels. More is a mistake, or meant to fill the memory.
MOST_PIXELS = 52_000_000
LONGEST_SIDE = 2560
THUMBNAIL_SIDE = 480
PHOTO_QUALITY, THUMBNAIL_QUALITY = 86, 72
MOST_MEMORY = 2 << 30
MOST_SECONDS = 20
# What a transparent picture stands on.
WHITE = (255, 255, 255)

NOT_A_PHOTO, BROKEN, TOO_MANY_PIXELS = "not_a_photo", "broken", "too_many_pixels"


class CannotRebuild(Exception):
    """`reason` is NOT_A_PHOTO, BROKEN or TOO_MANY_PIXELS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Two JPEGs without metadata; width and height are the photo's, upright."""

    photo: bytes
    thumbnail: bytes
    width: int
    height: int


def rebuild(data: bytes) -> Rebuilt:
    """Raises CannotRebuild."""
    pi_heif.register_heif_opener(thumbnails=False)
    image = _opened(data)
    if image.width * image.height > MOST_PIXELS:
        raise CannotRebuild(TOO_MANY_PIXELS)
    try:
        return _rebuilt(image)
    # Decoders raise nearly anything on a broken file; each of these means that it is one.
    except Exception as error:
        raise CannotRebuild(BROKEN) from error


def _opened(data: bytes) -> Image.Image:
    """Only the head is read here."""
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise CannotRebuild(TOO_MANY_PIXELS) from error
    except UnidentifiedImageError as error:
        raise CannotRebuild(NOT_A_PHOTO) from error
    except Exception as error:
        raise CannotRebuild(BROKEN) from error


def _rebuilt(image: Image.Image) -> Rebuilt:
    # A JPEG can be read at half its size or less: a large photo then takes a quarter of the memory.
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    photo = _in_plain_colours(_flat(upright), profile)
    photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    small = photo.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return Rebuilt(
        photo=_jpeg(photo, PHOTO_QUALITY),
        thumbnail=_jpeg(small, THUMBNAIL_QUALITY),
        width=photo.width,
        height=photo.height,
    )


def _flat(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    ground = Image.new("RGB", seen.size, WHITE)
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground


def _in_plain_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours that the camera's profile means, for skin looks different without it."""
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):  # a broken profile, or one of another colour space
        return image
    return changed or image


def _jpeg(image: Image.Image, quality: int) -> bytes:
    # Pixels alone: what the source carried beside them stays behind.
    bare = Image.frombytes("RGB", image.size, image.tobytes())
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=quality, optimize=True, progressive=True)
    return written.getvalue()


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        made = rebuild(sys.stdin.buffer.read())
    except CannotRebuild as refusal:
        return _say({"refused": refusal.reason})
    head = {"width": made.width, "height": made.height, "photo": len(made.photo)}
    return _say(head, made.photo, made.thumbnail)


def _say(head: dict[str, Any], *parts: bytes) -> int:
    """A line of JSON, then the bytes."""
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    for part in parts:
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
