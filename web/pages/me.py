"""Oneself: how one looks to others, and the parts of that which are not words under a purpose."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Template
from msgspec.structs import replace

from api import clock
from api.accounts.schemas import Meets, Member
from api.authentication import Access
from api.errors import InvalidError
from api.limits.policies import PLACES
from api.profiles import queries
from api.profiles.me import MOST_LANGUAGES, MOST_REQUESTS, update_me
from api.profiles.places import search_places
from api.profiles.schemas import MeRead, MeUpdate
from api.texts import tidy
from web.contexts import Answer, PageRequest, page, redirect_with
from web.forms import Form, FormErrors
from web.languages import language_note
from web.words import AUDIENCE_WORDS, MEETS, PAUSES, PURPOSES, language_called, language_options

PLACES_SHOWN = 12
LANGUAGE_FIELDS = 4


class MePages(Controller):
    """How I look, and what I can change about it."""

    path = "/me"
    opt = {"access": Access.MEMBER}

    @get(opt={"access": Access.SIGNED_IN})
    async def show(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Show oneself as others may see one, and all of one's words."""
        me = await _me(actor)
        on = {mine.purpose for mine in await queries.my_purposes(actor)}
        statements = (await queries.my_statements(actor, limit=200)).items
        return await page(
            request,
            "me/me.html",
            me=me,
            purposes=[read for purpose, read in PURPOSES.items() if purpose in on],
            others=[read for purpose, read in PURPOSES.items() if purpose not in on],
            statements=statements,
            language_notes={statement.id: language_note(statement) for statement in statements},
            audience_words=AUDIENCE_WORDS,
            languages=[language_called(code) for code in me.languages],
        )

    @get("/name")
    async def name_form(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Ask for name and pronouns."""
        return await _form(request, "name", await _me(actor))

    @post("/name")
    async def name(self, request: PageRequest, actor: NamedDependency[Member], form: NamedDependency[Form]) -> Answer:
        """Keep name and pronouns."""
        change = MeUpdate(display_name=form.field("display_name"), pronouns=form.field("pronouns") or None)
        return await _keep(request, actor, "name", change, form=form, notice="Your name is kept.")

    @get("/place", opt={"limits": (PLACES,)})
    async def place_form(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Search for a place and show what was found to choose from."""
        return await _form(request, "place", await _me(actor))

    @post("/place")
    async def place(self, request: PageRequest, actor: NamedDependency[Member], form: NamedDependency[Form]) -> Answer:
        """Keep a place, or none."""
        change = MeUpdate(place_id=_place_id(form.field("place_id")))
        return await _keep(request, actor, "place", change, form=form, notice="Your place is kept.")

    @get("/meeting")
    async def meeting_form(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Ask how one likes to meet, and in which languages."""
        return await _form(request, "meeting", await _me(actor))

    @post("/meeting")
    async def meeting(
        self, request: PageRequest, actor: NamedDependency[Member], form: NamedDependency[Form]
    ) -> Answer:
        """Keep how one likes to meet, and the languages."""
        meets = form.field("meets")
        change = MeUpdate(
            meets=Meets(meets) if meets in set(Meets) else Meets.ONLINE_FIRST,
            languages=[language for language in form.fields("languages") if language],
        )
        return await _keep(request, actor, "meeting", change, form=form, notice="How you like to meet is kept.")

    @get("/pace")
    async def pace_form(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Ask how much one can bear just now."""
        return await _form(request, "pace", await _me(actor))

    @post("/pace")
    async def pace(self, request: PageRequest, actor: NamedDependency[Member], form: NamedDependency[Form]) -> Answer:
        """Keep how many requests may wait, and for how long to pause."""
        number = form.field("request_capacity")
        change = MeUpdate(request_capacity=int(number) if number.isascii() and number.isdecimal() else 0)
        pause = next((lasts for value, _, _, lasts in PAUSES if value == form.field("pause")), None)
        if pause is not None:  # otherwise "as it is"
            change = replace(change, paused_until=clock.now() + pause if pause else None)
        return await _keep(request, actor, "pace", change, form=form, notice="Your pace is kept.")


def _place_id(choice: str) -> int | None:
    """The place that was chosen; None for none, and a place that does not exist where nothing was chosen."""
    if choice == "none":
        return None
    return int(choice) if choice.isascii() and choice.isdigit() else -1


async def _me(actor: Member) -> MeRead:
    """Oneself, without a break that is over."""
    me = await queries.me(actor)
    over = me.paused_until is not None and me.paused_until <= clock.now()
    return replace(me, paused_until=None) if over else me


async def _keep(request: PageRequest, actor: Member, part: str, change: MeUpdate, *, form: Form, notice: str) -> Answer:
    try:
        await update_me(actor, change=change)
    except InvalidError as error:
        return await _form(request, part, await _me(actor), typed=form, errors=FormErrors.told_by(error))
    return redirect_with("/me", notice=notice)


async def _form(
    request: PageRequest, part: str, me: MeRead, *, typed: Form | None = None, errors: FormErrors | None = None
) -> Template:
    typed = typed or Form()
    search = tidy(request.query_params.get("q", ""))
    languages = [language for language in typed.fields("languages") if language] or me.languages
    return await page(
        request,
        f"me/{part}.html",
        me=me,
        typed=typed,
        errors=errors or FormErrors(),
        search=search,
        towns=search_places(search, most=PLACES_SHOWN) if search else [],
        meets=MEETS,
        languages=[*languages, *[""] * (max(LANGUAGE_FIELDS, len(languages) + 1) - len(languages))][:MOST_LANGUAGES],
        language_options=language_options(me.languages),
        most_requests=MOST_REQUESTS,
        pauses=[(value, label, note) for value, label, note, _ in PAUSES],
    )
