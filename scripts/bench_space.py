"""The bench of what it all takes: memory of the processes, and disk for tables and indexes."""

from contextlib import suppress

import psutil

from api import database
from scripts.bench_figures import Recorder

_MEGABYTE = 1e6
# Ours apart from the peer's, which the bench itself has made.
_SIZES = {
    ("disk_vectors", "wherefore"): "sum(pg_table_size(oid)) FILTER (WHERE relname ^@ 'statement_vector')",
    ("disk_vector_indexes", "wherefore"): "sum(pg_indexes_size(oid)) FILTER (WHERE relname ^@ 'statement_vector')",
    ("disk_tables", "wherefore"): "sum(pg_table_size(oid)) FILTER (WHERE space <> 'bench')",
    ("disk_indexes", "wherefore"): "sum(pg_indexes_size(oid)) FILTER (WHERE space <> 'bench')",
    ("disk_vectors", "pgvector_profile"): "sum(pg_table_size(oid)) FILTER (WHERE space = 'bench')",
    ("disk_vector_indexes", "pgvector_profile"): "sum(pg_indexes_size(oid)) FILTER (WHERE space = 'bench')",
}


async def bench_disk(recorder: Recorder) -> None:
    """Sizes of tables and of indexes."""
    for (task, method), size in _SIZES.items():
        [row] = await database.fetch(
            f"SELECT {size} AS size FROM (SELECT pg_class.oid, relname, nspname AS space FROM pg_class "
            "JOIN pg_namespace ON pg_namespace.oid = relnamespace "
            "WHERE relkind = 'r' AND nspname IN ('public', 'bench')) AS found"
        )
        recorder.value(task, method, "mb", float(row["size"] or 0) / _MEGABYTE)


async def bench_memory(server: psutil.Process, recorder: Recorder) -> None:
    """Memory of the process that serves, and of all processes of PostgreSQL, if that runs here."""
    recorder.value("memory", "wherefore", "mb", server.memory_info().rss / _MEGABYTE)
    [row] = await database.fetch("SELECT pg_backend_pid() AS pid")
    with suppress(psutil.Error):
        backend = psutil.Process(int(row["pid"]))
        first = backend.parent()
        if "postgres" in backend.name() and first is not None:
            # Shared pages count once: each process is given its part of them.
            parts = [process.memory_full_info().pss for process in (first, *first.children(recursive=True))]
            recorder.value("memory", "postgresql", "mb", sum(parts) / _MEGABYTE)
