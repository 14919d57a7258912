"""The first page: what Wherefore is, a sentence to try, how to join, and a look around where this is a demo."""

from litestar import Controller, get, post
from litestar.di import NamedDependency

from api.accounts.schemas import Member
from api.accounts.services import open_session
from api.authentication import Access
from api.errors import BusyError, InvalidError, NotFoundError
from api.interest_map.trying import LONGEST_TRIED, OPEN_PURPOSES, try_words
from api.limits.policies import LOOKING_AROUND, TRYING
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.forms import Form, FormErrors
from web.languages import note_on_tried
from web.names import isolated
from web.pages.demo import demo_members
from web.sessions import browser_label, session_cookie
from web.words import PURPOSES


class WelcomePages(Controller):
    """For people who are not signed in."""

    opt = {"access": Access.ANYONE}

    @get("/")
    async def welcome(self, request: PageRequest, viewer: NamedDependency[Member | None]) -> Answer:
        """Say what this is."""
        return redirect("/home") if viewer is not None else await _welcome(request)

    @post("/", opt={"limits": (TRYING,)})
    async def try_it(
        self, request: PageRequest, form: NamedDependency[Form], viewer: NamedDependency[Member | None]
    ) -> Answer:
        """Show what kinds of people are near a sentence. It is sent in a form, so that no address and no log has it."""
        if viewer is not None:
            return redirect("/home")
        words = form.field("words")
        try:
            tried = await try_words(words)
        except InvalidError as error:
            return await _welcome(request, words=words, errors=_what_to_write(error, words))
        except BusyError as error:
            errors = FormErrors()
            errors.add("words", "Many people are here just now. Your sentence is still here; try again in a moment.")
            return await _welcome(request, words=words, errors=errors, status_code=error.status)
        return await page(
            request,
            "welcome/tried.html",
            words=words,
            found=[(purpose, [one for one in tried.kindred if one.purpose is purpose]) for purpose in OPEN_PURPOSES],
            near=[purpose for purpose in OPEN_PURPOSES if any(one.purpose is purpose for one in tried.kindred)],
            note=note_on_tried(tried),
            words_language=tried.language,
            most=LONGEST_TRIED,
            errors=FormErrors(),
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
            notice=f"You are looking around as {isolated(member.display_name)}, who is made up.",
            cookies=[session_cookie(session)],
        )


def _what_to_write(error: InvalidError, words: str) -> FormErrors:
    if words:
        return FormErrors.told_by(error)
    errors = FormErrors()
    errors.add("words", "Write a sentence about something you love.")
    return errors


async def _welcome(
    request: PageRequest, *, words: str = "", errors: FormErrors | None = None, status_code: int | None = None
) -> Answer:
    return await page(
        request,
        "welcome/welcome.html",
        status_code=status_code,
        purposes=list(PURPOSES.values()),
        demo=await demo_members(request),
        words=words,
        most=LONGEST_TRIED,
        errors=errors or FormErrors(),
    )
