"""What moderators see of findings that were called wrong, and that nobody else sees any of it."""

from httpx import AsyncClient

from api.accounts.schemas import Member
from api.accounts.services import set_moderator
from api.disagreements.schemas import DisagreementCreate, Judged
from api.disagreements.services import count_shown, disagree
from api.profiles.schemas import Purpose
from tests.factories import email_of, make_member
from tests.web.browsing import browser_of

TEXT = "Your spoons made me look up, and I do mean it."


async def _moderator() -> Member:
    member = await make_member("Mo")
    await set_moderator(email=await email_of(member.id), is_moderator=True)
    return member


async def test_a_moderator_sees_rates_and_texts_without_names(client: AsyncClient) -> None:
    ada = await make_member("Ada Quillfeather")
    for member in (ada, *[await make_member() for _ in range(3)]):
        await count_shown(member, ["template"], judged=Judged.REASON)
    await disagree(ada, draft=DisagreementCreate("template", text=TEXT, purpose=Purpose.HOBBY))
    browser = await browser_of(client, await _moderator())

    await browser.open("/settings")
    assert 'href="/moderation"' in browser.reply.text
    await browser.open("/moderation")

    assert "template in a reason" in browser.text
    assert "Called wrong 1 of 4 times (25 %)" in browser.text
    assert TEXT in browser.text
    assert "Quillfeather" not in browser.text


async def test_with_nothing_to_show_it_says_so(client: AsyncClient) -> None:
    browser = await browser_of(client, await _moderator())

    await browser.open("/moderation")

    assert 'href="/moderation/outbox"' in browser.reply.text
    assert "nobody called one wrong" in browser.text
    assert "There are none" in browser.text


async def test_for_ordinary_members_it_is_not_there(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())

    assert (await browser.open("/moderation")).status_code == 404
    await browser.open("/settings")
    assert "/moderation" not in browser.reply.text
