"""Writing, changing and deleting one's statements."""

from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.drafts.schemas import DraftKind
from api.errors import WhereforeError
from api.limits.policies import STATEMENTS
from api.profiles.queries import has_purpose, my_statement
from api.profiles.schemas import (
    LONGEST_STATEMENT,
    Audience,
    Purpose,
    Role,
    StatementCreate,
    StatementRead,
    StatementUpdate,
)
from api.profiles.services import add_statement, change_statement, delete_statement
from web.begun_forms import begun_form, keep_changed_statement, keep_new_statement, sent
from web.contact_notes import contact_note
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.forms import Form, FormErrors
from web.languages import note_after_saving
from web.prompts import PROMPTS
from web.purposes import purpose_named
from web.words import AUDIENCES, PURPOSES, ROLES


class MyStatementPages(Controller):
    """My own words."""

    path = "/me/statements"
    opt = {"access": Access.MEMBER}

    @get("/new/{purpose:str}")
    async def new(self, request: PageRequest, actor: NamedDependency[Member], purpose: FromPath[str]) -> Answer:
        """Ask for a new statement; for a purpose that is off, whether to switch it on."""
        wanted = purpose_named(purpose).purpose
        if not await has_purpose(actor.id, wanted):
            return redirect(f"/me/purposes/{wanted}/on")
        begun = await begun_form(actor, DraftKind.STATEMENT, actor.id, wanted)
        if begun.values:
            return await _form(request, wanted, **_typed(begun), begun=True)
        return await _form(request, wanted, _role(request.query_params.get("role", "")))

    @post("/new/{purpose:str}", opt={"limits": (STATEMENTS,), "keeps": keep_new_statement})
    async def add(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        form: NamedDependency[Form],
        purpose: FromPath[str],
    ) -> Answer:
        """Keep a new statement."""
        read = purpose_named(purpose)
        typed = _typed(form)
        try:
            written = await add_statement(actor, draft=StatementCreate(purpose=read.purpose, **typed))
        except WhereforeError as error:
            return await _form(request, read.purpose, **typed, errors=FormErrors.told_by(error))
        await sent(actor, DraftKind.STATEMENT, actor.id, read.purpose)
        return redirect_with("/me", notice=_told("Your words are kept.", written))

    @get("/{statement_id:uuid}")
    async def edit(
        self, request: PageRequest, actor: NamedDependency[Member], statement_id: FromPath[UUID]
    ) -> Template:
        """Show a statement to change it."""
        kept = await my_statement(actor, statement_id)
        begun = await begun_form(actor, DraftKind.STATEMENT, kept.id)
        if begun.values:
            return await _form(request, kept.purpose, **_typed(begun), statement_id=kept.id, begun=True)
        return await _form(request, kept.purpose, kept.role, kept.text, kept.audience, statement_id=kept.id)

    @post("/{statement_id:uuid}", opt={"limits": (STATEMENTS,), "keeps": keep_changed_statement})
    async def change(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        form: NamedDependency[Form],
        statement_id: FromPath[UUID],
    ) -> Answer:
        """Keep what was changed."""
        kept, typed = await my_statement(actor, statement_id), _typed(form)
        try:
            written = await change_statement(actor, statement_id, change=StatementUpdate(**typed))
        except WhereforeError as error:
            errors = FormErrors.told_by(error)
            return await _form(request, kept.purpose, **typed, statement_id=statement_id, errors=errors)
        await sent(actor, DraftKind.STATEMENT, statement_id)
        return redirect_with("/me", notice=_told("Your words are changed.", written))

    @get("/{statement_id:uuid}/delete", opt={"access": Access.SIGNED_IN})
    async def ask_delete(
        self, request: PageRequest, actor: NamedDependency[Member], statement_id: FromPath[UUID]
    ) -> Template:
        """Ask once more."""
        return await page(request, "me/delete_statement.html", statement=await my_statement(actor, statement_id))

    @post("/{statement_id:uuid}/delete", opt={"access": Access.SIGNED_IN})
    async def delete(self, actor: NamedDependency[Member], statement_id: FromPath[UUID]) -> Answer:
        """Delete a statement for good."""
        await delete_statement(actor, statement_id)
        await sent(actor, DraftKind.STATEMENT, statement_id)
        return redirect_with("/me", notice="It is deleted.")


def _told(told: str, written: StatementRead) -> str:
    return " ".join(filter(None, (note_after_saving(told, written), contact_note(written))))


def _role(word: str) -> Role:
    return Role(word) if word in set(Role) else Role.ABOUT


def _typed(form: Form) -> dict[str, Any]:
    audience = form.field("audience")
    return {
        "role": _role(form.field("role")),
        "text": form.field("text"),
        # What cannot be read is shown to nobody.
        "audience": Audience(audience) if audience in set(Audience) else Audience.NOBODY,
    }


async def _form(
    request: PageRequest,
    purpose: Purpose,
    role: Role,
    text: str = "",
    audience: Audience = Audience.PURPOSE,
    *,
    statement_id: UUID | None = None,
    errors: FormErrors | None = None,
    begun: bool = False,
) -> Template:
    return await page(
        request,
        "me/statement.html",
        purpose=PURPOSES[purpose],
        prompt=PROMPTS[purpose],
        role=role,
        text=text,
        audience=audience,
        statement_id=statement_id,
        begun=begun,
        errors=errors or FormErrors(),
        roles=ROLES,
        audiences=AUDIENCES,
        most=LONGEST_STATEMENT,
    )
