"""What goes in and out of the privacy domain."""

import msgspec


class Erasure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Leaving; the password shows that it is oneself who leaves. Without any, a token must be fresh."""

    password: str
