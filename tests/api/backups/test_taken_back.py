"""What members took back or closed since a backup stays so: words, consents, ties, names and ways in."""

from pathlib import Path

import pytest

from api import clock
from api.accounts.errors import WrongCredentialsError
from api.accounts.links import make_link
from api.accounts.passkeys import remove_passkey
from api.accounts.recovery_codes import make_recovery_codes, take_recovery_code
from api.accounts.resetting import reset_password
from api.accounts.schemas import Credential, LinkPurpose, Member
from api.accounts.services import sign_in
from api.accounts.ways_in import change_password
from api.connections import queries as connections
from api.connections import services as requests
from api.connections.errors import AlreadyOpenError, NotNowError, TooSoonError
from api.connections.schemas import Refusal
from api.database import fetch, fetch_one
from api.moderation.blocking import block_member
from api.privacy.erasure import replay
from api.profiles import queries as profiles
from api.profiles.hidden_again import NAMELESS
from api.profiles.me import update_me
from api.profiles.schemas import Audience, MeUpdate, Purpose, PurposeSwitch, StatementUpdate
from api.profiles.services import change_statement, delete_statement, switch_off_purpose, switch_on_purpose
from api.sealing import seal
from tests.api.backups.backing_up import put_back, sees, taken
from tests.api.connections.making import make_connection, make_recipient, make_request, received, sent_by
from tests.factories import NEW_PASSWORD, PASSWORD, email_of, make_member, make_statement

pytestmark = pytest.mark.usefixtures("url")

SHANGHAI = 1796236


async def test_a_consent_that_was_taken_back_is_not_there_again(url: str, tmp_path: Path) -> None:
    ada = await make_member("Ada", purposes=(Purpose.BELIEF,))
    ben = await make_member("Ben", purposes=(Purpose.BELIEF,))
    statement = await make_statement(ada, "I pray in my garden.", purpose=Purpose.BELIEF)
    made = await taken(url, tmp_path)
    await switch_off_purpose(ada, purpose=Purpose.BELIEF)

    await put_back(url, made.path)

    assert not await sees(ben, ada)
    assert await fetch("SELECT 1 FROM consent WHERE member = {} AND withdrawn_at IS NULL", ada.id) == []
    assert await fetch("SELECT 1 FROM statement_vector WHERE member = {}", ada.id) == []
    assert (await profiles.my_statement(ada, statement.id)).text == "I pray in my garden.", "it is their own"


async def test_a_purpose_that_was_switched_off_and_on_again_is_off(url: str, tmp_path: Path) -> None:
    ada = await make_member("Ada", purposes=(Purpose.HOBBY,))
    made = await taken(url, tmp_path)
    await switch_off_purpose(ada, purpose=Purpose.HOBBY)
    await switch_on_purpose(ada, purpose=Purpose.HOBBY, switch=PurposeSwitch())

    await put_back(url, made.path)
    assert await profiles.my_purposes(ada) == []

    await switch_on_purpose(ada, purpose=Purpose.HOBBY, switch=PurposeSwitch())
    assert (await replay()).protections == 0
    assert len(await profiles.my_purposes(ada)) == 1


async def test_a_sentence_that_was_deleted_changed_or_meant_for_fewer_is_read_by_nobody(
    url: str, tmp_path: Path
) -> None:
    ada = await make_member("Ada")
    deleted, changed, narrowed, untouched, retitled = [
        (await make_statement(ada, f"I keep bees, {word}.")).id for word in ("one", "two", "three", "four", "five")
    ]
    made = await taken(url, tmp_path)
    await delete_statement(ada, deleted)
    await change_statement(ada, changed, change=StatementUpdate(text="I keep nothing."))
    await change_statement(ada, narrowed, change=StatementUpdate(audience=Audience.CONNECTIONS))
    await change_statement(ada, retitled, change=StatementUpdate())

    await put_back(url, made.path)

    rows = await fetch("SELECT id, audience FROM statement WHERE author = {}", ada.id)
    kept = {row["id"]: row["audience"] for row in rows}
    assert kept == {changed: "nobody", narrowed: "nobody", untouched: "purpose", retitled: "purpose"}
    searched = {row["statement"] for row in await fetch("SELECT statement FROM statement_vector")}
    assert searched == {untouched, retitled}
    await change_statement(ada, changed, change=StatementUpdate(audience=Audience.PURPOSE))
    assert (await replay()).protections == 0, "its author looked at it, and wants it so"


async def test_a_connection_that_was_ended_stays_ended_also_when_it_was_made_since(url: str, tmp_path: Path) -> None:
    ada, ben, eve = await make_member("Ada"), await make_recipient("Ben"), await make_recipient("Eve")
    old = await make_connection(ada, ben)
    made = await taken(url, tmp_path)
    new = await make_connection(ada, eve)
    for tie, leaver in ((old, ben), (new, eve)):
        await requests.end_connection(leaver, tie)

    await put_back(url, made.path)

    assert (await connections.connections(ada)).items == []
    for left in (ben, eve):
        with pytest.raises(TooSoonError):
            await make_request(ada, left)


async def test_by_a_request_that_waits_again_nobody_reaches_whom_they_have_left_since(url: str, tmp_path: Path) -> None:
    ada, ben = await make_recipient("Ada"), await make_recipient("Ben")
    asked = (await make_request(ada, ben)).id
    made = await taken(url, tmp_path)
    accepted = await requests.accept_request(ben, asked)
    assert accepted.connection_id is not None
    await requests.end_connection(ben, accepted.connection_id)

    await put_back(url, made.path)

    assert [(one.state, one.can) for one in await received(ben)] == [("accepted", [])]
    with pytest.raises(NotNowError):
        await requests.accept_request(ben, asked)
    with pytest.raises(TooSoonError):
        await make_request(ada, ben)
    assert (await make_request(ben, ada)).state == "pending", "nothing of Ada's waits that this would accept"


async def test_a_request_that_was_refused_stays_refused_and_its_sender_sees_nothing_of_it(
    url: str, tmp_path: Path
) -> None:
    ada, ben, eve = await make_member("Ada"), await make_recipient("Ben"), await make_recipient("Eve")
    old = (await make_request(ada, ben)).id
    made = await taken(url, tmp_path)
    new = (await make_request(ada, eve)).id
    await requests.refuse_request(ben, old, refusal=Refusal())
    await requests.refuse_request(eve, new, refusal=Refusal(sentence="Please do not write to me again."))

    await put_back(url, made.path)

    assert {one.id: one.state for one in await sent_by(ada)} == {old: "pending", new: "pending"}
    assert [one.state for recipient in (ben, eve) for one in await received(recipient)] == ["declined", "declined"]
    for recipient in (ben, eve):
        with pytest.raises(AlreadyOpenError):
            await make_request(ada, recipient)


async def test_a_refusal_that_was_thought_better_of_does_not_come_back(url: str, tmp_path: Path) -> None:
    ada, ben = await make_member("Ada"), await make_recipient("Ben")
    request = (await make_request(ada, ben)).id
    made = await taken(url, tmp_path)
    await requests.refuse_request(ben, request, refusal=Refusal())
    await requests.reopen_request(ben, request)
    assert (await replay()).protections == 0

    await put_back(url, made.path)

    assert [one.state for one in await received(ben)] == ["pending"]


async def test_an_older_name_place_or_way_to_be_called_is_not_shown_again(url: str, tmp_path: Path) -> None:
    ada, ben = await make_member("Adam"), await make_member("Ben")
    await update_me(ada, change=MeUpdate(pronouns="he", place_id=SHANGHAI))
    made = await taken(url, tmp_path)
    await update_me(ada, change=MeUpdate(display_name="Ada", pronouns=None, place_id=None))
    await update_me(ben, change=MeUpdate(languages=["de"]))

    await put_back(url, made.path)

    me = await profiles.me(ada)
    assert (me.display_name, me.pronouns, me.place_id) == (NAMELESS, None, None)
    assert (await profiles.me(ben)).display_name == "Ben"
    await update_me(ada, change=MeUpdate(display_name="Ada"))
    assert (await replay()).protections == 0
    assert (await profiles.me(ada)).display_name == "Ada"


async def test_whoever_rests_goes_on_resting_unless_they_ended_it(url: str, tmp_path: Path) -> None:
    ada, ben = await make_member("Ada"), await make_member("Ben")
    made = await taken(url, tmp_path)
    until = clock.now().replace(year=clock.now().year + 1)
    for member in (ada, ben):
        await update_me(member, change=MeUpdate(paused_until=until))
    await update_me(ben, change=MeUpdate(paused_until=None))

    await put_back(url, made.path)

    assert [(await profiles.me(member)).paused_until for member in (ada, ben)] == [until, None]


async def test_a_start_that_follows_no_restore_changes_nothing() -> None:
    ada, ben = await make_member("Ada"), await make_recipient("Ben")
    statement = await make_statement(ada, "I keep bees.")
    request = (await make_request(ada, ben)).id
    await change_statement(ada, statement.id, change=StatementUpdate(text="I keep goats."))
    await requests.refuse_request(ben, request, refusal=Refusal())
    await update_me(ada, change=MeUpdate(display_name="Eve", place_id=SHANGHAI))
    await block_member(ada, (await make_member("Gone")).id)

    done = await replay()

    assert (done.protections, done.unreadable) == (0, 0)
    assert await fetch_one("SELECT display_name FROM account WHERE id = {}", ada.id) == {"display_name": "Eve"}


async def test_an_older_password_opens_nothing_and_is_set_anew_by_mail(url: str, tmp_path: Path) -> None:
    ada, ben = await make_member("Ada"), await make_member("Ben")
    made = await taken(url, tmp_path)
    await change_password(ada, credential=await proved(ada), password=NEW_PASSWORD)

    await put_back(url, made.path)

    for password in (PASSWORD, NEW_PASSWORD):
        with pytest.raises(WrongCredentialsError):
            await sign_in(email=await email_of(ada.id), password=password)
    assert await sign_in(email=await email_of(ben.id), password=PASSWORD)
    link = await make_link(ada.id, purpose=LinkPurpose.RESET, email=await email_of(ada.id))
    await reset_password(link, password=NEW_PASSWORD)
    assert (await replay()).protections == 0
    assert await sign_in(email=await email_of(ada.id), password=NEW_PASSWORD)


async def test_a_passkey_that_was_taken_away_and_a_code_that_was_used_open_nothing(url: str, tmp_path: Path) -> None:
    ada = await make_member("Ada")
    await _passkeys(ada, b"stolen", b"kept")
    await (codes := await make_recovery_codes()).keep(ada.id)
    await fetch(
        "INSERT INTO second_factor (account, secret, created_at, confirmed_at, recovery_salt) "
        "VALUES ({}, {}, now(), now(), {})",
        ada.id,
        seal("x" * 32, about="second_factor.secret", row=ada.id),
        codes.salt,
    )
    made = await taken(url, tmp_path)
    [stolen] = await fetch("SELECT id FROM passkey WHERE credential_id = {}", b"stolen")
    await remove_passkey(ada, stolen["id"], credential=await proved(ada))
    assert await take_recovery_code(ada.id, codes.shown[0])

    await put_back(url, made.path)

    assert [bytes(row["credential_id"]) for row in await fetch("SELECT credential_id FROM passkey")] == [b"kept"]
    assert not await take_recovery_code(ada.id, codes.shown[0])
    assert await take_recovery_code(ada.id, codes.shown[1])


async def proved(member: Member) -> Credential:
    """A session in which a member has just proved who they are."""
    [row] = await fetch("SELECT id FROM session WHERE account = {} LIMIT 1", member.id)
    return Credential(session_id=row["id"], token_id=None, scopes=frozenset(), proved_at=clock.now())


async def _passkeys(member: Member, *credentials: bytes) -> None:
    for credential in credentials:
        await fetch(
            "INSERT INTO passkey (id, account, credential_id, public_key, name, created_at) "
            "VALUES (gen_random_uuid(), {}, {}, '', 'Phone', now())",
            member.id,
            credential,
        )
