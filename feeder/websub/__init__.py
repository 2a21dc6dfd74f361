"""WebSub (W3C Recommendation of 2018-01-23): what a hub is asked and what it sends. No store, no clock, no sockets of
its own."""

from feeder.websub.calls import confirmed, deliver, deny, ping, signature
from feeder.websub.wishes import LONGEST_LEASE, SHORTEST_LEASE, Refused, Wish, wish

__all__ = [
    "LONGEST_LEASE",
    "SHORTEST_LEASE",
    "Refused",
    "Wish",
    "confirmed",
    "deliver",
    "deny",
    "ping",
    "signature",
    "wish",
]
