"""Photos are opened by what is in them, and nothing but their pixels goes on."""

import io
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from portal.attachments import rebuild as rebuilding
from portal.attachments.rebuild import BROKEN, NOT_A_PHOTO, TOO_MANY_PIXELS, CannotRebuild, rebuild
from tests.attachments.pictures import (
    EXECUTABLE,
    HEIC,
    HTML,
    PDF,
    PLACE,
    SVG,
    TURNED,
    ZIP,
    opened,
    photo,
    png_of,
)

JPEG = photo()


def refusal_of(data: bytes) -> str:
    with pytest.raises(CannotRebuild) as refusal:
        rebuild(data)
    return refusal.value.reason


@pytest.mark.parametrize(
    "data", [JPEG, photo("PNG"), photo("WEBP"), HEIC], ids=["JPEG", "PNG", "WEBP", "HEIC"]
)
def test_a_photo_keeps_its_pixels_and_loses_its_place_and_camera(data: bytes) -> None:
    assert PLACE in data
    made = rebuild(data)
    for picture in (made.photo, made.thumbnail):
        assert PLACE not in picture
        assert b"Exif" not in picture
        image = opened(picture)
        assert (image.format, dict(image.getexif())) == ("JPEG", {})
        red, _, blue = image.tobytes()[:3]
        assert red > 180
        assert blue < 60
    assert (made.width, made.height) == (64, 40)


def test_a_photo_taken_sideways_stands_upright() -> None:
    made = rebuild(photo(turn=TURNED))
    assert (made.width, made.height) == (40, 64)
    assert opened(made.photo).size == (40, 64)


def test_a_large_photo_is_made_smaller_and_a_thumbnail_smaller_still() -> None:
    made = rebuild(photo(size=(5200, 2600), quality=30))
    assert opened(made.photo).size == (2560, 1280)
    assert opened(made.thumbnail).size == (480, 240)


def test_what_shines_through_stands_on_white() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(written, "PNG")
    assert opened(rebuild(written.getvalue()).photo).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("data", [b"", EXECUTABLE, HTML, SVG, PDF, ZIP, b"GIF89a" + bytes(50)])
def test_what_is_no_photo_is_not_taken_for_one(data: bytes) -> None:
    assert refusal_of(data) == NOT_A_PHOTO


@pytest.mark.parametrize("hidden", [HTML, SVG, ZIP, EXECUTABLE, PDF])
def test_what_hides_behind_a_photo_is_gone(hidden: bytes) -> None:
    assert hidden not in rebuild(JPEG + hidden).photo


def test_half_a_photo_is_refused() -> None:
    assert refusal_of(photo(size=(640, 480))[:2000]) == BROKEN
    assert refusal_of(photo("PNG", size=(640, 480))[:-300]) == BROKEN


def test_a_head_that_promises_too_many_pixels_is_believed_and_refused() -> None:
    assert refusal_of(png_of(40_000, 40_000)) == TOO_MANY_PIXELS
    assert refusal_of(png_of(8_000, 7_000)) == TOO_MANY_PIXELS
    assert refusal_of(png_of(2**31 - 1, 2**31 - 1)) in {TOO_MANY_PIXELS, BROKEN}


def test_more_pixels_than_the_head_promised_are_not_unpacked() -> None:
    packed = zlib.compress(bytes(30 << 20), 9)
    assert len(packed) < 100_000
    small = rebuild(png_of(10, 10, packed))
    assert opened(small.photo).size == (10, 10)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow tells what is damaged
@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(0, len(JPEG) - 1), st.integers(0, 255), max_size=5))
def test_a_damaged_photo_is_rebuilt_or_refused_and_nothing_else(damage: dict[int, int]) -> None:
    damaged = bytearray(JPEG)
    for place, value in damage.items():
        damaged[place] = value
    try:
        made = rebuild(bytes(damaged))
    except CannotRebuild:
        return
    assert opened(made.photo).format == "JPEG"
    assert PLACE not in made.photo


def test_the_program_imports_nothing_of_the_portal() -> None:
    source = Path(rebuilding.__file__).read_text()
    assert "portal" not in "".join(line for line in source.splitlines() if "import" in line)
