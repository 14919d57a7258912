"""Canaries: words that stand nowhere else, planted everywhere a member can write, and who may ever meet each."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import NamedTuple
from uuid import UUID

import msgspec
from httpx import AsyncClient, Response

from api.accounts import asking
from api.accounts import services as accounts
from api.accounts.queries import member_by_session
from api.accounts.schemas import Member
from api.connections import services as connecting
from api.connections.reason_drafts import ReasonDraftSet, keep_reason
from api.connections.schemas import ConnectionUpdate, Refusal, Words
from api.conversations import queries as conversations
from api.conversations import services as conversing
from api.conversations.message_drafts import MessageDraftSet, keep_message
from api.conversations.schemas import MessageCreate
from api.database import fetch
from api.disagreements.schemas import DisagreementCreate
from api.disagreements.services import disagree
from api.moderation import services as moderation
from api.moderation.reporting import report
from api.moderation.schemas import Category, ReportCreate, Target, TargetKind
from api.profiles.me import update_me
from api.profiles.schemas import Audience, MeUpdate, Purpose
from tests.api.connections.making import PAIRS, make_connection, make_request
from tests.application import application
from tests.factories import PASSWORD, as_member, email_of, make_member, make_statement
from tests.web.browsing import browser_of

NOBODY = UUID(int=7)
THE_SAME_FOR_ALL = re.compile(
    r"^/(static|healthz|readyz|style|problems|api/docs|api$|api/\{|.*openapi\.json|.*\{token)"
)
QUERIES = {
    "/api/v1/connection-requests": ("?box=sent", "?box=received"),
    "/api/v1/matches": ("?purpose=hobby", "?purpose=belief"),
    "/api/v1/map": ("?purpose=hobby", "?purpose=belief"),
    "/api/v1/matches/{member_id}": ("?purpose=hobby",),
    "/api/v1/places": ("?q=Leeds",),
    "/requests": ("", "?box=sent"),
    "/members/{member_id}": ("", "?purpose=hobby"),
    "/members/{member_id}/request": ("?purpose=hobby",),
}


class Canary(NamedTuple):
    """A word, where it was planted, and by whom it may be met."""

    word: str
    planted: str
    seen_by: frozenset[str]


class Met(NamedTuple):
    """A canary that somebody met."""

    planted: str
    reader: str
    where: str


class Aviary:
    """Some members with something between them, and all canaries."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self.canaries: list[Canary] = []
        self.people: dict[str, Member] = {}
        self._paths = [
            route.path_format
            for route in application().routes
            if "GET" in getattr(route, "methods", ()) and not THE_SAME_FOR_ALL.match(route.path_format)
        ]

    def _canary(self, planted: str, seen_by: str) -> str:
        """A new word; `seen_by` names its readers."""
        letters = "bdfgklmnprstvz"
        number = len(self.canaries)
        word = f"quixo{letters[number // 14]}a{letters[number % 14]}ub"
        self.canaries.append(Canary(word, planted, frozenset(seen_by.split())))
        return word

    async def plant(self) -> None:
        """Have everything written that can be: by Ada, and to Ada by others."""
        near = "ada ben cyd dan pat kim"
        name, email = self._canary("name", near + " mod"), self._canary("address", "ada mod")
        ada = await make_member(f"Ada {name}", purposes=[Purpose.HOBBY, Purpose.BELIEF], email=f"{email}@example.org")
        self.people["ada"] = ada
        await update_me(ada, change=MeUpdate(pronouns=self._canary("pronouns", near + " mod")))
        for number, other in enumerate(("ben", "cyd", "pat", "bob", "dan")):
            seen_by = "ben cyd pat bob dan" if other == "bob" else "ada ben cyd pat bob dan"
            text = f"{PAIRS[number][0]} {self._canary(f'statement of {other}', seen_by)}"
            self.people[other] = await make_member(other.title(), statements=[text])
        self.people["kim"] = await make_member("Kim", purposes=[Purpose.BELIEF])
        self.people["sam"] = await make_member("Sam", purposes=[])
        self.people["mod"] = await make_member("Mo", purposes=[])
        await accounts.set_moderator(email=await email_of(self.people["mod"].id), is_moderator=True)
        await self._plant_statements(ada)
        await self._plant_requests(ada)
        await self._plant_talk(ada)
        await self._plant_settings(ada)
        await self._plant_mails(ada)
        await moderation.block_member(ada, self.people["bob"].id)

    async def _plant_statements(self, ada: Member) -> None:
        for purpose, audience, seen_by in (
            (Purpose.HOBBY, Audience.PURPOSE, "ada ben cyd dan pat"),
            (Purpose.HOBBY, Audience.CONNECTIONS, "ada ben"),
            (Purpose.HOBBY, Audience.NOBODY, "ada"),
            (Purpose.BELIEF, Audience.PURPOSE, "ada kim"),
            (Purpose.BELIEF, Audience.NOBODY, "ada"),
        ):
            word = self._canary(f"statement under {purpose} for {audience}", seen_by)
            text = f"I mend kites and {word} on windy days."
            self.statement_id = (await make_statement(ada, text, purpose=purpose, audience=audience)).id
        for row in await fetch("SELECT left(vector::text, 40) AS said FROM statement_vector WHERE member = {}", ada.id):
            numbers = ",".join(row["said"].strip("[").split(",")[:3])
            self.canaries.append(Canary(numbers, f"vector that begins with {numbers}", frozenset()))

    async def _plant_requests(self, ada: Member) -> None:
        cyd, dan = self.people["cyd"], self.people["dan"]
        asked = await make_request(ada, cyd, reason=f"{PAIRS[1][1]} {self._canary('reason to cyd', 'ada cyd')}")
        await connecting.ask(cyd, asked.id, words=Words(f"Where {self._canary('question', 'ada cyd')}?"))
        await connecting.answer(ada, asked.id, words=Words(f"At {self._canary('answer', 'ada cyd')}."))
        refused = await make_request(ada, dan, reason=f"{PAIRS[4][1]} {self._canary('reason to dan', 'ada dan')}")
        sentence = f"Not now, {self._canary('sentence of a refusal', 'ada dan')}."
        await connecting.refuse_request(dan, refused.id, refusal=Refusal(sentence))
        begun = ReasonDraftSet(f"What I thought is {self._canary('reason begun', 'ada')}")
        await keep_reason(ada, self.people["pat"].id, purpose=Purpose.HOBBY, draft=begun)
        self.requests = [asked.id, refused.id]

    async def _plant_talk(self, ada: Member) -> None:
        ben = self.people["ben"]
        reason = f"{PAIRS[0][1]} {self._canary('reason to ben', 'ada ben mod')}"
        self.connection_id = await make_connection(ada, ben, reason=reason)
        for member, who in ((ada, "ada"), (ben, "ben")):
            note = ConnectionUpdate(note=f"Private: {self._canary(f'note of {who}', who)}")
            await connecting.update_note(member, self.connection_id, change=note)
            text = f"Hello {self._canary(f'message of {who}', 'ada ben mod')}"
            draft = MessageCreate(text=text, send_anyway=True)
            self.message_id = (await conversing.send_message(member, self.connection_id, draft=draft)).id
            begun = MessageDraftSet(f"I wanted to say {self._canary(f'message begun by {who}', who)}")
            await keep_message(member, self.connection_id, draft=begun)
        said = (await conversations.messages(ben, self.connection_id)).items
        self.message_id = next(one.id for one in said if one.author_id == ada.id)
        words = f"Look: {self._canary('words of a report', 'ben mod')}"
        target = Target(TargetKind.MESSAGE, self.message_id)
        await report(ben, draft=ReportCreate(target, Category.HARASSMENT, words=words))

    async def _plant_settings(self, ada: Member) -> None:
        kept = f"Your spoons made me look up, {self._canary('text given with a disagreement', 'ada mod')}."
        await disagree(ada, draft=DisagreementCreate("template", text=kept, purpose=Purpose.HOBBY))
        label = self._canary("label of a session", "ada")
        session = await accounts.sign_in(email=await email_of(ada.id), password=PASSWORD, label=label)
        assert await member_by_session(session.token) is not None
        await self.client.post(
            "/api/v1/tokens",
            json={
                "email": await email_of(ada.id),
                "password": PASSWORD,
                "name": self._canary("name of a token", "ada"),
            },
        )

    async def _plant_mails(self, ada: Member) -> None:
        for ask in (asking.ask_for_reset, asking.ask_for_sign_in):
            await ask(email=await email_of(ada.id))
        for row in await fetch("SELECT id FROM mail_asked"):
            await asking.answer_asked(msgspec.json.encode({"id": row["id"]}))

    async def look(self, who: str) -> list[Met]:
        """Open every address of the API and of the pages as somebody; every canary that they met."""
        self.client.cookies.clear()
        met: list[Met] = []
        await fetch("DELETE FROM rate_spent")  # a limit would hide what there is to be met
        headers = {} if who == "nobody" else await as_member(self.client, self.people[who])
        addresses = self._addresses()
        for address in addresses:
            if address.startswith("/api/"):
                met += self._met(who, address, await self.client.get(address, headers=headers))
        if who != "nobody":
            await browser_of(self.client, self.people[who])
        for address in addresses:
            if not address.startswith("/api/"):
                met += self._met(who, address, await self.client.get(address))
        self.client.cookies.clear()
        return met

    def _addresses(self) -> list[str]:
        found = []
        values: dict[str, tuple[object, ...]] = {
            "member_id": (self.people["ada"].id,),
            "request_id": tuple(self.requests),
            "connection_id": (self.connection_id,),
            "message_id": (self.message_id,),
            "statement_id": (self.statement_id,),
            "purpose": ("hobby", "belief"),
            "step": ("withdrawal",),
        }
        for path in self._paths:
            names = re.findall(r"{(\w+)}", path)
            for chosen in product(*(values.get(name, (NOBODY,)) for name in names)):
                filled = path.format(**dict(zip(names, chosen, strict=True)))
                found += [filled + query for query in QUERIES.get(path, ("",))]
        return found

    def _met(self, who: str, where: str, reply: Response) -> list[Met]:
        assert reply.status_code < 500, (who, where)
        assert reply.status_code != 429, "A limit would hide what there is to be met."
        headers = "\n".join(f"{name}: {value}" for name, value in reply.headers.items())
        return self.found_in(f"{headers}\n{reply.text}", reader=who, where=where)

    def found_in(self, text: str, *, reader: str, where: str) -> list[Met]:
        """The canaries in a text."""
        return [Met(canary.planted, reader, where) for canary in self.canaries if canary.word in text]

    def leaks(self, met: list[Met]) -> list[Met]:
        """What was met by whom it was not for."""
        seen_by = {canary.planted: canary.seen_by for canary in self.canaries}
        return [one for one in met if one.reader not in seen_by[one.planted]]

    @contextmanager
    def nobody_may_see(self, planted: str) -> Iterator[None]:
        """Hold for a moment that a canary is for nobody at all."""
        before = self.canaries
        self.canaries = [one._replace(seen_by=frozenset()) if one.planted == planted else one for one in before]
        yield
        self.canaries = before

    async def in_database(self) -> set[tuple[str, str]]:
        """Every column in which a canary stands in clear, and what was planted there."""
        found = set()
        tables = await fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for table in (row["tablename"] for row in tables):
            columns = await fetch(
                "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass({}) AND attnum > 0 AND NOT attisdropped",
                f'"{table}"',
            )
            for column in (row["attname"] for row in columns):
                rows = await fetch(f'SELECT "{column}"::text AS text FROM "{table}" WHERE "{column}" IS NOT NULL')
                everything = "\n".join(row["text"] for row in rows)
                found |= {(f"{table}.{column}", met.planted) for met in self.found_in(everything, reader="", where="")}
        return found
