"""What is told to Prometheus, by name: made once a process, and only where an operator wants it."""

from functools import cache
from typing import TYPE_CHECKING

from api.settings import settings

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 10)
_TEXTS = (1, 2, 4, 8, 16, 32, 64)


class Instruments:
    """Everything that is counted or measured in a process. No label ever holds what a member or visitor chose."""

    def __init__(self, registry: "CollectorRegistry") -> None:
        """Make them; with `PROMETHEUS_MULTIPROC_DIR` set, each writes where the process that tells can read it."""
        from prometheus_client import Counter, Gauge, Histogram  # noqa: PLC0415 - only where it is wanted

        self.request_seconds = Histogram(
            "wherefore_request_seconds",
            "From the head of a request to the end of its answer, by route; streams of events are left out.",
            ["method", "route"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.requests = Counter(
            "wherefore_requests", "Requests that were answered.", ["method", "route", "status"], registry=registry
        )
        self.in_flight = Gauge(
            "wherefore_requests_in_flight",
            "Requests that are being answered.",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.streams = Gauge(
            "wherefore_streams_open", "Open event streams.", multiprocess_mode="livesum", registry=registry
        )
        self.pool = Gauge(
            "wherefore_pool_connections",
            "Connections to the database of all processes: in use, idle, and how many there may be.",
            ["state"],
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.encoder_waiting = Gauge(
            "wherefore_encoder_waiting",
            "Requests that wait for the model.",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.batch_texts = Histogram(
            "wherefore_encoder_batch_texts", "Texts in one batch of the model.", buckets=_TEXTS, registry=registry
        )
        self.batch_seconds = Histogram(
            "wherefore_encoder_batch_seconds", "What one batch took.", buckets=_SECONDS, registry=registry
        )
        self.jobs = Counter("wherefore_jobs", "Jobs that were done.", ["job_name"], registry=registry)
        self.job_failures = Counter(
            "wherefore_job_failures", "Jobs that failed, each try, by kind.", ["job_name", "kind"], registry=registry
        )
        self.figures = {
            name: Gauge(f"wherefore_{name}", text, multiprocess_mode="livemostrecent", registry=registry)
            for name, text in FIGURES.items()
        }


FIGURES = {
    "jobs_waiting": "Jobs that are due and that nobody has begun.",
    "jobs_oldest_seconds": "How long the oldest of them has been due.",
    "members": "Accounts, rounded to fives.",
    "two_way_conversation_ratio": "Of the connections of four weeks that are two weeks old, where both wrote twice or "
    "more within two weeks.",
    "first_answer_seconds": "The middle time from a request to its first answer, to the hour, of four weeks.",
    "exposure_gini": "How unevenly members are shown: 0 when all are shown equally often, towards 1 when one is.",
    "webhooks_waiting": "Deliveries of webhooks that wait for their first or next attempt, rounded to fives.",
    "webhooks_sent": "Deliveries that arrived in the hour before they were counted, rounded to fives.",
    "webhooks_failed": "Attempts that failed in that hour, rounded to fives.",
    "webhooks_given_up": "Deliveries that were given up in that hour, rounded to fives.",
    "measured_at": "When all but those of jobs and what waits were measured, in seconds since 1970.",
}
"""Measured by a job (`api/metrics/figures.py`); what there is too little of is not told."""


@cache
def instruments() -> Instruments | None:
    """Those of this process; None where nobody wants to be told."""
    if settings().metrics is None:
        return None
    from prometheus_client import CollectorRegistry  # noqa: PLC0415 - only where it is wanted

    return Instruments(CollectorRegistry())
