"""A backup that is damaged, closed, or of something else changes nothing, and a disk that fails is told of."""

import asyncio
import gzip
import os
import tarfile
from pathlib import Path

import anyio
import asyncpg
import pytest

from api.backups import restoring, taking
from api.backups.archive import opened
from api.backups.encryption import new_identity
from api.backups.errors import BackupError, DamagedError, SecretError
from api.backups.taking import Taken
from api.sealing import keys
from api.settings import settings
from tests.api.backups.backing_up import content, people, put_back, taken, two_who_talk, write
from tests.factories import make_member
from tests.moved_clock import MovedClock


@pytest.mark.parametrize("is_encrypted", [False, True])
async def test_a_damaged_backup_changes_nothing(url: str, tmp_path: Path, *, is_encrypted: bool) -> None:
    await make_member("Ada")
    key = new_identity()
    made = await taken(url, tmp_path, *([key.to_public()] if is_encrypted else []))
    whole = made.path.read_bytes()
    middle = len(whole) // 2
    changed = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]

    for damaged in (whole[:-1], whole[:middle], whole[: len(whole) // 10], changed, b""):
        made.path.write_bytes(damaged)
        with pytest.raises(DamagedError):
            await put_back(url, made.path, identities=[key])

    assert await people() == {"Ada"}


async def test_a_restore_that_fails_half_way_leaves_all_as_it_was(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await two_who_talk()
    made = await taken(url, tmp_path)
    await make_member("Cleo")
    before = await content()

    async def fail(*_: object) -> None:
        raise asyncpg.DiskFullError("no space left")

    monkeypatch.setattr("api.backups.loading._bring_back", fail)
    with pytest.raises(BackupError, match=r"refused the backup \(DiskFullError 53100\); it is as it was before"):
        await put_back(url, made.path)

    assert await content() == before


async def test_without_its_keys_nothing_is_put_back(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await write(await make_member("Ada"), "I keep bees.")
    made = await taken(url, tmp_path)

    monkeypatch.setenv("WHEREFORE_ENCRYPTION_KEYS", os.environ["WHEREFORE_ENCRYPTION_KEYS"].replace("k" * 9, "m" * 9))
    settings.cache_clear()
    with pytest.raises(Exception, match="is not the one that this database was sealed with"):
        await put_back(url, made.path)

    monkeypatch.delenv("WHEREFORE_ENCRYPTION_KEYS")
    settings.cache_clear()
    assert not keys.are_there()
    with pytest.raises(BackupError, match="keys that belong to this backup are missing"):
        await put_back(url, made.path)


async def test_an_encrypted_backup_opens_with_its_key_alone(url: str, tmp_path: Path) -> None:
    await make_member("Ada", email="ada@example.org")
    key = new_identity()
    made = await taken(url, tmp_path, key.to_public())

    assert made.path.name.endswith(".tar.gz.age")
    assert made.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(SecretError, match="This backup is encrypted"):
        restoring.check(made.path, [])
    with pytest.raises(SecretError, match="not a key that opens this file"):
        restoring.check(made.path, [new_identity()])
    assert restoring.check(made.path, [key])[0].members == 1


async def test_a_disk_that_keeps_something_else_is_found_out(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_member("Ada")

    def forget(descriptor: int) -> None:
        os.pwrite(descriptor, b"\0", os.fstat(descriptor).st_size // 2)

    monkeypatch.setattr(taking, "forget_cached", forget)
    with pytest.raises(DamagedError):
        await taken(url, tmp_path)

    assert [path async for path in anyio.Path(tmp_path).glob("*wherefore*")] == []


@pytest.mark.parametrize(("call", "said"), [("fsync", "No space left on device"), ("rename", "Read-only file system")])
async def test_a_disk_that_is_full_or_read_only_is_told_and_nothing_is_left(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, said: str
) -> None:
    await make_member("Ada")
    folder = tmp_path / "backups"
    folder.mkdir()

    def fail(*_: object) -> None:
        raise OSError(28 if call == "fsync" else 30, said)

    monkeypatch.setattr("api.backups.taking.os.fsync" if call == "fsync" else "pathlib.Path.rename", fail)
    with pytest.raises(BackupError, match=rf"cannot be written in {folder} \({said}\)\. Nothing is left of it"):
        await taken(url, folder)

    monkeypatch.undo()
    assert list(folder.iterdir()) == []


async def test_room_is_looked_for_first(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_member("Ada")
    made = await taken(url, tmp_path)

    class Full:
        free = 1_000_000

    monkeypatch.setattr("shutil.disk_usage", lambda _: Full)
    with pytest.raises(BackupError, match=r"has 1 MB free, and the backup may take \d+ MB: make room"):
        await taken(url, tmp_path / "another")
    with pytest.raises(BackupError, match=r"has 1 MB free, and this may take \d+ MB: make room first"):
        await put_back(url, made.path)


async def test_a_file_that_is_there_is_never_written_over(url: str, tmp_path: Path) -> None:
    await make_member("Ada")
    there = tmp_path / "mine"
    there.write_text("mine")

    with pytest.raises(BackupError, match="is there already"):
        await taken(url, there)

    assert there.read_text() == "mine"


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()]


async def test_of_two_that_begin_in_the_same_second_neither_takes_the_others_place(
    url: str, tmp_path: Path, moved_clock: MovedClock
) -> None:
    await make_member("Ada")

    ends = await asyncio.gather(taken(url, tmp_path), taken(url, tmp_path), return_exceptions=True)

    [made] = [end for end in ends if isinstance(end, Taken)]
    [refused] = [end for end in ends if isinstance(end, BackupError)]
    assert "Another backup is writing" in str(refused)
    assert _files(tmp_path) == [made.path]


async def test_what_a_killed_backup_left_stands_in_no_way(url: str, tmp_path: Path) -> None:
    await make_member("Ada")
    whole = tmp_path / "mine.tar.gz"
    (tmp_path / ".mine.tar.gz.unfinished").write_bytes(b"x" * 9_000_000)

    made = await taken(url, whole)

    assert made.size < 9_000_000
    assert _files(tmp_path) == [whole]


async def test_another_file_is_told_from_a_backup(url: str, tmp_path: Path) -> None:
    other = tmp_path / "other.tar.gz"
    other.write_text("A letter to nobody.")

    with pytest.raises(DamagedError, match="is damaged, or is no backup"):
        restoring.check(other, [])


async def test_a_journal_of_any_length_keeps_no_backup_from_being_made(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.backups.archive._LARGEST_PART", 64 * 1024)
    monkeypatch.setattr("api.backups.archive.PART", 16 * 1024)
    await make_member("Ada")
    written = b"".join(b'{"line": %d}\n' % number for number in range(10_000))
    monkeypatch.setattr(taking, "_read_journal", lambda: written)

    made = await taken(url, tmp_path)

    with opened(made.path, []) as archive:
        assert archive.journal == written
        assert archive.check() == made.sums
    await put_back(url, made.path)
    assert await people() == {"Ada"}


def _header(kind: bytes, *, size: int, name: str = "about.json") -> bytes:
    entry = tarfile.TarInfo(name)
    entry.type, entry.size = kind, size
    return entry.tobuf(tarfile.PAX_FORMAT)


_SPARSE = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"
_HOSTILE = {
    "a link": _header(tarfile.SYMTYPE, size=0),
    "a header that would be read whole": _header(tarfile.XHDTYPE, size=1 << 40),
    "headers without end": (_header(tarfile.XHDTYPE, size=10) + b"10 a=bcde\n".ljust(512, b"\0")) * 3000,
    "a sparse file": _header(tarfile.XHDTYPE, size=len(_SPARSE)) + _SPARSE.ljust(512, b"\0") + _header(b"0", size=0),
    "no letters": _header(b"0", size=9) + b'{"a":"\xff"}'.ljust(512, b"\0"),
    "more than there can be": _header(b"0", size=1 << 40),
}


@pytest.mark.parametrize("what", _HOSTILE)
def test_what_no_backup_has_is_refused_before_it_is_read(tmp_path: Path, what: str) -> None:
    spoilt = tmp_path / "spoilt.tar.gz"
    spoilt.write_bytes(gzip.compress(_HOSTILE[what] + bytes(10_240)))

    with pytest.raises(DamagedError, match=r"is damaged, or is no backup|no backup made by|cut off"):
        restoring.check(spoilt, [])
