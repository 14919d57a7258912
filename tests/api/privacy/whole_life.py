"""A member of whom there is something in every table, and others who know things that are not for that member."""

from uuid import UUID, uuid4

import msgspec

from api import clock
from api.accounts import services as accounts
from api.accounts import tokens
from api.accounts.schemas import Member, TokenCreate
from api.connections import services as requests
from api.connections.reason_drafts import ReasonDraftSet, keep_reason
from api.connections.schemas import ConnectionUpdate, Refusal, Words
from api.connections.ties import update_note
from api.conversations import services as conversations
from api.conversations.message_drafts import MessageDraftSet, keep_message
from api.conversations.quiet import put_off
from api.conversations.reminders import remind
from api.conversations.schemas import MessageCreate, ReminderCreate
from api.database import fetch
from api.disagreements.schemas import DisagreementCreate
from api.disagreements.services import disagree
from api.matching.queries import matches
from api.matching.schemas import ChoiceState, MatchChoiceSet
from api.matching.services import choose
from api.moderation import sealed
from api.moderation.reporting import report
from api.moderation.schemas import Category, NoticeText, ReportCreate, Target, TargetKind
from api.moderation.services import block_member
from api.profiles.me import update_me
from api.profiles.places import search_places
from api.profiles.purposes import consent_version
from api.profiles.schemas import Audience, MeUpdate, Purpose, PurposeSwitch
from api.profiles.services import switch_off_purpose, switch_on_purpose
from api.sealing import seal
from api.webhooks.services import renew_secret
from tests.api.accounts.making import credential_of
from tests.api.connections.making import PAIRS, make_connection, make_recipient, make_request
from tests.api.webhooks.receiving import make_webhook
from tests.factories import PASSWORD, email_of, make_member, make_statement


class WholeLife(msgspec.Struct, frozen=True):
    """The member, and what the export must not have."""

    member: Member
    not_for_them: list[str]


async def make_whole_life() -> WholeLife:
    """Ada, of whom every exported column has a value, among others with their secrets."""
    ada = await make_recipient("Ada", pair=9)
    await _write(ada)
    grace = await make_recipient("Grace", pair=0)
    connection_id = await make_connection(ada, grace)
    await _converse(ada, grace, connection_id)
    cleo = await make_recipient("Cleo", pair=1)
    await make_request(ada, cleo)
    await make_request(cleo, ada)  # both asked: connected at once, with both reasons
    asked_by = await make_connection(await make_member("Hal"), ada)
    await update_note(ada, asked_by, change=ConnectionUpdate("Dyes wool with onions."))
    dora, eve, finn = (
        await make_recipient("Dora", pair=2),
        await make_recipient("Eve", pair=3),
        await make_member("Finn"),
    )
    sent = await make_request(ada, dora)
    await requests.ask(dora, sent.id, words=Words("Which swifts do you mean?"))
    await requests.answer(ada, sent.id, words=Words("Those above the mill."))
    await requests.refuse_request(dora, sent.id, refusal=Refusal(None))
    await make_request(eve, ada)
    await keep_reason(ada, eve.id, purpose=Purpose.HOBBY, draft=ReasonDraftSet("Your loaves are"))
    await _judge(ada, eve, dora)
    await block_member(ada, finn.id)
    await _keep_ways_in(ada)
    await _keep_webhook(ada)
    await _look(ada)
    hidden = await _secrets(ada, grace, connection_id)
    await fetch(
        "UPDATE account SET suspended_at = {}, requests_paused_until = {}, erased_at = {}, paused_until = {} "
        "WHERE id = {}",
        *[clock.now()] * 4,
        ada.id,
    )
    return WholeLife(ada, [*hidden, "declined_silently", str(PASSWORD)])


async def _write(ada: Member) -> None:
    belief = PurposeSwitch(consent=consent_version(Purpose.BELIEF))
    for _ in range(2):
        await switch_on_purpose(ada, purpose=Purpose.BELIEF, switch=belief)
        await make_statement(ada, "I keep silence on Sundays and do not speak of it.", purpose=Purpose.BELIEF)
        await switch_off_purpose(ada, purpose=Purpose.BELIEF)
    await switch_on_purpose(ada, purpose=Purpose.BELIEF, switch=belief)
    [place, *_] = search_places("leeds")
    change = MeUpdate(pronouns="she", place_id=place.id, languages=["en", "de"])
    await update_me(ada, change=change)
    await disagree(ada, draft=DisagreementCreate("template", text="Your teapot is on my shelf.", purpose=Purpose.HOBBY))


async def _converse(ada: Member, grace: Member, connection_id: UUID) -> None:
    theirs = await conversations.send_message(grace, connection_id, draft=MessageCreate("Mine has stopped at noon."))
    await conversations.send_message(ada, connection_id, draft=MessageCreate("Bring it on Thursday, and a lamp."))
    await remind(ada, connection_id, theirs.id, draft=ReminderCreate())
    await conversations.mark_read(ada, connection_id)
    await put_off(ada, connection_id)
    await update_note(ada, connection_id, change=ConnectionUpdate("Has the clock of an aunt."))
    await keep_message(ada, connection_id, draft=MessageDraftSet("The spring of mine has"))


async def _judge(ada: Member, eve: Member, dora: Member) -> None:
    twin = await make_member("Twin", statements=[PAIRS[9][0]])
    await matches(ada, purpose=Purpose.HOBBY)
    await choose(ada, twin.id, choice=MatchChoiceSet(ChoiceState.LATER))
    target = Target(TargetKind.MEMBER, dora.id)
    await report(ada, draft=ReportCreate(target, Category.SCAM, words="She asked for money by the second line."))
    report_id = uuid4()
    now = clock.now()
    told = sealed.seal_struct(NoticeText("Keep to the rules, please.", ["my words"]), column="notice", report=report_id)
    await fetch(
        "INSERT INTO report (id, reporter, reported, target_kind, target, category, words, created_at, decision, rule, "
        "decided_by, decided_at, reason, notice, requests_paused_until, appeal, appealed_at, appeal_outcome, "
        "appeal_decided_by, appeal_decided_at, appeal_reason) VALUES ({}, {}, {}, 'member', {}, 'harassment', {}, {}, "
        "'requests_paused', 'harassment', {}, {}, {}, {}, {}, {}, {}, 'upheld', {}, {}, {})",
        report_id,
        eve.id,
        ada.id,
        ada.id,
        sealed.seal("EVE SAYS ADA IS UNKIND", column="words", report=report_id),
        now,
        uuid4(),
        now,
        sealed.seal("FOR MODERATORS ALONE", column="reason", report=report_id),
        told,
        now,
        sealed.seal("I did not mean it.", column="appeal", report=report_id),
        now,
        uuid4(),
        now,
        sealed.seal("It stays as it is.", column="appeal_reason", report=report_id),
    )


async def _keep_ways_in(ada: Member) -> None:
    email, now = await email_of(ada.id), clock.now()
    await accounts.sign_in(email=email, password=PASSWORD, label="Firefox on Linux")
    await tokens.create_token(TokenCreate(email=email, password=PASSWORD, name="my calendar"))
    await fetch("UPDATE access_token SET last_used_at = {}", now)
    await fetch(
        "INSERT INTO passkey (id, account, credential_id, public_key, sign_count, name, created_at, last_used_at, "
        "set_aside_at) VALUES ({}, {}, {}, {}, 7, 'my phone', {}, {}, {})",
        uuid4(),
        ada.id,
        b"credential",
        b"key",
        *[now] * 3,
    )
    await fetch(
        "INSERT INTO second_factor (account, secret, created_at, confirmed_at, recovery_salt) "
        "VALUES ({}, {}, {}, {}, {})",
        ada.id,
        seal("SECRET OF THE APP", about="second_factor.secret", row=ada.id),
        now,
        now,
        b"salt",
    )


async def _keep_webhook(ada: Member) -> None:
    now = clock.now()
    made = (await make_webhook(ada, "https://hooks.example.org/ada")).webhook
    await renew_secret(ada, made.id, credential=await credential_of(ada))
    await fetch("UPDATE webhook SET off_at = {}, why_off = 'failing', failing_since = {}", now, now)
    # No delivery is everything at once.
    for ended in ("next_try_at", "delivered_at", "dead_at"):
        await fetch(
            "INSERT INTO webhook_delivery (id, webhook, event, kind, message_id, created_at, queued_at, tries, "
            f"tried_at, outcomes, {ended}) VALUES ({{}}, {{}}, {{}}, 'message.received', {{}}, {{}}, {{}}, 1, "
            "ARRAY[{}::timestamptz], ARRAY['500'], {})",
            uuid4(),
            made.id,
            uuid4(),
            uuid4(),
            *[now] * 4,
        )


async def _look(ada: Member) -> None:
    await fetch(
        "INSERT INTO kept_reply (id, member, fingerprint, reply, made_at) VALUES ({}, {}, {}, '', {})",
        uuid4(),
        ada.id,
        b"call",
        clock.now(),
    )
    await fetch(
        "INSERT INTO person_seen (id, viewer, pair, seen_at) VALUES ({}, {}, {}, {})",
        uuid4(),
        ada.id,
        b"pair",
        clock.now(),
    )


async def _secrets(ada: Member, grace: Member, connection_id: UUID) -> list[str]:
    """What others know and Ada must not: notes about her, blocks against her, words she may not read, reports."""
    await update_note(grace, connection_id, change=ConnectionUpdate("GRACE FINDS ADA SLOW"))
    await make_statement(grace, "GRACE HAS THIS UNDER CARE", audience=Audience.NOBODY)
    against = await make_member("Against", statements=["AGAINST WROTE THIS"])
    await block_member(against, ada.id)
    return [
        "GRACE FINDS ADA SLOW",
        "GRACE HAS THIS UNDER CARE",
        "AGAINST WROTE THIS",
        str(against.id),
        "EVE SAYS ADA IS UNKIND",
        "FOR MODERATORS ALONE",
        "SECRET OF THE APP",
    ]
