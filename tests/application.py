"""The whole application, made once: to make it takes longer than most tests, and it keeps nothing of whom it serves."""

from functools import cache

from litestar import Litestar

from api.logs import configure_logs
from web.app import create_app


def application() -> Litestar:
    """The application that most tests share, with logs that go where this test looks."""
    configure_logs()
    return _made()


@cache
def _made() -> Litestar:
    return create_app()
