"""The story, told by a program that uses the client which openapi-python-client makes: joining to a message.

It is run by itself, with the address of a site: `python -m tests.server.story_by_client URL`.
"""

import sys
from typing import TypeVar
from uuid import UUID

from wherefore_client import AuthenticatedClient, Client
from wherefore_client.api.accounts import create_account, create_token
from wherefore_client.api.conversations import messages, send_message
from wherefore_client.api.matches import matches
from wherefore_client.api.me import add_statement, me, switch_on_purpose
from wherefore_client.api.requests import (
    accept_connection_request,
    check_reason,
    connection_requests,
    send_connection_request,
)
from wherefore_client.models import (
    AccountCreate,
    AccountCreated,
    Anchor,
    AnchorKind,
    Box,
    MatchPage,
    MeRead,
    MessageCreate,
    MessageRead,
    MessageReadPage,
    MyPurposeRead,
    Problem,
    Purpose,
    PurposeSwitch,
    ReasonCheck,
    ReasonProblem,
    RequestCreate,
    RequestRead,
    RequestReadPage,
    Role,
    StatementCreate,
    StatementRead,
    TokenCreate,
    TokenCreated,
)

from tests.server.person import PASSWORD, REASON

TEMPLATE = "Hi, I came across your profile and I would like to add you to my professional network. Let us connect!"
SAID = "I carve spoons and bowls from windfall apple wood"
Kind = TypeVar("Kind")


def given(kind: type[Kind], reply: object) -> Kind:
    """What was answered, which must be of this kind."""
    assert isinstance(reply, kind), reply
    return reply


def join(url: str, name: str) -> AuthenticatedClient:
    """Sign up, and get a token."""
    somebody = Client(base_url=url)
    email = f"{name.lower()}.by.client@example.org"
    account = AccountCreate(email=email, password=PASSWORD, display_name=name, over_18=True)
    assert given(AccountCreated, create_account.sync(client=somebody, body=account)).next_ == "sign_in"
    asked = TokenCreate(email=email, password=PASSWORD, name="generated")
    token = given(TokenCreated, create_token.sync(client=somebody, body=asked)).token
    return AuthenticatedClient(base_url=url, token=token)


def state(client: AuthenticatedClient, text: str, role: Role) -> UUID:
    """Switch a purpose on, and write a statement under it."""
    switch = PurposeSwitch()
    given(MyPurposeRead, switch_on_purpose.sync(Purpose.HOBBY, client=client, body=switch))
    statement = StatementCreate(purpose=Purpose.HOBBY, role=role, text=text)
    written: UUID = given(StatementRead, add_statement.sync(client=client, body=statement)).id
    return written


def tell(url: str) -> str:
    """Two people join, find each other, connect by a reason, and write: what the last message says."""
    ada, grace = join(url, "Ada"), join(url, "Grace")
    state(ada, "I want to learn to carve wooden spoons", Role.SEEKING)
    theirs = state(grace, SAID, Role.ABOUT)
    her = given(MeRead, me.sync(client=grace)).id

    found = given(MatchPage, matches.sync(client=ada, purpose=Purpose.HOBBY))
    [match] = [one for one in found.items if one.member.id == her]
    assert match.reasons[0].theirs.text == SAID

    anchor = Anchor(kind=AnchorKind.STATEMENT, id=theirs)
    template = RequestCreate(recipient_id=her, purpose=Purpose.HOBBY, reason=TEMPLATE, anchor=anchor)
    refused = given(ReasonProblem, send_connection_request.sync(client=ada, body=template))
    assert "template" in [finding.code for finding in refused.findings or []]

    draft = RequestCreate(recipient_id=her, purpose=Purpose.HOBBY, reason=REASON, anchor=anchor)
    assert given(ReasonCheck, check_reason.sync(client=ada, body=draft)).sendable
    key = "8e03978e-40d5-43dd-bc93-6894a57f9324"
    sent = given(RequestRead, send_connection_request.sync(client=ada, body=draft, idempotency_key=key))
    again = given(RequestRead, send_connection_request.sync(client=ada, body=draft, idempotency_key=key))
    assert again.id == sent.id

    box = given(RequestReadPage, connection_requests.sync(client=grace, box=Box.RECEIVED))
    assert [one.reason for one in box.items] == [REASON]
    accepted = given(RequestRead, accept_connection_request.sync(sent.id, client=grace))
    connection = given(UUID, accepted.connection_id)
    body = MessageCreate(text="Shall I post the wood?")
    given(MessageRead, send_message.sync(connection, client=ada, body=body))
    assert given(Problem, accept_connection_request.sync(sent.id, client=grace)).type_ == "/problems/not-now"
    return str(given(MessageReadPage, messages.sync(connection, client=grace)).items[0].text)


if __name__ == "__main__":
    sys.stdout.write(tell(sys.argv[1]) + "\n")
