"""The first page: what Wherefore is, how to join, and a look around where this is a demo."""

from litestar import Controller, get, post
from litestar.di import NamedDependency

from api.accounts.schemas import Member
from api.accounts.services import open_session
from api.authentication import Access
from api.errors import NotFoundError
from api.limits.policies import LOOKING_AROUND
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.forms import Form
from web.pages.demo import demo_members
from web.sessions import browser_label, session_cookie
from web.words import PURPOSES


class WelcomePages(Controller):
    """For people who are not signed in."""

    opt = {"access": Access.ANYONE}

    @get("/")
    async def welcome(self, request: PageRequest, viewer: NamedDependency[Member | None]) -> Answer:
        """Say what this is."""
        if viewer is not None:
            return redirect("/home")
        return await page(
            request, "welcome/welcome.html", purposes=list(PURPOSES.values()), demo=await demo_members(request)
        )

    @post("/look-around", opt={"limits": (LOOKING_AROUND,)})
    async def look_around(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Sign in as a made-up member, without a password, where this is a demo on one's own machine."""
        member = (await demo_members(request)).get(form.field("email"))
        if member is None:
            raise NotFoundError
        session = await open_session(member, label=browser_label(request))
        return redirect_with(
            "/home",
            notice=f"You are looking around as {member.display_name}, who is made up.",
            cookies=[session_cookie(session)],
        )
