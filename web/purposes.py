"""The purpose that an address names."""

from api.errors import NotFoundError
from api.profiles.schemas import Purpose, PurposeRead
from web.words import PURPOSES


def purpose_named(name: str) -> PurposeRead:
    """The purpose that an address names.

    Raises:
        NotFoundError: It names none.
    """
    if name not in set(Purpose):
        raise NotFoundError
    return PURPOSES[Purpose(name)]
