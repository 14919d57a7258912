"""The command `wherefore`: what operators and developers do with an installation."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from api.embedded import EmbeddedError
from api.migrations import DatabaseUnsuitableError
from api.settings import SettingError
from embeddings.models import ModelError
from scripts.serve import CannotListenError, end, running_database, serve, shared_database


class OneLine(click.Group):
    """Turns the errors that an operator can mend into one line and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (SettingError, EmbeddedError, DatabaseUnsuitableError, ModelError, CannotListenError) as error:
            click.echo(f"wherefore: {error}", err=True)
            end(2)
        except KeyboardInterrupt:
            click.echo("Stopped.")
            end(130)


@click.group(cls=OneLine)
@click.version_option(package_name="wherefore")
def main() -> None:
    """Say why you want to meet people, and connect by a reason that is about the other person."""


def _data_dir_option(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        callback=lambda _context, _option, value: value and os.environ.update(WHEREFORE_DATA_DIR=str(value)),
        expose_value=False,
        is_eager=True,
        help="Where the bundled PostgreSQL and the secret key live (.wherefore in the checkout).",
    )(command)


@main.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on (8000).")
@click.option("--host", help="The address to listen on (127.0.0.1).")
@click.option("--workers", type=click.IntRange(1, 64), help="How many processes serve (1).")
@click.option(
    "--demo",
    type=click.IntRange(0),
    default=0,
    help="Demo members to put into an empty database (0; with scripts/run 300).",
)
@_data_dir_option
def serve_command(port: int | None, host: str | None, workers: int | None, demo: int) -> None:
    """Start everything and serve the site until Ctrl-C.

    Everything is PostgreSQL (unless WHEREFORE_DATABASE_URL names one), the tables, demo members if asked for, the
    pages and the JSON API. docs/settings.md tells what else can be set, by environment variables.
    """
    for name, value in (("PORT", port), ("HOST", host), ("WORKERS", workers)):
        if value is not None:
            os.environ[f"WHEREFORE_{name}"] = str(value)
    serve(demo_members=demo)


@main.command("migrate")
@_data_dir_option
def migrate_command() -> None:
    """Bring the database to the shape that this version needs."""
    with running_database():
        click.echo("The database has the shape that this version needs.")


@main.command("seed")
@click.option("--members", type=click.IntRange(1), default=300, show_default=True, help="How many members to make.")
@click.option(
    "--seed", "number", type=int, default=7, show_default=True, help="The same number makes the same members."
)
@click.option("--bulk", is_flag=True, help="By COPY, for up to millions; can be stopped and goes on when run again.")
@click.option(
    "--texts",
    type=click.IntRange(1),
    default=200_000,
    show_default=True,
    help="With --bulk: how many distinct texts there are. Encoding them is what takes the time (10 minutes on two "
    "processors); up to about 80,000 members every text is its own.",
)
@_data_dir_option
def seed_command(members: int, number: int, texts: int, *, bulk: bool) -> None:
    """Add believable demo members, with requests and connections in every state.

    With --bulk there are that many members besides the demo ones, who have written but not met anybody yet, and as
    whom nobody can sign in.
    """
    with running_database():
        if bulk:
            from scripts.seed_bulk import seed_bulk  # noqa: PLC0415 - only for many

            asyncio.run(seed_bulk(members=members, number=number, texts=texts))
        else:
            from scripts.seed import seed  # noqa: PLC0415 - slow, and PostgreSQL starts meanwhile

            asyncio.run(seed(members=members, number=number))


@main.command("worker")
@_data_dir_option
def worker_command() -> None:
    """Do jobs until Ctrl-C and serve nothing, beside processes that serve.

    They do jobs as well; each is done once, by whoever is free first.
    """
    with shared_database():
        from scripts.worker import work  # noqa: PLC0415 - slow, and PostgreSQL starts meanwhile

        asyncio.run(work(say=click.echo))


@main.command("promote-moderator")
@click.argument("email")
@click.option("--undo", is_flag=True, help="They are an ordinary member again.")
@_data_dir_option
def promote_moderator_command(email: str, *, undo: bool) -> None:
    """Let the member with this address see what moderators see, from their next page on."""
    with shared_database():
        from scripts.moderators import set_moderator  # noqa: PLC0415 - it imports the engine

        asyncio.run(set_moderator(email, is_moderator=not undo))


@main.command("reembed")
@click.option("--model", help="A folder or a hub name (what WHEREFORE_MODEL says).")
@click.option("--remove-others", is_flag=True, help="Then remove the vectors of all other models.")
@_data_dir_option
def reembed_command(model: str | None, *, remove_others: bool) -> None:
    """Give all statements that take part in matching a vector of a model, while the site serves with another.

    Can be stopped at any moment and goes on when run again. docs/languages.md tells how to change the model.
    """
    if model is not None:
        os.environ["WHEREFORE_MODEL"] = model
    with shared_database():
        from scripts.reembed import reembed  # noqa: PLC0415 - slow, and PostgreSQL starts meanwhile

        asyncio.run(reembed(remove_others=remove_others))


@main.group("evaluate")
def evaluate_command() -> None:
    """Measure the engine over a folder of evaluation sets, beside its peers."""


@evaluate_command.command("interest")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def evaluate_interest_command(folder: Path, *, as_json: bool) -> None:
    """Measure how well shared interests are found: recall@10, nDCG@10, MRR and AUC with 95 % intervals.

    FOLDER holds files of JSON lines; docs/matching.md says which. Needs no database.
    """
    from scripts.evaluate import evaluate_interest  # noqa: PLC0415 - needs much that no other command does

    evaluate_interest(folder, as_json=as_json)


@evaluate_command.command("reasons")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def evaluate_reasons_command(folder: Path, *, as_json: bool) -> None:
    """Measure how fairly reasons are judged, as POST /reason-checks does it, with 95 % intervals.

    FOLDER holds files of JSON lines; docs/reasons.md says which. Needs no database.
    """
    from scripts.evaluate_reasons import evaluate_reasons  # noqa: PLC0415 - needs much that no other command does

    evaluate_reasons(folder, as_json=as_json)


@evaluate_command.command("messages")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def evaluate_messages_command(folder: Path, *, as_json: bool) -> None:
    """Measure how well messages that sell are told from others, with 95 % intervals.

    FOLDER holds files of JSON lines; docs/reasons.md says which. Needs no database.
    """
    from scripts.evaluate_messages import evaluate_messages  # noqa: PLC0415 - needs much that no other command does

    evaluate_messages(folder, as_json=as_json)


@main.group("train")
def train_command() -> None:
    """Train what was trained by us and comes with Wherefore."""


@train_command.command("roles")
@click.option(
    "--others",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="More texts: JSON lines with `text` and `label`, which is need or offer.",
)
@click.option("--write", is_flag=True, help="Keep the weights in embeddings/role_weights.json.")
def train_roles_command(others: Path | None, *, write: bool) -> None:
    """Train what tells needs from offers, and print how well it does on texts it has not seen.

    docs/model-card.md says what it was trained on.
    """
    from scripts.train_roles import train_roles  # noqa: PLC0415 - needs much that no other command does

    train_roles(others, write=write)


@train_command.command("reasons")
@click.option("--write", is_flag=True, help="Keep the weights in embeddings/reason_weights.json.")
def train_reasons_command(*, write: bool) -> None:
    """Train what judges reasons, on nothing but our own examples, and print how well it does on those left out.

    docs/model-card.md says what it was trained on.
    """
    from scripts.train_reasons import train_reasons  # noqa: PLC0415 - needs much that no other command does

    asyncio.run(train_reasons(write=write))


@main.group("bench")
def bench_command() -> None:
    """Measure how fast everything is, beside what one would build without it."""


@bench_command.command("matching")
@click.option("--members", "sizes", type=click.IntRange(2), multiple=True, default=(10_000,), show_default=True)
@click.option("--queries", type=click.IntRange(1), default=100, show_default=True, help="Whose lists are computed.")
@click.option("--texts", type=click.IntRange(1), default=200_000, show_default=True, help="As for seed --bulk.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Where the databases are made and kept for the next time (.wherefore-bench/MEMBERS).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
@click.option("--plots", type=click.Path(path_type=Path, file_okay=False), help="A folder to draw latency.svg in.")
@click.option(
    "--quality",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What `evaluate interest --json` printed, to draw quality.svg beside.",
)
def bench_matching_command(
    sizes: tuple[int, ...],
    queries: int,
    texts: int,
    *,
    data_dir: Path | None,
    plots: Path | None,
    quality: Path | None,
    as_json: bool,
) -> None:
    """Measure lists at one size or several: --members 10000 --members 100000. Nothing leaves this machine.

    What is missing of so many bulk members is seeded first, which takes minutes; for a million and its indexes it
    takes an hour on two processors, and 15 GB of disk.
    """
    from scripts.bench_matching import bench_matching  # noqa: PLC0415 - needs much that no other command does

    bench_matching(
        sizes, queries=queries, texts=texts, data_dir=data_dir, as_json=as_json, plots=plots, quality=quality
    )


@bench_command.command("encode")
@click.option("--members", type=click.IntRange(1), default=2_000, show_default=True, help="Seeded in each turn.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
@_data_dir_option
def bench_encode_command(members: int, *, as_json: bool) -> None:
    """Measure the encoder: bulk seeding and concurrent texts beside the bare network.

    It adds bulk members to the database, so give it a --data-dir of its own.
    """
    from scripts.bench_encode import bench_encode  # noqa: PLC0415 - needs much that no other command does

    bench_encode(members=members, as_json=as_json)


@main.group("simulate")
def simulate_command() -> None:
    """Let demo members live for a while, in memory, and measure what comes of it."""


@simulate_command.command("exposure")
@click.option("--members", type=click.IntRange(100), default=10_000, show_default=True, help="How many members.")
@click.option("--days", type=click.IntRange(4), default=30, show_default=True, help="How many days they visit.")
@click.option("--seed", "number", type=int, default=7, show_default=True, help="The same number, the same members.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def simulate_exposure_command(members: int, days: int, number: int, *, as_json: bool) -> None:
    """Measure how evenly members are shown, who never is, how soon new ones are, and what that costs.

    Needs no database. Encoded texts are kept in ~/.cache/wherefore.
    """
    from scripts.simulate_exposure import simulate_exposure  # noqa: PLC0415 - needs much that no other command does

    simulate_exposure(members=members, days=days, number=number, as_json=as_json)


if __name__ == "__main__":
    main()
