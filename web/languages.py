"""What members are told about the language of their words: plainly, and never as a refusal."""

from api.encoding import languages_read_well, reads_well
from api.interest_map.trying import Tried
from api.profiles.schemas import Audience, StatementRead
from embeddings.language import language_name

_FEW = 3
"""So many languages can be named in a sentence."""


def language_note(statement: StatementRead) -> str | None:
    """What to say beside words that fewer people may be found by; None where there is nothing to say.

    Words that nobody is to be found by are not doubted.
    """
    if statement.read_well or statement.language is None or statement.audience is not Audience.PURPOSE:
        return None
    name, best = language_name(statement.language), best_read()
    if best is None:
        return (
            f"This looks like {name}, which we do not read so well yet, so fewer people may be found by it. "
            "You can keep it, or add the same in another language."
        )
    return (
        f"This looks like {name}. We read {best} best for now, so fewer people may be found by it. "
        f"You can keep it, or add the same in {best.replace(' and ', ' or ')}."
    )


def note_after_saving(told: str, statement: StatementRead) -> str:
    """What to say once after words were kept, with the note about their language if there is one."""
    note = language_note(statement)
    return told if note is None else f"{told} {note}"


def note_on_tried(tried: Tried) -> str | None:
    """What to say beside what was found for a sentence in a language that is read less well."""
    if tried.read_well or tried.language is None:
        return None
    best = best_read()
    read = "" if best is None else f" We read {best} best for now."
    return f"This looks like {language_name(tried.language)}, so we may have missed people.{read}"


def poorly_read_note() -> str:
    """What to say where nobody was found and all that one could be found by is read less well."""
    best = best_read()
    how = "in another language" if best is None else f"in {best.replace(' and ', ' or ')}"
    return f"Your words here seem to be in a language that we do not read so well yet. Add the same {how}, if you can."


def pair_note(*languages: str | None) -> str | None:
    """What to say beside two statements that were brought together, where one of them may have been misread."""
    names = sorted({language_name(tag) for tag in languages if tag is not None and not reads_well(tag)})
    if not names:
        return None
    return f"We do not read {' and '.join(names)} so well yet, so this may not fit. Read for yourself."


def best_read() -> str | None:
    """The languages that are read best, named in a sentence; None when they are many, or not known."""
    names = [language_name(tag) for tag in sorted(languages_read_well() or ())]
    if not 1 <= len(names) <= _FEW:
        return None
    return " and ".join([", ".join(names[:-1]), names[-1]]) if names[1:] else names[0]
