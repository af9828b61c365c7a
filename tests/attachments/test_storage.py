"""A folder and a bucket do the same, and neither can be talked into leaving its place."""

import shutil
import stat
from collections.abc import Iterator
from errno import ENOSPC
from pathlib import Path

import pytest
import structlog

from portal.attachments.refusals import CannotKeep, CannotShow
from portal.attachments.s3 import Bucket
from portal.attachments.storage import Folder, Storage, new_name, storage_for
from portal.settings import Files
from tests.attachments.bucket import KEY, SECRET, bucket


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "folder":
        yield storage_for(Files(folder=tmp_path / "files"))
        return
    with bucket() as (address, _):
        yield storage_for(Files(s3_url=address, s3_key=KEY, s3_secret=SECRET))


async def test_what_is_kept_comes_back_until_it_is_forgotten(storage: Storage) -> None:
    name, data = new_name(), bytes(range(256)) * 500
    await storage.keep(name, data)
    assert await storage.fetch(name) == data
    await storage.forget(name)
    await storage.forget(name)
    with pytest.raises(CannotShow):
        await storage.fetch(name)


async def test_a_folder_is_for_our_own_user_and_holds_whole_files_only(tmp_path: Path) -> None:
    name = new_name()
    await Folder(tmp_path / "files").keep(name, b"sealed")
    assert {path.name: mode for path, mode in modes_in(tmp_path / "files").items()} == {
        name[:2]: 0o700,
        name: 0o600,
    }


def modes_in(folder: Path) -> dict[Path, int]:
    return {path: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


async def test_a_folder_that_is_lost_or_full_says_so(tmp_path: Path) -> None:
    folder, name = Folder(tmp_path / "files"), new_name()
    await folder.keep(name, b"sealed")
    shutil.rmtree(tmp_path / "files")
    with pytest.raises(CannotShow):
        await folder.fetch(name)
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(CannotKeep):
        await folder.keep(name, b"sealed")


async def test_what_the_disk_has_no_room_for_leaves_no_half_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(descriptor: int) -> None:
        raise OSError(ENOSPC, "no space left on device")

    monkeypatch.setattr("os.fsync", is_full)
    with pytest.raises(CannotKeep):
        await Folder(tmp_path).keep(new_name(), b"sealed")
    assert [path.suffix for path in modes_in(tmp_path)] == [""]  # the folder alone


async def test_a_folder_that_cannot_be_reached_does_not_forget(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(CannotKeep):
        await Folder(tmp_path / "files").forget(new_name())


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 32, "0" * 31, "0" * 32 + "\n"])
async def test_only_names_of_ours_are_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name of ours"):
        await Folder(tmp_path).fetch(name)


async def test_a_bucket_with_the_wrong_secret_or_that_is_away_says_so() -> None:
    with bucket() as (address, objects):
        with structlog.testing.capture_logs() as logs, pytest.raises(CannotKeep):
            await Bucket(address, KEY, "another secret", "us-east-1").keep(new_name(), b"sealed")
        assert objects == {}
        assert [line["code"] for line in logs] == ["SignatureDoesNotMatch"]
    away = Bucket(address, KEY, SECRET, "us-east-1")
    with pytest.raises(CannotShow):
        await away.fetch(new_name())
    with pytest.raises(CannotKeep):
        await away.forget(new_name())
