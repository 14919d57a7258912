"""The bundled PostgreSQL's data on disk: how a cluster is made, what it must be, and the settings it is run with."""

import contextlib
import errno
import os
import platform
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from api.embedded_identity import EmbeddedError, Identity
from api.syncing import sync_folder

MAJOR_VERSION = "18"
ROLE = "wherefore"
PORT = 5432  # only part of the socket's name
_UNFINISHED = "postgres.unfinished-"
_MEGABYTE = 1024 * 1024
# Less free space than one segment of the write-ahead log (16 MB) and a little more.
_NEEDED_SPACE = 24 * _MEGABYTE

# No `trust`, no TCP, and no way in for the superuser, who has no password: only single-user mode is theirs.
_HBA = f"local {ROLE} {ROLE} scram-sha-256\n"


def check_cluster(cluster: Path) -> bool:
    """Whether there is a cluster already, fit for these binaries.

    Raises:
        EmbeddedError: It is of another major version, or the folder holds something else.
    """
    try:
        version = (cluster / "PG_VERSION").read_text(errors="replace").strip()
    except FileNotFoundError:
        if cluster.is_dir() and any(cluster.iterdir()):
            raise EmbeddedError(f"{cluster} is no PostgreSQL data directory and is not empty: move it away.") from None
        return False
    if version != MAJOR_VERSION:
        raise EmbeddedError(
            f"{cluster} was made by PostgreSQL {version or '(unknown)'} and this is PostgreSQL {MAJOR_VERSION}: "
            "take a backup with the Wherefore that made it, or set another WHEREFORE_DATA_DIR."
        )
    return True


def initialise(identity: Identity, *, password: str) -> None:
    """Make the cluster, the role and the database beside their place, then move them there in one step.

    Whatever interrupts it leaves either a whole cluster or none.
    """
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=identity.home))
    try:
        identity.own(unfinished)
        # The builtin locale sorts and folds alike on every machine, whatever its C library brings.
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        options = ("--username=postgres", "--encoding=UTF8", "--data-checksums", "--auth=reject")
        _run(identity, "initdb", f"--pgdata={unfinished}", *options, *locale)
        (unfinished / "pg_hba.conf").write_text(_HBA)
        _as_superuser(
            identity,
            unfinished,
            "template1",
            f"CREATE ROLE {ROLE} LOGIN PASSWORD '{password}'",
            f"ALTER ROLE {ROLE} SET statement_timeout = '30s'",
            f"ALTER ROLE {ROLE} SET idle_in_transaction_session_timeout = '60s'",
            f"CREATE DATABASE {ROLE} OWNER {ROLE}",
        )
        _as_superuser(identity, unfinished, ROLE, "CREATE EXTENSION vector")
        unfinished.rename(identity.cluster)
        sync_folder(identity.home)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def remove_unfinished(home: Path) -> None:
    """Remove what interrupted first starts left; none of it was ever a cluster in its place, so none holds data."""
    deadline = time.monotonic() + 10
    while left := list(home.glob(f"{_UNFINISHED}*")):
        for folder in left:
            shutil.rmtree(folder, ignore_errors=True)
        # A process of the interrupted start may still be writing, until it notices that it is alone.
        if time.monotonic() > deadline:
            return
        time.sleep(0.01)


def renew_password(identity: Identity, *, password: str) -> None:
    """Give the application's role another password; for when the file that held it is lost."""
    _as_superuser(identity, identity.cluster, "template1", f"ALTER ROLE {ROLE} PASSWORD '{password}'")


def new_password() -> str:
    return secrets.token_urlsafe(32)


def read_password(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except FileNotFoundError:
        return ""


def write_password(path: Path, password: str) -> None:
    """Keep the password for this account only, whole or not at all."""
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(password + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(path)
        sync_folder(path.parent)
    finally:
        Path(name).unlink(missing_ok=True)


def server_command(identity: Identity, *, socket_dir: Path, mark: str) -> list[str]:
    """Give the command that runs the server; what it says on the command line, no file overrides."""
    settings = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": socket_dir,
        "unix_socket_permissions": "0700",
        "cluster_name": mark,
        "shared_buffers": f"{_shared_buffers()}MB",
        "dynamic_shared_memory_type": _dynamic_memory_type(),
        "recovery_init_sync_method": sync_method(platform.system(), platform.release()),
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_destination": "stderr",
        "logging_collector": "off",
        "log_checkpoints": "off",
        # Statements and the values in error details are members' words, and no business of a log.
        # What goes wrong in a statement is told to whoever sent it, and we log of which kind it was.
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_error_verbosity": "terse",
    }
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    # SIGINT asks for a fast shutdown: if we are killed, the server ends in good order by itself.
    return identity.command("postgres", "-D", str(identity.cluster), *words, when_we_die="INT")


def sync_method(system: str, release: str) -> str:
    """How all files are made safe after a crash, before anything else: one by one takes seconds on a busy disk.

    Linux tells whether the whole file system could be made safe since 5.8 (PostgreSQL's documentation of
    `recovery_init_sync_method`).
    """
    version = re.match(r"(\d+)\.(\d+)", release)
    tells = version is not None and (int(version[1]), int(version[2])) >= (5, 8)
    return "syncfs" if system == "Linux" and tells else "fsync"


def is_ready(cluster: Path, pid: int) -> bool:
    """Whether the server `pid` accepts connections, by the status line that it keeps for pg_ctl."""
    try:
        lines = (cluster / "postmaster.pid").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004  its eighth line


def clean_environment() -> dict[str, str]:
    """Give our environment without the variables that would redirect or translate PostgreSQL."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return ours | {"LC_ALL": "C"}


def explain_output(output: str, home: Path) -> str:
    """Turn what PostgreSQL printed before it gave up into one line that says what to do."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    failures = [line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "error:", "Error:"))]
    reason = failures[-1] if failures else lines[-1] if lines else "it said nothing"
    free = shutil.disk_usage(home).free
    full = ("No space left on device", "Disk quota exceeded")
    # On a full disk its last words may not have reached the log either.
    if "shared memory" not in reason and (any(word in output for word in full) or free < _NEEDED_SPACE):
        return _disk_full(home)
    return f"PostgreSQL could not start: {reason}"


def explain_error(error: OSError, data_dir: Path) -> str:
    """Turn an error of the operating system into one line that says what to do."""
    place = error.filename or data_dir
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _disk_full(data_dir)
    if error.errno == errno.EROFS:
        return f"{place} is on a disk that can only be read: make it writable, or set WHEREFORE_DATA_DIR."
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"No permission for {place} as user id {os.geteuid()}: run as its owner, or set WHEREFORE_DATA_DIR."
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return f"{place} is a file where the data directory should be: move it away, or set WHEREFORE_DATA_DIR."
    return f"PostgreSQL could not start on {data_dir}: {error}"


def _disk_full(folder: Path) -> str:
    free = shutil.disk_usage(folder).free // _MEGABYTE
    return f"The disk of {folder} is full ({free} MB free): free some space and start again. Nothing was deleted."


def _run(identity: Identity, program: str, *arguments: str, said: str = "") -> None:
    process = subprocess.Popen(  # noqa: S603  our own words and paths
        identity.command(program, *arguments, when_we_die="KILL"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd="/",
        env=clean_environment(),
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(said)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if process.returncode != 0:
        raise EmbeddedError(explain_output(output, identity.home))


def _as_superuser(identity: Identity, cluster: Path, database: str, *statements: str) -> None:
    """Run statements in single-user mode, which needs no server and no password; one line is one statement."""
    options = ("--single", "-c", "exit_on_error=on", "-c", "log_checkpoints=off", "-D", str(cluster))
    _run(identity, "postgres", *options, database, said="".join(f"{statement}\n" for statement in statements))


def _shared_buffers() -> int:
    """Give an eighth of the memory in megabytes, between 128 and 1024: the model and the pages need room too."""
    memory = int(psutil.virtual_memory().total)
    with contextlib.suppress(OSError, ValueError):  # no container, or one without a limit ("max")
        memory = min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return max(128, min(1024, memory // 8 // _MEGABYTE))


def _dynamic_memory_type() -> str:
    """Give `mmap` where /dev/shm is as small as containers have it: building an index in parallel needs more."""
    try:
        large = shutil.disk_usage("/dev/shm").total >= 512 * _MEGABYTE  # noqa: S108  looked at, not written to
    except OSError:
        large = False
    return "posix" if large else "mmap"
