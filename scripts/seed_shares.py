"""Who gets to write which texts of the bank: every text once before any comes a second time."""

from collections import Counter
from collections.abc import Collection, Sequence
from math import ceil

from api.profiles.schemas import Role
from scripts.seed_data import Statement, Topic
from scripts.seed_lives import could_write, go_together, tells_of_a_body
from scripts.seed_names import Someone

_MOST_ABOUT = 3


class Shares:
    """What is still to be given out. Once nobody can be given a whole share any more, another round begins."""

    def __init__(self, topics: Sequence[Topic], *, anchors: Collection[str]) -> None:
        """Give out what these topics hold; in each round what reasons answer to (`anchors`) goes first."""
        self._topics, self._anchors = topics, anchors
        self._written: Counter[str] = Counter()
        self._round = 0
        self._free: dict[tuple[str, str, Role], list[Statement]] = {}
        for topic in topics:
            self._count(topic)

    def open_topics(self) -> list[Topic]:
        """The topics of which somebody could still write something in both roles."""
        found = [topic for topic in self._topics if self.pair(topic)]
        if found:
            return found
        self._round += 1
        for topic in self._topics:
            self._count(topic)
        return self.open_topics()

    def is_open(self, topic: Topic, about: Someone) -> bool:
        """Whether this person could still write something in both roles."""
        return all(any(could_write(s, about) for s in self._left(topic, role)) for role in Role)

    def left(self, topic: Topic) -> int:
        """How many more people could write about a topic, roughly."""
        return min(len(self._left(topic, role)) for role in Role)

    def pair(self, topic: Topic) -> tuple[Statement, Statement] | None:
        """Something to say of oneself and of whom one seeks that one person could have written, if there is any."""
        for own in self._left(topic, Role.ABOUT):
            for sought in self._left(topic, Role.SEEKING):
                if go_together(own, sought):
                    return own, sought
        return None

    def take(self, topic: Topic, role: Role, about: Someone, fixed: Collection[str]) -> list[str]:
        """Texts for one person, one at least: `fixed` ones first, then what was written least so far."""
        open_to = [s for s in topic.statements if s.role is role and could_write(s, about)]
        open_to.sort(key=lambda s: (s.text not in fixed, self._written[s.text], s.text not in self._anchors))
        first = open_to[0]
        taken = [first]
        if not tells_of_a_body(first):
            more = [s for s in open_to[1:] if self._is_left(s) and not tells_of_a_body(s)]
            taken += more[: self._how_many(topic, role) - 1]
        self._written.update(s.text for s in taken)
        self._count(topic)
        return [s.text for s in taken]

    def _how_many(self, topic: Topic, role: Role) -> int:
        """One of whom one seeks, which are the fewer; and as much of oneself as then is used up at the same pace."""
        if role is Role.SEEKING:
            return 1
        own, sought = (len(self._left(topic, one)) for one in (Role.ABOUT, Role.SEEKING))
        return min(ceil(own / max(sought, 1)), _MOST_ABOUT)

    def _left(self, topic: Topic, role: Role) -> list[Statement]:
        return self._free[topic.purpose, topic.name, role]

    def _count(self, topic: Topic) -> None:
        for role in Role:
            self._free[topic.purpose, topic.name, role] = [
                s for s in topic.statements if s.role is role and self._is_left(s)
            ]

    def _is_left(self, statement: Statement) -> bool:
        return self._written[statement.text] <= self._round
