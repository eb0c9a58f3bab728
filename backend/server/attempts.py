"""How often an address presented tokens that nobody has, in bounded memory."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable


class Attempts:
    """At most `limit` within `within` seconds; the longest unseen of too many `addresses` are
    forgotten."""

    def __init__(
        self,
        limit: int,
        within: float,
        addresses: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit, self._within, self._addresses = limit, within, addresses
        self._clock = clock
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait(self, address: str) -> int:
        """The seconds until the address may try again, 0 when it may now."""
        since, count = self._seen.get(network(address), (0.0, 0))
        left = since + self._within - self._clock()
        return int(left) + 1 if count >= self._limit and left > 0 else 0

    def failed(self, address: str) -> None:
        """Note a token that nobody has."""
        key, now = network(address), self._clock()
        since, count = self._seen.pop(key, (now, 0))
        if now - since >= self._within:
            since, count = now, 0
        self._seen[key] = (since, count + 1)
        if len(self._seen) > self._addresses:
            self._seen.popitem(last=False)


def network(address: str) -> str:
    """What is counted as one: an IPv4 address, or the /64 that one host of IPv6 has to itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    mapped = found.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(found) >> 64 << 64, 64)))
