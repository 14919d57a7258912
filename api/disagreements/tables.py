"""What members say of findings, and how often each finding was shown."""

from piccolo.columns import UUID, Date, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Unique
from piccolo.table import Table

from api.accounts.tables import Account
from api.disagreements.schemas import Judged
from api.sealing.columns import SealedText


class FindingShown(Table, tablename="finding_shown"):
    """How many members a finding stopped on a day: a bare count, of nobody and of no text."""

    id = UUID(primary_key=True, default=UUID4())
    code = Varchar(length=32, null=False)
    judged = Varchar(length=16, choices=Judged, null=False)
    engine = Varchar(length=300, null=False)
    """With what it was judged: the version of Wherefore, of what it learned, and the model."""
    day = Date(null=False)
    times = Integer(default=0, null=False)

    finding_shown_once_a_day = Unique([code, judged, engine, day])


class FindingCounted(Table, tablename="finding_counted"):
    """Who was stopped by which finding today, so that each member counts once; a job deletes it the day after."""

    id = UUID(primary_key=True, default=UUID4())
    member = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    code = Varchar(length=32, null=False)
    judged = Varchar(length=16, choices=Judged, null=False)
    engine = Varchar(length=300, null=False)
    day = Date(null=False)

    finding_counted_once = Unique([member, code, judged, engine, day])


class Disagreement(Table, tablename="disagreement"):
    """A member says that a finding is wrong, once a day for each; the words are in a table of their own."""

    id = UUID(primary_key=True, default=UUID4())
    member = ForeignKey(Account, null=True, default=None, on_delete=OnDelete.cascade)
    """Nobody once it is 90 days old: until then, so that each member counts once a day and takes it along."""
    code = Varchar(length=32, null=False)
    judged = Varchar(length=16, choices=Judged, null=False)
    engine = Varchar(length=300, null=False)
    day = Date(null=False)
    created_at = Timestamptz(null=False)

    disagreement_once_a_day = Unique([member, code, judged, day])


class DisagreementText(Table, tablename="disagreement_text"):
    """Words in which a finding was wrong, given by their writer: for 90 days at most, or until they take them back."""

    id = UUID(primary_key=True, default=UUID4())
    member = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    code = Varchar(length=32, null=False)
    judged = Varchar(length=16, choices=Judged, null=False)
    text = SealedText(most=4000, null=False)
    created_at = Timestamptz(null=False)
