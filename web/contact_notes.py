"""What members are told when their words lead out of here: kindly, and never as a refusal."""

from api.profiles.schemas import Audience, StatementRead
from embeddings.reason_contacts import contact_details

_NOTE = (
    "There seems to be a phone number, a link or an address in your words. "
    "It is safer to take it out, because people whom you do not know can read it."
)


def contact_note(statement: StatementRead) -> str | None:
    """What to say once after words were kept that strangers can read and that have contact details in them."""
    if statement.audience is not Audience.PURPOSE or not contact_details(statement.text):
        return None
    return _NOTE
