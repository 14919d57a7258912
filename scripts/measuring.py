"""The commands that measure and train: `wherefore evaluate`, `train`, `bench` and `simulate`."""

import asyncio
from pathlib import Path

import click

from scripts.command_options import data_dir_option


@click.group("evaluate")
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


@click.group("train")
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


@click.group("bench")
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
@data_dir_option
def bench_encode_command(members: int, *, as_json: bool) -> None:
    """Measure the encoder: bulk seeding and concurrent texts beside the bare network.

    It adds bulk members to the database, so give it a --data-dir of its own.
    """
    from scripts.bench_encode import bench_encode  # noqa: PLC0415 - needs much that no other command does

    bench_encode(members=members, as_json=as_json)


@bench_command.command("map")
@click.option("--members", type=click.IntRange(1), default=10_000, show_default=True)
@click.option("--texts", type=click.IntRange(1), default=200_000, show_default=True, help="As for seed --bulk.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
@data_dir_option
def bench_map_command(members: int, texts: int, *, as_json: bool) -> None:
    """Measure what drawing the interest maps takes, step by step, and the memory of it.

    What is missing of so many bulk members is added to the database, so give it a --data-dir of its own.
    """
    from scripts.bench_map import bench_map  # noqa: PLC0415 - needs much that no other command does

    bench_map(members=members, texts=texts, as_json=as_json)


@bench_command.command("reasons")
@click.option("--turns", type=click.IntRange(10), default=200, show_default=True, help="How many reasons are checked.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def bench_reasons_command(turns: int, *, as_json: bool) -> None:
    """Measure the check of reasons of 600 characters beside a bare pass of the model. Needs no database."""
    from scripts.bench_reasons import bench_reasons  # noqa: PLC0415 - needs much that no other command does

    bench_reasons(turns=turns, as_json=as_json)


@bench_command.command("load")
@click.option("--members", type=click.IntRange(100), default=10_000, show_default=True)
@click.option("--visitors", type=click.IntRange(20), default=2_000, show_default=True, help="How many of them come.")
@click.option("--rate", type=click.IntRange(1), default=100, show_default=True, help="Requests a second.")
@click.option("--minutes", type=click.FloatRange(0.1), default=10.0, show_default=True, help="Before the overload.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that serve.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
@data_dir_option
def bench_load_command(members: int, visitors: int, rate: int, minutes: float, workers: int, *, as_json: bool) -> None:
    """Measure the whole site under a steady load of pages and calls, under ten times as much, and afterwards.

    What is missing of so many bulk members is added to the database, so give it a --data-dir of its own.
    """
    from scripts.bench_load import bench_load  # noqa: PLC0415 - needs much that no other command does

    bench_load(members=members, visitors=visitors, rate=rate, minutes=minutes, workers=workers, as_json=as_json)


@click.group("simulate")
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


GROUPS = (evaluate_command, train_command, bench_command, simulate_command)
