"""A notice quotes the words that it is about, and nothing in it tells who reported them."""

import pytest

from api.connections.services import accept_request
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.moderation.notices import notices
from api.moderation.reporting import report
from api.moderation.schemas import Decision, TargetKind
from tests.api.connections.making import make_recipient, make_request
from tests.api.moderation.judging import about, decided
from tests.factories import make_member, make_statement

pytestmark = pytest.mark.usefixtures("database")

ALL_NAMES = "Grace, Ben and Zoe are geese, and I told all of them the same."


async def test_a_statement_with_the_names_of_all_tells_by_no_gap_who_reported_it() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    statement = await make_statement(ada, ALL_NAMES)
    made = await report(grace, draft=about(TargetKind.STATEMENT, statement.id))

    await decided(made.id, Decision.WORDS_TO_MEMBER)

    assert [told.text.quotes for told in await notices(ada)] == [[ALL_NAMES]]


@pytest.mark.parametrize("reporter", ["Grace", "Ben"])
async def test_a_message_with_the_names_of_all_is_quoted_alike_whoever_of_them_reported_it(reporter: str) -> None:
    ada = await make_recipient("Ada")
    sent = {}
    for name in ("Grace", "Ben"):
        other = await make_recipient(name)
        accepted = await accept_request(other, (await make_request(ada, other)).id)
        assert accepted.connection_id is not None
        message = await send_message(ada, accepted.connection_id, draft=MessageCreate(ALL_NAMES))
        sent[name] = (other, message.id)
    member, message_id = sent[reporter]
    made = await report(member, draft=about(TargetKind.MESSAGE, message_id))

    await decided(made.id, Decision.WORDS_TO_MEMBER)

    quoted = "[name], [name] and Zoe are geese, and I told all of them the same."
    assert [told.text.quotes for told in await notices(ada)] == [[quoted]]
