"""The words of a case as they are kept: sealed, each bound to its column and its report."""

import hmac
from typing import TypeVar
from uuid import UUID

import msgspec

from api import sealing
from api.moderation.errors import EvidenceBrokenError
from api.moderation.schemas import Evidence

Kind = TypeVar("Kind")

_EVIDENCE = "report_evidence.sealed"
_DIGEST = "report_evidence.digest"


def seal(text: str, *, column: str, report: UUID) -> str:
    """A text for a column of `report`."""
    return sealing.seal(text, about=f"report.{column}", row=report)


def opened(sealed: str | None, *, column: str, report: UUID) -> str | None:
    """A text of a column of `report`; None where there is none."""
    return None if sealed is None else sealing.opened(sealed, about=f"report.{column}", row=report)


def seal_struct(value: object, *, column: str, report: UUID) -> str:
    """A Struct, or a list of them, for a column of `report`."""
    return seal(_as_text(value), column=column, report=report)


def opened_struct(kind: type[Kind], sealed: str | None, *, column: str, report: UUID) -> Kind | None:
    """What `seal_struct` sealed; None where there is none."""
    text = opened(sealed, column=column, report=report)
    return None if text is None else msgspec.json.decode(text, type=kind)


def seal_evidence(evidence: Evidence, *, report: UUID) -> tuple[str, bytes]:
    """Evidence for its table, and its digest."""
    text = _as_text(evidence)
    return sealing.seal(text, about=_EVIDENCE, row=report), digest_of(evidence)


def opened_evidence(sealed: str, digest: bytes, *, report: UUID) -> Evidence:
    """The evidence of a report, which is what was sealed then.

    Raises:
        EvidenceBrokenError: It cannot be opened, or is something else.
    """
    try:
        text = sealing.opened(sealed, about=_EVIDENCE, row=report)
    except (sealing.SealBrokenError, sealing.KeyMissingError) as error:
        raise EvidenceBrokenError from error
    if not hmac.compare_digest(sealing.keyed_digest(text, about=_DIGEST), bytes(digest)):
        raise EvidenceBrokenError
    return msgspec.json.decode(text, type=Evidence)


def digest_of(evidence: Evidence) -> bytes:
    """What is the same for the same evidence, and for nothing else."""
    return sealing.keyed_digest(_as_text(evidence), about=_DIGEST)


def _as_text(value: object) -> str:
    return msgspec.json.encode(value).decode()
