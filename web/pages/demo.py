"""Looking around a demo: three made-up members whom anybody at the same machine may be."""

from typing import Any, Final

from litestar import Request

from api.accounts.queries import members_by_email
from api.accounts.schemas import Member
from api.settings import settings

DEMO_SIGN_INS: Final = (
    "one@demo.wherefore.example",
    "two@demo.wherefore.example",
    "three@demo.wherefore.example",
)
"""Which demo members the welcome page offers; the seeder makes them. No mail can ever reach these addresses."""

_LOOPBACK = {"127.0.0.1", "::1"}
_PASSED_ON = {"forwarded", "x-forwarded-for", "x-real-ip"}


def may_look_around(request: Request[Any, Any, Any]) -> bool:
    """Whether this is a demo, reachable from this machine alone, and asked from this machine without a proxy."""
    if not (settings().demo and settings().on_loopback):
        return False
    client = request.client
    return client is not None and client.host in _LOOPBACK and not _PASSED_ON & set(request.headers.keys())


async def demo_members(request: Request[Any, Any, Any]) -> dict[str, Member]:
    """The demo members by address; nobody where looking around is not possible."""
    if not may_look_around(request):
        return {}
    found = await members_by_email(DEMO_SIGN_INS)
    return {email: found[email] for email in DEMO_SIGN_INS if email in found}
