"""Files written by others are the ones we looked at, and carry their licences."""

import hashlib

from tests.design.stylesheets import STATIC


def test_vendored_files_have_not_changed() -> None:
    lines = (STATIC / "vendor" / "CHECKSUMS").read_text().splitlines()
    for digest, name in (line.split() for line in lines):
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest, name


def test_every_vendored_file_is_in_the_list() -> None:
    listed = (STATIC / "vendor" / "CHECKSUMS").read_text()
    vendored = [*STATIC.glob("vendor/*.js"), *STATIC.glob("fonts/*.woff2")]
    assert vendored
    for path in vendored:
        assert f"  {path.relative_to(STATIC).as_posix()}\n" in listed


def test_licences_come_along() -> None:
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts" / "OFL.txt").read_text()
    assert "Zero-Clause BSD" in (STATIC / "vendor" / "htmx-LICENSE.txt").read_text()
    assert "ISC License" in (STATIC / "vendor" / "lucide-LICENSE.txt").read_text()
