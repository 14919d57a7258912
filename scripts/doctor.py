"""The command `wherefore doctor`: looks at everything, changes nothing, and says what to do."""

import asyncio

import click
import msgspec

from api.doctor.findings import State
from scripts.command_options import data_dir_option

_MARKS = {State.OK: "ok   ", State.LOOK: "look ", State.BAD: "BAD  "}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="A list of findings for programs.")
@data_dir_option
def doctor_command(*, as_json: bool) -> None:
    """Look whether everything is as it should be, and say what to do where it is not. Changes nothing.

    Exit status: 0 when nothing is bad, 1 otherwise.
    """
    from api.doctor.examining import examine  # noqa: PLC0415 - slow, and no other command needs it

    findings = asyncio.run(examine())
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(findings)).decode())
    else:
        for finding in findings:
            click.echo(f"{_MARKS[finding.state]} {finding.about}: {finding.said}")
            if finding.do:
                click.echo(f"      → {finding.do}")
        counts = {state: sum(finding.state is state for finding in findings) for state in State}
        click.echo(f"\n{counts[State.BAD]} bad, {counts[State.LOOK]} to look at, {counts[State.OK]} ok.")
    click.get_current_context().exit(int(any(finding.state is State.BAD for finding in findings)))
