"""Vectors of two models can stand side by side while an installation changes its model."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar

from api.database import fetch
from embeddings.columns import Vector

ID = "2026-11-22T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A vector for each statement and model, of as many dimensions as the model has."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="profiles", description=DESCRIPTION)

    # For the record only: Piccolo knows no statement for it.
    manager.alter_column(
        table_class_name="StatementVector",
        tablename="statement_vector",
        column_name="vector",
        db_column_name="vector",
        params={"dimensions": None},
        old_params={"dimensions": 384},
        column_class=Vector,
        old_column_class=Vector,
        schema=None,
    )

    # Wider than the 64 characters that a name has at most (`embeddings.models.Model`).
    manager.alter_column(
        table_class_name="StatementVector",
        tablename="statement_vector",
        column_name="model",
        db_column_name="model",
        params={"length": 255},
        old_params={"length": 64},
        column_class=Varchar,
        old_column_class=Varchar,
        schema=None,
    )

    async def run():
        # None of this rewrites a row: only the key's index is made anew.
        await fetch("SET LOCAL statement_timeout = 0")
        await fetch("ALTER TABLE statement_vector ALTER COLUMN vector TYPE halfvec")
        await fetch(
            "ALTER TABLE statement_vector DROP CONSTRAINT statement_vector_key, "
            "ADD CONSTRAINT statement_vector_key PRIMARY KEY (statement, purpose, model)"
        )

    async def run_backwards():
        await fetch("SET LOCAL statement_timeout = 0")
        await fetch("DELETE FROM statement_vector WHERE vector_dims(vector) <> 384")
        await fetch(
            "DELETE FROM statement_vector AS v USING statement_vector AS other "
            "WHERE other.statement = v.statement AND other.purpose = v.purpose AND other.model > v.model"
        )
        await fetch("ALTER TABLE statement_vector ALTER COLUMN vector TYPE halfvec(384)")
        await fetch(
            "ALTER TABLE statement_vector DROP CONSTRAINT statement_vector_key, "
            "ADD CONSTRAINT statement_vector_key PRIMARY KEY (statement, purpose)"
        )

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
