"""Which topics and statements one person could have written together."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from api.profiles.schemas import Purpose
from scripts.seed_data import Age, Statement, Topic, Who
from scripts.seed_names import Someone

# A second topic must be one that any first one leaves room for; where none is named, any of the purpose does.
SECOND_TOPIC: dict[Purpose, tuple[float, frozenset[str]]] = {
    Purpose.HOBBY: (0.2, frozenset()),
    Purpose.INTEREST: (0.2, frozenset()),
    Purpose.BUSINESS: (0.1, frozenset()),
    Purpose.BELIEF: (0.1, frozenset({"mystical moments", "death and what may follow", "new modest ideas"})),
    Purpose.CARETAKING: (0.1, frozenset({"rest and a life of one's own", "forms, rights and money"})),
    Purpose.PARTNERSHIP: (0.0, frozenset()),
}
# A sentence that settles what the writer's body can do does not go with what others wrote on the same topic.
_OF_A_BODY = re.compile(
    r"\b(blind|deaf|paralysed|eyes have gone|lost hearing|speech device|crutches|wheelchair)\b", re.IGNORECASE
)
_CARES_FOR_A_PARTNER = "caring for a partner"
_RAISES_A_CHILD, _STARTS_OUT = "raising a disabled child", "young and hopeful"
_HALF = 0.5


def could_write(statement: Statement, about: Someone) -> bool:
    return (
        statement.age in {None, about.age}
        and statement.who in {None, about.who}
        and statement.country in {None, about.country}
    )


def go_together(one: Statement, other: Statement) -> bool:
    """Whether one person could have written both."""
    alike = [(one.age, other.age), (one.who, other.who), (one.country, other.country)]
    return all(a is None or b is None or a == b for a, b in alike)


def fits(topic: Topic, about: Someone, chosen: Sequence[Topic]) -> bool:
    """Whether a topic can be of one life with the others."""
    if age_of(topic) not in {None, about.age} or who_of(topic) not in {None, about.who}:
        return False
    people = {other.people for other in [*chosen, topic]}
    looks_for_a_partner = any(other.purpose is Purpose.PARTNERSHIP for other in [*chosen, topic])
    return not (_CARES_FOR_A_PARTNER in people and looks_for_a_partner) and not (
        people >= {_RAISES_A_CHILD, _STARTS_OUT}
    )


@cache
def age_of(topic: Topic) -> Age | None:
    """The age that a whole topic is about: that of most of its statements."""
    [(age, times)] = Counter(statement.age for statement in topic.statements).most_common(1)
    return age if times >= _HALF * len(topic.statements) else None


@cache
def who_of(topic: Topic) -> Who | None:
    [(who, times)] = Counter(statement.who for statement in topic.statements).most_common(1)
    return who if times >= _HALF * len(topic.statements) else None


def tells_of_a_body(statement: Statement) -> bool:
    """Whether it settles what its writer's body can do, which others on the same topic may contradict."""
    return _OF_A_BODY.search(statement.text) is not None
