"""Where push messages may go. A browser hands us the address, so it is anybody's to choose:
only https, only the usual port, and never to a machine of our own network."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from portal.notices.channels import CannotSend

Resolve = Callable[[str], Awaitable[list[str]]]

LONGEST = 1000


def host_of(endpoint: str) -> str | None:
    """The host of an address that may be pushed to, as far as can be seen without a look-up."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname
    plain = endpoint.isascii() and endpoint.isprintable() and len(endpoint) <= LONGEST
    if parts.scheme != "https" or not host or port not in {None, 443} or not plain:
        return None
    if parts.username is not None or parts.fragment or "." not in host or _is_number(host):
        return None
    return host


def _is_number(host: str) -> bool:
    """An address written as numbers, in any of the ways that libraries read them."""
    last = host.rstrip(".").rpartition(".")[2]
    return ":" in host or last.isdigit() or last.lower().startswith("0x")


async def resolve(host: str) -> list[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


async def public_address(host: str, look_up: Resolve = resolve) -> str:
    """One address of the host, all of which are public; raises CannotSend.

    The caller connects to this very address: a second look-up could answer otherwise.
    """
    try:
        found = await look_up(host)
    except OSError as error:
        raise CannotSend("push_no_such_host") from error
    if not found or not all(_is_public(address) for address in found):
        raise CannotSend("push_private_address", for_good=True)
    return found[0]


def _is_public(address: str) -> bool:
    given = ip_address(address.partition("%")[0])
    inner = getattr(given, "ipv4_mapped", None) or getattr(given, "sixtofour", None) or given
    return given.is_global and inner.is_global and not given.is_multicast
