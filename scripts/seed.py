"""Demo members: believable people, what they wrote, and what has happened between them. All of it or nothing."""

import sys
from collections.abc import Sequence

import click

from api import database, jobs
from api.interest_map.drawing import draw_map
from api.profiles.schemas import Purpose
from api.profiles.vectors import literals
from scripts.demo import DEMO_DOMAIN, DEMO_PASSWORD, DEMO_SIGN_INS
from scripts.seed_history import History, Settled
from scripts.seed_people import Person, plan_generated, plan_personas
from scripts.seed_progress import progress
from scripts.seed_requests import Story, plan_stories

__all__ = ["DEMO_PASSWORD", "DEMO_SIGN_INS", "seed", "seed_if_empty"]

NUMBER = 7
"""What members come out by default."""
_TEXTS_AT_ONCE = 256


async def seed(*, members: int, number: int = NUMBER) -> None:
    """Add demo members: the twelve personas first if they are not there, then generated ones.

    The same number makes the same members. With a number that was used before, those who come next in its row are
    added. When it fails half-way, nothing was added.
    """
    async with database.connected():
        await _seed(members=members, number=number)


async def seed_if_empty(*, members: int) -> None:
    """Add demo members to a database without any account."""
    async with database.connected():
        if not await database.fetch("SELECT 1 FROM account LIMIT 1"):
            await _seed(members=members, number=NUMBER)


async def _seed(*, members: int, number: int) -> None:
    people = await _plan(members, number)
    stories = plan_stories(people, number=number)
    encoded = await _encode(people)
    history, settled = History(), dict[str, Settled]()
    async with database.transaction():
        with jobs.none_asked_for(), progress("Welcoming members", len(people)) as tell:
            for person in people:
                password = DEMO_PASSWORD if person.email in DEMO_SIGN_INS else None
                settled[person.email] = await history.settle(person, password=password, encoded=encoded)
                tell()
        with progress("Letting them meet", sum(len(story.steps) for story in stories)) as tell:
            await history.play(stories, settled, tell=tell)
    await _draw_maps()
    _say_what_there_is(people, stories)


async def _draw_maps() -> None:
    """Draw the interest maps now, which a site otherwise does at night."""
    with progress("Drawing the maps", len(Purpose)) as tell:
        for purpose in Purpose:
            await draw_map(purpose)
            tell()


async def _plan(members: int, number: int) -> list[Person]:
    """The people to add to those who are there."""
    rows = await database.fetch("SELECT email FROM account WHERE email LIKE {}", f"%@{DEMO_DOMAIN}")
    there = {row["email"] for row in rows}
    personas = [] if there.intersection(DEMO_SIGN_INS) else plan_personas()[:members]
    before = sum(email.endswith(f".{number}@{DEMO_DOMAIN}") for email in there)
    return personas + plan_generated(before + members - len(personas), number=number)[before:]


async def _encode(people: Sequence[Person]) -> dict[str, str]:
    """The vectors of everything that these people write, each text once."""
    texts = sorted({said.text for person in people for card in person.cards for said in card.statements}, key=len)
    encoded: dict[str, str] = {}
    with progress("Reading what they wrote", len(texts)) as tell:
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            encoded |= await literals(texts[start : start + _TEXTS_AT_ONCE])
            for _ in texts[start : start + _TEXTS_AT_ONCE]:
                tell()
    return encoded


def _say_what_there_is(people: Sequence[Person], stories: Sequence[Story]) -> None:
    statements = sum(len(card.statements) for person in people for card in person.cards)
    click.echo(f"Added {len(people)} demo members with {statements} statements and {len(stories)} requests.")


if __name__ == "__main__":
    from scripts.command import main

    main(args=["seed", *sys.argv[1:]])
