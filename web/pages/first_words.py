"""The first statements of a new member: one purpose a page, with questions and examples, and nothing one must write."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.accounts.schemas import Member
from api.authentication import Access
from api.errors import WhereforeError
from api.limits.policies import STATEMENTS
from api.profiles.queries import my_purposes
from api.profiles.schemas import Purpose, Role, StatementCreate, StatementRead
from api.profiles.services import add_statement
from api.texts import problem_with
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.forms import Form, FormErrors
from web.languages import language_note
from web.purposes import purpose_named
from web.words import LONGEST_STATEMENT, PROMPTS, PURPOSES

_ROLES = {"about": Role.ABOUT, "seeking": Role.SEEKING}


class FirstWordsPages(Controller):
    """What am I into, and whom do I hope to find?"""

    path = "/first-words"
    opt = {"access": Access.MEMBER}

    @get()
    async def begin(self, actor: NamedDependency[Member]) -> Answer:
        """Go to the first purpose."""
        mine = await my_purposes(actor)
        return redirect(f"/first-words/{mine[0].purpose}" if mine else "/me/purposes")

    @get("/{purpose:str}")
    async def form(self, request: PageRequest, actor: NamedDependency[Member], purpose: FromPath[str]) -> Answer:
        """Ask two questions about one purpose."""
        return await _show(request, actor, purpose_named(purpose).purpose, Form(), FormErrors())

    @post("/{purpose:str}", opt={"limits": (STATEMENTS,)})
    async def write(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        form: NamedDependency[Form],
        purpose: FromPath[str],
    ) -> Answer:
        """Keep what was written and go on to the next purpose."""
        this = purpose_named(purpose).purpose
        written = await _write(actor, this, form)
        if isinstance(written, FormErrors):
            return await _show(request, actor, this, form, written)
        note = next((note for statement in written if (note := language_note(statement))), None)
        following = await _next(actor, this)
        if following is not None:
            url = f"/first-words/{following}"
            return redirect_with(url, notice=note) if note else redirect(url)
        welcome = f"Welcome, {actor.display_name}. You can change your words under Me."
        return redirect_with("/home", notice=f"{welcome} {note}" if note else welcome)


async def _write(actor: Member, purpose: Purpose, form: Form) -> list[StatementRead] | FormErrors:
    """Keep both texts or neither."""
    errors = FormErrors()
    texts = {name: form.field(name) for name in _ROLES if form.field(name)}
    for name, text in texts.items():
        if (problem := problem_with(text, field=name, name="This text", most=LONGEST_STATEMENT)) is not None:
            errors.add(name, problem.detail)
    if errors:
        return errors
    written = []
    for name, text in texts.items():
        try:
            draft = StatementCreate(purpose=purpose, role=_ROLES[name], text=text)
            written.append(await add_statement(actor, draft=draft))
        except WhereforeError as error:
            return FormErrors.told_by(error, names={"text": name})
    return written


async def _next(actor: Member, purpose: Purpose) -> Purpose | None:
    mine = [switched.purpose for switched in await my_purposes(actor)]
    following = mine[mine.index(purpose) + 1 :] if purpose in mine else []
    return following[0] if following else None


async def _show(request: PageRequest, actor: Member, purpose: Purpose, form: Form, errors: FormErrors) -> Answer:
    following = await _next(actor, purpose)
    return await page(
        request,
        "join/first_words.html",
        purpose=PURPOSES[purpose],
        prompt=PROMPTS[purpose],
        form=form,
        errors=errors,
        skip=f"/first-words/{following}" if following else "/home",
        most=LONGEST_STATEMENT,
    )
