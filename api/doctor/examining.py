"""Everything that `wherefore doctor` looks at, in order."""

import asyncio
import fcntl
import os
from pathlib import Path

from api.doctor import machine
from api.doctor.database_findings import database
from api.doctor.findings import Finding, bad, look, ok
from api.embedded import address_of_running
from api.settings import CHECKOUT, SettingError, Settings, settings

_NONE_YET = "there-is-no-secret-key-yet-and-none-is-made-here"


async def examine() -> list[Finding]:
    """Everything that there is to say."""
    found = [machine.python()]
    if not os.environ.get("WHEREFORE_SECRET_KEY") and not (_data_dir() / "secret_key").exists():
        os.environ["WHEREFORE_SECRET_KEY"] = _NONE_YET  # to read the settings would make one
        settings.cache_clear()
    try:
        chosen = settings()
    except SettingError as error:
        return [*found, bad("settings", str(error), "docs/settings.md tells what can be set.")]
    together = list(machine.settings_together(chosen))
    found += together or [ok("settings", "None contradicts another.")]
    found += machine.files(chosen.data_dir)
    found += [machine.key_file(chosen), machine.disk(chosen.data_dir), await asyncio.to_thread(machine.model, chosen)]
    url = chosen.database_url or _of_the_site(chosen)
    if url is None:
        found.append(
            look(
                "database",
                "The bundled database is not running.",
                "Start the site, and ask again.",
            )
        )
    else:
        found += [finding async for finding in database(url, chosen)]
    return [*found, await machine.mail(chosen), machine.backups()]


def _data_dir() -> Path:
    return Path(os.environ.get("WHEREFORE_DATA_DIR") or CHECKOUT / ".wherefore").expanduser().absolute()


def _of_the_site(chosen: Settings) -> str | None:
    """The address of the bundled database if a site runs it: whoever does holds the lock of the folder."""
    try:
        descriptor = os.open(chosen.data_dir / "owner.lock", os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return address_of_running(chosen.data_dir)
    else:
        return None
    finally:
        os.close(descriptor)
