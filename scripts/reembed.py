"""The command `wherefore reembed`: vectors of the model that is set, for all statements, while a site may serve."""

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api import database
from api.encoding import encoder
from api.matching.vector_indexes import build_missing
from api.profiles.coverage import other_models_served
from api.profiles.reembedding import encode_missing, remove_other_vectors, tell_languages


async def reembed(*, remove_others: bool) -> None:
    """Encode what has no vector of the model that is set, index it where there is much, and remove others if asked to.

    Raises:
        click.ClickException: Others are to be removed while somebody serves with one of them.
    """
    model = encoder().model.name
    async with database.connected():
        await encoder().start()
        with Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        ) as progress:
            task = progress.add_task(f"Encoding with {model}", total=None)
            written = await encode_missing(
                encoder(), tell=lambda done, total: progress.update(task, completed=done, total=total)
            )
            progress.update(task, completed=written, total=written)
        click.echo(f"{written:,} vectors of {model} were written; every statement that takes part in matching has one.")
        if told := await tell_languages():
            click.echo(f"{told:,} statements were told their language.")
        for name in await build_missing():
            click.echo(f"The index {name} was built.")
        if remove_others:
            await _remove_others(model)


async def _remove_others(model: str) -> None:
    served = await other_models_served(model)
    if served:
        raise click.ClickException(
            f"Somebody served with {', '.join(served)} within the last ten minutes, so no vectors were removed. "
            "Restart the site with the new model, and run this again ten minutes later."
        )
    click.echo(f"{await remove_other_vectors(model):,} vectors of other models were removed.")
