"""Strangers who ask for mails to an address shut its owner out of nothing, and learn nothing of what others asked."""

from collections.abc import Callable

import pytest
from httpx import ASGITransport, AsyncClient

from api.accounts.joining import enrol
from api.accounts.links import delete_ended_links
from api.database import fetch
from api.limits.limit import Window
from api.limits.policies import DAY, MAILS_ASKED
from api.mail.schemas import MailKind
from tests.api.limits.lowering import small
from tests.api.mail.posting import ADA
from tests.factories import PASSWORD
from tests.moved_clock import MovedClock
from tests.web.browsing import Browser
from tests.web.joining import at_the_password
from tests.web.mailing import last_link, mail_goes_out, mails_to
from web.app import create_app

OTHER = "seven loose kettles sing at dusk"
DOORS = {"/forgot": MailKind.RESET_PASSWORD, "/sign-in/link": MailKind.SIGN_IN_LINK}

Place = Callable[[], Browser]


@pytest.fixture
def elsewhere(database: None, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A browser at another network address each time, on a site that sends mail."""
    mail_goes_out(monkeypatch)
    app = create_app()
    numbers = iter(range(1, 250))

    def browser() -> Browser:
        here = {"Sec-Fetch-Site": "same-origin"}
        transport = ASGITransport(app=app, client=(f"198.51.100.{next(numbers)}", 1))  # type: ignore[arg-type]
        return Browser(AsyncClient(transport=transport, base_url="http://localhost:8000", headers=here))

    return browser


async def _ask(browser: Browser, door: str, email: str = ADA) -> int:
    await browser.open(door)
    return (await browser.press("Ask for the link", email=email)).status_code


async def _join(browser: Browser, password: str, *, email: str = ADA) -> int:
    draft = {"email": email, "password": password, "display_name": "Ada", "over_18": True}
    return (await browser.client.post("/api/v1/accounts", json=draft)).status_code


@pytest.mark.parametrize("door", DOORS)
async def test_five_strangers_keep_the_owner_from_no_mail(elsewhere: Place, door: str) -> None:
    await enrol(email=ADA, display_name="Ada")
    for _ in range(5):
        assert await _ask(elsewhere(), door) == 200

    status = await _ask(elsewhere(), door)

    assert status == 200
    assert [kind for kind, _ in await mails_to(ADA)] == [DOORS[door]] * 6


async def test_strangers_who_join_with_an_address_keep_its_owner_from_no_mail(elsewhere: Place) -> None:
    for _ in range(3):
        assert await _join(elsewhere(), OTHER) == 202

    assert await _join(elsewhere(), PASSWORD) == 202

    assert [kind for kind, _ in await mails_to(ADA)] == [MailKind.CONFIRM_ADDRESS] * 4


async def test_strangers_fill_no_mailbox_by_tags_after_a_plus_sign(
    elsewhere: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch, MAILS_ASKED, Window(3, DAY))
    variants = [f"ada+{number}@example.org" for number in range(5)]
    for variant in variants:
        assert await _join(elsewhere(), OTHER, email=variant) == 202

    assert await _join(elsewhere(), PASSWORD) == 202

    assert [len(await mails_to(variant)) for variant in variants] == [1, 1, 1, 0, 0]
    assert [kind for kind, _ in await mails_to(ADA)] == [MailKind.CONFIRM_ADDRESS]


@pytest.mark.parametrize("door", DOORS)
async def test_a_stranger_does_not_learn_that_an_address_was_asked_for_today(elsewhere: Place, door: str) -> None:
    await enrol(email=ADA, display_name="Ada")
    for _ in range(4):
        await _ask(elsewhere(), door)
    stranger = elsewhere()

    asked, never = [[await _ask(stranger, door, email) for _ in range(4)] for email in (ADA, "never@example.org")]

    assert asked == never == [200] * 4


@pytest.mark.parametrize("door", DOORS)
async def test_a_mailbox_gets_so_many_such_mails_a_day_and_no_answer_tells(
    elsewhere: Place, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    small(monkeypatch, MAILS_ASKED, Window(3, DAY))
    await enrol(email=ADA, display_name="Ada")

    statuses = [await _ask(elsewhere(), door) for _ in range(5)]

    assert statuses == [200] * 5
    assert [kind for kind, _ in await mails_to(ADA)] == [DOORS[door]] * 3
    assert await fetch("SELECT 1 FROM mail_asked") == []


@pytest.mark.parametrize("door", DOORS)
async def test_whoever_holds_one_of_too_many_links_has_another_mailed(
    elsewhere: Place, moved_clock: MovedClock, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    small(monkeypatch, MAILS_ASKED, Window(3, DAY))
    await enrol(email=ADA, display_name="Ada")
    for _ in range(3):
        await _ask(elsewhere(), door)
    old = await last_link(ADA, DOORS[door])
    moved_clock.move(hours=1)
    await delete_ended_links()
    owner = elsewhere()
    await _ask(owner, door)
    assert len(await mails_to(ADA)) == 3

    await owner.open(old)
    assert owner.reply.status_code == 410
    await owner.press("Send me another mail")
    assert owner.path == "/look-in-your-mail"
    await owner.open(await last_link(ADA, DOORS[door]))

    assert owner.reply.status_code == 200
    assert ADA in owner.text


async def test_a_link_mails_no_other_when_it_was_used_or_is_a_day_old(
    elsewhere: Place, moved_clock: MovedClock
) -> None:
    await enrol(email=ADA, display_name="Ada")
    owner = elsewhere()
    await _ask(owner, "/sign-in/link")
    used = await last_link(ADA, MailKind.SIGN_IN_LINK)
    await owner.open(used)
    await owner.press("Sign in")
    await _ask(elsewhere(), "/forgot")
    old = await last_link(ADA, MailKind.RESET_PASSWORD)
    moved_clock.move(days=1, minutes=10)

    for link in (used, old):
        await owner.open(link)
        assert owner.reply.status_code == 410
        assert "Send me another mail" not in owner.text
    assert await delete_ended_links() == 1


async def test_a_link_mails_another_five_times_a_day(elsewhere: Place, moved_clock: MovedClock) -> None:
    await enrol(email=ADA, display_name="Ada")
    owner = elsewhere()
    await _ask(owner, "/forgot")
    old = await last_link(ADA, MailKind.RESET_PASSWORD)
    moved_clock.move(minutes=10)

    statuses = []
    for _ in range(6):
        await owner.open(old)
        statuses.append((await owner.press("Send me another mail")).status_code)

    assert statuses == [200] * 5 + [429]
    assert len(await mails_to(ADA)) == 6


async def test_whose_sign_up_had_no_mail_left_gets_one_by_a_link_that_a_stranger_caused(
    elsewhere: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch, MAILS_ASKED, Window(3, DAY))
    for _ in range(3):
        await _join(elsewhere(), OTHER)
        await mails_to(ADA)  # as soon as it is asked for
    owner = elsewhere()
    await _join(owner, PASSWORD)
    assert len(await mails_to(ADA)) == 3

    await owner.open(await last_link(ADA, MailKind.CONFIRM_ADDRESS))
    await owner.press("Send me another link")
    await owner.open(await last_link(ADA, MailKind.CONFIRM_ADDRESS))
    await owner.press("Confirm and sign in", password=PASSWORD)

    assert len(await fetch("SELECT 1 FROM account WHERE email = {}", ADA)) == 1


async def test_strangers_who_go_on_joining_do_not_get_before_whoever_began_in_this_browser(
    elsewhere: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch, MAILS_ASKED, Window(1, DAY))
    await _join(elsewhere(), OTHER)
    await mails_to(ADA)  # as soon as it is asked for
    owner = await at_the_password(elsewhere().client, email=ADA)
    await owner.press("Make my account", password=PASSWORD, over_18="yes")
    for _ in range(4):
        await _join(elsewhere(), OTHER)
        await mails_to(ADA)

    await owner.open(await last_link(ADA, MailKind.CONFIRM_ADDRESS))
    await owner.press("Send me another link")
    await owner.open(await last_link(ADA, MailKind.CONFIRM_ADDRESS))
    await owner.press("Confirm and sign in", password=PASSWORD)

    [member] = await fetch("SELECT display_name FROM account WHERE email = {}", ADA)
    assert member == {"display_name": "Noor"}
    assert "wherefore-sign-up" not in owner.client.cookies
