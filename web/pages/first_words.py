"""The first statements of a new member: one purpose a page, with questions and examples, and nothing one must write."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.accounts.schemas import Member
from api.authentication import Access
from api.drafts.schemas import DraftKind
from api.errors import WhereforeError
from api.limits.policies import STATEMENTS
from api.profiles.queries import my_purposes, my_statements
from api.profiles.schemas import (
    LONGEST_STATEMENT,
    Audience,
    Purpose,
    Role,
    StatementCreate,
    StatementRead,
    StatementUpdate,
)
from api.profiles.services import MOST_STATEMENTS, add_statement, change_statement
from api.texts import problem_with
from web.begun_forms import begun_form, keep_first_words, sent
from web.contact_notes import contact_note
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.forms import Form, FormErrors
from web.languages import language_note
from web.prompts import PROMPTS
from web.purposes import purpose_named
from web.words import PURPOSES

_ROLES = {"about": Role.ABOUT, "seeking": Role.SEEKING}
_DRAFT = {name: f"{name}_draft" for name in _ROLES}
"""The hidden fields that name the drafts with which the two texts began."""


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
        this = purpose_named(purpose).purpose
        kept = await begun_form(actor, DraftKind.FIRST_WORDS, actor.id, this)
        return await _show(request, actor, this, Form((await _begun(actor, this)).values | kept.values), FormErrors())

    @post("/{purpose:str}", opt={"limits": (STATEMENTS,), "keeps": keep_first_words})
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
        await sent(actor, DraftKind.FIRST_WORDS, actor.id, this)
        notes = [note for look in (language_note, contact_note) for one in written if (note := look(one))]
        note = " ".join(dict.fromkeys(notes))
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
        draft = StatementCreate(purpose=purpose, role=_ROLES[name], text=text)
        try:
            written.append(await _keep(actor, draft, begun=form.field(_DRAFT[name])))
        except WhereforeError as error:
            return FormErrors.told_by(error, names={"text": name})
    return written


async def _begun(actor: Member, purpose: Purpose) -> Form:
    """The form with what the member wrote as a draft before, such as on the first page, before they joined."""
    drafts = [
        one
        for one in (await my_statements(actor, purpose=purpose, limit=MOST_STATEMENTS)).items
        if one.audience is Audience.NOBODY
    ]
    values: dict[str, list[str]] = {}
    for name, role in _ROLES.items():
        if (one := next((draft for draft in drafts if draft.role is role), None)) is not None:
            values |= {name: [one.text], _DRAFT[name]: [str(one.id)]}
    return Form(values)


async def _keep(actor: Member, draft: StatementCreate, *, begun: str) -> StatementRead:
    """Keep a text for members with the purpose to read, in the place of the draft that it began with."""
    mine = (await my_statements(actor, purpose=draft.purpose, limit=MOST_STATEMENTS)).items
    for one in mine:
        if str(one.id) == begun and one.audience is Audience.NOBODY:
            change = StatementUpdate(role=draft.role, text=draft.text, audience=Audience.PURPOSE)
            return await change_statement(actor, one.id, change=change)
    return await add_statement(actor, draft=draft)


async def _next(actor: Member, purpose: Purpose) -> Purpose | None:
    mine = [switched.purpose for switched in await my_purposes(actor)]
    following = mine[mine.index(purpose) + 1 :] if purpose in mine else []
    return following[0] if following else None


async def _show(request: PageRequest, actor: Member, purpose: Purpose, form: Form, errors: FormErrors) -> Answer:
    mine = [switched.purpose for switched in await my_purposes(actor)]
    following = await _next(actor, purpose)
    return await page(
        request,
        "join/first_words.html",
        status_code=422 if errors else 200,
        purpose=PURPOSES[purpose],
        prompt=PROMPTS[purpose],
        form=form,
        begun=[name for name in _ROLES if form.field(name) and not errors],
        errors=errors,
        skip=f"/first-words/{following}" if following else "/home",
        most=LONGEST_STATEMENT,
        number=mine.index(purpose) + 1 if purpose in mine else 1,
        total=max(len(mine), 1),
    )
