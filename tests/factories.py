"""Members and what they wrote, made through the services as a person would make them."""

from collections.abc import Iterable, Sequence
from itertools import count
from uuid import UUID

from httpx import AsyncClient

from api.accounts import joining
from api.accounts import services as accounts
from api.accounts.queries import member_by_session
from api.accounts.schemas import AccountCreate, Member
from api.database import fetch_one
from api.profiles import services as profiles
from api.profiles.purposes import consent_version
from api.profiles.schemas import Audience, Purpose, PurposeSwitch, Role, StatementCreate, StatementRead

PASSWORD = "a lantern over nine quiet harbours"
NEW_PASSWORD = "seven copper kettles under an arch"

NOBODY = UUID(int=7)
"""An id that nothing has, always the same: all processes of a run must give tests the same names."""

_number = count(1)


async def make_member(
    name: str = "Ada",
    *,
    purposes: Iterable[Purpose] = (Purpose.HOBBY,),
    statements: Sequence[str | tuple[str, str]] = (),
    email: str | None = None,
) -> Member:
    """A member with purposes switched on; `statements` go under the first purpose, as text or (role, text)."""
    purposes = list(purposes)
    email = email or f"member{next(_number)}@example.org"
    await joining.create_account(AccountCreate(email=email, password=PASSWORD, display_name=name, over_18=True))
    session = await accounts.sign_in(email=email, password=PASSWORD)
    found = await member_by_session(session.token)
    assert found is not None
    actor = found[0]
    for purpose in purposes:
        await profiles.switch_on_purpose(actor, purpose=purpose, switch=PurposeSwitch(consent=consent_version(purpose)))
    for statement in statements:
        role, text = ("about", statement) if isinstance(statement, str) else statement
        await make_statement(actor, text, role=Role(role), purpose=purposes[0])
    return actor


async def make_statement(
    author: Member,
    text: str,
    *,
    role: Role = Role.ABOUT,
    purpose: Purpose = Purpose.HOBBY,
    audience: Audience = Audience.PURPOSE,
) -> StatementRead:
    """A statement of a member."""
    return await profiles.add_statement(
        author, draft=StatementCreate(purpose=purpose, role=role, text=text, audience=audience)
    )


async def as_member(client: AsyncClient, member: Member) -> dict[str, str]:
    """Headers with which a client acts as a member, from a token made over HTTP."""
    reply = await client.post(
        "/api/v1/tokens", json={"email": await email_of(member.id), "password": PASSWORD, "name": "test"}
    )
    assert reply.status_code == 201, reply.text
    return {"Authorization": f"Bearer {reply.json()['token']}"}


async def email_of(member_id: UUID) -> str:
    """The address a member signs in with."""

    row = await fetch_one("SELECT email FROM account WHERE id = {}", member_id)
    assert row is not None
    return str(row["email"])
