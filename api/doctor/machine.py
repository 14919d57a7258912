"""What can be seen without the database: Python, settings, files, disk, model, mail and backups."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil

from api import clock, journal
from api.doctor.findings import Finding, bad, look, ok
from api.embedded_cluster import MAJOR_VERSION
from api.limits.policies import check_changes
from api.mail.delivery import NotDeliveredError, shake_hands
from api.sealing import keys
from api.settings import SettingError, Settings
from embeddings.models import ModelError, check_weights, find_model

OLDEST_PYTHON = (3, 11)
LITTLE_SPACE, NO_SPACE = 2_000_000_000, 200_000_000
BYTES_OF_A_WORKER = 600_000_000
OLD_BACKUP = timedelta(days=7)

_PRIVATE = ("secret_key", "encryption_keys", "postgres-password", "erasures.jsonl")


def python() -> Finding:
    """Whether this Python is new enough."""
    said = f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if sys.version_info < OLDEST_PYTHON:
        return bad("python", f"{said} is too old.", "Install Python 3.11 or newer, and run scripts/setup again.")
    return ok("python", f"{said}.")


def settings_together(chosen: Settings) -> Iterator[Finding]:
    """Settings that contradict each other."""
    try:
        check_changes()
    except SettingError as error:
        yield bad("settings", str(error), "docs/limits.md names the limits.")
    if not chosen.on_loopback and not chosen.secure:
        yield bad(
            "settings",
            f"The site listens on {chosen.host} without HTTPS: passwords and sessions can be read on the way.",
            "Put a proxy with a certificate before it, and set WHEREFORE_BASE_URL=https://…",
        )
    if chosen.secure and not chosen.trusted_proxies:
        yield look(
            "settings",
            "WHEREFORE_BASE_URL is https:// and no proxy is trusted: all members count as one address.",
            "Set WHEREFORE_TRUSTED_PROXIES to the address of the proxy, like 127.0.0.1.",
        )
    if chosen.demo and (chosen.secure or not chosen.on_loopback):
        yield bad("settings", "WHEREFORE_DEMO offers demo members to everybody.", "Unset WHEREFORE_DEMO.")
    if chosen.secure and chosen.smtp is None:
        yield look(
            "settings",
            "No mail server is set: whoever forgets a password cannot get back in.",
            "Set WHEREFORE_SMTP_URL and WHEREFORE_MAIL_FROM (docs/mail.md).",
        )
    if chosen.encryption_keys and (chosen.data_dir / "encryption_keys").exists():
        yield look(
            "settings",
            "There are encryption keys in the environment and in the data directory; those in the environment count.",
            "Move the file away once you know that both are the same.",
        )
    if chosen.database_url and (chosen.data_dir / "postgres").exists() and not _is_running_here(chosen):
        yield look(
            "settings",
            f"WHEREFORE_DATABASE_URL is set, and {chosen.data_dir} has a bundled database too, which is not used.",
            "Unset the variable, or move the bundled one with wherefore backup and restore.",
        )
    if chosen.workers * BYTES_OF_A_WORKER > psutil.virtual_memory().total:
        yield bad(
            "settings",
            f"{chosen.workers} workers need {chosen.workers * BYTES_OF_A_WORKER / 1e9:.1f} GB, more than there is.",
            "Set WHEREFORE_WORKERS lower.",
        )


def files(folder: Path) -> Iterator[Finding]:
    """Whether the data directory and what is secret in it are for their owner alone, and can be written."""
    if not folder.is_dir():
        yield look("files", f"{folder} is not there.", "It is made at the first start; else set WHEREFORE_DATA_DIR.")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield bad("files", f"{folder} cannot be written.", f"chown it to the account that serves: chown -R … {folder}")
    open_to_others = [path for path in (folder, *(folder / name for name in _PRIVATE)) if _is_open(path)]
    for path in open_to_others:
        mode = "700" if path.is_dir() else "600"
        yield bad("files", f"{path} can be read by others on this machine.", f"chmod {mode} {path}")
    version = folder / "postgres" / "PG_VERSION"
    if version.exists() and version.read_text(errors="replace").strip() != MAJOR_VERSION:
        yield bad(
            "files",
            f"The bundled database was made by PostgreSQL {version.read_text(errors='replace').strip()}, and this is "
            f"PostgreSQL {MAJOR_VERSION}.",
            "Make a backup with the Wherefore that made it, and restore it into a new data directory with this one.",
        )
    if not open_to_others:
        yield ok("files", f"{folder} is for its owner alone.")


def key_file(chosen: Settings) -> Finding:
    """Whether the encryption keys can be read; none are made."""
    source = "WHEREFORE_ENCRYPTION_KEYS" if chosen.encryption_keys else str(keys.file())
    if not keys.are_there():
        return look("keys", f"There are no encryption keys in {source}.", "Right only before the first start.")
    try:
        found = keys.keys()
    except SettingError as error:
        return bad("keys", str(error), "Put the copy of the keys back that belongs to this database.")
    return ok("keys", f"{len(found.sealing)} encryption keys in {source}; {found.present} seals.")


def disk(folder: Path) -> Finding:
    """Whether there is room."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / 1e9:.1f} GB free in {there}."
    if free < NO_SPACE:
        return bad("disk", said, "Make room now: PostgreSQL stops when there is none left.")
    if free < LITTLE_SPACE:
        return look("disk", said, "Make room: old backups, logs, and copies of models are the usual ones.")
    return ok("disk", said)


def model(chosen: Settings) -> Finding:
    """Whether the weights are there and those that they should be."""
    try:
        found = find_model(chosen.model)
        check_weights(found)
    except ModelError as error:
        return bad("model", str(error), "Run scripts/setup again, or name another folder in WHEREFORE_MODEL.")
    return ok("model", f"{found.name}, SHA-256 {found.revision[:12]}….")


async def mail(chosen: Settings) -> Finding:
    """Whether the mail server lets us in."""
    if chosen.smtp is None:
        return ok("mail", "No mail server is set: no mail goes out.")
    where = f"{chosen.smtp.host}:{chosen.smtp.port}"
    try:
        await shake_hands(chosen.smtp)
    except NotDeliveredError as error:
        advice = {
            "no trusted encryption": "Look at the server's certificate, its name, and the port in WHEREFORE_SMTP_URL.",
            "server not reached": "Look at the host and port in WHEREFORE_SMTP_URL, and whether a firewall is between.",
        }
        do = advice.get(error.kind, "Look at the name and password in WHEREFORE_SMTP_URL.")
        return bad("mail", f"{where}: {error.kind}.", do)
    return ok("mail", f"{where} lets us in.")


def backups() -> Finding:
    """When the last backup was made, as the journal of erasures knows it."""
    made = journal.backups_in(journal.journal_file())
    if not made:
        return look("backup", "No backup was ever made.", "wherefore backup FOLDER, every night (docs/backup.md).")
    last = max(made.values())
    said = f"The last backup was made on {last:%Y-%m-%d %H:%M} UTC."
    if clock.now() - last > OLD_BACKUP:
        return look("backup", said, "Look why no newer one was made, and make one: wherefore backup FOLDER.")
    return ok("backup", said)


def _is_open(path: Path) -> bool:
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
    except OSError:
        return False


def _is_running_here(chosen: Settings) -> bool:
    """Whether the address is that of the bundled database, as the doctor sets it for itself."""
    return str(chosen.data_dir / "run") in (chosen.database_url or "").replace("%2F", "/")
