"""What an operator can set, read from the environment once and checked at the start."""

import os
import re
import secrets
import tempfile
from functools import cache
from ipaddress import ip_network
from os import environ
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from api.smtp_settings import Smtp, SmtpUnusableError, read_smtp
from embeddings.model_cards import tags_in

CHECKOUT = Path(__file__).resolve().parent.parent

HIGHEST_PORT = 65_535
SHORTEST_SECRET = 32
_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[1-9][0-9]{0,4})?")
LEAVE_URL = "https://www.wikipedia.org/"


class SettingError(Exception):
    """A setting has a bad value; the message is one line that names it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one process; every field is one `WHEREFORE_…` variable."""

    database_url: str | None
    database_wait: int
    """Seconds that a start waits for a database that is not there yet: whatever is started first."""
    data_dir: Path
    host: str
    port: int
    base_url: str
    secret_key: str
    encryption_keys: str | None
    model: str | None
    model_languages: frozenset[str] | None
    workers: int
    jobs: bool
    """Whether what serves does jobs as well; else processes of their own must."""
    log_format: str
    metrics: tuple[str, int] | None
    """The address and port at which Prometheus is told; None: nowhere, and nothing is counted."""
    demo: bool
    smtp: Smtp | None = None
    """None: no mail goes out, and nobody is asked to confirm an address."""
    trusted_proxies: tuple[str, ...]
    limits: str
    cors_origins: frozenset[str] = frozenset()
    """The sites whose scripts may call the JSON API from a browser, as `https://app.example`."""
    leave_url: str = LEAVE_URL
    """Where "Leave this page" leads: a neutral place that nobody has to explain."""
    webhooks: str = "yes"
    """Whether members' webhooks are called: `yes`, `no`, or `development`, which allows http and any address."""
    security_contact: str | None = None
    """How a fault can be told to whoever runs this installation, as a `mailto:` or `https:` address."""

    @property
    def secure(self) -> bool:
        """Whether members reach the site over HTTPS, so that cookies may insist on it."""
        return self.base_url.startswith("https://")

    def cookie_name(self, name: str) -> str:
        """What a cookie of ours is called: with HTTPS its prefix binds it to this host."""
        return f"__Host-{name}" if self.secure else name

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in {"127.0.0.1", "localhost", "::1"}


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingError: A variable has a value that cannot be used.
    """
    data_dir = Path(_read("DATA_DIR", str(CHECKOUT / ".wherefore"))).expanduser().absolute()
    host = _read("HOST", "127.0.0.1")
    port = _whole_number("PORT", "8000", most=HIGHEST_PORT)
    return Settings(
        database_url=_database_url(),
        database_wait=_whole_number("DATABASE_WAIT", "30", least=0, most=3600),
        data_dir=data_dir,
        host=host,
        port=port,
        base_url=_base_url(f"http://{_reachable(host)}:{port}"),
        secret_key=_secret_key(data_dir),
        encryption_keys=environ.get("WHEREFORE_ENCRYPTION_KEYS") or None,
        model=environ.get("WHEREFORE_MODEL") or None,
        model_languages=_model_languages(),
        workers=_whole_number("WORKERS", "1", most=64),
        jobs=_one_of("JOBS", "yes", {"yes", "no"}) == "yes",
        log_format=_one_of("LOG_FORMAT", "console", {"console", "json"}),
        metrics=_host_and_port("METRICS"),
        demo=_one_of("DEMO", "no", {"yes", "no"}) == "yes",
        smtp=_smtp(),
        trusted_proxies=_trusted_proxies(),
        limits=_read("LIMITS", ""),
        cors_origins=_origins("CORS_ORIGINS"),
        leave_url=_address("LEAVE_URL", "https://") or LEAVE_URL,
        webhooks=_one_of("WEBHOOKS", "yes", {"yes", "no", "development"}),
        security_contact=_address("SECURITY_CONTACT", "https://", "mailto:"),
    )


def write_once(path: Path, text: str) -> None:
    """Put a private file there whole, unless another process was first."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def _trusted_proxies() -> tuple[str, ...]:
    """Addresses and networks whose word counts on where a call came from."""
    value = _read("TRUSTED_PROXIES", "")
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        for one in found:
            ip_network(one)
    except ValueError as error:
        raise SettingError(
            f"WHEREFORE_TRUSTED_PROXIES is {value!r}; give addresses or networks, like 10.0.0.7,fd00::/64."
        ) from error
    return found


def _read(name: str, default: str) -> str:
    return environ.get(f"WHEREFORE_{name}") or default


def _whole_number(name: str, default: str, *, least: int = 1, most: int) -> int:
    value = _read(name, default)
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise SettingError(f"WHEREFORE_{name} is {value!r}; give a whole number from {least} to {most}.")
    return int(value)


def _host_and_port(name: str) -> tuple[str, int] | None:
    value = environ.get(f"WHEREFORE_{name}") or None
    if value is None:
        return None
    host, _, port = value.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 1 <= int(port) <= HIGHEST_PORT:
        raise SettingError(f"WHEREFORE_{name} is {value!r}; give an address and a port, like 127.0.0.1:9108.")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _address(name: str, *beginnings: str) -> str | None:
    value = environ.get(f"WHEREFORE_{name}") or None
    if value is not None and not (value.isascii() and value.isprintable() and value.startswith(beginnings)):
        raise SettingError(
            f"WHEREFORE_{name} is {value!r}; give an address that begins with {' or '.join(beginnings)}."
        )
    return value


def _model_languages() -> frozenset[str] | None:
    value = environ.get("WHEREFORE_MODEL_LANGUAGES") or None
    tags = None if value is None else tags_in(value)
    if value is not None and tags is None:
        raise SettingError(f"WHEREFORE_MODEL_LANGUAGES is {value!r}; give short tags of languages, like en,de,pt.")
    return tags


def _one_of(name: str, default: str, allowed: set[str]) -> str:
    value = _read(name, default)
    if value not in allowed:
        raise SettingError(f"WHEREFORE_{name} is {value!r}; give one of: {', '.join(sorted(allowed))}.")
    return value


def _database_url() -> str | None:
    url = environ.get("WHEREFORE_DATABASE_URL") or None
    if url is not None and not url.startswith(("postgresql://", "postgres://")):
        raise SettingError("WHEREFORE_DATABASE_URL must begin with postgresql:// (the value is not shown here).")
    return url


def _smtp() -> Smtp | None:
    if not (url := environ.get("WHEREFORE_SMTP_URL")):
        return None
    try:
        return read_smtp(url, environ.get("WHEREFORE_MAIL_FROM", ""))
    except SmtpUnusableError as error:
        raise SettingError(str(error)) from error


def _origins(name: str) -> frozenset[str]:
    """Sites as browsers name them: scheme, host and port, and nothing after them."""
    value = environ.get(f"WHEREFORE_{name}") or ""
    found = frozenset(part.strip() for part in value.split(",") if part.strip())
    if any(not _ORIGIN.fullmatch(one) for one in found):
        raise SettingError(
            f"WHEREFORE_{name} is {value!r}; give sites like https://app.example,http://localhost:5173, in lower case "
            "and with nothing after the host."
        )
    return found


def _base_url(default: str) -> str:
    url = _read("BASE_URL", default).rstrip("/")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.netloc) and not parts.path
    except ValueError:  # brackets that do not close
        usable = False
    if not usable:
        raise SettingError(f"WHEREFORE_BASE_URL is {url!r}; give it like https://wherefore.example, without a path.")
    return url


def _reachable(host: str) -> str:
    """How a browser on this machine names what listens on `host`."""
    if host in {"127.0.0.1", "::1", "0.0.0.0", "::"}:  # noqa: S104 - looked at, not listened on
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _secret_key(data_dir: Path) -> str:
    """The key that signs what members carry; made and kept in the data directory when it is not set."""
    if key := environ.get("WHEREFORE_SECRET_KEY"):
        if len(key) < SHORTEST_SECRET:
            raise SettingError(f"WHEREFORE_SECRET_KEY is too short; give at least {SHORTEST_SECRET} characters.")
        return key
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            write_once(path, secrets.token_urlsafe(48))
        key = path.read_text().strip()
    except OSError as error:
        raise SettingError(f"WHEREFORE_DATA_DIR: {data_dir} cannot be used ({error.strerror}).") from error
    if len(key) < SHORTEST_SECRET:
        raise SettingError(f"The secret key in {path} is damaged; put it back or set WHEREFORE_SECRET_KEY.")
    return key
