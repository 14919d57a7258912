"""Nothing is kept of which the data map does not say whose it is, why it is kept, and how it is erased."""

from api.database import fetch
from api.piccolo_conf import APP_REGISTRY
from api.privacy.data_map import data_map
from scripts.privacy_tables import PAGE, between, written

HOW = (
    '\nEach column needs a row in api/privacy/data_map.toml: under [table.columns] write name = "yes" when its member '
    'gets it with the export, "shown: part" when the export has it as the site shows it, or "no: why not". A new table '
    "needs whose, why, erased and kept too; the head of that file explains them. Then run "
    "`python -m scripts.privacy_tables`, which writes docs/privacy.md."
)


async def columns_of_the_database() -> set[str]:
    """`table.column` of everything that PostgreSQL keeps for us; parts of a table are the table."""
    rows = await fetch(
        "SELECT c.relname || '.' || a.attname AS name FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
        "AND a.attnum > 0 AND NOT a.attisdropped"
    )
    return {row["name"] for row in rows}


def columns_of_the_map() -> set[str]:
    """`table.column` of everything that the data map speaks about."""
    return {f"{table}.{column}" for table, row in data_map().items() for column in row.columns}


async def test_every_column_of_the_database_has_a_row(database: None) -> None:
    missing = await columns_of_the_database() - columns_of_the_map()

    assert not missing, f"The data map says nothing about {', '.join(sorted(missing))}.{HOW}"


async def test_every_row_is_about_a_column_that_there_is(database: None) -> None:
    gone = columns_of_the_map() - await columns_of_the_database()

    assert not gone, f"The data map speaks of {', '.join(sorted(gone))}, which are not in the database (any more)."


def test_every_column_of_the_tables_in_code_has_a_row() -> None:
    known = columns_of_the_map()
    named = {
        f"{table._meta.tablename}.{column._meta.db_column_name}"
        for app in APP_REGISTRY.app_configs.values()
        for table in app.table_classes
        for column in table._meta.columns
    }

    assert not named - known, f"The data map says nothing about {', '.join(sorted(named - known))}.{HOW}"


def test_every_row_says_one_of_three_things_of_a_column() -> None:
    for table, row in data_map().items():
        said = {*row.exported, *row.shown, *row.kept_back}
        assert said == set(row.columns), f"{table}: {set(row.columns) - said}"
        assert all(len(why) > 4 for why in row.kept_back.values()), table
        assert bool(row.exported) <= (row.part is not None and row.mine is not None), table


def test_the_page_about_privacy_shows_the_map_as_it_is() -> None:
    page = PAGE.read_text()

    assert page == written(page), "Run `python -m scripts.privacy_tables`."
    assert between(page, "data map").count("\n| `") == len(data_map())
