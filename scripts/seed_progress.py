"""How far a seed is: a bar on a terminal, and a plain line elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


@contextmanager
def progress(words: str, total: int) -> Iterator[Callable[[], None]]:
    """Show what is being done, until it is; what this gives is called after each thing that was done."""
    terminal = sys.stdout.isatty()
    if not terminal:
        click.echo(f"{words}: {total}")
    columns = [TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, disable=not terminal) as bar:
        task = bar.add_task(words, total=total)
        yield lambda: bar.advance(task)
