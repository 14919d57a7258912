"""The pages of requests: the ones received, the ones sent, and what can be done about each."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.connections import queries, services
from api.connections.reason_drafts import ReasonDraft, reason_drafts
from api.connections.request_machine import OPEN, WITHDRAWABLE_AFTER
from api.connections.request_views import UNSEEN
from api.connections.schemas import Box, Refusal, RequestRead, RequestState, Words
from api.errors import InvalidError, NotFoundError, WhereforeError
from api.moderation.notices import requests_paused_until
from api.pagination import MOST, Page
from web.begun_forms import begun_steps, keep_step, step_taken
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.forms import Form, FormErrors
from web.slots import full_in_words, slots_in_words

REQUESTS_A_PAGE = 20
OPEN_A_PAGE = MOST

_CONFLICT = 409

Step = Callable[[Member, UUID, Form], Awaitable[RequestRead]]


class RequestPages(Controller):
    """Requests, from both sides."""

    path = "/requests"
    opt = {"access": Access.MEMBER}

    @get()
    async def list_requests(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        box: FromQuery[str] = "received",
        cursor: FromQuery[str | None] = None,
        open_after: FromQuery[str | None] = None,
    ) -> Template:
        """Show the requests received or sent: first those that are open, then the others, each newest first.

        A page that follows goes on with one of the two: `open_after` with the open ones, `cursor` with the others.
        """
        side = Box.SENT if box == Box.SENT else Box.RECEIVED
        sent, first = side is Box.SENT, cursor is None and open_after is None
        still_open = over = Page[RequestRead]([], None)
        if first or open_after is not None:
            still_open = await queries.requests(actor, box=side, still_open=True, limit=OPEN_A_PAGE, cursor=open_after)
        if open_after is None:
            over = await queries.requests(actor, box=side, still_open=False, limit=REQUESTS_A_PAGE, cursor=cursor)
        return await page(
            request,
            "requests/requests.html",
            box=side,
            groups=_groups(side, still_open.items),
            more_open=still_open.next,
            found=over,
            begun=await _begun(actor) if sent and first else [],
            paused_until=await requests_paused_until(actor) if sent else None,
            slots=slots_in_words(await queries.slots(actor)) if sent else None,
            full=full_in_words(await queries.places(actor)) if first and not sent else None,
            first=first,
        )

    @get("/waiting")
    async def next_waiting(self, actor: NamedDependency[Member], after: FromQuery[UUID | None] = None) -> Answer:
        """Lead to the request that has waited longest, or to the next one after one that is left for now."""
        waiting = await queries.waiting_requests(actor)
        if after in waiting:
            place = waiting.index(after)
            waiting = waiting[place + 1 :] + waiting[:place]
        if waiting:
            return redirect(f"/requests/{waiting[0]}")
        return redirect_with("/requests", notice="Nothing else waits for your answer.")

    @get("/{request_id:uuid}")
    async def show(self, request: PageRequest, actor: NamedDependency[Member], request_id: FromPath[UUID]) -> Template:
        """Show one request, and what can be done about it."""
        return await _draw(request, actor, await queries.request(actor, request_id))

    @get("/{request_id:uuid}/{step:str}")
    async def back_to_request(self, request_id: FromPath[UUID], step: FromPath[str]) -> Answer:
        """Lead on whoever opens the address that a refused step leaves in the browser."""
        if step not in _STEPS:
            raise NotFoundError
        return redirect(f"/requests/{request_id}")

    @post("/{request_id:uuid}/{step:str}", opt={"keeps": keep_step})
    async def take_step(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        form: NamedDependency[Form],
        request_id: FromPath[UUID],
        step: FromPath[str],
    ) -> Answer:
        """Answer a request, ask about it, take it back, or open it again."""
        if step not in _STEPS:
            raise NotFoundError
        take, field, notice = _STEPS[step]
        try:
            after = await take(actor, request_id, form)
        except InvalidError as error:
            errors = FormErrors.told_by(error, names={"text": field, "sentence": field})
            return await _draw(
                request,
                actor,
                await queries.request(actor, request_id),
                form=form,
                errors=errors,
                status_code=error.status,
            )
        except WhereforeError as error:
            if error.status != _CONFLICT:
                raise
            now = await queries.request(actor, request_id)
            return await _draw(request, actor, now, form=form, trouble=error.detail, status_code=error.status)
        await step_taken(actor, request_id, step, over=_over(after))
        if step == "acceptance" and after.connection_id is not None:
            return redirect_with(f"/conversations/{after.connection_id}", notice=notice)
        return redirect_with(f"/requests/{request_id}", notice=notice)


async def _accept(actor: Member, request_id: UUID, _: Form) -> RequestRead:
    return await services.accept_request(actor, request_id)


async def _refuse(actor: Member, request_id: UUID, form: Form) -> RequestRead:
    """Silently, or with the sentence of the form that has a field for one; an empty field is not taken for silence."""
    if "sentence" not in form.values:
        return await services.refuse_request(actor, request_id, refusal=Refusal())
    if not form.field("sentence"):
        raise InvalidError.field("sentence", "missing", "Write your sentence, or say no silently.")
    return await services.refuse_request(actor, request_id, refusal=Refusal(form.field("sentence")))


async def _ask(actor: Member, request_id: UUID, form: Form) -> RequestRead:
    return await services.ask(actor, request_id, words=Words(form.field("question")))


async def _answer(actor: Member, request_id: UUID, form: Form) -> RequestRead:
    return await services.answer(actor, request_id, words=Words(form.field("answer")))


async def _withdraw(actor: Member, request_id: UUID, _: Form) -> RequestRead:
    return await services.withdraw_request(actor, request_id)


async def _set_aside(actor: Member, request_id: UUID, _: Form) -> RequestRead:
    return await services.set_aside(actor, request_id)


async def _take_up(actor: Member, request_id: UUID, _: Form) -> RequestRead:
    return await services.take_up(actor, request_id)


async def _reopen(actor: Member, request_id: UUID, _: Form) -> RequestRead:
    return await services.reopen_request(actor, request_id)


_STEPS: Mapping[str, tuple[Step, str, str]] = {
    "acceptance": (_accept, "", "You are connected. Say hello when it suits you."),
    "refusal": (_refuse, "sentence", "You said no. That is all right, and it is done."),
    "question": (_ask, "question", "Your question is on its way. The request waits, and its time stands still."),
    "answer": (_answer, "answer", "Your answer is on its way."),
    "withdrawal": (_withdraw, "", "You took your request back, and have its place again."),
    "reopening": (_reopen, "", "It is open again. Answer it when it suits you."),
    "later": (_set_aside, "", "It is put aside. You find it under Requests, and nobody is told."),
    "now": (_take_up, "", "It waits with the others again."),
}
"""For each step its service, the field of its text, and what is said afterwards."""


def _groups(box: Box, still_open: list[RequestRead]) -> list[tuple[str, list[RequestRead]]]:
    """What is open, by whose turn it is; each with its heading."""
    asked = [shown for shown in still_open if shown.state is RequestState.ASKED]
    pending = [shown for shown in still_open if shown.state is RequestState.PENDING]
    if box is Box.SENT:
        groups = [("They asked you something", asked), ("No answer yet", pending)]
    else:
        groups = [
            ("Waiting for you", [shown for shown in pending if not shown.set_aside]),
            ("Put aside for later", [shown for shown in pending if shown.set_aside]),
            ("You asked, and it is their turn", asked),
        ]
    return [(heading, found) for heading, found in groups if found]


async def _begun(actor: Member) -> list[ReasonDraft]:
    """Reasons that the actor has begun, to people who are there."""
    return [draft for draft in await reason_drafts(actor) if draft.member is not None]


async def _others_waiting(actor: Member, request_id: UUID) -> int:
    return len([other for other in await queries.waiting_requests(actor) if other != request_id])


async def _draw(
    request: PageRequest,
    actor: Member,
    shown: RequestRead,
    *,
    form: Form | None = None,
    errors: FormErrors | None = None,
    trouble: str | None = None,
    status_code: int = 200,
) -> Template:
    box = Box.SENT if shown.sender.id == actor.id else Box.RECEIVED
    other = shown.recipient if box is Box.SENT else shown.sender
    return await page(
        request,
        "requests/request.html",
        status_code=status_code,
        shown=shown,
        box=box,
        other=other,
        there=other.id != UNSEEN.id,
        others_waiting=await _others_waiting(actor, shown.id) if box is Box.RECEIVED else 0,
        form=await begun_steps(actor, shown.id, form),
        begun=form is None,
        errors=errors or FormErrors(),
        trouble=trouble,
        kept=_typed(form) if form and trouble else "",
        withdrawal_from=_withdrawal_from(shown) if box is Box.SENT else None,
    )


def _over(shown: RequestRead) -> bool:
    """Whether nothing that was begun for it can be said any more."""
    return shown.state not in OPEN and "reopening" not in shown.can


def _withdrawal_from(shown: RequestRead) -> datetime | None:
    """From when the sender may take it back; None when they may already, or when it is over."""
    if "withdrawal" in shown.can or shown.state not in OPEN:
        return None
    return shown.created_at + WITHDRAWABLE_AFTER


def _typed(form: Form) -> str:
    """The words that came with a step."""
    return next((form.field(field) for _, field, _ in _STEPS.values() if field and form.field(field)), "")
