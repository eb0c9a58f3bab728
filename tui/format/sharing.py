"""What allocations of NICo come to, by instance type and by tenant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from backend.core.text import counted
from backend.nico.model import ConstraintRow, Kind, NicoRow, TypeRow
from tui.format.lines import HEAD, QUIET, Line, Look, columns, line, section
from tui.format.units import UNKNOWN

BITS = 32
"""Addresses are counted of short ones; long ones are more than a number tells."""


@dataclass(slots=True)
class Sum:
    """What some allocations give: `used` by resource and tenant, whose instances of a type count
    once however many of his allocations are added; None for what is not known."""

    name: str = ""
    machines: int = 0
    networks: int = 0
    addresses: int = 0
    used: dict[tuple[str, str], int | None] = field(default_factory=dict)

    def add(self, row: ConstraintRow | NicoRow) -> None:
        """One more."""
        if row.kind is Kind.MACHINES:
            self.machines += row.value
            self.used[row.resource, row.tenant] = row.used
            return
        self.networks += 1
        if "." in row.cidr:
            self.addresses += 1 << (BITS - row.value)

    @property
    def in_use(self) -> str:
        """Instances."""
        told = [one for one in self.used.values() if one is not None]
        return f"{sum(told):,}" if len(told) == len(self.used) else UNKNOWN


@dataclass(slots=True)
class Sums:
    """All of them together, by type and by tenant."""

    count: int = 0
    types: dict[str, Sum] = field(default_factory=dict)
    tenants: dict[str, Sum] = field(default_factory=dict)

    def add(self, rows: Iterable[ConstraintRow | NicoRow]) -> None:
        """More of them."""
        for row in rows:
            self.count += 1
            if row.kind is Kind.MACHINES:
                name = f"{row.resource_name} at {row.site_name}"
                self.types.setdefault(row.resource, Sum(name)).add(row)
            self.tenants.setdefault(row.tenant, Sum(row.tenant_org)).add(row)


def lines(found: Sums, types: Mapping[str, TypeRow], look: Look) -> Iterator[Line]:
    """The sums in words; `types` by uuid tell what there is besides."""
    machines = sum(one.machines for one in found.tenants.values())
    networks = sum(one.networks for one in found.tenants.values())
    yield line("", (counted(found.count, "allocation") + " of NICo", HEAD))
    yield line("sum", f"  {counted(machines, 'machine')}, {counted(networks, 'network')}"
                      f" for {counted(len(found.tenants), 'tenant')}")  # fmt: skip
    if found.types:
        yield from section("BY INSTANCE TYPE", _by_type(found, types))
    yield from section("BY TENANT", _by_tenant(found))
    note = "  USED = a tenant's instances of a type, counted once"
    yield line("note", (note, QUIET))


def _by_type(found: Sums, types: Mapping[str, TypeRow]) -> Iterator[Line]:
    heads = ("TYPE", "GIVEN", "USED", "IN ALL", "LEFT", "READY LEFT")
    rows = [
        (one.name, f"{one.machines:,}", one.in_use, *_rest(types.get(uuid)))
        for uuid, one in _ordered(found.types)
    ]
    return _table(heads, *rows)


def _rest(row: TypeRow | None) -> tuple[str, str, str]:
    if row is None:
        return UNKNOWN, UNKNOWN, UNKNOWN
    usable = UNKNOWN if row.usable is None else f"{row.usable:,}"
    return f"{row.assigned:,}", f"{row.room:,}", usable


def _by_tenant(found: Sums) -> Iterator[Line]:
    heads = ("TENANT", "MACHINES", "USED", "NETWORKS", "IPV4 ADDRESSES")
    rows = [
        (one.name, f"{one.machines:,}", one.in_use, f"{one.networks:,}", f"{one.addresses:,}")
        for _, one in _ordered(found.tenants)
    ]
    return _table(heads, *rows)


def _ordered(sums: Mapping[str, Sum]) -> list[tuple[str, Sum]]:
    """The most machines first."""
    return sorted(sums.items(), key=lambda one: (-one[1].machines, one[1].name))


def _table(*rows: Sequence[str]) -> Iterator[Line]:
    """Headings, then a name and figures a line."""
    for number, cells in enumerate(columns(rows, "<" + ">" * (len(rows[0]) - 1))):
        yield line(f"row.{number}", ("  " + "   ".join(cells), "" if number else QUIET))
