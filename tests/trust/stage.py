"""Grace and everyone who is something to her, made through the services: what the matrix is played on."""

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from httpx import AsyncClient, Response
from msgspec.structs import replace

from api import clock
from api.accounts import services as accounts
from api.accounts import tokens
from api.accounts.queries import member_by_session
from api.accounts.schemas import Member, Scope, TokenCreate
from api.accounts.scopes import EVERYTHING
from api.authentication import cookie_name
from api.connections.services import end_connection
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.disagreements.schemas import DisagreementCreate
from api.disagreements.services import disagree
from api.matching.queries import matches
from api.moderation.cases import claim
from api.moderation.deciding import decide
from api.moderation.reporting import report
from api.moderation.schemas import Category, Decision, DecisionCreate, ReportCreate, Target, TargetKind
from api.moderation.services import block_member
from api.profiles.queries import my_statements
from api.profiles.schemas import Purpose
from api.webhooks.services import test_webhook
from tests.api.connections.making import PAIRS, make_connection, make_request
from tests.api.webhooks.receiving import make_webhook
from tests.factories import PASSWORD, email_of, make_member
from tests.trust.callers import Caller, Row, State
from tests.undone import undone
from web.signatures import signature

C = Caller
CLOCKS = "I mend old mechanical clocks at my kitchen table and forget the time over it."
_WRITTEN = {C.SAME: CLOCKS, C.RECIPIENT: PAIRS[1][0], C.BLOCKING: PAIRS[2][0], C.GRACE: PAIRS[0][0]}
_ELSEWHERE = {C.STRANGER, C.MODERATOR}

AWAY = {
    State.PAUSED: "paused_until = now() + interval '1 year'",
    State.SUSPENDED: "suspended_at = now()",
    State.ERASED: "erased_at = now()",
}
"""What is set on Grace's account for each state that is not a row of its own."""

RANDOM = (
    (re.compile(r'(name="csrf_token" value=)"[^"]+"'), r'\1"SIGNED"'),
    (re.compile(r"(x-request-id: )\w+"), r"\1RANDOM"),
)


class Stage:
    """Everyone, signed in, and the ids of what is between them and Grace."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self.members: dict[Caller, Member] = {}
        self.tokens: dict[Caller, dict[str, str]] = {}
        self.sessions: dict[Caller, tuple[str, UUID]] = {}
        self.requests: dict[Caller, UUID] = {}
        self.connections: dict[Caller, UUID] = {}
        self.of_grace: dict[str, UUID] = {}
        self.calls = 0

    async def build(self) -> None:
        """Make everyone and what is between them."""
        for caller in Caller:
            if caller is not C.NOBODY:
                purpose = Purpose.INTEREST if caller in _ELSEWHERE else Purpose.HOBBY
                written = [_WRITTEN[caller]] if caller in _WRITTEN else []
                name = "Mo" if caller is C.MODERATOR else str(caller).title()  # nobody may be called Moderator
                self.members[caller] = await make_member(name, purposes=[purpose], statements=written)
        await self._relate()
        await self._own()
        await self._judge()
        await matches(self.members[C.SAME], purpose=Purpose.HOBBY)
        await fetch("UPDATE account SET is_moderator = TRUE WHERE id = {}", self.members[C.MODERATOR].id)
        for caller in self.members:
            await self._sign_in(caller)
        await fetch("UPDATE account SET suspended_at = {} WHERE id = {}", clock.now(), self.members[C.SUSPENDED].id)
        for table in ("session", "access_token"):
            over = f"UPDATE {table} SET created_at = {{}}, expires_at = {{}} WHERE account = {{}}"
            days_ago = [clock.now() - timedelta(days=days) for days in (90, 1)]
            await fetch(over, *days_ago, self.members[C.EXPIRED].id)

    async def _relate(self) -> None:
        who, grace = self.members, self.members[C.GRACE]
        for caller in (C.CONNECTED, C.FORMER):
            self.connections[caller] = await make_connection(who[caller], grace)
        for caller in (C.SENDER, C.BLOCKED):
            self.requests[caller] = (await make_request(who[caller], grace)).id
        for caller in (C.RECIPIENT, C.BLOCKING):
            self.requests[caller] = (await make_request(grace, who[caller])).id
        for row in await fetch("SELECT id, asker, request FROM connection"):
            caller = next(caller for caller in self.connections if who[caller].id == row["asker"])
            self.requests[caller] = row["request"]
        said = await send_message(grace, self.connections[C.CONNECTED], draft=MessageCreate("The cuckoo is back."))
        self.of_grace["message_id"] = said.id
        await end_connection(grace, self.connections[C.FORMER])
        await block_member(grace, who[C.BLOCKED].id)
        await block_member(who[C.BLOCKING], grace.id)

    async def _own(self) -> None:
        grace = self.members[C.GRACE]
        self.of_grace["member_id"] = grace.id
        self.of_grace["statement_id"] = (await my_statements(grace)).items[0].id
        draft = DisagreementCreate("template", text="I did mean every word of it.", purpose=Purpose.HOBBY)
        text_id = (await disagree(grace, draft=draft)).text_id
        assert text_id is not None
        self.of_grace["text_id"] = text_id
        await self._own_webhook(grace)
        another = await tokens.create_token(
            TokenCreate(email=await email_of(grace.id), password=PASSWORD, name="another")
        )
        self.of_grace["token_id"] = another.id
        session = await accounts.open_session(grace, label="another")
        found = await member_by_session(session.token)
        assert found is not None
        self.of_grace["session_id"] = found[1].session_id or another.id

    async def _judge(self) -> None:
        """A notice of Grace's, and a case about her that waits."""
        reporter, moderator = self.members[C.SAME], replace(self.members[C.MODERATOR], is_moderator=True)
        for target, name in (
            (Target(TargetKind.MEMBER, self.of_grace["member_id"]), "notice_id"),
            (Target(TargetKind.STATEMENT, self.of_grace["statement_id"]), "case_id"),
        ):
            made = await report(reporter, draft=ReportCreate(target, Category.SCAM))
            self.of_grace[name] = made.id
        notice_id = self.of_grace["notice_id"]
        await claim(moderator, notice_id)
        draft = DecisionCreate(
            decision=Decision.WORDS_TO_MEMBER,
            reason="So.",
            rule=Category.SCAM,
            words="Please do not.",
            parts=frozenset({0}),
        )
        await decide(moderator, notice_id, draft=draft)

    async def _sign_in(self, caller: Caller) -> None:
        member = self.members[caller]
        session = await accounts.open_session(member, label="Firefox on Linux")
        found = await member_by_session(session.token)
        assert found is not None
        assert found[1].session_id is not None
        self.sessions[caller] = session.token, found[1].session_id
        email = await email_of(member.id)
        kinds = {"all": None, "narrow": [Scope.EXPORT]}
        self.tokens[caller] = {
            kind: (
                await tokens.create_token(TokenCreate(email=email, password=PASSWORD, name=kind, scopes=scopes))
            ).token
            for kind, scopes in kinds.items()
        }

    async def _own_webhook(self, grace: Member) -> None:
        made = await make_webhook(grace, "https://hooks.example.org/grace")
        self.of_grace["webhook_id"] = made.webhook.id
        self.of_grace["delivery_id"] = (await test_webhook(grace, made.webhook.id)).id

    def ids(self, caller: Caller, state: State) -> dict[str, str]:
        """What stands for each id in a path or a body when this one calls."""
        ids = self.of_grace | {
            "request_id": self.requests.get(caller, self.requests[C.SENDER]),
            "connection_id": self.connections.get(caller, self.connections[C.CONNECTED]),
        }
        if state is State.NEVER:
            ids = {name: uuid4() for name in ids}
        return {name: str(of) for name, of in ids.items()}

    async def call(self, route: str, row: Row, caller: Caller, state: State, *, scopes: Sequence[Scope]) -> Response:
        """Make one call, with Grace in this state, and take back whatever it changed."""
        self.calls += 1
        method, path = route.split(" ")
        ids = self.ids(caller, state)
        params = {name: re.sub(r"\{(\w+)\}", lambda of: ids[of[1]], value) for name, value in row.params.items()}
        values = {"purpose": "hobby"} | ids | params
        url = re.sub(r"\{(\w+)\}", lambda name: values[name[1]], path) + row.query
        body = json.loads(re.sub(r"\{(\w+_id)\}", lambda name: values[name[1]], json.dumps(row.body)))
        sent = self._signed(caller, body, is_call=path.startswith("/api/v1/"), posts=method != "GET")
        async with undone():
            if state in AWAY:
                await fetch(f"UPDATE account SET {AWAY[state]} WHERE id = {{}}", self.members[C.GRACE].id)
            if caller is C.NARROW and scopes:
                narrow = sorted(EVERYTHING.difference(scopes))
                await fetch("UPDATE access_token SET scopes = {} WHERE name = 'narrow'", narrow)
            self.client.cookies.clear()
            self.client.headers["Accept-Encoding"] = "identity"  # how short it packs depends on what is random
            return await self.client.request(method, url, **sent)
        raise AssertionError  # never: what is taken back ends quietly, after the reply

    def _signed(self, caller: Caller, body: Any, *, is_call: bool, posts: bool) -> dict[str, Any]:
        headers: dict[str, str] = {}
        if is_call:
            if caller is not C.NOBODY:
                token = self.tokens[caller]["narrow" if caller is C.NARROW else "all"]
                headers["Authorization"] = f"Bearer {token}"
            return {"headers": headers, "json": body} if posts and body is not None else {"headers": headers}
        sent: dict[str, Any] = {"headers": headers}
        fields = dict(body or {})
        if caller is not C.NOBODY:
            token, session_id = self.sessions[caller]
            headers["Cookie"] = f"{cookie_name()}={token}"
            fields["csrf_token"] = signature("form", str(session_id))
        if posts:
            headers |= {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}
            sent["data"] = fields
        return sent


def plainly(reply: Response) -> str:
    """A reply, status and headers and all, without what is random in it."""
    headers = sorted(f"{name}: {value}" for name, value in reply.headers.items() if name != "date")
    text = "\n".join([f"{reply.status_code}", *headers, reply.text])
    for pattern, instead in RANDOM:
        text = pattern.sub(instead, text)
    return text
