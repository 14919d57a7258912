"""The site as it is served, for the bench, with two more calls: a peer's list, and rows that are only looked up.

Both have the authentication, the framework, the pool and the kind of reply of `GET /api/v1/matches`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from litestar import Litestar, Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from api.accounts.schemas import Member, Scope
from api.authentication import Access, BearerAuthentication, provide_actor
from api.database import fetch
from api.profiles.places import place_label
from api.profiles.schemas import Purpose
from scripts.bench_peers import PROFILE_NEIGHBOURS
from scripts.bench_server import Running, running
from web.app import create_app as create_site

# The reply's fields by the plainest means: everyone's first words, and a word by the distance.
_PEER_LIST = f"""
    SELECT near.member AS id, account.display_name, account.pronouns, account.place_id, account.meets,
        CASE WHEN near.distance < 0.4 THEN 'strong' WHEN near.distance < 0.5 THEN 'good' ELSE 'some' END AS strength,
        mine.id AS my_id, mine.role AS my_role, mine.text AS my_text,
        theirs.id AS their_id, theirs.role AS their_role, theirs.text AS their_text
    FROM ({PROFILE_NEIGHBOURS}) AS near JOIN account ON account.id = near.member
    CROSS JOIN LATERAL (SELECT id, role, text FROM statement WHERE author = {{}} AND purpose = {{}} LIMIT 1) AS mine
    CROSS JOIN LATERAL (SELECT id, role, text FROM statement WHERE author = near.member AND purpose = {{}} LIMIT 1)
        AS theirs
    ORDER BY near.distance
"""

_ROWS_BY_KEY = """
    SELECT account.id, account.display_name, account.pronouns, account.place_id, account.meets, entry.strength,
        mine.id AS my_id, mine.role AS my_role, mine.text AS my_text,
        theirs.id AS their_id, theirs.role AS their_role, theirs.text AS their_text
    FROM match_list AS kept JOIN match_entry AS entry ON entry.match_list = kept.id
    JOIN account ON account.id = entry.member
    JOIN statement AS mine ON mine.id = (entry.reasons -> 0 ->> 0)::uuid
    JOIN statement AS theirs ON theirs.id = (entry.reasons -> 0 ->> 1)::uuid
    WHERE kept.viewer = {} AND kept.purpose = {} ORDER BY entry.position LIMIT 20
"""


class _Summary(msgspec.Struct, frozen=True):
    id: Any
    display_name: str
    pronouns: str | None
    place: str | None
    meets: str


class _Quoted(msgspec.Struct, frozen=True):
    id: Any
    role: str
    text: str


class _Pair(msgspec.Struct, frozen=True):
    mine: _Quoted
    theirs: _Quoted


class _Match(msgspec.Struct, frozen=True):
    member: _Summary
    purpose: Purpose
    strength: str
    reasons: list[_Pair]


class _Page(msgspec.Struct, frozen=True):
    items: list[_Match]
    next: str | None = None


@get("/bench/profile-neighbours", opt={"access": Access.MEMBER, "scope": Scope.MATCHES})
async def profile_neighbours(actor: NamedDependency[Member], purpose: FromQuery[Purpose]) -> _Page:
    """The list that one vector a profile and pgvector give."""
    own = (actor.id, purpose)
    return _page(purpose, await fetch(_PEER_LIST, *own, *own, purpose))


@get("/bench/rows-by-key", opt={"access": Access.MEMBER, "scope": Scope.MATCHES})
async def rows_by_key(actor: NamedDependency[Member], purpose: FromQuery[Purpose]) -> _Page:
    """The rows of a stored list and nothing but: not who may be seen, nor what has changed."""
    return _page(purpose, await fetch(_ROWS_BY_KEY, actor.id, purpose))


def create_app() -> Litestar:
    """The site and the two calls."""
    app = create_site()
    app.register(
        Router(
            path="/",
            route_handlers=[profile_neighbours, rows_by_key],
            middleware=[BearerAuthentication],
            dependencies={"actor": Provide(provide_actor)},
            include_in_schema=False,
        )
    )
    return app


@contextmanager
def serving(database_url: str) -> Iterator[Running]:
    """The site in a process of its own, for as long as this lasts."""
    options = ("--factory", "--log-level", "warning", "--no-access-log", "--port")
    command = (sys.executable, "-m", "uvicorn", "scripts.bench_serving:create_app", *options)
    with running(lambda port: (*command, str(port)), settings={"WHEREFORE_DATABASE_URL": database_url}) as found:
        yield found


def _page(purpose: Purpose, rows: list[dict[str, Any]]) -> _Page:
    return _Page([
        _Match(
            _Summary(row["id"], row["display_name"], row["pronouns"], place_label(row["place_id"]), row["meets"]),
            purpose,
            row["strength"],
            [
                _Pair(
                    _Quoted(row["my_id"], row["my_role"], row["my_text"]),
                    _Quoted(row["their_id"], row["their_role"], row["their_text"]),
                )
            ],
        )
        for row in rows
    ])  # fmt: skip
