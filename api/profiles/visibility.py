"""Who may see whom, and who may read what: the one expression of it, in SQL, for every read.

Each function returns a condition to be put where a `{}` stands in another query. The names of columns and aliases come
from our own code, never from a request; aliases in here begin with `vis_` so as not to hide the caller's.
"""

from datetime import timedelta
from uuid import UUID

from piccolo.querystring import QueryString

from api import clock
from api.profiles.purposes import SENSITIVE

QUESTION_KEEPS_IN_SIGHT = timedelta(days=30)
"""As long as a request is open that nobody asks about: else whoever never answers would see the other for ever."""

_SENSITIVE = ", ".join(f"'{purpose}'" for purpose in SENSITIVE)


def can_see_member(viewer_id: UUID, member_column: str) -> QueryString:
    """Whether the viewer may know that this member exists.

    They may see themselves. They may see another whose account is active, when neither blocked the other, and when
    they are connected, or a request is open between them, or they share a purpose and the other is not paused.
    """
    return QueryString(
        "EXISTS (SELECT 1 FROM account AS vis_seen "
        f"WHERE vis_seen.id = {member_column} AND (vis_seen.id = {{}} OR ("
        f"{_active('vis_seen')} AND NOT {{}} AND ({{}} OR {{}} "
        "OR ((vis_seen.paused_until IS NULL OR vis_seen.paused_until <= {}) AND {})))))",
        viewer_id,
        are_blocked(viewer_id, "vis_seen.id"),
        are_connected(viewer_id, "vis_seen.id"),
        _keep_in_sight(viewer_id, "vis_seen.id"),
        clock.now(),
        share_a_purpose(viewer_id, "vis_seen.id"),
    )


def is_active(member_id: UUID) -> QueryString:
    """Whether a member is neither suspended nor leaving at this moment: for what others get of what they do."""
    return QueryString(
        f"EXISTS (SELECT 1 FROM account AS vis_self WHERE vis_self.id = {{}} AND {_active('vis_self')})",
        member_id,
    )


def is_there_for(viewer_id: UUID, member_column: str) -> QueryString:
    """Whether another member's account is active and neither of the two blocked the other.

    It is what still holds between two who had to do with each other, such as one who reads the other's request, even
    where they would not find each other now.
    """
    return QueryString(
        "EXISTS (SELECT 1 FROM account AS vis_seen "
        f"WHERE vis_seen.id = {member_column} AND {_active('vis_seen')} AND NOT {{}})",
        are_blocked(viewer_id, "vis_seen.id"),
    )


def can_read_statement(viewer_id: UUID, alias: str) -> QueryString:
    """Whether the viewer may read the row of `statement` that goes by this alias.

    They may read their own. They may read another's when they see the author, the author has its purpose switched on,
    with a consent that stands where it needs one, and they belong to its audience: members who have the purpose on
    too, or the author's connections.
    """
    return QueryString(
        f"({alias}.author = {{}} OR ((({alias}.audience = 'purpose' AND {{}}) OR "
        f"({alias}.audience = 'connections' AND {{}} AND {{}})) AND {{}}))",
        viewer_id,
        both_have_its_purpose(viewer_id, alias),
        _has_its_purpose(alias),
        are_connected(viewer_id, f"{alias}.author"),
        can_see_member(viewer_id, f"{alias}.author"),
    )


def can_read_connection(viewer_id: UUID, connection_column: str) -> QueryString:
    """Whether the viewer is one of the two of a connection that has not ended, and sees the other."""
    return QueryString(
        f"EXISTS (SELECT 1 FROM connection AS vis_tie WHERE vis_tie.id = {connection_column} "
        "AND vis_tie.ended_at IS NULL AND ((vis_tie.asker = {} AND {}) OR (vis_tie.accepter = {} AND {})))",
        viewer_id,
        can_see_member(viewer_id, "vis_tie.accepter"),
        viewer_id,
        can_see_member(viewer_id, "vis_tie.asker"),
    )


def both_have_its_purpose(viewer_id: UUID, alias: str) -> QueryString:
    """Whether the author and the viewer have switched on the purpose of the row of `statement` by this alias.

    Who sees the author then belongs to the audience *purpose*.
    """
    return QueryString(
        "({} AND EXISTS (SELECT 1 FROM member_purpose AS vis_mine "
        f"WHERE vis_mine.member = {{}} AND vis_mine.purpose = {alias}.purpose AND {_consent_stands('vis_mine')}))",
        _has_its_purpose(alias),
        viewer_id,
    )


def are_blocked(viewer_id: UUID, member_column: str) -> QueryString:
    """Whether either of the two has blocked the other."""
    return QueryString(
        "EXISTS (SELECT 1 FROM block AS vis_link WHERE {})",
        _joins(viewer_id, member_column, one="blocker", other="blocked"),
    )


def are_connected(viewer_id: UUID, member_column: str) -> QueryString:
    """Whether the two have a connection that has not ended."""
    return QueryString(
        "EXISTS (SELECT 1 FROM connection AS vis_link WHERE vis_link.ended_at IS NULL AND {})",
        _joins(viewer_id, member_column, one="asker", other="accepter"),
    )


def have_open_request(viewer_id: UUID, member_column: str) -> QueryString:
    """Whether one of the two waits for the other's answer, as the one who asked sees it."""
    return QueryString(
        "EXISTS (SELECT 1 FROM connection_request AS vis_link WHERE {} AND {})",
        is_open_for_sender("vis_link"),
        _joins(viewer_id, member_column, one="sender", other="recipient"),
    )


def _keep_in_sight(viewer_id: UUID, member_column: str) -> QueryString:
    """Whether one of the two waits for the other, and no question has gone without an answer for long."""
    return QueryString(
        "EXISTS (SELECT 1 FROM connection_request AS vis_link WHERE {} "
        "AND (vis_link.asked_at IS NULL OR vis_link.asked_at > {}) AND {})",
        is_open_for_sender("vis_link"),
        clock.now() - QUESTION_KEEPS_IN_SIGHT,
        _joins(viewer_id, member_column, one="sender", other="recipient"),
    )


def is_open_for_sender(alias: str) -> QueryString:
    """Whether the sender of the row of `connection_request` by this alias sees it as open at this moment.

    A request that has run out is over even while its row does not say so yet; the clock stands still while a question
    is open. A silent refusal changes nothing here: it must not show.
    """
    return QueryString(
        f"(({alias}.state = 'asked' OR ({alias}.state = 'pending' AND {alias}.expires_at > {{}})) "
        f"AND {alias}.sender_left_at IS NULL)",
        clock.now(),
    )


def places_taken(member_column: str) -> QueryString:
    """How many of the places are taken that a member set for requests to wait in.

    This counts what the senders see as waiting, so that nobody learns of a silent refusal from a place that came
    back: such a request keeps its place until it runs out. Where the sender can see that it is over or that the
    member is not there for them any more, the place is free.
    """
    return QueryString(
        "(SELECT count(*) FROM connection_request AS vis_request "
        "JOIN account AS vis_sender ON vis_sender.id = vis_request.sender "
        f"WHERE vis_request.recipient = {member_column} AND vis_request.state = 'pending' AND {{}} "
        f"AND {_active('vis_sender')} "
        "AND NOT EXISTS (SELECT 1 FROM block AS vis_link "
        "WHERE (vis_link.blocker = vis_request.recipient AND vis_link.blocked = vis_request.sender) "
        "OR (vis_link.blocker = vis_request.sender AND vis_link.blocked = vis_request.recipient)))",
        is_open_for_sender("vis_request"),
    )


def share_a_purpose(viewer_id: UUID, member_column: str) -> QueryString:
    """Whether both have switched on at least one purpose that is the same."""
    return QueryString(
        "EXISTS (SELECT 1 FROM member_purpose AS vis_mine "
        "JOIN member_purpose AS vis_theirs ON vis_theirs.purpose = vis_mine.purpose "
        f"WHERE vis_mine.member = {{}} AND vis_theirs.member = {member_column} "
        f"AND {_consent_stands('vis_mine')} AND {_consent_stands('vis_theirs')})",
        viewer_id,
    )


def has_purpose_on(member_column: str, purpose_column: str) -> str:
    """Whether a member has a purpose switched on, with a consent that stands where it needs one."""
    return (
        "EXISTS (SELECT 1 FROM member_purpose AS vis_on "
        f"WHERE vis_on.member = {member_column} AND vis_on.purpose = {purpose_column} AND {_consent_stands('vis_on')})"
    )


def takes_part(member_column: str, purpose_column: str) -> QueryString:
    """Whether what a member wrote for a purpose counts where all who have it are counted together.

    They are active and not paused, and have the purpose on, with a consent that stands where it needs one.
    """
    return QueryString(
        f"EXISTS (SELECT 1 FROM account AS vis_self WHERE vis_self.id = {member_column} AND {_active('vis_self')} "
        "AND (vis_self.paused_until IS NULL OR vis_self.paused_until <= {}) "
        f"AND {has_purpose_on(member_column, purpose_column)})",
        clock.now(),
    )


def _has_its_purpose(alias: str) -> QueryString:
    """Whether the author of the row of `statement` by this alias has its purpose switched on."""
    return QueryString(has_purpose_on(f"{alias}.author", f"{alias}.purpose"))


def _active(alias: str) -> str:
    """Whether the row of `account` by this alias is neither suspended nor leaving."""
    return f"{alias}.suspended_at IS NULL AND {alias}.erased_at IS NULL"


def _consent_stands(alias: str) -> str:
    """Whether what the row of `member_purpose` by this alias needs was agreed to and not taken back.

    Switching off takes both away at once. This holds even where only the consent should ever be gone.
    """
    return (
        f"({alias}.purpose NOT IN ({_SENSITIVE}) OR EXISTS (SELECT 1 FROM consent AS vis_yes "
        f"WHERE vis_yes.member = {alias}.member AND vis_yes.purpose = {alias}.purpose "
        "AND vis_yes.withdrawn_at IS NULL))"
    )


def _joins(viewer_id: UUID, member_column: str, *, one: str, other: str) -> QueryString:
    """Whether the row `vis_link` is between the two, whichever of them is which."""
    return QueryString(
        f"((vis_link.{one} = {{}} AND vis_link.{other} = {member_column}) "
        f"OR (vis_link.{other} = {{}} AND vis_link.{one} = {member_column}))",
        viewer_id,
        viewer_id,
    )
