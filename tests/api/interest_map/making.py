"""A small community that writes about a few things, made in one go."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.encoding import encoder
from api.profiles.purposes import consent_version
from api.profiles.schemas import Audience, Purpose
from api.profiles.vectors import literals, packed_words
from api.sealing import seal

ABOUT = {
    "bees": [
        "I keep bees in the garden and sell a little honey.",
        "My bees swarmed in May and I was so proud of them.",
        "Beekeeping is what I think of all winter long; the bees sleep and I read.",
        "I would like to learn how others keep their bees through the cold.",
        "Honey from my own bees, two hives, many stings.",
        "The bees in my old hive are calm, and so am I when I am with them.",
        "I build hives from old pallets for the bees of my village.",
        "Looking at bees on the lavender is how I spend my evenings.",
        "I lost all my bees last year and begin again with one hive.",
        "I count the bees that come home; it is my way to rest.",
        "Wild bees need holes in wood, and I drill them by the hundred.",
    ],
    "choirs": [
        "I sing alto in a village choir every Thursday.",
        "Our choir sings old songs in four voices.",
        "I began to sing in a choir after I retired.",
        "I love to sing Bach with a choir that does not take itself too seriously.",
        "A choir of ten people, and I sing the lowest voice.",
        "I would like to sing with others online, in a small choir.",
        "When I sing in the choir I forget what hurts.",
        "I lead a choir for people who were told that they cannot sing.",
        "To sing in a choir is the best hour of my week.",
        "Singing in church, at funerals, with friends: I sing in any choir.",
    ],
    "bread": [
        "I bake sourdough bread twice a week in a small oven.",
        "My bread never rises, and I bake it all the same.",
        "Rye bread, baked at night, for the neighbours.",
        "I bake bread with my grandchildren on Sundays.",
        "I would like to swap starters with others who bake bread.",
        "Flat bread from my mother's village, baked on a stone.",
        "I bake bread without salt for my husband.",
        "The smell of bread that I bake myself gets me up in the morning.",
        "I bake bread in a wood oven that I built out of clay.",
    ],
}
"""By subject: what so many members wrote, one sentence each. `bees` was written by nine, `sing` and `choir` by ten."""


async def make_community(purpose: Purpose = Purpose.HOBBY, *, at: datetime | None = None) -> dict[str, list[Member]]:
    """Thirty members who wrote a sentence each for a purpose; by what they wrote about."""
    await literals([text for texts in ABOUT.values() for text in texts])
    return {about: await make_people(texts, purpose, at=at) for about, texts in ABOUT.items()}


async def make_people(
    texts: list[str], purpose: Purpose = Purpose.HOBBY, *, at: datetime | None = None
) -> list[Member]:
    """A member for each of these texts, which all members with the purpose may read."""
    since = at or clock.now() - timedelta(minutes=1)
    people = [Member(id=uuid4(), display_name=f"Person {number}") for number in range(len(texts))]
    ids = [person.id for person in people]
    await fetch(
        "INSERT INTO account (id, email, display_name, meets, created_at, confirmed_adult_at) "
        "SELECT id, id || '@example.org', 'Somebody', 'online', {}, {} FROM unnest({}::uuid[]) AS id",
        since,
        since,
        ids,
    )
    for person, text in zip(people, texts, strict=True):
        await switch_on(person.id, purpose, at=since)
        await write(person.id, text, purpose, at=since)
    return people


async def switch_on(member: UUID, purpose: Purpose, *, at: datetime) -> None:
    """Have a purpose switched on, with the consent that it needs."""
    await fetch(
        "INSERT INTO member_purpose (id, member, purpose, switched_on_at) VALUES (gen_random_uuid(), {}, {}, {})",
        member,
        purpose,
        at,
    )
    if (version := consent_version(purpose)) is not None:
        await fetch(
            "INSERT INTO consent (id, member, purpose, version, given_at) VALUES (gen_random_uuid(), {}, {}, {}, {})",
            member,
            purpose,
            version,
            at,
        )


async def write(member: UUID, text: str, purpose: Purpose, *, at: datetime) -> UUID:
    """Have a statement, with its vector, that all members with the purpose may read."""
    statement = uuid4()
    await fetch(
        "INSERT INTO statement (id, author, purpose, role, text, audience, created_at, updated_at) "
        "VALUES ({}, {}, {}, 'about', {}, {}, {}, {})",
        statement,
        member,
        purpose,
        seal(text, about="statement.text", row=statement),
        Audience.PURPOSE,
        at,
        at,
    )
    await fetch(
        "INSERT INTO statement_vector (statement, member, purpose, role, model, vector, words) "
        "VALUES ({}, {}, {}, 'about', {}, {}::halfvec, {})",
        statement,
        member,
        purpose,
        encoder().model.name,
        (await literals([text]))[text],
        packed_words(text),
    )
    return statement
