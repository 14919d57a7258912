"""PostgreSQL of another installation than the bundled one, as it comes: started for tests, and stopped."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote

import msgspec

from api.embedded_cluster import is_ready
from api.embedded_identity import Identity, choose_identity, find_binaries
from api.migrations import OLDEST_PGVECTOR, OLDEST_POSTGRESQL

SECONDS_TO_START = 120

_PREPARING = (
    "CREATE ROLE wherefore LOGIN CREATEDB",
    "CREATE DATABASE wherefore OWNER wherefore",
    r"\connect wherefore",
    "CREATE EXTENSION vector",
)


def installations() -> list[Path]:
    """The folders of programs of every PostgreSQL here that Wherefore can use and that is not the bundled one.

    One is always among them: the package of the bundled PostgreSQL brings an older version too.
    """
    found = [find_binaries().parents[1] / "pginstall" / "bin"]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return [folder for folder in found if folder != find_binaries() and _is_new_enough(folder)]


def _is_new_enough(folder: Path) -> bool:
    try:
        major = int(_asked(folder / "pg_config", "--version").split()[1].partition(".")[0])
        control = Path(_asked(folder / "pg_config", "--sharedir")) / "extension" / "vector.control"
        [line] = [line for line in control.read_text().splitlines() if line.startswith("default_version")]
    except (OSError, subprocess.CalledProcessError):
        return False
    pgvector = tuple(int(part) for part in line.split("'")[1].split("."))
    return major >= OLDEST_POSTGRESQL and pgvector >= OLDEST_PGVECTOR


def _asked(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class StockPostgres:
    """A server of an installation, with its own defaults, for as long as it is needed."""

    def __init__(self, binaries: Path) -> None:
        """Prepare."""
        self._binaries = binaries
        self._home = Path(tempfile.mkdtemp(prefix="wherefore-stock-"))
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    @property
    def version(self) -> str:
        """What it says it is."""
        return _asked(self._binaries / "postgres", "--version")

    @property
    def url(self) -> str:
        """The address of an empty database, for a role that owns it and is no superuser."""
        return f"postgresql://wherefore@/wherefore?host={quote(str(self._home))}"

    def start(self) -> str:
        """Make a cluster, start it and prepare it as docs/settings.md says; the address."""
        identity = self._identity()
        self._run(identity.command("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync",
                                   "--pgdata", str(identity.cluster), when_we_die="KILL"))  # fmt: skip
        command = identity.command(
            "postgres", "-D", str(identity.cluster), "-k", str(self._home), "-c", "listen_addresses=", when_we_die="INT"
        )
        with (self._home / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", start_new_session=True)
        until = time.monotonic() + SECONDS_TO_START
        while not is_ready(identity.cluster, self._server.pid):
            assert self._server.poll() is None, (self._home / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        psql = (find_binaries() / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self._home), "-U", "postgres")
        said = ";\n".join(_PREPARING).replace(r"\connect wherefore;", r"\connect wherefore") + ";\n"
        subprocess.run([*psql, "-d", "postgres"], input=said, text=True, check=True)
        return self.url

    def stop(self) -> None:
        """Stop it and leave nothing of it."""
        if self._server is not None:
            self._server.terminate()  # disconnects nobody by itself, and nobody is left who would come back
            try:
                self._server.wait(5)
            except subprocess.TimeoutExpired:
                self._server.send_signal(2)
                self._server.wait(60)
        shutil.rmtree(self._home, ignore_errors=True)

    def _identity(self) -> Identity:
        """Whom it runs as, as PostgreSQL refuses to run as root."""
        identity = choose_identity(self._home)
        if identity.home != self._home:  # an account that could not reach it otherwise
            self._home.chmod(0o755)
            (self._home / "postgres").mkdir(mode=0o700)
            os.chown(self._home, identity.uid, identity.gid)
            os.chown(self._home / "postgres", identity.uid, identity.gid)
        return msgspec.structs.replace(identity, binaries=self._binaries, home=self._home)

    def _run(self, command: list[str]) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")
