"""`wherefore promote-moderator` makes moderators, and ordinary members of them again."""

import click
import pytest

from api.accounts.queries import member_by_session
from api.accounts.services import open_session
from scripts.moderators import set_moderator
from tests.factories import email_of, make_member

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def pool_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run's own pool serves the command as well."""
    from contextlib import nullcontext

    monkeypatch.setattr("api.database.connected", nullcontext)


async def test_a_member_becomes_a_moderator_and_is_one_no_longer(capsys: pytest.CaptureFixture[str]) -> None:
    ada = await make_member("Ada")
    email, session = await email_of(ada.id), await open_session(ada)
    levels = []

    for wanted in (True, False):
        await set_moderator(email.upper(), is_moderator=wanted)
        found = await member_by_session(session.token)
        assert found is not None
        levels.append(found[0].is_moderator)

    assert levels == [True, False]
    assert capsys.readouterr().out == "Ada is a moderator now.\nAda is an ordinary member now.\n"


async def test_an_unknown_address_is_told_in_a_line() -> None:
    with pytest.raises(click.ClickException, match=r"Nobody signs in with nobody@example\.org\."):
        await set_moderator("nobody@example.org", is_moderator=True)
