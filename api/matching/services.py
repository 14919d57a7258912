"""What a member says of their matches. Nobody else ever learns of it."""

from uuid import UUID, uuid4

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, transaction
from api.errors import NotFoundError
from api.matching.schemas import ChoiceState, MatchChoiceSet
from api.profiles.queries import see_member
from api.profiles.visibility import can_see_member


async def choose(actor: Member, member_id: UUID, *, choice: MatchChoiceSet) -> None:
    """Put a match off until later (to the end of every list), or aside as not for the actor (off every list).

    Raises:
        QuotaReachedError: The actor has not seen them, and may see nobody new just now.
        NotFoundError: There is no such member, or the actor may not see them.
    """
    await see_member(actor, member_id)
    chosen = await fetch(
        "INSERT INTO match_choice (id, viewer, member, state, chosen_at) "
        "SELECT {}, {}, account.id, {}, {} FROM account WHERE account.id = {} AND account.id <> {} AND {} "
        "ON CONFLICT (viewer, member) DO UPDATE SET state = excluded.state, chosen_at = excluded.chosen_at "
        "RETURNING id",
        uuid4(),
        actor.id,
        choice.state,
        clock.now(),
        member_id,
        actor.id,
        can_see_member(actor.id, "account.id"),
    )
    if not chosen:
        raise NotFoundError


async def unchoose(actor: Member, member_id: UUID) -> None:
    """Take back what was said of a match; nothing happens when nothing was.

    Whoever was set aside comes back on the next visit, as lists computed in between were made without them.
    """
    async with transaction():
        taken_back = await fetch(
            "DELETE FROM match_choice WHERE viewer = {} AND member = {} RETURNING state", actor.id, member_id
        )
        if taken_back and taken_back[0]["state"] == ChoiceState.NOT_FOR_ME:
            await fetch("UPDATE match_list SET stale = true WHERE viewer = {}", actor.id)
