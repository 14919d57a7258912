"""Reports, moderators and decisions, made through the services as people would make them."""

from uuid import UUID, uuid4

from msgspec.structs import replace

from api.accounts.schemas import Member
from api.accounts.services import set_moderator
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch_one
from api.moderation.cases import claim, evidence_of, open_case
from api.moderation.deciding import decide, decide_appeal
from api.moderation.notices import appeal
from api.moderation.reporting import report
from api.moderation.schemas import (
    AppealDecision,
    AppealOutcome,
    Category,
    Decision,
    DecisionCreate,
    ReportCreate,
    ReportRead,
    Target,
    TargetKind,
)
from api.profiles.schemas import Purpose, PurposeSwitch
from api.profiles.services import switch_on_purpose
from tests.api.connections.making import make_connection, make_recipient
from tests.factories import email_of, make_member, make_statement

INSULT = "You are a silly old goose, Grace, and everybody knows it."
OVERTURNED = AppealDecision(outcome=AppealOutcome.OVERTURNED, reason="It was a joke between friends.")
NOTHING = DecisionCreate(decision=Decision.NO_ACTION, reason="Nothing is wrong with it.")


async def make_moderator(name: str = "Mo") -> Member:
    """A moderator who knows nobody."""
    return await as_moderator(await make_member(name, purposes=()))


async def make_talk() -> tuple[Member, Member, UUID]:
    """Ada, Grace, and the connection by which they talk."""
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    return ada, grace, await make_connection(ada, grace)


async def make_message(author: Member, connection_id: UUID, text: str = INSULT) -> UUID:
    """A message of theirs."""
    return (await send_message(author, connection_id, draft=MessageCreate(text, send_anyway=True))).id


async def as_moderator(member: Member) -> Member:
    """The same member, made a moderator."""
    await set_moderator(email=await email_of(member.id), is_moderator=True)
    return replace(member, is_moderator=True)


async def join_in(member: Member) -> None:
    """Let a moderator meet people like anyone else."""
    await switch_on_purpose(member, purpose=Purpose.HOBBY, switch=PurposeSwitch())


def about(kind: TargetKind, target: UUID, category: Category = Category.HARASSMENT, **more: object) -> ReportCreate:
    """A report of something."""
    return ReportCreate(Target(kind, target), category, **more)  # type: ignore[arg-type]  # words and block


async def insulted() -> tuple[Member, Member, ReportRead]:
    """Ada, who insulted; Grace, who reported it; and the report."""
    ada, grace, connection_id = await make_talk()
    message_id = await make_message(ada, connection_id)
    return ada, grace, await report(grace, draft=about(TargetKind.MESSAGE, message_id))


async def place_of_insult(moderator: Member, case_id: UUID) -> int:
    """Where in the evidence the reported words are."""
    parts = (await open_case(moderator, case_id)).evidence.parts
    return next(place for place, part in enumerate(parts) if part.concerned)


async def decided(
    case_id: UUID,
    decision: Decision,
    *,
    moderator: Member | None = None,
    rule: Category = Category.HARASSMENT,
    **more: object,
) -> Member:
    """Take a case and decide it; who did."""
    actor = moderator or await make_moderator()
    await claim(actor, case_id)
    parts: frozenset[int] = frozenset()
    if decision is not Decision.NO_ACTION:
        parts = frozenset({await place_of_insult(actor, case_id)})
    values: dict[str, object] = {"days": 7} if decision is Decision.REQUESTS_PAUSED else {}
    values |= {"words": "Please be kind."} if decision is Decision.WORDS_TO_MEMBER else {}
    draft = DecisionCreate(
        decision=decision,
        reason="It is plain to see.",
        rule=rule,
        parts=parts,
        **values | more,  # type: ignore[arg-type]
    )
    await decide(actor, case_id, draft=draft)
    return actor


async def account(member: Member) -> dict[str, object]:
    """What moderators decided, as it stands with the account."""
    row = await fetch_one("SELECT suspended_at, requests_paused_until FROM account WHERE id = {}", member.id)
    assert row is not None
    return row


async def overturn(case_id: UUID, of: Member) -> None:
    """Appeal, and let another moderator take the decision back."""
    await appeal(of, case_id, words="It was a joke.")
    moderator = await make_moderator("Max")
    await claim(moderator, case_id)
    await decide_appeal(moderator, case_id, draft=OVERTURNED)


async def reported_again(ada: Member, grace: Member) -> UUID:
    """One more report of something that Ada wrote."""
    statement = await make_statement(ada, f"You are geese, all of you, {uuid4()}.")
    return (await report(grace, draft=about(TargetKind.STATEMENT, statement.id))).id


async def sealed_texts(report_id: UUID) -> list[tuple[str, str, str]]:
    """The pieces of the evidence: kind, by whom, text."""
    return [(part.kind, part.by, part.text) for part in (await evidence_of(report_id)).parts]
