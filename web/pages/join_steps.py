"""The steps of joining: what each asks, what is wrong with an answer, and which step comes next."""

from enum import StrEnum

import msgspec

from api.accounts.fields import normal_email, problem_with_display_name, problem_with_email
from api.profiles.schemas import LONGEST_STATEMENT, Purpose, PurposeRead
from web.consents import ConsentAsked, consents_to_read
from web.forms import Form, FormErrors
from web.words import PURPOSES


class Step(StrEnum):
    """One question a page."""

    WHY = "why"
    CONSENT = "consent"
    NAME = "name"
    EMAIL = "email"
    CHECK = "check"
    PASSWORD = "password"  # noqa: S105 - the name of a page


FIELDS_OF: dict[Step, tuple[str, ...]] = {
    Step.WHY: ("purpose",),
    Step.CONSENT: ("consent",),
    Step.NAME: ("display_name",),
    Step.EMAIL: ("email",),
    Step.CHECK: (),
    Step.PASSWORD: ("over_18", "password", ""),
}
"""On which page an error of the whole sign-up is put right, and in which order the fields stand there."""


class Answers(msgspec.Struct, frozen=True):
    """What was answered so far; it travels in hidden fields, and never holds the password."""

    purposes: list[Purpose] = []
    consents: list[str] = []
    """As `purpose:version`."""
    display_name: str = ""
    email: str = ""
    words: str = ""
    """What a visitor tried on the first page: kept as a draft that nobody else reads, once there is an account."""

    @classmethod
    def sent(cls, form: Form) -> "Answers":
        """The answers in a form. What is no answer at all is left out."""
        purposes = [purpose for purpose in PURPOSES if purpose in form.fields("purpose")]
        possible = {_consent(PURPOSES[purpose]) for purpose in purposes if PURPOSES[purpose].sensitive}
        return cls(
            purposes=purposes,
            consents=[consent for consent in dict.fromkeys(form.fields("consent")) if consent in possible],
            display_name=form.field("display_name"),
            email=form.field("email"),
            words=form.field("words")[:LONGEST_STATEMENT],
        )

    def sensitive(self) -> list[PurposeRead]:
        """The chosen purposes that need a yes to their consent text."""
        return [PURPOSES[purpose] for purpose in self.purposes if PURPOSES[purpose].sensitive]

    def declined(self) -> list[PurposeRead]:
        """The sensitive purposes whose consent box was left empty."""
        return [read for read in self.sensitive() if _consent(read) not in self.consents]

    def without_declined(self) -> "Answers":
        """The same without the purposes that were not agreed to."""
        gone = {read.purpose for read in self.declined()}
        return msgspec.structs.replace(self, purposes=[purpose for purpose in self.purposes if purpose not in gone])

    def steps(self) -> list[Step]:
        """The pages to go through; consent is asked only where it is needed."""
        return [step for step in Step if step is not Step.CONSENT or self.sensitive()]

    def before(self, step: Step) -> Step:
        """The page before one."""
        steps = self.steps()
        return steps[max(steps.index(step) - 1, 0)] if step in steps else Step.WHY

    def after(self, step: Step, *, checking: bool = False) -> Step:
        """The page after one; whoever came from the check of their answers goes back there."""
        if checking and not (step is Step.WHY and self.declined()):
            return Step.CHECK
        steps = [*self.steps(), Step.PASSWORD]
        return steps[steps.index(step) + 1] if step in steps else Step.NAME

    def words_go_to(self) -> Purpose | None:
        """The purpose under which the words are kept: the first that is not sensitive, if there is one."""
        plain = [purpose for purpose in self.purposes if not PURPOSES[purpose].sensitive]
        return next(iter([*plain, *self.purposes]), None)


def consents_of(answers: Answers) -> tuple[list[ConsentAsked], list[str]]:
    """A text and a box for each sensitive purpose, and what is the same in all the texts."""
    return consents_to_read([(_consent(read), read) for read in answers.sensitive()])


def checked_answers(answers: Answers) -> list[tuple[str, str, Step | None]]:
    """What was answered, in words, with the page on which each can be changed."""
    rows: list[tuple[str, str, Step | None]] = [
        ("I am here for", ", ".join(PURPOSES[purpose].name for purpose in answers.purposes), Step.WHY)
    ]
    if agreed := [read.name for read in answers.sensitive()]:
        rows.append(("I agreed for", ", ".join(agreed), Step.CONSENT))
    rows += [("Your name here", answers.display_name, Step.NAME), ("E-mail address", answers.email, Step.EMAIL)]
    if answers.words:
        rows.append(("The words you tried", answers.words, None))
    return rows


def first_problem(answers: Answers, *, until: Step) -> tuple[Step, FormErrors] | None:
    """The first page up to one on which something is still to be put right; None when all is well."""
    for step in answers.steps():
        if errors := _problems(step, answers):
            return step, errors
        if step is until:
            break
    return None


def _problems(step: Step, answers: Answers) -> FormErrors:
    errors = FormErrors()
    problem = None
    if step is Step.WHY and not answers.purposes:
        errors.add("purpose", "Choose at least one reason to be here.")
    if step is Step.CONSENT and not answers.without_declined().purposes:
        errors.add("consent", "Say yes to at least one, or go back and choose another reason to be here.")
    if step is Step.NAME:
        problem = problem_with_display_name(answers.display_name)
    if step is Step.EMAIL:
        problem = problem_with_email(normal_email(answers.email))
    if problem is not None:
        errors.add(problem.pointer.strip("/"), problem.detail)
    return errors


def _consent(read: PurposeRead) -> str:
    return f"{read.purpose}:{read.consent_version}"
