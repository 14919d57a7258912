"""Nobody who has a password, and not the app, guesses faster than the limits say, or keeps its owner out."""

import pytest

from api.accounts.errors import WrongCodeError
from api.accounts.guesses import mark_of_browser
from api.accounts.links import make_link
from api.accounts.resetting import reset_password
from api.accounts.schemas import LinkPurpose, Member, PendingSignIn, SessionCreated
from api.accounts.signing_in import finish_sign_in, start_sign_in
from api.limits.caller import Caller, calling
from api.limits.errors import TooManyError
from tests.api.accounts.making import code_of, with_app
from tests.factories import PASSWORD, make_member
from tests.moved_clock import MovedClock

ADA = "ada@example.org"
OTHER = "seven loose kettles sing at dusk"
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.23"


@pytest.fixture
async def ada(database: None) -> Member:
    """A member with a password."""
    return await make_member("Ada", email=ADA)


async def _sign_in(code: str) -> SessionCreated:
    pending = await start_sign_in(email=ADA, password=PASSWORD)
    assert isinstance(pending, PendingSignIn)
    return await finish_sign_in(pending.key, code=code)


async def _guess_until_refused() -> int:
    for guesses in range(100):
        try:
            await _sign_in("000000")
        except WrongCodeError:
            continue
        except TooManyError:
            return guesses
    raise AssertionError("Nothing keeps anybody from guessing.")


async def test_a_browser_that_signed_in_before_comes_in_while_a_thief_of_the_password_guesses(
    ada: Member, moved_clock: MovedClock
) -> None:
    key, _ = await with_app(ada)
    with calling(Caller(ELSEWHERE)):
        guesses = await _guess_until_refused()

    with calling(Caller(HOME, await mark_of_browser(ada.id))):
        session = await _sign_in(code_of(key))

    assert guesses == 5
    assert session.member == ada


async def test_a_thief_of_the_password_keeps_nobody_from_a_new_one_by_mail(
    ada: Member, moved_clock: MovedClock
) -> None:
    key, _ = await with_app(ada)
    with calling(Caller(ELSEWHERE)):
        await _guess_until_refused()

    with calling(Caller(HOME)):
        link = await make_link(ada.id, purpose=LinkPurpose.RESET, email=ADA)
        await reset_password(link, password=OTHER, code=code_of(key))
        again = await start_sign_in(email=ADA, password=OTHER)

    assert isinstance(again, PendingSignIn)


async def test_a_mailbox_thief_guesses_no_more_codes_than_others(ada: Member) -> None:
    await with_app(ada)
    link = await make_link(ada.id, purpose=LinkPurpose.RESET, email=ADA)

    for _ in range(5):
        with pytest.raises(WrongCodeError):
            await reset_password(link, password=OTHER, code="000000")
    with pytest.raises(TooManyError):
        await reset_password(link, password=OTHER, code="000000")


async def test_known_browsers_have_limits_for_each_and_for_all_of_them(ada: Member) -> None:
    await with_app(ada)
    guesses = []

    for _ in range(4):
        with calling(Caller(HOME, await mark_of_browser(ada.id))):
            guesses.append(await _guess_until_refused())

    assert guesses == [5, 5, 5, 0]
