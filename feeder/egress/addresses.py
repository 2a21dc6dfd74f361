"""Which addresses may be called, and the one way to a socket: the check stands where the connection is opened.

Addresses come from a configuration that may be wrong and from name servers that may lie, so a check of the URL is not
enough (DNS rebinding, parsers that disagree): `connect` looks at each concrete address of the name and connects to the
very address it looked at. One bad address refuses the whole name.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence

from feeder.errors import PermanentDeliveryError

#: Addresses of one name that are tried, in the resolver's order.
_MAX_TRIES = 4
#: Look-ups under way at once. One that hangs cannot be cancelled; this bounds how many threads it can hold.
_MAX_LOOKUPS = 16

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(*cidrs: str) -> tuple[Network, ...]:
    """Of CIDRs. Raises ValueError."""
    return tuple(ipaddress.ip_network(cidr) for cidr in cidrs)


# Not even an operator may open these: no webhook lives there, but cloud metadata (credentials for the asking) does.
_NEVER = networks(
    "0.0.0.0/8",
    "100.100.100.200/32",  # metadata of Alibaba Cloud
    "168.63.129.16/32",  # Azure's wire server: a public address that only its guests reach
    "169.254.0.0/16",  # link-local, with the metadata of most clouds
    "192.0.0.192/32",  # metadata of Oracle Cloud
    "224.0.0.0/3",  # multicast, reserved, broadcast
    "::/128",
    "fd00:ec2::/32",  # metadata of AWS
    "fd20:ce::/32",  # metadata of Google Cloud
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
)
# What ipaddress.is_global forgets or judges differently from one Python to the next (IANA special-purpose registries).
_SPECIAL = networks(
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",  # 6to4 relays
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "::/96",  # IPv4-compatible
    "64:ff9b:1::/48",  # local NAT64
    "100::/64",
    "2001::/23",  # with Teredo
    "2001:db8::/32",
    "2002::/16",  # 6to4
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


#: (host, port) -> addresses in order of preference; raises OSError.
Resolver = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Addresses of the name from the system's resolver, each once, in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def refusal(address: str, *, allowed: Iterable[Network] = ()) -> str | None:
    """Why this literal address must not be called, or None."""
    try:
        ip: _Address = ipaddress.ip_address(address)
    except ValueError:
        return "is not an address"  # a zone makes it one of this machine's links
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip in _NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        elif ip.scope_id is not None:
            return "is bound to a link of this machine"
    if _in(ip, _NEVER):
        return "is link-local, metadata or multicast"
    if _in(ip, allowed):
        return None
    if _in(ip, _SPECIAL) or not ip.is_global:
        return "is not on the public internet"
    return None


def _in(ip: _Address, networks: Iterable[Network]) -> bool:
    return any(ip in network for network in networks)


class Deadline:
    """One budget of seconds for everything that follows."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """May be negative."""
        return self._end - time.monotonic()


def connect(
    host: str, port: int, *, allowed: Sequence[Network], resolver: Resolver, deadline: Deadline
) -> socket.socket:
    """A connection to an address of `host` that was checked; `allowed` are networks beyond the public internet.

    Raises PermanentDeliveryError for an address that must not be called; OSError, TimeoutError among them, where nobody
    is reached.
    """
    addresses = _look_up(resolver, host, port, deadline=deadline)
    for address in addresses:
        why = refusal(address, allowed=allowed)
        if why is not None:
            shown = address if address == host else f"{host} ({address})"
            raise PermanentDeliveryError(
                f"{shown} {why}; if this receiver is yours, open its network with allow_networks"
            )
    tries = addresses[:_MAX_TRIES]
    failure: OSError = OSError(f"{host} has no address")
    for left, address in zip(range(len(tries), 0, -1), tries, strict=True):
        try:
            return _connect(address, port, seconds=deadline.remaining() / left)
        except OSError as problem:
            failure = problem
    raise failure


_lookups = threading.BoundedSemaphore(_MAX_LOOKUPS)


def _look_up(resolver: Resolver, host: str, port: int, *, deadline: Deadline) -> Sequence[str]:
    """In a thread of its own, because getaddrinfo knows no timeout; a daemon, so that it never delays the exit."""
    with contextlib.suppress(ValueError):
        return (str(ipaddress.ip_address(host)),)
    if not _lookups.acquire(timeout=max(0.0, deadline.remaining())):
        raise TimeoutError("the name servers do not answer")
    outcome: list[Sequence[str] | Exception] = []
    done = threading.Event()

    def work() -> None:
        try:
            outcome.append(resolver(host, port))
        except (OSError, UnicodeError) as problem:
            outcome.append(problem)
        finally:
            _lookups.release()
            done.set()

    threading.Thread(target=work, name=f"look up {host}", daemon=True).start()
    if not done.wait(max(0.0, deadline.remaining())):
        raise TimeoutError("the name servers do not answer")
    found = outcome[0]
    if isinstance(found, Exception):
        raise OSError(f"the name cannot be found ({found})") from found
    return found


def _connect(address: str, port: int, *, seconds: float) -> socket.socket:
    if seconds <= 0:
        raise TimeoutError
    sock = socket.create_connection((address, port), timeout=seconds)  # a literal: nothing is looked up again
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock
