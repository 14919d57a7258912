"""A suspension is not lifted by deleting the account and joining again, and its member can read why, and appeal."""

from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient

from api import clock
from api.accounts.addresses import address_digest
from api.accounts.joining import keep_account
from api.accounts.schemas import Member
from api.database import fetch
from api.mail.schemas import MailKind
from api.moderation.cases import claim
from api.moderation.deciding import decide_appeal
from api.moderation.notices import appeal, notices, unseen_notices
from api.moderation.retention import forget_old_cases
from api.moderation.schemas import AppealDecision, AppealOutcome, Category, Decision, ReportRead
from api.moderation.suspended_addresses import ADDRESSES_KEPT, forget_suspended_addresses
from api.privacy.erasure import erase
from tests.api.moderation.judging import account, decided, insulted, make_moderator
from tests.factories import PASSWORD, email_of, make_member
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser
from tests.web.mailing import last_link, mail_goes_out

pytestmark = pytest.mark.usefixtures("database")

ADDRESS = "ada.again@example.org"
VARIANT = "Ada.Again+new@example.org"


async def _suspended(
    monkeypatch: pytest.MonkeyPatch, *, mail: bool = True, address: str = ADDRESS
) -> tuple[Member, ReportRead]:
    """Ada, suspended, and the case."""
    ada, _, case = await insulted()
    await _move(ada, address)
    if mail:
        mail_goes_out(monkeypatch)
    moderator = await _judge()
    await decided(
        case.id, Decision.ACCOUNT_SUSPENDED, moderator=moderator, rule=Category.DANGER, at_once="She said where."
    )
    return ada, case


_moderators: list[Member] = []


async def _judge() -> Member:
    return _moderators.pop()


@pytest.fixture(autouse=True)
async def _two_moderators(database: None) -> None:
    """Made while no mail goes out, as members of tests are."""
    _moderators[:] = [await make_moderator("Mo"), await make_moderator("Mia")]


async def _move(member: Member, address: str) -> None:
    await fetch(
        "UPDATE account SET email = {}, address_digest = {} WHERE id = {}", address, address_digest(address), member.id
    )


async def _joins(address: str = VARIANT) -> Member:
    """What confirming an address comes to."""
    member = await keep_account(email=address.lower(), display_name="Somebody new", adult_at=clock.now())
    assert member is not None
    return member


async def _is_suspended(member: Member) -> bool:
    return (await account(member))["suspended_at"] is not None


async def _erased(ada: Member) -> None:
    await erase(ada.id)


async def _stays(_: Member) -> None:
    """The suspended account is kept."""


@pytest.mark.parametrize("then", [_erased, _stays])
async def test_who_joins_again_is_suspended_and_reads_why(
    monkeypatch: pytest.MonkeyPatch, then: Callable[[Member], Awaitable[None]]
) -> None:
    ada, case = await _suspended(monkeypatch)
    await then(ada)

    back = await _joins()

    assert await _is_suspended(back)
    assert [notice.id for notice in await notices(back)] == [case.id]
    assert await unseen_notices(back) == 1
    assert not await _is_suspended(await _joins("somebody.else@example.org"))


async def test_who_comes_back_may_appeal_and_is_free_when_it_is_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, case = await _suspended(monkeypatch)
    await erase(ada.id)
    back = await _joins()

    await appeal(back, case.id, words="That was my sister.")
    other = await _judge()
    await claim(other, case.id)
    await decide_appeal(
        other, case.id, draft=AppealDecision(outcome=AppealOutcome.OVERTURNED, reason="It was not her.")
    )

    assert not await _is_suspended(back)
    assert not await _is_suspended(await _joins("ada.again+third@example.org"))
    assert await fetch("SELECT 1 FROM suspended_address") == []


async def test_an_appeal_granted_after_the_account_is_gone_lets_its_member_join_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada, case = await _suspended(monkeypatch)
    await appeal(ada, case.id, words="That was my sister.")
    await erase(ada.id)

    other = await _judge()
    await claim(other, case.id)
    await decide_appeal(
        other, case.id, draft=AppealDecision(outcome=AppealOutcome.OVERTURNED, reason="It was not her.")
    )

    assert not await _is_suspended(await _joins())


async def test_a_second_account_with_the_address_is_suspended_with_the_first_and_answers_for_it_when_that_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = await make_member("Second", email="ada.again+second@example.org")
    ada, case = await _suspended(monkeypatch)

    assert await _is_suspended(second)
    assert [notice.id for notice in await notices(second)] == [case.id]
    await erase(ada.id)

    [row] = await fetch("SELECT reported FROM report WHERE id = {}", case.id)
    assert row["reported"] == second.id


async def test_a_suspension_follows_every_address_that_its_member_takes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, _ = await _suspended(monkeypatch)
    await _move(ada, "elsewhere@example.org")
    await erase(ada.id)

    for address in (VARIANT, "elsewhere+2@example.org"):
        assert await _is_suspended(await _joins(address))


async def test_a_suspension_older_than_digests_is_kept_when_the_account_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, _ = await _suspended(monkeypatch)
    await fetch("DELETE FROM suspended_address")

    await erase(ada.id)

    assert await _is_suspended(await _joins())


async def test_after_a_year_nothing_of_it_is_left(monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock) -> None:
    ada, case = await _suspended(monkeypatch)
    moved_clock.move(days=400)
    await erase(ada.id)

    moved_clock.move(days=ADDRESSES_KEPT.days - 1)
    assert (await forget_suspended_addresses(), await forget_old_cases()) == (0, 0)
    moved_clock.move(days=1)
    assert (await forget_suspended_addresses(), await forget_old_cases()) == (1, 1)

    assert not await _is_suspended(await _joins())
    assert await fetch("SELECT 1 FROM report WHERE id = {}", case.id) == []


async def test_where_no_mail_goes_out_nobody_is_shown_the_notice_of_an_address_that_they_only_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada, _ = await _suspended(monkeypatch, mail=False)
    await erase(ada.id)

    stranger = await _joins()

    assert await notices(stranger) == []
    assert not await _is_suspended(stranger)
    assert await fetch("SELECT 1 FROM suspended_address") == []


async def test_joining_again_looks_as_for_anyone_until_the_address_is_confirmed(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _ = await _suspended(monkeypatch)
    await erase(ada.id)

    back, other = [await _begun(client, address) for address in (VARIANT.lower(), "newcomer@example.org")]
    assert back.text == other.text
    await back.open(await last_link(VARIANT.lower(), MailKind.CONFIRM_ADDRESS))
    await back.press("Confirm and sign in", password=PASSWORD)

    await back.open("/notices")
    assert "She said where." not in back.text
    assert "You are a silly old goose" in back.text
    await back.open("/matches")
    assert "suspended" in back.text


async def _begun(client: AsyncClient, address: str) -> Browser:
    browser = Browser(client)
    await browser.open("/join")
    await browser.press("Go on", purpose=["hobby"])
    await browser.press("Go on", display_name="Ada")
    await browser.press("Go on", email=address)
    await browser.press("These are right, go on")
    await browser.press("Make my account", password=PASSWORD, over_18="yes")
    assert browser.path == "/look-in-your-mail"
    return browser


async def test_the_digest_is_kept_for_the_account_that_was_suspended_and_for_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada, _ = await _suspended(monkeypatch)

    kept = await fetch("SELECT digest FROM suspended_address")

    assert [bytes(row["digest"]) for row in kept] == [address_digest(await email_of(ada.id))]
