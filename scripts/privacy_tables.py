"""The command `python -m scripts.privacy_tables`: write the tables of docs/privacy.md from what they are about."""

from datetime import timedelta
from pathlib import Path

import click

from api.privacy.data_map import TableRow, data_map
from api.privacy.retention import RETENTION

PAGE = Path(__file__).parent.parent / "docs/privacy.md"


def data_table() -> str:
    """The data map as a table in Markdown."""
    head = "| Table | Whose | Why it is kept | In the export | Not in the export, and why | When its member is erased |"
    rows = [_row(name, row) for name, row in sorted(data_map().items())]
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def retention_table() -> str:
    """How long everything is kept, as a table in Markdown."""
    head = "| What goes | When | Counted from the moment that | Job |"
    rows = [f"| {row.what} | {_how_long(row.after)} | {row.since} | `{row.job}` |" for row in RETENTION]
    return "\n".join([head, "|---|---|---|---|", *rows])


def between(text: str, name: str) -> str:
    """What stands on a page between the marks of a table."""
    return text.partition(f"<!-- {name} -->\n")[2].partition(f"\n<!-- end of {name} -->")[0]


def written(text: str) -> str:
    """The page with its tables as the code says."""
    for name, table in TABLES.items():
        text = text.replace(between(text, name), table(), 1)
    return text


def _how_long(after: timedelta) -> str:
    return "at once" if not after else "after a day" if after.days == 1 else f"after {after.days} days"


def _row(name: str, row: TableRow) -> str:
    reasons: dict[str, list[str]] = {}
    for column, reason in row.kept_back.items():
        reasons.setdefault(reason, []).append(f"`{column}`")
    exported = [f"`{column}`" for column in [*row.exported, *row.shown]]
    kept_back = "; ".join(f"{', '.join(columns)}: {reason}" for reason, columns in reasons.items())
    return " | ".join(
        (
            f"| `{name}`",
            row.whose,
            row.why,
            ", ".join(exported) or "nothing",
            kept_back or "(all is)",
            f"{row.erased} |",
        )
    )


TABLES = {"data map": data_table, "retention": retention_table}

if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
    click.echo(f"Wrote the tables of {PAGE.name}.")
