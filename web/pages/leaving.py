"""Leaving: asking to be erased, and the one page that whoever asked may still open."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Template

from api.accounts.leaving import UNDO, AccountLeavingError, leaving_proof
from api.accounts.links import undone_until
from api.accounts.recent import needs_recent
from api.accounts.schemas import Credential, Member
from api.authentication import Access
from api.errors import NotFoundError
from api.privacy import erasure, services
from api.settings import settings
from web.contexts import Answer, PageRequest, cookie, page, redirect, redirect_with
from web.forms import Form, FormErrors
from web.sessions import (
    browser_label,
    ended_cookies,
    ended_leaving_cookie,
    forgotten,
    leaving_cookie_name,
    signed_in,
)
from web.signatures import opened, sealed

PATH = "/leaving"
PROVED_FOR = 1800
"""Seconds for which whoever signed in while leaving may decide; there is no session meanwhile."""


class LeavingPages(Controller):
    """The way out, and the way back."""

    opt = {"access": Access.ANYONE}

    @get("/settings/delete", opt={"access": Access.SIGNED_IN})
    async def ask(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Template:
        """Say what deleting the account does, and when."""
        needs_recent(credential)
        return await page(request, "settings/delete.html", actor=actor, days=UNDO.days)

    @post("/settings/delete", opt={"access": Access.SIGNED_IN})
    async def leave(self, actor: NamedDependency[Member], credential: NamedDependency[Credential]) -> Answer:
        """Hide the account at once, and delete it in a week."""
        goes_at = await services.leave(actor, credential=credential)
        told = (
            f"Nobody can see you here any more. On {goes_at:%-d %B %Y} everything is deleted. "
            "Until then, sign in if you want to keep your account."
        )
        return forgotten(redirect_with("/", notice=told, cookies=ended_cookies()))

    @get(PATH)
    async def decide(self, request: PageRequest) -> Answer:
        """Ask whoever signed in while leaving whether they want to stay."""
        proved = await _proved(request)
        if proved is None or (goes_at := await erasure.leaves_at(proved.member_id)) is None:
            return redirect("/sign-in")
        return await _draw(request, proved, goes_at=goes_at)

    @post(f"{PATH}/stay")
    async def stay(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Keep the account, and sign in."""
        proved = await _agreed(request, form)
        if proved is None:
            return redirect("/sign-in")
        session = await services.come_back(proved.member_id, proof=proved.proof, label=browser_label(request))
        cookies = [*signed_in(session), ended_leaving_cookie()]
        return redirect_with("/home", notice="Welcome back. Everything is as it was.", cookies=cookies)

    @post(f"{PATH}/now")
    async def go(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Delete the account without waiting; not by a password alone, nor while somebody else needs the days.

        Whoever took an account would else delete it before its owner has read the mail that tells of it, and whoever
        insulted somebody before they have read that.
        """
        proved = await _agreed(request, form)
        if proved is None or (goes_at := await erasure.leaves_at(proved.member_id)) is None:
            return redirect("/sign-in")
        needed = await undone_until(proved.member_id) or await erasure.reportable_until(proved.member_id)
        if not proved.may_go_now or needed is not None:
            return redirect_with(PATH, notice="Nothing was deleted just now. This page says why.")
        if not form.ticked("sure"):
            errors = FormErrors.told("sure", "Tick the box if everything shall be deleted now.")
            return await _draw(request, proved, goes_at=goes_at, errors=errors)
        await erasure.erase(proved.member_id)
        gone = "Your account and everything in it are deleted. Farewell."
        return forgotten(redirect_with("/", notice=gone, cookies=ended_cookies()))


def lead_to_decision(error: AccountLeavingError) -> Answer:
    """To the page on which somebody who is leaving, and has just proved who they are, may decide to stay."""
    return redirect(PATH, cookies=[_ticket(error)])


class _Proved(msgspec.Struct, frozen=True):
    """Who proved a short while ago that it is they who are leaving."""

    member_id: UUID
    proof: str
    """What that hangs on: a new password makes it worthless."""
    may_go_now: bool
    """Whether they proved more than that they know a password; where no mail goes out there is nothing more."""


async def _draw(
    request: PageRequest, proved: _Proved, *, goes_at: datetime, errors: FormErrors | None = None
) -> Template:
    return await page(
        request,
        "leaving/leaving.html",
        goes_at=goes_at,
        ticket=request.cookies[leaving_cookie_name()],
        may_go_now=proved.may_go_now,
        undone_until=await undone_until(proved.member_id),
        reportable_until=await erasure.reportable_until(proved.member_id),
        errors=errors or FormErrors(),
    )


def _ticket(error: AccountLeavingError) -> Cookie:
    may_go_now = error.may_go_now or settings().smtp is None
    proved = msgspec.json.encode(_Proved(error.member_id, error.proof, may_go_now)).decode()
    return cookie(leaving_cookie_name(), sealed("leaving", proved, seconds=PROVED_FOR), seconds=PROVED_FOR)


async def _proved(request: PageRequest) -> _Proved | None:
    """Who proved it; nobody once a new password is set."""
    found = opened("leaving", request.cookies.get(leaving_cookie_name(), ""))
    if found is None:
        return None
    proved = msgspec.json.decode(found, type=_Proved)
    return proved if proved.proof == await leaving_proof(proved.member_id) else None


async def _agreed(request: PageRequest, form: Form) -> _Proved | None:
    """The same, when the form stood on the page that they were shown: there is no session to bind it to.

    Raises:
        NotFoundError: It did not.
    """
    if form.raw("ticket") != request.cookies.get(leaving_cookie_name(), ""):
        raise NotFoundError
    return await _proved(request)
