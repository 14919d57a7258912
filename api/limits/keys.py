"""Whose limit it is, as a keyed digest: the tables name no account and no address."""

import hashlib
import hmac
from collections.abc import Mapping
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import structlog

from api.settings import settings

logger = structlog.get_logger()

EVERYONE = "everyone"
_NOBODY = "no address"
_told: list[str] = []


def key_of(name: str, who: str) -> bytes:
    """What stands for an account or an address under one limit; 16 bytes."""
    return hmac.digest(_key(), f"{name}\0{who}".encode(), "sha256")[:16]


def address_of(scope: Mapping[str, Any]) -> str:
    """Where a call comes from, as far as one sender is told from another.

    An IPv4 address counts whole. Of an IPv6 address the first 64 bits count, as the rest is the sender's to choose.
    The server has put there what a trusted proxy said of its client (`WHEREFORE_TRUSTED_PROXIES`).
    """
    _warn_of_proxies(scope)
    client = scope.get("client")
    try:
        address = ip_address(str(client[0]).partition("%")[0]) if client else None
    except ValueError:
        address = None
    return _NOBODY if address is None else _network(address)


def _network(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return str(address)


def _warn_of_proxies(scope: Mapping[str, Any]) -> None:
    """Say once that behind a proxy that is not named all members would count as one address."""
    if _told or settings().trusted_proxies or all(name != b"x-forwarded-for" for name, _ in scope.get("headers", ())):
        return
    _told.append("yes")
    logger.warning("proxy_not_named", help="Set WHEREFORE_TRUSTED_PROXIES, or its members count as one address.")


@cache
def _key() -> bytes:
    return hashlib.blake2b(settings().secret_key.encode(), person=b"limits", digest_size=32).digest()
