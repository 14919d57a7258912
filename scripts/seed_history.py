"""Makes a planned demo come true through the services, each thing at the time at which it is said to have happened."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import msgspec

from api import clock
from api.accounts import joining
from api.accounts.passwords import hash_password
from api.accounts.schemas import Member
from api.connections import services as connections
from api.connections.schemas import Anchor, AnchorKind, Refusal, RequestCreate, RequestRead, Words
from api.conversations import services as conversations
from api.conversations.schemas import MessageCreate
from api.errors import ConflictError
from api.profiles import me
from api.profiles import services as profiles
from api.profiles.purposes import consent_version
from api.profiles.schemas import MeUpdate, PurposeSwitch, StatementCreate
from scripts.seed_people import Person
from scripts.seed_requests import Step, Story

Tell = Callable[[], None]
"""Called after each thing that was done."""


class Settled(msgspec.Struct, frozen=True):
    """A planned member who exists now, with the ids of what they wrote by its text."""

    member: Member
    statements: dict[str, UUID]


class History:
    """Writes the past, ending at the moment at which it was made."""

    def __init__(self) -> None:
        """End now."""
        self._end = clock.now()

    async def settle(self, person: Person, *, password: str | None, encoded: Mapping[str, str]) -> Settled:
        """Let a planned person join and write what they have to say.

        Args:
            person: Whom.
            password: What they sign in with; None for a member nobody signs in as.
            encoded: Vectors of texts by text, as PostgreSQL takes them.
        """
        with self._at(person.joined_days_ago):
            member = await _join(person, password)
            await me.update_me(
                member,
                change=MeUpdate(
                    pronouns=person.pronouns,
                    place_id=person.place_id,
                    meets=person.meets,
                    languages=list(person.languages),
                ),
            )
            for card in person.cards:
                consent = PurposeSwitch(consent=consent_version(card.purpose))
                await profiles.switch_on_purpose(member, purpose=card.purpose, switch=consent)
            written = await profiles.add_statements(
                member,
                drafts=[
                    StatementCreate(purpose=card.purpose, role=said.role, text=said.text, audience=said.audience)
                    for card in person.cards
                    for said in card.statements
                ],
                encoded=encoded,
            )
        return Settled(member, {statement.text: statement.id for statement in written})

    async def play(self, stories: Sequence[Story], people: Mapping[str, Settled], *, tell: Tell) -> None:
        """Let everything happen that is planned, in the order of time and not story by story, as the rules look back.

        Args:
            stories: What happens.
            people: Everyone concerned, by e-mail address.
            tell: Told after every step.
        """
        running = [_Running(story, people[story.sender], people[story.recipient]) for story in stories]
        steps = [(step, told) for told in running for step in told.story.steps]
        for step, told in sorted(steps, key=lambda pair: -pair[0].days_ago):
            with self._at(step.days_ago):
                await told.take(step)
            tell()

    @contextmanager
    def _at(self, days_ago: float) -> Iterator[None]:
        """Let it be so many days ago in this process, for rules such as "a day after it was sent" to hold.

        Each look at the clock finds it a millisecond later: what is done in a row has an order.
        """
        moment, real, looks = self._end - timedelta(days=days_ago), clock.now, count()

        def then() -> datetime:
            return moment + timedelta(milliseconds=next(looks))

        clock.now = then
        try:
            yield
        finally:
            clock.now = real


async def _join(person: Person, password: str | None) -> Member:
    if password is None:
        return await joining.enrol(email=person.email, display_name=person.name)
    # Not by way of create_account: nobody reads the mail of a made-up address, so nobody could confirm it.
    member = await joining.keep_account(
        email=person.email,
        display_name=person.name,
        adult_at=clock.now(),
        password_hash=await hash_password(password),
    )
    if member is None:
        raise ConflictError("There is an account with this address.")
    return member


class _Running:
    """A story and how far it has come."""

    _request_id: UUID
    _connection_id: UUID

    def __init__(self, story: Story, sender: Settled, recipient: Settled) -> None:
        self.story = story
        self._sender, self._recipient = sender, recipient

    async def take(self, step: Step) -> None:
        """Do what comes next."""
        actor, text = (self._sender if step.by_sender else self._recipient).member, step.text or ""
        match step.act:
            case "send":
                self._note(await self._send(self._sender, self._recipient, self.story.anchor, self.story.reason))
            case "cross":
                self._note(await self._send(self._recipient, self._sender, self.story.crossed_anchor or "", text))
            case "write":
                await conversations.send_message(actor, self._connection_id, draft=MessageCreate(text=text))
            case "read":
                await conversations.mark_read(actor, self._connection_id)
            case _:
                self._note(await self._decide(actor, step, text))

    async def _decide(self, actor: Member, step: Step, text: str) -> RequestRead:
        match step.act:
            case "ask":
                return await connections.ask(actor, self._request_id, words=Words(text=text))
            case "answer":
                return await connections.answer(actor, self._request_id, words=Words(text=text))
            case "accept":
                return await connections.accept_request(actor, self._request_id)
            case "refuse":
                return await connections.refuse_request(actor, self._request_id, refusal=Refusal(sentence=step.text))
            case "withdraw":
                return await connections.withdraw_request(actor, self._request_id)
            case _:
                return await connections.reopen_request(actor, self._request_id)

    async def _send(self, sender: Settled, recipient: Settled, anchor: str, reason: str) -> RequestRead:
        return await connections.send_request(
            sender.member,
            draft=RequestCreate(
                recipient_id=recipient.member.id,
                purpose=self.story.purpose,
                reason=reason,
                anchor=Anchor(kind=AnchorKind.STATEMENT, id=recipient.statements[anchor]),
            ),
        )

    def _note(self, request: RequestRead) -> None:
        self._request_id = request.id
        if request.connection_id is not None:
            self._connection_id = request.connection_id
