"""Project codes, whose limit is one for all their services, and services in lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from backend.openportal.model import UNLIMITED, CodeRow, PortalRow, ServiceRow, State
from tui.format import names, portal
from tui.format.lines import (
    BAD,
    HEAD,
    QUIET,
    WARN,
    Line,
    Look,
    Part,
    blank,
    columns,
    line,
    section,
    wrapped,
)
from tui.format.units import UNKNOWN

DIFFER = "differs"
LABEL = 13


def code_limit(row: CodeRow, look: Look) -> Part:
    """The limit of a code, once; what differs between its services is no limit of the code."""
    return (DIFFER, WARN) if row.node_limit is None else portal.limit(row.node_limit, look)


def code(row: CodeRow, rows: Iterable[PortalRow], look: Look) -> Iterator[Line]:
    """A code: its limit once, its usage by service."""
    shown = list(rows)
    yield line("code", (names.shorten(row.code, look.width, look.glyphs), HEAD))
    yield line("project", f"of {row.project_name or UNKNOWN}")
    yield blank()
    told = code_limit(row, look)
    part = (told, "") if isinstance(told, str) else told
    yield line("limit", f"{'Limit':<{LABEL}}", part, ("  once for all its services", QUIET))
    share = portal.share(row.usage, row.node_limit, look)
    if row.exceeded is not None:
        share = f"more than the largest limit, {portal.limit(row.exceeded, look)}", BAD
    yield line("used", f"{'This month':<{LABEL}}", portal.hours(row.usage, look), "  ", share)
    yield from section("BY SERVICE", _by_service(shown, look), "node-hours used since the 1st")


def _by_service(rows: list[PortalRow], look: Look) -> Iterator[Line]:
    told = [(one.service_name, portal.hours(one.usage, look), one.state.value, one.name)
            for one in rows]  # fmt: skip
    for one, cells in zip(rows, columns(told, "<><<"), strict=True):
        tone = BAD if one.state is State.ERRED else QUIET
        yield line(f"service.{one.uuid}", f"  {cells[0]}  {cells[1]}  ", (cells[2], tone),
                   f"  {cells[3]}")  # fmt: skip


def service_state(row: ServiceRow) -> tuple[str, str]:
    """Where a service stands."""
    state = row.service.state
    return state.value, BAD if state is State.ERRED else "" if state is State.OK else WARN


def service(row: ServiceRow, look: Look) -> Iterator[Line]:
    """A service and what is wrong with it."""
    one = row.service
    told, tone = service_state(row)
    name = names.shorten(one.name, look.width - len(told) - 2, look.glyphs)
    yield line("name", (name, HEAD), "  ", (told, tone))
    if one.error_message:
        tone = BAD if one.state is State.ERRED else QUIET
        yield from section("ERROR", wrapped("error", one.error_message, look.width, 2, tone))
    yield blank()
    for label, text in _facts(row, look).items():
        yield line(label, f"{label:<{LABEL}}{text}")


def _facts(row: ServiceRow, look: Look) -> dict[str, str]:
    one, none = row.service, look.glyphs.none
    most = portal.limit(one.max_allocation, look) if one.max_allocation > 0 else none
    return {
        "Kind": "OPR, another portal" if one.remote else "OPL, driven from here",
        "Allocations": f"{row.allocations:,}, {row.erred:,} ERRED",
        "Instance": one.instance or none,
        "Unit": one.allocation_unit or none,
        "Default": portal.limit(one.default_allocation, look),
        "At most": most,
        "Shared": "yes" if one.shared else "no",
        "Uuid": one.uuid,
    }


@dataclass(slots=True)
class Totals:
    """What several allocations come to. The limit of a code counts once (spec openportal §1.5);
    those without one and those that are not told are counted apart."""

    allocations: int = 0
    untold: int = 0
    _limits: dict[str, int | None] = field(default_factory=dict)
    _used: dict[str, int] = field(default_factory=dict)
    _differing: set[str] = field(default_factory=set)

    def add(self, row: PortalRow) -> None:
        """One more."""
        self.allocations += 1
        self.untold += row.usage is None or row.node_limit is None
        key = row.code or row.uuid
        self._used[key] = self._used.get(key, 0) + (row.usage or 0)
        before = self._limits.get(key, row.node_limit)
        if None not in (before, row.node_limit) and before != row.node_limit:
            self._differing.add(key)
        self._limits[key] = _wider(self._limits.get(key, 0), row.node_limit)

    @property
    def codes(self) -> int:
        """Of how many codes they are."""
        return len(self._limits)

    @property
    def usage(self) -> int:
        """By all of them."""
        return sum(self._used.values())

    @property
    def limited(self) -> int:
        """By those whose limits are in `limit`."""
        return sum(self._used[key] for key in self._summed())

    @property
    def bounded(self) -> int:
        """How many codes have one limit."""
        return sum(1 for _ in self._summed())

    def _summed(self) -> Iterator[str]:
        for key, one in self._limits.items():
            if key not in self._differing and one is not None and one != UNLIMITED:
                yield key

    @property
    def unlimited(self) -> int:
        """How many codes have no limit."""
        return sum(
            one == UNLIMITED for key, one in self._limits.items() if key not in self._differing
        )

    @property
    def limit(self) -> int:
        """Of all codes that have one."""
        return sum(self._limits[key] or 0 for key in self._summed())

    @property
    def differing(self) -> int:
        """How many codes have other limits on one service than on another."""
        return len(self._differing)


def _wider(one: int | None, other: int | None) -> int | None:
    """The larger of two limits of a code, which are the same as a rule."""
    if UNLIMITED in (one, other):
        return UNLIMITED
    return max((n for n in (one, other) if n is not None), default=None)
