"""Where a webhook may lead: which addresses may be given, and which may be connected to.

What is given is a name, never a number, so that no notation of a number can say one thing here and another to the
system. What a name leads to is looked up at the moment of each call, and the very address that was looked at is the
one that is connected to (`api.webhooks.calling`): what the name leads to a moment later changes nothing.
"""

import ipaddress
import re
from functools import cache
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

import idna
import msgspec
import psutil

from api.settings import settings
from api.webhooks.schemas import LONGEST_URL

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS: Final = (443, 8443)
"""Where HTTPS is served to the public; other ports lead to what is not meant to be called by strangers."""

NOT_PUBLIC: Final = (
    # IANA's registry of special IPv4 addresses, and what lies beside it.
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",  # shared by the customers of a provider
    "127.0.0.0/8",
    "169.254.0.0/16",  # link-local: 169.254.169.254 gives the keys of machines in data centres
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",  # relays of 6to4
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",  # multicast, what is reserved, and the broadcast
    # The same for IPv6, where nothing but 2000::/3 was ever given out.
    "::/3",  # among them ::1, ::ffff:0:0/96 with an IPv4 address in it, and 64:ff9b::/96, which leads to any of them
    "2001::/23",  # for protocols, such as Teredo
    "2001:db8::/32",
    "2002::/16",  # 6to4: an IPv4 address in it
    "2620:4f:8000::/48",
    "3fff::/20",
    "4000::/2",
    "8000::/1",  # among them fc00::/7, fe80::/10 and ff00::/8
)
_NETWORKS: Final = tuple(ipaddress.ip_network(network) for network in NOT_PUBLIC)

_NO_ONE_ELSES: Final = re.compile(
    "alt|arpa|corp|domain|example|home|host|internal|intranet|invalid|lan|local|localdomain|localhost|onion|private|"
    "router|test"
)
"""Last parts of names that lead nowhere in public (RFC 6761, RFC 6762, RFC 9476), or that firms use within."""
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_UNUSABLE: Final = re.compile(r"[^\x21-\x7e]|[\\^`{|}<>\"]")
_INVISIBLE: Final = re.compile(r"[\x00-\x20\x7f]")
"""Some of these a parser of addresses leaves out without a word."""
_LONGEST_NAME: Final = 253


NOT_FOUND: Final = "That name leads nowhere on the internet. Give one that can be reached from everywhere."


class UnusableUrlError(Exception):
    """An address cannot be a webhook; the message says what to change, in plain words."""


class Target(msgspec.Struct, frozen=True):
    """An address as it is called."""

    scheme: str
    host: str
    port: int
    path: str
    """With the query, if there is one."""

    @property
    def url(self) -> str:
        """The address in its normal form."""
        usual = {"https": 443, "http": 80}[self.scheme]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{'' if self.port == usual else f':{self.port}'}{self.path}"

    @property
    def host_field(self) -> str:
        """What the field `Host` says."""
        return self.url.split("/", 3)[2]


def target_of(url: str) -> Target:
    """Where an address leads.

    Raises:
        UnusableUrlError: It cannot be a webhook.
    """
    if len(url) > LONGEST_URL:
        raise UnusableUrlError(f"The address can have at most {LONGEST_URL} characters.")
    scheme, colon, rest = url.partition("://")
    if not colon or scheme.lower() not in _schemes():
        raise UnusableUrlError(f"The address must begin with {' or '.join(f'{one}://' for one in _schemes())}.")
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    if _UNUSABLE.search(url.replace(authority, "", 1)) or _INVISIBLE.search(authority):
        raise UnusableUrlError("The address has characters that do not belong there. Write them as %20 and the like.")
    if "@" in authority:
        raise UnusableUrlError("Leave out the name and the password. Put a secret into the path instead.")
    if "#" in rest:
        raise UnusableUrlError("Leave out # and what follows: it is never sent.")
    parts = _split(f"{scheme.lower()}://{rest}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, _host(parts), _port(parts), path)


def is_public(address: str) -> bool:
    """Whether an address, as the system gives it, is one of the open internet and not of this very machine."""
    found = _address(address)
    return found is not None and not any(found in network for network in _NETWORKS) and found not in _of_this_machine()


def may_be_called(address: str) -> bool:
    """Whether a webhook may lead to an address: to a public one, or to any while somebody works on a receiver."""
    return in_development() or is_public(address)


def in_development() -> bool:
    """Whether the operator allows what is of use only to whoever writes a receiver on their own machine."""
    return settings().webhooks == "development"


def _schemes() -> tuple[str, ...]:
    return ("https", "http") if in_development() else ("https",)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise UnusableUrlError("The address cannot be read. Copy it once more.") from error
    return parts


def _port(parts: SplitResult) -> int:
    usual = 443 if parts.scheme == "https" else 80
    given = parts.netloc.rpartition(":")[2] if re.search(r":\d*$", parts.netloc) else ""
    if not given and parts.netloc.endswith(":"):
        raise UnusableUrlError("There is a colon after the name, but no port.")
    port = usual if parts.port is None else parts.port
    if not in_development() and (port not in PORTS or (given and given != str(port))):
        raise UnusableUrlError("The port can be 443 or 8443. Leave it out for 443.")
    return port


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if in_development() and (_address(host) is not None or host == "localhost"):
        return host
    if not host or "%" in host or ":" in host or "[" in parts.netloc:
        raise UnusableUrlError("Give the name of a machine on the internet, such as hooks.example.org, and no number.")
    try:
        name = idna.encode(host, uts46=True, transitional=False).decode().lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise UnusableUrlError("The name in the address cannot be read. Copy it once more.") from error
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise UnusableUrlError("The name in the address cannot be read. Copy it once more.")
    if re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1]):
        raise UnusableUrlError("Give the name of a machine on the internet, such as hooks.example.org, and no number.")
    if not in_development() and (len(labels) == 1 or _NO_ONE_ELSES.fullmatch(labels[-1])):
        raise UnusableUrlError(NOT_FOUND)
    return name


def _address(text: str) -> Address | None:
    """The address that a text is, in the one notation in which the system gives them."""
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


@cache
def _of_this_machine() -> frozenset[Address]:
    """Its own addresses: what listens on them may trust whoever comes from here."""
    found = {_address(one.address) for held in psutil.net_if_addrs().values() for one in held}
    return frozenset(address for address in found if address is not None)
