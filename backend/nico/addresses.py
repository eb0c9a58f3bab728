"""Finding blocks by addresses, as people type them."""

from __future__ import annotations

import re

from backend.core.filter.sql import Like
from backend.nico.rules.carve import Net

BEGUN = re.compile(r"(\d{1,3})(\.\d{1,3}){0,2}\.|\d{1,3}(\.\d{1,3}){1,3}")
"""An address of four numbers, or how one begins."""
NEVER = "1 = 0"


def typed(text: str) -> Net | None:
    """The network of an address or a prefix, or of all addresses that begin so: `10.20.3.7`,
    `10.20.0.0/16`, `10.20.`, `2001:db8::/48`; None for what is none."""
    from ipaddress import ip_interface

    if BEGUN.fullmatch(text):
        parts = text.rstrip(".").split(".")
        text = f"{'.'.join((*parts, '0', '0', '0')[:4])}/{8 * len(parts)}"
    try:
        found = ip_interface(text).network
    except ValueError:
        return None
    return Net(int(found.network_address), found.prefixlen, found.max_prefixlen)


def reaching(block: str, sql: str = "{}") -> Like:
    """The blocks, called `block` in SQL, that have an address in common with what is typed; `sql`
    has the condition in its `{}`."""

    def condition(text: str) -> tuple[str, list[object]]:
        found = typed(text)
        if found is None:
            return NEVER, []
        above = [
            Net(found.network, length, found.bits).above for length in range(1, found.length + 1)
        ]
        names = ", ".join("?" for _ in above) or "''"
        within = f"{block}.network >= ? AND {block}.network <= ? AND {block}.length >= ?"
        whole = f"{block}.network || '/' || CAST({block}.length AS TEXT)"
        told = f"({block}.bits = ? AND (({within}) OR {whole} IN ({names})))"
        last = f"{found.end - 1:032x}"
        params = [found.bits, found.stored, last, found.length]
        return sql.format(told), [*params, *(f"{one.stored}/{one.length}" for one in above)]

    return Like("", reads=condition)
