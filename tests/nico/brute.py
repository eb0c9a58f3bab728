"""Carving that recomputes everything, with the standard library (spec nico §2.5)."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

Network = IPv4Network | IPv6Network


def recomputed(block: Network, taken: Sequence[Network]) -> list[Network]:
    """What is free, from the beginning (spec nico §2.5, step 4)."""
    free: list[Network] = [block]
    for one in taken:
        left: list[Network] = []
        for piece in free:
            if one == piece:
                continue
            within = one.version == piece.version and one.subnet_of(piece)  # type: ignore[arg-type]
            left += piece.address_exclude(one) if within else [piece]  # type: ignore[arg-type]
        free = left
    return sorted(collapse_addresses(free))  # type: ignore[type-var]


def brute(block: Network, taken: Sequence[Network], wanted: int) -> Network | None:
    """The network that is given (steps 5 to 7)."""
    if wanted > block.max_prefixlen:
        return None
    pieces = [one for one in recomputed(block, taken) if one.prefixlen <= wanted]
    best = max(pieces, key=lambda one: (one.prefixlen, -int(one.network_address)), default=None)
    return ip_network((best.network_address, wanted)) if best else None
