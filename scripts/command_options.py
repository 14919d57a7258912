"""Options that several commands take."""

import os
from collections.abc import Callable
from pathlib import Path

import click


def data_dir_option(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command be told where everything is kept, before anything reads the settings."""
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        callback=lambda _context, _option, value: value and os.environ.update(WHEREFORE_DATA_DIR=str(value)),
        expose_value=False,
        is_eager=True,
        help="Where the bundled PostgreSQL and the secret key live (.wherefore in the checkout).",
    )(command)
