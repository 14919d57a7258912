"""Members with a second factor, and the codes that their app shows."""

import pyotp

from api import clock
from api.accounts import second_factor
from api.accounts.queries import member_by_session
from api.accounts.schemas import Credential, Member
from api.accounts.services import open_session


async def credential_of(member: Member) -> Credential:
    """A sign-in of just now."""
    found = await member_by_session((await open_session(member, proved=True)).token)
    assert found is not None
    return found[1]


def code_of(key: str, *, off: int = 0) -> str:
    """What an app shows now, or so many steps off."""
    return pyotp.TOTP(key).at(clock.now(), counter_offset=off)


async def with_app(member: Member) -> tuple[str, list[str]]:
    """Set up an app for a member; its key, and their recovery codes. It is confirmed by the code of the step before."""
    credential = await credential_of(member)
    await second_factor.begin_second_factor(member, credential=credential)
    app = await second_factor.waiting_app(member, credential=credential)
    assert app is not None
    codes = await second_factor.confirm_second_factor(member, credential=credential, code=code_of(app.key, off=-1))
    return app.key, codes
