"""Joining: one question a page, nothing typed is ever lost, and nothing is agreed to by accident."""

import time

from httpx import AsyncClient

from api.accounts.queries import members_by_email
from api.profiles.queries import my_purposes, my_statements
from api.profiles.schemas import Audience, Purpose, Role
from tests.factories import PASSWORD, make_member
from tests.web.browsing import Browser
from tests.web.joining import CONSENT, at_the_password
from web.words import PURPOSES


async def test_somebody_joins_without_javascript_and_is_at_home_in_the_end(client: AsyncClient) -> None:
    browser = await at_the_password(client)

    await browser.press("Make my account", password=PASSWORD, over_18="yes")
    await browser.press("Go on", about="I mend old wireless sets.", seeking="Someone who can solder.")
    await browser.press("Go on")

    assert browser.path == "/home"
    assert "Welcome, Noor" in browser.text
    noor = (await members_by_email(["noor@example.org"]))["noor@example.org"]
    assert {mine.purpose for mine in await my_purposes(noor)} == {Purpose.HOBBY, Purpose.BELIEF}
    assert {(written.role, written.text) for written in (await my_statements(noor)).items} == {
        (Role.ABOUT, "I mend old wireless sets."),
        (Role.SEEKING, "Someone who can solder."),
    }


async def test_without_a_reason_there_is_no_next_question(client: AsyncClient) -> None:
    browser = Browser(client)
    await browser.open("/join")

    reply = await browser.press("Go on")

    assert reply.status_code == 422
    assert "Choose at least one reason to be here." in browser.text


async def test_every_sentence_of_every_text_is_read_before_its_box(client: AsyncClient) -> None:
    browser = Browser(client)
    await browser.open("/join")
    reply = await browser.press("Go on", purpose=["belief", "caretaking", "partnership"])

    for read in (PURPOSES[purpose] for purpose in (Purpose.BELIEF, Purpose.CARETAKING, Purpose.PARTNERSHIP)):
        box = reply.text.index(f'value="{read.purpose}:')
        for sentence in (read.consent_text or "").split(". "):
            assert reply.text.index(sentence) < box
    assert browser.text.count("You can take this back at any time") == 1


async def test_an_unticked_consent_drops_that_purpose_kindly(client: AsyncClient) -> None:
    browser = Browser(client)
    await browser.open("/join")
    await browser.press("Go on", purpose=["hobby", "belief"])

    reply = await browser.press("Go on")

    assert reply.status_code == 200
    assert "We left out Belief" in browser.text
    await browser.press("Go on", display_name="Noor")
    await browser.press("Go on", email="noor@example.org")
    assert "Belief" not in browser.text, "what was left out is not among the answers that are checked"
    await browser.press_one("go", "why")
    assert browser.form("Go on").values["purpose"] == ["hobby"]


async def test_whoever_goes_back_to_say_yes_after_all_need_not_choose_again(client: AsyncClient) -> None:
    browser = Browser(client)
    await browser.open("/join")
    await browser.press("Go on", purpose=["hobby", "belief"])
    await browser.press("Go on")

    await browser.press("Back")
    assert "May we keep what is private?" in browser.text
    assert "If you meant to say yes" not in browser.text
    await browser.press("Back")

    assert browser.form("Go on").values["purpose"] == ["hobby", "belief"]


async def test_declining_the_only_purpose_asks_again(client: AsyncClient) -> None:
    browser = Browser(client)
    await browser.open("/join")
    await browser.press("Go on", purpose=["belief"])

    reply = await browser.press("Go on")

    assert reply.status_code == 422
    assert "Say yes to at least one" in browser.text


async def test_a_consent_to_an_older_text_counts_as_none(client: AsyncClient) -> None:
    browser = Browser(client)
    await browser.open("/join")
    await browser.press("Go on", purpose=["hobby", "belief"])

    await browser.press("Go on", consent=["belief:1999-01-01"])

    assert "We left out Belief" in browser.text


async def test_a_forged_last_page_cannot_switch_a_sensitive_purpose_on(client: AsyncClient) -> None:
    form = {"step": "password", "purpose": ["hobby", "belief"], "display_name": "Eve", "email": "eve@example.org"}

    await client.post("/join", data={**form, "password": PASSWORD, "over_18": "yes"})

    eve = (await members_by_email(["eve@example.org"]))["eve@example.org"]
    assert [mine.purpose for mine in await my_purposes(eve)] == [Purpose.HOBBY]


async def test_a_wrong_address_is_shown_again_as_it_was_typed(client: AsyncClient) -> None:
    browser = Browser(client)
    await browser.open("/join")
    await browser.press("Go on", purpose=["hobby"])
    await browser.press("Go on", display_name="Noor")

    reply = await browser.press("Go on", email="noor at example")

    assert reply.status_code == 422
    assert "does not look like an e-mail address" in browser.text
    assert browser.form("Go on").values["email"] == ["noor at example"]
    assert browser.form("Go on").values["display_name"] == ["Noor"]


async def test_a_name_with_an_address_in_it_is_asked_again_as_it_was_typed(client: AsyncClient) -> None:
    browser = Browser(client)
    await browser.open("/join")
    await browser.press("Go on", purpose=["hobby"])

    reply = await browser.press("Go on", display_name="Noor (noor.example.com)")

    assert reply.status_code == 422
    assert "Leave that out here." in browser.text
    assert browser.form("Go on").values["display_name"] == ["Noor (noor.example.com)"]


async def test_going_back_keeps_every_answer(client: AsyncClient) -> None:
    browser = await at_the_password(client)

    for _ in range(5):
        await browser.press("Back")

    assert "Why would you like to meet people?" in browser.text
    values = browser.form("Go on").values
    assert values["purpose"] == ["hobby", "belief"]
    assert (values["consent"], values["display_name"], values["email"]) == ([CONSENT], ["Noor"], ["noor@example.org"])


async def test_a_weak_password_is_explained_and_never_sent_back(client: AsyncClient) -> None:
    browser = await at_the_password(client)

    reply = await browser.press("Make my account", password="too short by far"[:9], over_18="yes")

    assert reply.status_code == 422
    assert "at least 15 characters" in browser.text
    assert "too short" not in reply.text
    assert browser.form("Make my account").values["over_18"] == ["yes"]


async def test_everything_wrong_on_the_last_page_is_said_at_once(client: AsyncClient) -> None:
    browser = await at_the_password(client)

    await browser.press("Make my account", password="short")

    assert "at least 15 characters" in browser.text
    assert "18 or older" in browser.text
    [_, summary, *_] = browser.reply.text.split("data-error-summary")
    assert summary.index('href="#over_18"') < summary.index('href="#password"')  # in the order of the page


async def test_an_answer_spoilt_on_the_way_leads_back_to_its_own_page(client: AsyncClient) -> None:
    form = {"step": "password", "purpose": "hobby", "display_name": " ", "email": "x@example.org"}

    reply = await client.post("/join", data={**form, "password": PASSWORD, "over_18": "yes"})

    assert reply.status_code == 422
    assert "What should people call you?" in reply.text


async def test_a_taken_address_is_not_given_away(client: AsyncClient) -> None:
    await make_member("Ada", email="ada@example.org")
    browser = await at_the_password(client, email="ada@example.org")

    await browser.press("Make my account", password="some other eleven green bottles", over_18="yes")

    assert browser.path == "/sign-in"
    assert "If this address was new, your account is ready: sign in." in browser.text


async def test_first_words_that_are_too_long_are_kept_with_the_others(client: AsyncClient) -> None:
    browser = await at_the_password(client)
    await browser.press("Make my account", password=PASSWORD, over_18="yes")

    reply = await browser.press("Go on", about="word " * 80, seeking="Someone who can solder.")

    assert reply.status_code == 422
    assert "at most 280 characters" in browser.text
    values = browser.form("Go on").values
    assert values["seeking"] == ["Someone who can solder."]
    assert values["about"][0].strip() == ("word " * 80).strip()
    noor = (await members_by_email(["noor@example.org"]))["noor@example.org"]
    assert (await my_statements(noor)).items == []


async def test_the_answers_can_be_checked_and_each_be_changed_before_the_end(client: AsyncClient) -> None:
    browser = await at_the_password(client)
    await browser.press("Back")
    assert "Check your answers" in browser.text
    assert "Hobby, Belief" in browser.text

    await browser.press_one("go", "name")
    await browser.press("Go on", display_name="Noor K")

    assert "Check your answers" in browser.text
    assert "Noor K" in browser.text
    assert browser.form("These are right, go on").values["email"] == ["noor@example.org"]


async def test_another_reason_that_is_added_at_the_check_asks_for_its_consent_first(client: AsyncClient) -> None:
    browser = await at_the_password(client)
    await browser.press("Back")

    await browser.press_one("go", "why")
    await browser.press("Go on", purpose=["hobby", "belief", "caretaking"])
    assert "May we keep what is private?" in browser.text
    await browser.press("Back")

    assert "Check your answers" in browser.text
    assert "Hobby, Belief" in browser.text
    assert "Caretaking" not in browser.text


async def _with_words(client: AsyncClient) -> Browser:
    """At the first question, with words that were tried before."""
    browser = Browser(client)
    await browser.open("/join")
    form = {"go": "begin", "words": "I mend old wireless sets."}
    browser.reply = await client.post("/join", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    return browser


async def test_words_tried_before_joining_begin_the_first_words_and_nobody_reads_them_until_then(
    client: AsyncClient,
) -> None:
    browser = await _with_words(client)
    await browser.press("Go on", purpose=["belief", "hobby"])
    await browser.press("Go on", consent=[CONSENT])
    await browser.press("Go on", display_name="Noor")
    await browser.press("Go on", email="noor@example.org")
    assert "The words you tried I mend old wireless sets." in browser.text
    await browser.press("These are right, go on")
    await browser.press("Make my account", password=PASSWORD, over_18="yes")

    noor = (await members_by_email(["noor@example.org"]))["noor@example.org"]
    [draft] = (await my_statements(noor)).items
    assert (draft.purpose, draft.audience, draft.text) == (Purpose.HOBBY, Audience.NOBODY, "I mend old wireless sets.")
    assert browser.path == "/first-words/hobby"
    assert "Nobody else can read them until you press Go on." in browser.text
    assert [value.strip() for value in browser.form("Go on").values["about"]] == ["I mend old wireless sets."]
    await browser.press("Go on")
    [written] = (await my_statements(noor)).items
    assert (written.id, written.audience) == (draft.id, Audience.PURPOSE)


async def test_words_tried_before_joining_can_be_left_out(client: AsyncClient) -> None:
    browser = await _with_words(client)
    await browser.press("Go on", purpose=["hobby"])
    await browser.press("Go on", display_name="Noor")
    await browser.press("Go on", email="noor@example.org")

    await browser.press_one("go", "without-words")

    assert "Check your answers" in browser.text
    assert "wireless" not in browser.reply.text


async def test_hundreds_of_choices_that_are_none_hold_nobody_up(client: AsyncClient) -> None:
    ticked = "&".join(["step=why", "purpose=hobby", *["purpose=" + "\u0958" * 1100] * 290]).encode()
    form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    await client.post("/join", content=ticked, headers=form)
    before = time.process_time()

    reply = await client.post("/join", content=ticked, headers=form)

    assert time.process_time() - before < 1  # it was six seconds, in which nobody else was answered
    assert "Your name" in reply.text
