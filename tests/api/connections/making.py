"""Requests, made through the services as members would make them."""

from collections.abc import Awaitable
from itertools import cycle
from uuid import UUID, uuid4

import pytest
from anyio import create_task_group

from api.accounts.schemas import Member
from api.connections import queries, services
from api.connections.errors import ReasonRefusedError
from api.connections.schemas import Anchor, AnchorKind, Box, Refusal, RequestCreate, RequestRead
from api.database import fetch
from api.errors import WhereforeError
from api.profiles.purposes import consent_version
from api.profiles.queries import my_statements
from api.profiles.schemas import Purpose, PurposeSwitch
from api.profiles.services import switch_on_purpose
from tests.factories import make_member, make_statement

PAIRS = (
    (
        "I repair old mechanical clocks on my kitchen table and lose track of time doing it.",
        (
            "A clock from my aunt has stood still since March. What you write about repairing them at a kitchen table "
            "made me want to open it; how did you begin?"
        ),
    ),
    (
        "Every spring I count the swifts above our street and write the numbers into a blue notebook.",
        (
            "Your blue notebook of swifts made me smile, because in our village the screaming starts in May and nobody "
            "else seems to look up. Shall we compare counts?"
        ),
    ),
    (
        "I bake rye bread with a sourdough that is older than my children.",
        (
            "My rye loaves come out flat as plates, and you have kept a sourdough alive for decades. I would love to "
            "hear how yours smells on a good day."
        ),
    ),
    (
        "I sing alto in a tiny choir that rehearses Renaissance motets in a cold chapel.",
        (
            "Motets in a cold chapel are exactly what I miss since moving away. Which piece does your choir return to "
            "when everybody is tired?"
        ),
    ),
    (
        "On Sundays I walk along disused railway lines and photograph what grows between the sleepers.",
        (
            "There is an abandoned railway behind my house with wild strawberries between its sleepers. Your "
            "photographs sound like something I try to do with watercolours."
        ),
    ),
    (
        "I keep bees on a flat roof and give most of the honey to the neighbours.",
        (
            "I have wondered for years whether bees would survive on our windy roof. Did your neighbours worry at "
            "first, or did the honey persuade them?"
        ),
    ),
    (
        "I learn Welsh in the evenings because my grandmother never taught it to us.",
        (
            "My grandfather kept his Breton to himself as well. Reading why you took up Welsh, I thought we could "
            "encourage each other through the mutations."
        ),
    ),
    (
        "I carve wooden spoons from fallen cherry branches and burn as many as I keep.",
        (
            "Burning as many spoons as you keep is such an honest thing to admit. I carve too, mostly birch, and "
            "cherry splits on me every single time."
        ),
    ),
    (
        "I play chess by post with a retired sailor and we are on our third year of one game.",
        (
            "Three years for one game by post! I gave up online chess because of the hurry, and slow games with "
            "somebody patient are what I hope for."
        ),
    ),
    (
        "I knit lace shawls from patterns that women on Shetland wrote down a century ago.",
        (
            "I inherited a trunk of Shetland patterns without any explanation, and the charts defeat me. You seem to "
            "read them like letters; may I show you one?"
        ),
    ),
    (
        "I grow tomatoes from saved seed on a balcony that faces north.",
        (
            "Everybody told me a north balcony was hopeless for tomatoes, so your saved seed gives me courage. Which "
            "variety forgives the shade best?"
        ),
    ),
)
"""What recipients wrote, and reasons that are about just that."""

in_turn = cycle(PAIRS)
REASONS = dict(PAIRS)
MET = Anchor(AnchorKind.MET, where="the seed swap in the parish hall")
MET_REASON = (
    "We stood beside each other at the seed swap in the parish hall and laughed about the labels. I never asked "
    "whether your beans came up."
)
SENTENCE = Refusal("Thank you, but my evenings are full this year.")


async def make_recipient(name: str = "Grace", *, pair: int | None = None, email: str | None = None) -> Member:
    """A member with one statement of `PAIRS`: the next, unless one is named."""
    return await make_member(name, statements=[(next(in_turn) if pair is None else PAIRS[pair])[0]], email=email)


async def make_draft(
    recipient: Member, *, reason: str | None = None, anchor: Anchor | None = None, purpose: Purpose = Purpose.HOBBY
) -> RequestCreate:
    """A draft about the first statement of the recipient, with the reason that goes with it."""
    if anchor is None:
        statement = (await my_statements(recipient, purpose=purpose)).items[0]
        anchor = Anchor(AnchorKind.STATEMENT, id=statement.id)
        reason = reason or REASONS[statement.text]
    assert reason is not None
    return RequestCreate(recipient_id=recipient.id, purpose=purpose, reason=reason, anchor=anchor)


async def make_request(sender: Member, recipient: Member, *, reason: str | None = None) -> RequestRead:
    """A request about the first statement of the recipient."""
    return await services.send_request(sender, draft=await make_draft(recipient, reason=reason))


async def make_connection(sender: Member, recipient: Member, *, reason: str | None = None) -> UUID:
    """A connection that came of a request."""
    sent = await make_request(sender, recipient, reason=reason)
    accepted = await services.accept_request(recipient, sent.id)
    assert accepted.connection_id is not None
    return accepted.connection_id


async def received(member: Member) -> list[RequestRead]:
    """What a member has received."""
    return (await queries.requests(member, box=Box.RECEIVED)).items


async def sent_by(member: Member) -> list[RequestRead]:
    """What a member has sent."""
    return (await queries.requests(member, box=Box.SENT)).items


async def kept() -> int:
    """How many requests and connections there are."""
    rows = await fetch("SELECT (SELECT count(*) FROM connection_request) + (SELECT count(*) FROM connection) AS number")
    return int(rows[0]["number"])


async def refused_for(sender: Member, draft: RequestCreate) -> list[str]:
    """What is found so wrong with a draft that it is not sent."""
    with pytest.raises(ReasonRefusedError) as refused:
        await services.send_request(sender, draft=draft)
    return [found.code for found in refused.value.findings if found.severity == "refuse"]


def kinds(request: RequestRead) -> list[str]:
    """What happened to a request, as its reader is told it."""
    return [event.kind for event in request.history]


async def a_request() -> tuple[Member, Member, RequestRead]:
    """Ada, who asked; Grace, who was asked; and the request as Ada reads it."""
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    return ada, grace, await make_request(ada, grace)


async def together(*attempts: Awaitable[object]) -> list[str]:
    """What came of things done at the same time: `done`, or the code of an expected refusal."""
    outcomes: list[str] = []

    async def attempt(one: Awaitable[object]) -> None:
        try:
            await one
        except WhereforeError as error:
            outcomes.append(error.code)
        else:
            outcomes.append("done")

    async with create_task_group() as tasks:
        for one in attempts:
            tasks.start_soon(attempt, one)
    return outcomes


async def quick_member(pair: int) -> Member:
    """A member who never signs in: these tests need many, and the password's hash takes its time by design."""
    member = Member(uuid4(), "Member")
    await fetch(
        "INSERT INTO account (id, email, display_name, created_at, confirmed_adult_at) "
        "VALUES ({}, {}, {}, now(), now())",
        member.id,
        f"{member.id}@example.org",
        member.display_name,
    )
    await switch_on_purpose(member, purpose=Purpose.HOBBY, switch=PurposeSwitch(consent=consent_version(Purpose.HOBBY)))
    await make_statement(member, PAIRS[pair][0])
    return member
