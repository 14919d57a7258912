"""Switching purposes on and off, and writing statements under them."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

import msgspec
from msgspec import UNSET

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, transaction
from api.errors import InvalidError, NotFoundError
from api.idempotency.services import once
from api.profiles import queries
from api.profiles.consents import record_consent
from api.profiles.errors import ConsentNeededError, PurposeOffError, TooManyStatementsError
from api.profiles.leaving import leave
from api.profiles.list_orders import order_lists
from api.profiles.locks import lock_member
from api.profiles.purposes import consent_version
from api.profiles.schemas import (
    LONGEST_STATEMENT,
    Audience,
    MyPurposeRead,
    Purpose,
    PurposeSwitch,
    StatementCreate,
    StatementRead,
    StatementUpdate,
)
from api.profiles.vectors import Searchable, check_encoded, literals, remove_vectors, replace_vector, with_vectors
from api.protections import Ended, What, protecting, version_of
from api.sealing import open_in, seal
from api.texts import problem_with, tidy
from api.unchanged import check_unchanged
from embeddings.language import languages_of

MOST_STATEMENTS = 20
"""For one purpose."""


async def switch_on_purpose(actor: Member, *, purpose: Purpose, switch: PurposeSwitch) -> MyPurposeRead:
    """Let others with this purpose find the actor by what they write under it.

    Raises:
        ConsentNeededError: The purpose is sensitive, and today's consent text was not agreed to.
    """
    version = consent_version(purpose)
    if version is not None and switch.consent != version:
        raise ConsentNeededError(version)
    now = clock.now()

    async def write(vectors: Mapping[str, str]) -> MyPurposeRead:
        async with transaction():
            await lock_member(actor.id)
            if version is not None:
                await record_consent(actor.id, purpose, version)
            switched = await fetch(
                "INSERT INTO member_purpose (id, member, purpose, switched_on_at) VALUES ({}, {}, {}, {}) "
                "ON CONFLICT (member, purpose) DO NOTHING RETURNING id",
                uuid4(),
                actor.id,
                purpose,
                now,
            )
            found = await statements_to_match(actor.id, purpose) if switched else []
            check_encoded((statement.text for statement in found), vectors)
            for statement in found:
                await replace_vector(statement, vectors)
            if found:
                await order_lists(actor.id, [purpose])
            return next(mine for mine in await queries.my_purposes(actor) if mine.purpose == purpose)

    before = [] if await queries.has_purpose(actor.id, purpose) else await statements_to_match(actor.id, purpose)
    return await with_vectors((statement.text for statement in before), write)


async def switch_off_purpose(actor: Member, *, purpose: Purpose) -> None:
    """Take a purpose back, and the consent to it: its vectors are gone at once, its statements stay the actor's own."""
    async with protecting() as keep:
        await lock_member(actor.id)
        for row in await take_purpose_off(actor.id, purpose):
            keep(Ended(What.PURPOSE, row))


async def take_purpose_off(member_id: UUID, purpose: Purpose) -> list[UUID]:
    """Switch a locked member's purpose off, within the caller's transaction; which rows said that it was on."""
    await fetch(
        "UPDATE consent SET withdrawn_at = {} WHERE member = {} AND purpose = {} AND withdrawn_at IS NULL",
        clock.now(),
        member_id,
        purpose,
    )
    await remove_vectors(member_id, purpose)
    await leave(member_id, purpose)
    gone = await fetch("DELETE FROM member_purpose WHERE member = {} AND purpose = {} RETURNING id", member_id, purpose)
    return [row["id"] for row in gone]


async def add_statement(actor: Member, *, draft: StatementCreate) -> StatementRead:
    """Keep a sentence of the actor's; others can be matched on it when this returns.

    Raises:
        InvalidError: The text is empty, too long, or has characters that cannot be kept.
        PurposeOffError: The purpose is not switched on.
        ConsentNeededError: The consent text has changed since the actor agreed to it.
        TooManyStatementsError: There are as many as there can be.
    """
    text = _checked(draft.text)
    encoded = await literals([text] if draft.audience is Audience.PURPOSE else [])
    async with once(actor) as doing:
        [written] = await add_statements(actor, drafts=[draft], encoded=encoded)
        return await doing.answer(written)


async def add_statements(
    actor: Member, *, drafts: Sequence[StatementCreate], encoded: Mapping[str, str] | None = None
) -> list[StatementRead]:
    """Keep several sentences of the actor's, all of them or none.

    Args:
        actor: Their author.
        drafts: What to keep, in this order.
        encoded: What `vectors.literals` made of texts before, for seeds that encode many members' at once.

    Raises:
        InvalidError, PurposeOffError, ConsentNeededError, TooManyStatementsError: As for a single one.
    """
    texts = [_checked(draft.text) for draft in drafts]
    searchable = [text for text, draft in zip(texts, drafts, strict=True) if draft.audience is Audience.PURPOSE]
    known = encoded or {}
    vectors = {text: known[text] for text in searchable if text in known}
    vectors |= await literals(text for text in searchable if text not in known)
    languages = await asyncio.to_thread(languages_of, texts)
    async with transaction():
        await lock_member(actor.id)
        for purpose in {draft.purpose for draft in drafts}:
            await _check_open(actor, purpose)
            await _check_room(actor, purpose, adding=sum(draft.purpose == purpose for draft in drafts))
        written = [
            await _write(actor, draft, text, language=languages[text], vectors=vectors)
            for draft, text in zip(drafts, texts, strict=True)
        ]
        await order_lists(actor.id, {draft.purpose for draft in drafts})
        return written


async def change_statement(actor: Member, statement_id: UUID, *, change: StatementUpdate) -> StatementRead:
    """Change one of the actor's statements; what is left out stays.

    Raises:
        NotFoundError: The actor has no such statement.
        InvalidError: The text is empty, too long, or has characters that cannot be kept.
        ChangedMeanwhileError: It is not as the call expects it.
    """
    text = None if change.text is UNSET else _checked(change.text)
    before = await queries.my_statement(actor, statement_id)
    languages = await asyncio.to_thread(languages_of, [] if text is None else [text])

    async def write(vectors: Mapping[str, str]) -> StatementRead:
        async with protecting() as keep:
            await lock_member(actor.id)
            await check_unchanged(queries.my_statement, actor, statement_id)
            older = await fetch(
                "SELECT updated_at FROM statement WHERE id = {} AND author = {}", statement_id, actor.id
            )
            found = await queries.fetch_statements(
                "UPDATE statement SET role = coalesce({}, role), text = coalesce({}, text), "
                "language = CASE WHEN {}::boolean THEN {} ELSE language END, "
                "audience = coalesce({}, audience), updated_at = {} "
                f"WHERE id = {{}} AND author = {{}} RETURNING {queries.STATEMENT_COLUMNS}",
                None if change.role is UNSET else change.role,
                None if text is None else seal(text, about="statement.text", row=statement_id),
                text is not None,
                languages.get(text or ""),
                None if change.audience is UNSET else change.audience,
                clock.now(),
                statement_id,
                actor.id,
            )
            if not found:
                raise NotFoundError
            [written] = found
            if await queries.has_purpose(actor.id, written.purpose):
                await replace_vector(_searchable(actor, written), vectors)
                await order_lists(actor.id, [written.purpose])
            for row in older if {text, change.audience} != {None, UNSET} else ():
                keep(Ended(What.TEXT, statement_id, version_of(row["updated_at"])))
            return written

    return await with_vectors([text or before.text], write)


async def delete_statement(actor: Member, statement_id: UUID, *, leaving_too: bool = False) -> None:
    """Delete one of the actor's statements for good; `leaving_too`: also while they are leaving, by a decision.

    Raises:
        NotFoundError: The actor has no such statement.
        ChangedMeanwhileError: It is not as the call expects it.
    """
    async with protecting() as keep:
        await lock_member(actor.id, leaving_too=leaving_too)
        await check_unchanged(queries.my_statement, actor, statement_id)
        gone = await fetch(
            "DELETE FROM statement WHERE id = {} AND author = {} RETURNING purpose", statement_id, actor.id
        )
        if not gone:
            raise NotFoundError
        await fetch("DELETE FROM statement_vector WHERE statement = {}", statement_id)
        await order_lists(actor.id, [Purpose(gone[0]["purpose"])])
        keep(Ended(What.STATEMENT, statement_id))


async def _write(
    actor: Member, draft: StatementCreate, text: str, *, language: str | None, vectors: Mapping[str, str]
) -> StatementRead:
    now, statement_id = clock.now(), uuid4()
    [written] = await queries.fetch_statements(
        "INSERT INTO statement (id, author, purpose, role, text, audience, created_at, updated_at, language) "
        f"VALUES ({{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}) RETURNING {queries.STATEMENT_COLUMNS}",
        statement_id,
        actor.id,
        draft.purpose,
        draft.role,
        seal(text, about="statement.text", row=statement_id),
        draft.audience,
        now,
        now,
        language,
    )
    await replace_vector(_searchable(actor, written), vectors)
    return written


def _checked(text: str) -> str:
    # A statement is a sentence or two, shown as a quotation: line breaks that slipped in become spaces.
    tidied = tidy(text).replace("\n", " ").replace("\t", " ")
    problem = problem_with(tidied, field="text", name="Your words", most=LONGEST_STATEMENT, lines=False, several=True)
    if problem is not None:
        raise InvalidError(problem.detail, errors=(problem,))
    return tidied


def _searchable(actor: Member, written: StatementRead) -> Searchable:
    return Searchable(
        id=written.id,
        author=actor.id,
        purpose=written.purpose,
        role=written.role,
        text=written.text,
        audience=written.audience,
    )


async def _check_open(actor: Member, purpose: Purpose) -> None:
    mine = next((mine for mine in await queries.my_purposes(actor) if mine.purpose == purpose), None)
    if mine is None:
        raise PurposeOffError
    version = consent_version(purpose)
    if version is not None and mine.consent_version != version:
        raise ConsentNeededError(version)


async def _check_room(actor: Member, purpose: Purpose, *, adding: int) -> None:
    rows = await fetch("SELECT count(*) AS number FROM statement WHERE author = {} AND purpose = {}", actor.id, purpose)
    if rows[0]["number"] + adding > MOST_STATEMENTS:
        raise TooManyStatementsError(MOST_STATEMENTS)


async def statements_to_match(member_id: UUID, purpose: Purpose) -> list[Searchable]:
    """What a member may be matched on under a purpose, once it is switched on."""
    rows = await fetch(
        "SELECT id, author, purpose, role, text, audience FROM statement "
        "WHERE author = {} AND purpose = {} AND audience = 'purpose'",
        member_id,
        purpose,
    )
    open_in(rows, text="statement.text")
    return msgspec.convert(rows, list[Searchable])
