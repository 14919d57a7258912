"""The bench of what members wait for: reading a list through HTTP, and from signing up to the first match."""

import secrets
import time
from collections.abc import Sequence

import msgspec

from api import database
from api.privacy.erasure import erase
from scripts.bench_client import Client, Turn, turn
from scripts.bench_compute import Case
from scripts.bench_figures import Recorder
from scripts.bench_tokens import give_token, take_tokens

_CONNECTIONS = 16
_TURNS = 6
_TURN_SECONDS = 3.0
_PATHS = {
    "wherefore": "/api/v1/matches?purpose={}",
    "pgvector_profile": "/bench/profile-neighbours?purpose={}",
    "select_by_key": "/bench/rows-by-key?purpose={}",
}
_SIGN_UPS = 30
_PASSWORD = "a lantern over nine quiet harbours"  # noqa: S105  - of members who live for a second
_WRITTEN = "I mend clocks at the kitchen table, and I would like to hear how others find the parts."
_OK, _CREATED, _ACCEPTED = 200, 201, 202


class _Page(msgspec.Struct, frozen=True):
    items: list[msgspec.Raw]


async def bench_list_read(port: int, cases: Sequence[Case], recorder: Recorder) -> None:
    """Have 16 connections read stored lists, a peer's lists, and rows by key, in turns."""
    tokens = [await give_token(case.member, name=_TOKEN_NAME) for case in cases]
    clients = [Client(port) for _ in range(_CONNECTIONS)]
    requests = {
        name: [(path.format(case.purpose), token) for case, token in zip(cases, tokens, strict=True)]
        for name, path in _PATHS.items()
    }
    try:
        for path, token in requests["wherefore"]:  # computes each list once, which is measured elsewhere
            await clients[0].get(path, token)
        for of_it in requests.values():
            await turn(clients, of_it, seconds=_TURN_SECONDS / 2)
        turns: dict[str, list[Turn]] = {name: [] for name in _PATHS}
        for _ in range(_TURNS):
            for name, of_it in requests.items():
                turns[name].append(await turn(clients, of_it, seconds=_TURN_SECONDS))
    finally:
        for client in clients:
            await client.close()
        await take_tokens(name=_TOKEN_NAME)
    for name, taken in turns.items():
        recorder.times("list_read", name, [seconds for one in taken for seconds in one.seconds])
        recorder.mean("list_read", name, "per_s", [one.per_s for one in taken])
    recorder.ratio("list_read", "ratio", ("wherefore", "p99_ms"), ("select_by_key", "p99_ms"))
    recorder.ratio("list_read", "per_s_ratio", ("wherefore", "per_s"), ("pgvector_profile", "per_s"))


async def bench_first_match(port: int, recorder: Recorder) -> None:
    """Sign up, write one sentence, and look for matches until there are some."""
    whole, after_password = [], []
    client = Client(port)
    for place in range(_SIGN_UPS + 1):
        email = f"bench-{secrets.token_hex(8)}@bench.wherefore.example"
        began = time.perf_counter()
        await _sent(client, "POST", "/accounts", _sign_up(email), wanted=_ACCEPTED)
        made = await _sent(client, "POST", "/tokens", _sign_in(email), wanted=_CREATED)
        token = str(msgspec.json.decode(made)["token"])
        signed_in = time.perf_counter()
        await _sent(client, "PUT", "/me/purposes/hobby", {}, token=token)
        draft = {"purpose": "hobby", "role": "about", "text": _WRITTEN, "audience": "purpose"}
        await _sent(client, "POST", "/me/statements", draft, token=token, wanted=_CREATED)
        while not msgspec.json.decode(
            (await client.get("/api/v1/matches?purpose=hobby", token)).body, type=_Page
        ).items:
            if time.perf_counter() - began > 60:  # noqa: PLR2004
                raise RuntimeError("A new member had no match after a minute.")
        ended = time.perf_counter()
        if place:  # the first one warms up
            whole.append(ended - began)
            after_password.append(ended - signed_in)
        await _sent(client, "DELETE", "/me", {"password": _PASSWORD}, token=token, wanted=204)
        for row in await database.fetch("SELECT id FROM account WHERE email = {}", email):
            await erase(row["id"])  # at once: nobody will change their mind
    await client.close()
    recorder.times("first_match", "wherefore", whole)
    recorder.times("first_match", "wherefore", after_password, prefix="after_sign_in_")


_TOKEN_NAME = "bench"  # noqa: S105  - a label


async def _sent(
    client: Client, method: str, path: str, body: object, *, token: str | None = None, wanted: int = _OK
) -> bytes:
    reply = await client.send(method, f"/api/v1{path}", body, token=token)
    if reply.status != wanted:
        raise RuntimeError(f"{method} {path}: {reply.status} {reply.body[:300]!r}")
    return reply.body


def _sign_up(email: str) -> dict[str, object]:
    return {"email": email, "password": _PASSWORD, "display_name": "Bench", "over_18": True}


def _sign_in(email: str) -> dict[str, object]:
    return {"email": email, "password": _PASSWORD, "name": "bench"}
