"""Joining: why first, then who; one question a page, without JavaScript and without anything kept until the end."""

from typing import Any
from uuid import uuid4

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api.accounts.errors import PasskeyRefusedError, WrongCredentialsError
from api.accounts.joining import create_account
from api.accounts.joining_by_passkey import join_by_passkey, options_to_join
from api.accounts.schemas import AccountCreate, Member, PasskeyJoin, SessionCreated
from api.accounts.services import sign_in
from api.authentication import Access
from api.errors import InvalidError
from api.settings import settings
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.forms import Form, FormErrors
from web.pages.join_steps import FIELDS_OF, Answers, Step, checked_answers, consents_of, first_problem
from web.pages.joined import begin_with
from web.passkeys import browser_of, options_reply
from web.sessions import browser_label, forgotten, signed_in
from web.sign_ups import begun
from web.words import PURPOSES

READY = "If this address was new, your account is ready: sign in."


class JoinPages(Controller):
    """The steps of joining all live at one address; the answers travel with them."""

    path = "/join"
    opt = {"access": Access.ANYONE}

    @get()
    async def begin(self, request: PageRequest, viewer: NamedDependency[Member | None]) -> Answer:
        """Ask why."""
        return redirect("/home") if viewer is not None else await _show(request, Step.WHY, Answers())

    @post()
    async def answer(
        self, request: PageRequest, form: NamedDependency[Form], viewer: NamedDependency[Member | None]
    ) -> Answer:
        """Take one answer and ask the next question, or make the account."""
        if viewer is not None:
            return redirect("/home")
        answers, step = Answers.sent(form), _step(form)
        if (aside := await _aside(request, step, answers, form)) is not None:
            return aside
        if (found := first_problem(answers, until=step)) is not None:
            return await _show(request, found[0], answers, errors=found[1], checking=form.ticked("checking"))
        if step is Step.PASSWORD:
            by_passkey = bool(form.raw("answer_of_passkey"))
            return await (_join_by_passkey if by_passkey else _join)(request, answers.without_declined(), form)
        return await _go_on(request, step, answers, checking=form.ticked("checking"))

    @post("/passkey/options")
    async def options(self, request: PageRequest, form: NamedDependency[Form]) -> Response[dict[str, Any]]:
        """What the browser is asked with to make a passkey; the same for an address that is taken."""
        try:
            return options_reply(request, await options_to_join(_passkey_draft(form), browser=browser_of(request)))
        except InvalidError as error:
            return Response({"message": error.errors[0].detail}, status_code=error.status)


async def _aside(request: PageRequest, step: Step, answers: Answers, form: Form) -> Answer | None:
    """Where another button leads than the one that goes on; None where that was pressed."""
    go = form.field("go")
    if go == "begin":  # with words that were tried on the first page
        return await _show(request, Step.WHY, answers)
    if go == "back" and form.ticked("checking"):
        return await _show(request, Step.CHECK, answers)
    if go == "back":
        return await _show(request, answers.before(step), answers)
    if go == "without-words":
        return await _show(request, Step.CHECK, msgspec.structs.replace(answers, words=""))
    if step is Step.CHECK and go in answers.steps():
        # What was left out is not among the answers that are read there, so it is not chosen where they are changed.
        changed = answers.without_declined() if go == Step.WHY else answers
        return await _show(request, Step(go), changed, checking=True)
    return None


async def _go_on(request: PageRequest, step: Step, answers: Answers, *, checking: bool) -> Answer:
    declined = answers.declined() if step is Step.CONSENT else []
    after = answers.after(step, checking=checking and step is not Step.CHECK)
    return await _show(
        request,
        after,
        answers,
        declined=[read.name for read in declined],
        checking=checking and after is Step.CONSENT,
    )


async def _join(request: PageRequest, answers: Answers, form: Form) -> Answer:
    password = form.raw("password")
    draft = AccountCreate(
        email=answers.email, password=password, display_name=answers.display_name, over_18=form.ticked("over_18")
    )
    sign_up = uuid4()
    try:
        made = await create_account(draft, choices=msgspec.json.encode(answers).decode(), sign_up=sign_up)
        if made.next == "confirm_email":
            return forgotten(redirect("/look-in-your-mail", cookies=[begun(sign_up)]))
        session = await sign_in(email=answers.email, password=password, label=browser_label(request))
    except InvalidError as error:
        return await _put_right(request, answers, FormErrors.told_by(error), over_18=draft.over_18)
    except WrongCredentialsError:  # the address is somebody's: nothing more may be said about it
        return redirect_with("/sign-in", notice=READY)
    return await _welcome(answers, session)


async def _join_by_passkey(request: PageRequest, answers: Answers, form: Form) -> Answer:
    draft, sign_up = _passkey_draft(form), uuid4()
    try:
        session = await join_by_passkey(
            draft,
            answer=form.raw("answer_of_passkey"),
            browser=browser_of(request),
            label=browser_label(request),
            choices=msgspec.json.encode(answers).decode(),
            sign_up=sign_up,
        )
    except (InvalidError, PasskeyRefusedError) as error:
        return await _put_right(request, answers, FormErrors.told_by(error), over_18=draft.over_18)
    if session is not None:
        return await _welcome(answers, session)
    if settings().smtp is not None:
        return forgotten(redirect("/look-in-your-mail", cookies=[begun(sign_up)]))
    return redirect_with("/sign-in", notice=READY)


async def _put_right(request: PageRequest, answers: Answers, errors: FormErrors, *, over_18: bool) -> Answer:
    first = next(step for step in Step if any(found.field in FIELDS_OF[step] for found in errors))
    return await _show(request, first, answers, errors=errors.in_order(FIELDS_OF[first]), over_18=over_18)


async def _welcome(answers: Answers, session: SessionCreated) -> Answer:
    await begin_with(session.member, answers)
    # The steps were kept for the browser's "back"; now that they are done, nobody else should find them there.
    return forgotten(redirect("/first-words", cookies=signed_in(session)))


async def _show(
    request: PageRequest,
    step: Step,
    answers: Answers,
    *,
    errors: FormErrors | None = None,
    declined: list[str] | None = None,
    over_18: bool = False,
    checking: bool = False,
) -> Answer:
    steps = answers.steps()
    consents, shared = consents_of(answers)
    return await page(
        request,
        f"join/{step}.html",
        step=step,
        answers=answers,
        number=steps.index(step) + 1,
        total=len(steps),
        errors=errors or FormErrors(),
        declined=declined or [],
        over_18=over_18,
        checking=checking,
        checked=checked_answers(answers.without_declined()) if step is Step.CHECK else [],
        purposes=[(read.purpose, read.name, read.description) for read in PURPOSES.values()],
        consents=consents,
        shared=shared,
    )


def _passkey_draft(form: Form) -> PasskeyJoin:
    return PasskeyJoin(
        email=form.field("email"), display_name=form.field("display_name"), over_18=form.ticked("over_18")
    )


def _step(form: Form) -> Step:
    try:
        return Step(form.field("step"))
    except ValueError:
        return Step.WHY
