"""What somebody did to be protected survives a restore: done through the public doors, undone by a backup, held."""

from pathlib import Path
from uuid import UUID

import pytest

from api import journal, protections
from api.accounts.services import set_moderator
from api.connections import queries as connections
from api.database import fetch
from api.moderation.blocking import block_member, unblock_member
from api.moderation.notices import appeal, notices
from api.moderation.reporting import report
from api.moderation.schemas import Category, Decision, TargetKind
from api.privacy.erasure import erase, replay
from api.profiles import queries as profiles
from api.profiles.schemas import Purpose
from api.profiles.services import switch_off_purpose
from tests.api.backups.backing_up import put_back, sees, taken
from tests.api.connections.making import make_connection, make_recipient
from tests.api.moderation.judging import (
    about,
    account,
    as_moderator,
    decided,
    insulted,
    make_message,
    make_talk,
    overturn,
)
from tests.factories import email_of, make_member

pytestmark = pytest.mark.usefixtures("url")

SHANGHAI = 1796236


async def test_whoever_was_blocked_after_the_backup_stays_blocked(url: str, tmp_path: Path) -> None:
    ada, _, tie = await make_talk()
    grace = await make_recipient("Stalker")
    await make_connection(ada, grace)
    made = await taken(url, tmp_path)
    await block_member(ada, grace.id)

    done = await put_back(url, made.path)

    assert (await sees(ada, grace), await sees(grace, ada)) == (False, False)
    assert [tie] == [one.id for one in (await connections.connections(ada)).items], "the one with Grace has ended"
    assert await connections.connections(grace) == await connections.connections(await make_member("Nobody"))
    assert done.replayed.protections > 0


async def test_a_block_that_was_lifted_before_the_restore_does_not_come_back(url: str, tmp_path: Path) -> None:
    ada, ben = await make_member("Ada"), await make_member("Ben")
    made = await taken(url, tmp_path)
    await block_member(ada, ben.id)
    await unblock_member(ada, ben.id)

    await put_back(url, made.path)

    assert await sees(ada, ben)


async def test_whoever_was_blocked_again_is_blocked(url: str, tmp_path: Path) -> None:
    ada, ben = await make_member("Ada"), await make_member("Ben")
    await block_member(ada, ben.id)
    made = await taken(url, tmp_path)
    await unblock_member(ada, ben.id)
    await block_member(ada, ben.id)

    await put_back(url, made.path)
    assert not await sees(ben, ada)

    await unblock_member(ada, ben.id)
    assert (await replay()).protections == 0, "lifted is lifted, also by the next start"
    assert await sees(ben, ada)


async def test_a_block_of_the_backup_holds_until_it_is_lifted_anew(url: str, tmp_path: Path) -> None:
    ada, ben = await make_member("Ada"), await make_member("Ben")
    await block_member(ada, ben.id)
    made = await taken(url, tmp_path)
    await unblock_member(ada, ben.id)

    await put_back(url, made.path)

    assert not await sees(ben, ada)
    await unblock_member(ada, ben.id)
    assert await sees(ben, ada)


async def test_whoever_joined_after_the_backup_and_was_blocked_is_blocked_when_they_join_again(
    url: str, tmp_path: Path
) -> None:
    ada = await make_member("Ada")
    made = await taken(url, tmp_path)
    await block_member(ada, (await make_member("Ben", email="b.en@gmail.com")).id)

    await put_back(url, made.path)
    again = await make_member("Benny", email="ben+new@gmail.com")

    assert (await sees(again, ada), await sees(ada, again)) == (False, False)


async def test_a_suspension_of_after_the_backup_holds_and_its_member_can_appeal(url: str, tmp_path: Path) -> None:
    ada, _, case = await insulted()
    made = await taken(url, tmp_path)
    moderator = await decided(case.id, Decision.ACCOUNT_SUSPENDED, rule=Category.DANGER, at_once="He threatens her.")

    await put_back(url, made.path)

    assert (await account(ada))["suspended_at"] is not None
    [told] = await notices(ada)
    assert (told.decision, told.rule) == (Decision.ACCOUNT_SUSPENDED, Category.DANGER)
    assert "lost" in told.text.words
    assert (await appeal(ada, told.id, words="It was a joke.")).appealed_at is not None
    assert moderator is not None


async def test_a_suspension_whose_case_the_backup_does_not_know_holds_and_can_be_overturned(
    url: str, tmp_path: Path
) -> None:
    ada, grace, tie = await make_talk()
    made = await taken(url, tmp_path)
    message = await make_message(ada, tie)
    case = await report(grace, draft=about(TargetKind.MESSAGE, message))
    await decided(case.id, Decision.ACCOUNT_SUSPENDED, rule=Category.DANGER, at_once="He threatens her.")

    await put_back(url, made.path)

    assert (await account(ada))["suspended_at"] is not None
    await overturn(case.id, ada)
    assert (await account(ada))["suspended_at"] is None
    assert (await replay()).protections == 0
    assert (await account(ada))["suspended_at"] is None


async def test_a_suspension_that_was_overturned_does_not_come_back(url: str, tmp_path: Path) -> None:
    ada, _, case = await insulted()
    made = await taken(url, tmp_path)
    await decided(case.id, Decision.ACCOUNT_SUSPENDED, rule=Category.DANGER, at_once="He threatens her.")
    await overturn(case.id, ada)

    await put_back(url, made.path)

    assert (await account(ada))["suspended_at"] is None


async def test_whoever_may_not_ask_for_a_while_still_may_not(url: str, tmp_path: Path) -> None:
    ada, _, case = await insulted()
    made = await taken(url, tmp_path)
    await decided(case.id, Decision.REQUESTS_PAUSED)
    until = (await account(ada))["requests_paused_until"]

    await put_back(url, made.path)

    assert (await account(ada))["requests_paused_until"] == until is not None


async def test_words_that_moderators_took_out_stay_out(url: str, tmp_path: Path) -> None:
    _, _, case = await insulted()
    made = await taken(url, tmp_path)
    [before] = await _messages()
    await decided(case.id, Decision.WORDS_REMOVED)

    await put_back(url, made.path)

    [after] = await _messages()
    assert "goose" in before
    assert after.startswith("These words were taken out")


async def test_whoever_is_no_moderator_any_more_is_none_again(url: str, tmp_path: Path) -> None:
    mo, max_, moe = [await as_moderator(await make_member(name)) for name in ("Mo", "Max", "Moe")]
    made = await taken(url, tmp_path)
    for member in (mo, max_):
        await set_moderator(email=await email_of(member.id), is_moderator=False)
    await set_moderator(email=await email_of(max_.id), is_moderator=True)

    await put_back(url, made.path)

    rows = await fetch("SELECT id FROM account WHERE is_moderator")
    assert {row["id"] for row in rows} == {max_.id, moe.id}


async def test_who_is_erased_since_keeps_nobody_from_being_protected(url: str, tmp_path: Path) -> None:
    ada, ben = await make_member("Ada"), await make_member("Ben", email="ben@example.org")
    made = await taken(url, tmp_path)
    await block_member(ada, ben.id)
    await erase(ben.id)

    await put_back(url, made.path)

    assert not await sees(await make_member("Benny", email="ben@example.org"), ada)


async def test_what_was_not_committed_does_not_hold_after_a_restore(url: str, tmp_path: Path) -> None:
    ada = await make_member("Ada", purposes=(Purpose.HOBBY,))
    made = await taken(url, tmp_path)

    class LostError(Exception):
        """Something went wrong at the end."""

    async def lost() -> None:
        async with protections.protecting():
            await switch_off_purpose(ada, purpose=Purpose.HOBBY)
            raise LostError

    with pytest.raises(LostError):
        await lost()
    await put_back(url, made.path)

    assert len(await profiles.my_purposes(ada)) == 1


async def test_a_block_holds_although_the_journal_cannot_be_written_and_is_noted_later(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben, eve = [await make_member(name) for name in ("Ada", "Ben", "Eve")]
    made = await taken(url, tmp_path)
    with monkeypatch.context() as full:
        full.setattr(journal, "journal_file", lambda: tmp_path)  # a folder stands where the file belongs
        await block_member(ada, ben.id)
    assert not await sees(ben, ada)
    await block_member(ada, eve.id)

    await put_back(url, made.path)

    assert (await sees(ben, ada), await sees(eve, ada)) == (False, False)


async def test_lines_that_cannot_be_read_are_counted_and_keep_no_other_from_holding(url: str, tmp_path: Path) -> None:
    ada, ben, eve = [await make_member(name) for name in ("Ada", "Ben", "Eve")]
    made = await taken(url, tmp_path)
    await block_member(ada, ben.id)
    lines = journal.journal_file().read_bytes()
    await block_member(ada, eve.id)
    last = journal.journal_file().read_bytes()[len(lines) :]
    journal.journal_file().write_bytes(
        lines + last[: len(last) // 2] + b"\n" + last.replace(b'sealed":"', b'sealed":"A')
    )

    done = await put_back(url, made.path)

    assert done.replayed.unreadable == 2
    assert (await sees(ben, ada), await sees(eve, ada)) == (False, True)


async def test_the_journal_tells_nobody_without_the_keys_who_did_what(url: str, tmp_path: Path) -> None:
    ada, ben = await make_member("Ada"), await make_member("Ben", email="ben@example.org")
    await taken(url, tmp_path)
    await block_member(ada, ben.id)
    await switch_off_purpose(ada, purpose=Purpose.HOBBY)

    text = journal.journal_file().read_text()
    ids = {str(row["id"]) for row in await fetch("SELECT id FROM account UNION SELECT id FROM block")}
    assert not [one for one in ids if one in text or UUID(one).hex in text]
    sealed = [len(entry.sealed) for entry in journal.entries_in(journal.journal_file()) if entry.sealed]
    assert len(sealed) == 2
    assert len(set(sealed)) == 1, "a block is as long as anything else"


async def _messages() -> list[str]:
    from api.conversations.reported import text_of

    return [str(await text_of(row["id"])) for row in await fetch("SELECT id FROM message")]
