"""Single migrations, in the order in which they are run: forwards to any point of the past, and back."""

import os
from collections.abc import Awaitable, Callable, Collection
from contextlib import redirect_stdout
from functools import cache, partial
from io import StringIO

import msgspec

os.environ.setdefault("PICCOLO_CONF", "api.piccolo_conf")

from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import MigrationModule

from api.database import fetch, transaction
from api.patience import patiently, set_patience
from api.piccolo_conf import DB


class Step(msgspec.Struct, frozen=True, order=True):
    """A migration of a domain."""

    app: str
    name: str


@cache
def known_steps() -> dict[Step, MigrationModule]:
    """Every migration of this version, in the order in which an empty database gets them."""
    manager = BaseMigrationManager()
    found = {}
    for app in manager.get_sorted_app_names():
        folder = manager.get_app_config(app_name=app).resolved_migrations_folder_path
        modules = manager.get_migration_modules(folder)
        found.update({Step(app, name): modules[name] for name in sorted(modules)})
    return found


async def run_steps(wanted: Collection[Step] | None = None) -> None:
    """Run those migrations that have not been run yet, each with its note that it was.

    Args:
        wanted: Which; None for all. Domain by domain, as this version runs them.
    """
    await BaseMigrationManager().create_migration_table()
    there = await steps_run()
    for step in known_steps():
        if step not in there and (wanted is None or step in wanted):
            await _in_turn(partial(_run, step, back=False))


async def take_back(step: Step) -> None:
    """Undo a migration, and the note that it was run.

    Piccolo's own command would take the notes of all domains' migrations of that time with it.
    """
    await _in_turn(partial(_run, step, back=True))
    await fetch("COMMENT ON TABLE migration IS NULL")  # by which a start would know that nothing is missing


async def steps_run() -> set[Step]:
    """The migrations that the database has seen."""
    rows = await Migration.select(Migration.app_name, Migration.name).run()
    return {Step(row["app_name"], row["name"]) for row in rows}


async def make_index(name: str, on: str, *, unique: bool = False) -> None:
    """Make an index of a table that members write to meanwhile; for a migration with `wrap_in_transaction=False`.

    May be interrupted and run again. Within a transaction, as where a backup is put back, nobody writes.

    Args:
        name: Of the index.
        on: The table, what of it, and for which rows: `message (author) WHERE …`.
        unique: Whether no two rows may be alike in it.
    """
    kind = "UNIQUE INDEX" if unique else "INDEX"
    if DB.current_transaction.get() is not None:
        await fetch(f"CREATE {kind} {name} ON {on}")
        return
    connection = await DB.get_new_connection()
    try:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # what an interrupted try has left
        await connection.execute(f"CREATE {kind} CONCURRENTLY {name} ON {on}")
    finally:
        await connection.close()


async def _in_turn(work: Callable[[], Awaitable[None]]) -> None:
    """Do it in a transaction of its own, as often as it takes; or in the caller's, who has all tables alone."""
    with redirect_stdout(StringIO()):  # Piccolo talks
        await (work() if DB.current_transaction.get() is not None else patiently(work))


async def _run(step: Step, *, back: bool) -> None:
    manager = await known_steps()[step].forwards()
    if not manager.wrap_in_transaction:
        await manager.run(backwards=back)
        await _note(step, back=back)
        return
    alone = DB.current_transaction.get() is None
    async with transaction() as current:
        if alone:
            await set_patience(current.connection)
        await manager.run(backwards=back)
        await _note(step, back=back)


async def _note(step: Step, *, back: bool) -> None:
    if back:
        await Migration.delete().where((Migration.name == step.name) & (Migration.app_name == step.app)).run()
    else:
        await Migration.insert(Migration(name=step.name, app_name=step.app)).run()
