"""What is backed up comes back whole, and nobody comes back who has left."""

import asyncio
from pathlib import Path
from threading import Thread
from uuid import uuid4

import asyncpg
import pytest

from api import journal
from api.backups import archive
from api.backups.encryption import new_identity
from api.backups.errors import BackupError
from api.backups.restoring import Wishes
from api.backups.taking import back_up
from api.database import fetch
from api.migration_steps import Step, known_steps, run_steps
from api.privacy.erasure import erase, leave, leaves_at, stay
from tests.api.backups.backing_up import content, people, put_back, shape, taken, two_who_talk
from tests.api.webhooks.receiving import make_webhook
from tests.factories import make_member


async def test_a_backup_comes_back_with_every_row_and_every_constraint(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "PART", 512)  # so that tables come in many parts
    key = new_identity()
    await two_who_talk()
    before, shape_before = await content(), await shape()

    made = await taken(url, tmp_path, key.to_public())
    await fetch("DELETE FROM account")
    done = await put_back(url, made.path, identities=[key])

    assert await content() == before
    assert await shape() == shape_before
    assert done.about.members == 2
    assert made.rows == sum(total.rows for total in done.sums.tables.values())


async def test_what_limits_have_counted_is_in_no_backup(url: str, tmp_path: Path) -> None:
    await two_who_talk()
    await fetch("INSERT INTO rate_spent (key, spent, ends_at) VALUES ('\\x01', ARRAY[1], now() + interval '1 hour')")

    made = await taken(url, tmp_path)
    await put_back(url, made.path)

    assert "rate_spent" not in made.sums.tables
    assert await fetch("SELECT 1 FROM rate_spent") == []


async def test_a_backup_is_of_one_moment_while_members_write(url: str, tmp_path: Path) -> None:
    await two_who_talk()
    asked = set[str]()

    def change(said: str) -> None:
        if not asked:  # once, after the first table was copied and before the others are
            asked.add(said)
            other = Thread(target=asyncio.run, args=(_change(url),))
            other.start()
            other.join()

    made = await back_up(url, to=tmp_path, recipients=(), say=change)

    assert await people() == {"Ben", "Eve"}
    assert await fetch("SELECT 1 FROM statement") == []
    assert [made.sums.tables[name].rows for name in ("account", "statement", "statement_vector")] == [2, 8, 8]
    with archive.opened(made.path, []) as reader:
        kept = b"".join(part.data for part in reader.parts() if part.table == "account")
    assert (b"Ada" in kept, b"Eve" in kept) == (True, False)


async def _change(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE account SET display_name = 'Eve' WHERE display_name = 'Ada'")
    await connection.execute("DELETE FROM statement; DELETE FROM statement_vector")
    await connection.close()


async def test_after_a_restore_everyone_is_as_they_last_decided(url: str, tmp_path: Path) -> None:
    gone, leaving, back, stays = [await make_member(name) for name in ("Gone", "Leaving", "Back", "Stays")]
    await leave(back)
    made = await taken(url, tmp_path)
    await erase(gone.id)
    await leave(leaving)
    await stay(back.id)

    done = await put_back(url, made.path)

    assert await people() == {"Leaving", "Back", "Stays"}
    assert [await leaves_at(member.id) is None for member in (leaving, back, stays)] == [False, True, True]
    assert done.replayed.accounts == 3


async def test_a_backup_whose_journal_is_missing_is_put_back_only_when_told(url: str, tmp_path: Path) -> None:
    gone, _ = await make_member("Gone"), await make_member("Ben")
    made = await taken(url, tmp_path)
    await erase(gone.id)
    kept = journal.journal_file().rename(tmp_path / "kept.jsonl")

    with pytest.raises(BackupError, match=r"erasures\.jsonl\) is not there, so whoever left after .* would come back"):
        await put_back(url, made.path)
    assert await people() == {"Ben"}

    await put_back(url, made.path, Wishes(replace=True, journal=kept))
    assert await people() == {"Ben"}
    assert set(journal.entries_in(journal.journal_file())) >= set(journal.entries_in(kept))


async def test_a_journal_from_before_the_backup_does_not_count(url: str, tmp_path: Path) -> None:
    await make_member("Ada")
    await taken(url, tmp_path)
    older = tmp_path / "older.jsonl"
    older.write_bytes(journal.journal_file().read_bytes())
    await asyncio.sleep(1)  # names of files have seconds
    made = await taken(url, tmp_path)

    with pytest.raises(BackupError, match="does not know this backup"):
        await put_back(url, made.path, Wishes(replace=True, journal=older))


async def test_what_the_backup_knows_of_who_left_is_known_again(url: str, tmp_path: Path) -> None:
    gone, left = await make_member("Gone"), await make_member("Left")
    await erase(left.id)
    made = await taken(url, tmp_path)
    await erase(gone.id)
    journal.journal_file().unlink()

    await put_back(url, made.path, Wishes(replace=True, without_journal=True))

    assert await people() == {"Gone"}, "nobody can know of it any more"
    assert [entry.account for entry in journal.entries_in(journal.journal_file())] == [left.id]


async def test_members_are_replaced_only_when_told(url: str, tmp_path: Path) -> None:
    await make_member("Ada")
    made = await taken(url, tmp_path)
    await make_member("Ben")

    with pytest.raises(BackupError, match=r"has 2 members, who would be replaced by the 1 of the backup"):
        await put_back(url, made.path, Wishes())

    assert await people() == {"Ada", "Ben"}


async def test_nothing_is_put_back_under_a_site_that_serves(url: str, tmp_path: Path) -> None:
    made = await taken(url, tmp_path) if await make_member("Ada") else None
    assert made is not None
    serving = await asyncpg.connect(url)

    with pytest.raises(BackupError, match=r"Somebody uses this database \(1 connections\): stop the site"):
        await put_back(url, made.path)

    await serving.close()


async def test_whoever_ended_their_sessions_stays_signed_out(url: str, tmp_path: Path) -> None:
    await make_member("Ada")
    made = await taken(url, tmp_path)

    await put_back(url, made.path, Wishes(replace=True))

    assert await people() == {"Ada"}
    assert await fetch("SELECT 1 FROM session") == []


@pytest.mark.parametrize("keep_sign_ins", [False, True])
async def test_a_webhook_that_its_member_ended_since_calls_nobody_again(
    url: str, tmp_path: Path, *, keep_sign_ins: bool
) -> None:
    ada = await make_member("Ada")
    await make_webhook(ada, "https://hooks.example.org/thief")
    made = await taken(url, tmp_path)
    await fetch("DELETE FROM webhook")

    await put_back(url, made.path, Wishes(replace=True, keep_sign_ins=keep_sign_ins))

    [row] = await fetch("SELECT off_at IS NULL AS is_on, why_off FROM webhook")
    assert row == ({"is_on": True, "why_off": None} if keep_sign_ins else {"is_on": False, "why_off": "signed_out"})


async def test_a_backup_of_a_newer_version_is_refused(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_member("Ada")
    await fetch("INSERT INTO migration (name, app_name, ran_on) VALUES ('2099-01-01T00:00:00:000000', 'mail', now())")
    made = await taken(url, tmp_path)
    await fetch("DELETE FROM migration WHERE name LIKE '2099%'")

    with pytest.raises(BackupError, match="made by a newer Wherefore"):
        await put_back(url, made.path)

    assert await people() == {"Ada"}


async def test_a_backup_of_the_first_version_comes_back_in_this_ones_shape(url: str, tmp_path: Path) -> None:
    shape_now = await shape()
    first = {step for step in known_steps() if step.name <= "2026-11-22T00:00:01:000000"}
    await _rebuild(first)
    ada = uuid4()
    await fetch(
        "INSERT INTO account (id, email, password_hash, display_name, pronouns, place_id, languages) "
        "VALUES ({}, 'ada@example.org', 'x', 'Ada', '', NULL, ARRAY['en'])",
        ada,
    )
    await fetch(
        "INSERT INTO statement (id, author, purpose, role, text, audience) "
        "VALUES ({}, {}, 'hobby', 'about', 'I keep bees.', 'purpose')",
        uuid4(),
        ada,
    )
    made = await taken(url, tmp_path)

    await put_back(url, made.path)

    assert await shape() == shape_now
    assert await people() == {"Ada"}
    [statement] = await fetch("SELECT text FROM statement")
    assert statement["text"].startswith("s1."), "what stood in clear is sealed"


async def _rebuild(steps: set[Step]) -> None:
    """Have a database of an older shape."""
    from api.backups.loading import drop_everything
    from api.database import transaction

    async with transaction() as current:
        await drop_everything(current.connection)
        await run_steps(steps)
