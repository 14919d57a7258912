"""Members with a second factor, and the codes that their app shows."""

import asyncio

import pyotp

from api import clock
from api.accounts import passkeys, second_factor
from api.accounts.queries import member_by_session
from api.accounts.schemas import Credential, Member, PendingSignIn
from api.accounts.services import open_session
from api.accounts.signing_in import start_sign_in
from tests.authenticator import Authenticator
from tests.factories import PASSWORD

STEP, LITTLE_TIME = 30, 3
"""Seconds for which an app shows a code, and within which a slow machine checks one."""
HERE = "what the cookie of this browser carries"


async def credential_of(member: Member) -> Credential:
    """A sign-in of just now."""
    found = await member_by_session((await open_session(member, proved=True)).token)
    assert found is not None
    return found[1]


def code_of(key: str, *, off: int = 0) -> str:
    """What an app shows now, or so many steps off."""
    return pyotp.TOTP(key).at(clock.now(), counter_offset=off)


async def in_good_time() -> None:
    """Wait where the codes of an app are about to change: one that is read before may be late when it is checked."""
    left = STEP - clock.now().timestamp() % STEP
    if left < LITTLE_TIME:
        await asyncio.sleep(left)


async def with_app(member: Member) -> tuple[str, list[str]]:
    """Set up an app for a member; its key, and their recovery codes. It is confirmed by the code of the step before."""
    credential = await credential_of(member)
    await second_factor.begin_second_factor(member, credential=credential)
    app = await second_factor.waiting_app(member, credential=credential)
    assert app is not None
    await in_good_time()
    codes = await second_factor.confirm_second_factor(member, credential=credential, code=code_of(app.key, off=-1))
    return app.key, codes


async def add_passkey(member: Member, device: Authenticator, name: str = "This phone") -> None:
    """Add the passkey of a device."""
    credential = await credential_of(member)
    options = await passkeys.options_to_add(member, credential=credential, browser=HERE)
    answer = device.make(options)
    await passkeys.add_passkey(member, credential=credential, answer=answer, name=name, browser=HERE)


async def sign_in_with(device: Authenticator) -> Member:
    """Sign in with a device."""
    answer = device.sign(await passkeys.options_to_sign_in(browser=HERE))
    return (await passkeys.sign_in_by_passkey(answer, browser=HERE)).member


async def begin_sign_in(email: str = "ada@example.org") -> PendingSignIn:
    """The right password, and no code yet."""
    pending = await start_sign_in(email=email, password=PASSWORD)
    assert isinstance(pending, PendingSignIn)
    return pending
