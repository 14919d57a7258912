"""What becomes of the answers that were given while joining, once there is an account."""

from contextlib import suppress

from api.accounts.schemas import Member
from api.errors import WhereforeError
from api.profiles.schemas import Audience, PurposeSwitch, Role, StatementCreate
from api.profiles.services import add_statement, switch_on_purpose
from web.pages.join_steps import Answers
from web.words import PURPOSES


async def begin_with(member: Member, answers: Answers) -> None:
    """Switch on what was chosen, and keep what was tried before as a draft that the first words begin with.

    What was not agreed to, or to an older text, is left out.
    """
    chosen = answers.without_declined()
    for purpose in chosen.purposes:
        switch = PurposeSwitch(consent=PURPOSES[purpose].consent_version)
        await switch_on_purpose(member, purpose=purpose, switch=switch)
    purpose_of_words = chosen.words_go_to()
    if chosen.words and purpose_of_words is not None:
        draft = StatementCreate(purpose=purpose_of_words, role=Role.ABOUT, text=chosen.words, audience=Audience.NOBODY)
        with suppress(WhereforeError):  # a member without a first draft is better than none
            await add_statement(member, draft=draft)
