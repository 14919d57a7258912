"""How many requests a member may still send, and when no more can reach them, in words."""

from api.connections.schemas import PlacesRead, SlotsRead

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def slots_in_words(slots: SlotsRead) -> str:
    """What a member may still send, and what brings a place back."""
    if slots.fewer_until is not None:
        return (
            "Several members had to remind you of what you had connected about. So until "
            f"{slots.fewer_until:%-d %B} you may have one request open at a time. "
            f"{'It is free.' if slots.open < slots.allowed else 'It is taken.'}"
        )
    left = slots.allowed - slots.open
    if left > 0:
        return (
            f"You may have {_number(slots.allowed)} requests open at a time, so that you can mean each one. "
            f"{_number(left).capitalize()} {'is' if left == 1 else 'are'} still free."
        )
    by_itself = f", or by itself on {slots.returns_at:%-d %B}" if slots.returns_at else ""
    return (
        f"All your {_number(slots.allowed)} places for open requests are taken. "
        f"One comes back when somebody accepts, when you take a request back{by_itself}."
    )


def full_in_words(places: PlacesRead) -> str | None:
    """Why nobody new can ask a member just now; None when somebody can."""
    if places.taken < places.allowed:
        return None
    requests = "one request" if places.allowed == 1 else f"{_number(places.allowed)} requests"
    there_are = "there are as many" if places.taken == places.allowed else "there are more"
    return (
        f"You let {requests} wait at a time, and {there_are}, so nobody new can ask you just now. "
        "One that you said no to silently counts until it runs out, so that nobody can tell."
    )


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)
