"""What a seed through the API has done so far: a line for each thing, written before the next is begun."""

import os
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid5

import msgspec


class JournalError(Exception):
    """The file belongs to another seed; one line that says so."""


class Plan(msgspec.Struct, frozen=True):
    """What is made where; the first line of the file."""

    url: str
    members: int
    number: int
    run: UUID
    password: str
    """What all members that it makes sign in with."""


class _Done(msgspec.Struct, frozen=True):
    step: str
    gave: Any = None


class Journal:
    """The file, and what it says.

    A step that was begun and is not in it is done again with the same key, so that the server does it once.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        """Go on with what the file says, or begin it.

        Raises:
            JournalError: It is about another server, seed or number of members.
        """
        self._path = path
        self._done: dict[str, Any] = {}
        self.goes_on = path.exists()
        self.plan = self._read(plan) if self.goes_on else plan
        # Tokens and a password stand in it.
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
        if not self.goes_on:
            self._write(plan)

    def __enter__(self) -> Self:
        """Keep it open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._file.close()

    def __contains__(self, step: str) -> bool:
        """Whether a step is done."""
        return step in self._done

    def __getitem__(self, step: str) -> Any:
        """What a step that is done gave."""
        return self._done[step]

    def note(self, step: str, gave: Any = None) -> Any:
        """Write down that a step is done, and what it gave."""
        self._done[step] = gave
        self._write(_Done(step, gave))
        return gave

    def key(self, step: str) -> str:
        """The `Idempotency-Key` of a step: the same whenever it is tried."""
        return str(uuid5(self.plan.run, step))

    def forget_secrets(self) -> None:
        """Keep only that everything is done; by the tokens that stood there somebody could act."""
        kept = msgspec.json.encode(self.plan) + b"\n" + msgspec.json.encode(_Done("everything")) + b"\n"
        draft = self._path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(kept)
        draft.replace(self._path)
        self._done["everything"] = None

    def _read(self, plan: Plan) -> Plan:
        first, *lines = self._path.read_bytes().split(b"\n")
        try:
            kept = msgspec.json.decode(first, type=Plan)
        except msgspec.DecodeError as error:
            raise JournalError(f"{self._path} is no state of a seed. Name another file with --state.") from error
        if (kept.url, kept.members, kept.number) != (plan.url, plan.members, plan.number):
            raise JournalError(
                f"{self._path} is about {kept.members} members of seed {kept.number} at {kept.url}. Run it like that "
                "to go on, or name another file with --state."
            )
        for line in lines[:-1]:  # what follows the last end of a line was not written to its end
            done = msgspec.json.decode(line, type=_Done)
            self._done[done.step] = done.gave
        if lines and lines[-1]:
            with self._path.open("r+b") as file:
                file.truncate(self._path.stat().st_size - len(lines[-1]))
        return kept

    def _write(self, what: Plan | _Done) -> None:
        self._file.write(msgspec.json.encode(what) + b"\n")
        self._file.flush()
