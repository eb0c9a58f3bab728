"""What a tenant of NICo is given, in words and figures: a value, what it may become, who uses it;
a block as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_network

from backend.core.text import counted
from backend.nico.model import (
    Bounds,
    ConstraintRow,
    Kind,
    NicoDetail,
    NicoRow,
    Piece,
    Sharing,
    TypeRow,
)
from tui.format import ages, bars, names
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
from tui.format.units import UNKNOWN, percent

BAR = 32
LABEL = 12
SHOWN = 40
"""Instances, prefixes and pieces that are named, at most."""


def value(kind: Kind, number: int) -> str:
    """`12`, `/22`."""
    return f"/{number}" if kind is Kind.ADDRESSES else f"{number:,}"


def amount(kind: Kind, number: int) -> str:
    """`12 machines`, `/22`."""
    return f"/{number}" if kind is Kind.ADDRESSES else counted(number, "machine")


def resource(row: ConstraintRow) -> str:
    """The instance type, or the network of the block."""
    return row.resource_cidr or row.resource_name


def bounds(kind: Kind, found: Bounds | None) -> Part:
    """`10..15`, `/16../32`, `no: 3 subnets in use`."""
    if found is None:
        return UNKNOWN, QUIET
    if found.fixed:
        return f"no: {found.why.removesuffix(' in use')}", WARN
    return f"{value(kind, found.least)}..{value(kind, found.most)}"


def used(row: ConstraintRow | NicoRow | TypeRow) -> str:
    """Instances of the type, the tenant's alone of what it was given; or prefixes."""
    return figure(row.used)


def figure(number: int | None) -> str:
    """`12`, `?`."""
    return UNKNOWN if number is None else f"{number:,}"


def pool(row: ConstraintRow) -> str:
    """Machines that the tenant has of the type, by all its allocations."""
    machines = held(row)
    return UNKNOWN if machines is None else f"{machines:,}"


def held(row: ConstraintRow) -> int | None:
    """The same as a number, None where that is not known."""
    return None if row.used is None or row.left is None else row.used + row.left


def why_not(found: Bounds | None) -> str:
    """Why there can be no other value, `` where there can."""
    return f"no other value may be: {found.why}" if found is not None and found.fixed else ""


# ---------------------------------------------------------------- a constraint


def constraint(found: NicoDetail, look: Look) -> Iterator[Line]:
    """All about an allocation and its constraint."""
    row, one = found.row, found.constraint
    room = look.width - len(row.status) - 2
    yield line("name", (names.shorten(row.name, room, look.glyphs), HEAD), "  ",
               (row.status, QUIET))  # fmt: skip
    if found.description:
        yield from wrapped("about", found.description, look.width, style=QUIET)
    yield blank()
    yield from _facts(found, look)
    yield from section("MAY BECOME", _may_become(one, look))
    yield from section("IN THE WAY OF DELETING IT", _in_the_way(found))
    if one.kind is Kind.MACHINES:
        yield from _machines(found, look)
    else:
        yield from _addresses(found, look)
    yield from section("HISTORY", _history(found, look))
    yield from section("IDS", _ids(found))


def _facts(found: NicoDetail, look: Look) -> Iterator[Line]:
    one = found.constraint
    told = [("Tenant", one.tenant_org), ("Site", one.site_name)]
    if one.kind is Kind.MACHINES:
        told += [("Type", one.resource_name), ("Value", amount(one.kind, one.value))]
        told += [("Used", _used(one, "instance"))]
    else:
        told += [("Block", f"{one.resource_cidr} {one.resource_name}")]
        told += [("Value", f"/{one.value}"), ("Network", one.cidr or UNKNOWN)]
        told += [("Used", _used(one, "prefix"))]
    told += [("Constraint", one.mode_told)]
    told += [("Created", ages.stamp(one.created_at)), ("Set", ages.stamp(one.updated_at))]
    for name, text in told:
        shown = names.shorten(text, max(8, look.width - LABEL), look.glyphs)
        yield line(f"fact.{name}", f"{name:<{LABEL}}{shown}")


def _used(one: ConstraintRow, noun: str) -> str:
    if one.used is None:
        return UNKNOWN
    if noun == "prefix":
        return "1 prefix" if one.used == 1 else f"{one.used:,} prefixes"
    in_all = held(one)
    return f"{one.used:,}" if in_all is None else f"{one.used:,} of {in_all:,} in all"


def _may_become(one: ConstraintRow, look: Look) -> Iterator[Line]:
    found = one.bounds
    if found is None:
        yield line("bounds", (f"  {UNKNOWN}", QUIET))
        return
    if found.fixed:
        yield from wrapped("bounds", f"nothing else: {found.why}", look.width, 2, WARN)
        return
    span = f"{value(one.kind, found.least)} to {amount(one.kind, found.most)}"
    yield line("bounds", f"  {span}")
    if found.why:
        yield from wrapped("why", found.why, look.width, 2, QUIET)
    if one.kind is Kind.ADDRESSES:
        text = "Another size may be another network; the preview says which."
        yield from wrapped("moves", text, look.width, 2, QUIET)


def _in_the_way(found: NicoDetail) -> Iterator[Line]:
    shown = found.blocks[:SHOWN]
    yield from (line(f"way.{n}", f"  {told}") for n, told in enumerate(shown))
    yield from more("way", len(found.blocks) - len(shown))


def _history(found: NicoDetail, look: Look) -> Iterator[Line]:
    for n, (status, message, at) in enumerate(found.history):
        text = f"{ages.stamp(at)}  {status}  {message}".rstrip()
        yield from wrapped(f"history.{n}", text, look.width, 2)


def _ids(found: NicoDetail) -> Iterator[Line]:
    one = found.constraint
    told = [("constraint", one.uuid), ("allocation", one.allocation), ("tenant", one.tenant)]
    told += [("site", one.site), ("resource", one.resource)]
    if found.derived is not None:
        told.append(("network", found.derived.uuid))
    for name, uuid in told:
        yield line(f"id.{name}", f"  {name:<11}{uuid}")


# ---------------------------------------------------------------- machines


def _machines(found: NicoDetail, look: Look) -> Iterator[Line]:
    yield from _of_type(found, look)
    title = f"INSTANCES OF {found.constraint.tenant_org} ({len(found.instances):,})"
    yield from section(title, _instances(found))


def _of_type(found: NicoDetail, look: Look) -> Iterator[Line]:
    """Who has machines of the type, as far as it is known what others were given."""
    one, room = found.constraint, found.constraint.room
    if room is None:
        return
    given = found.machines - room
    width = max(8, min(BAR, look.width - 10))
    own = sum(each.allocated for each in found.sharings if each.tenant_org == one.tenant_org)
    drawn = bars.parts(bars.share_bar(own, given, found.machines, width), look.glyphs)
    body = [
        line("type.bar", "  ", *drawn, (f"  {percent(given, found.machines)}", QUIET)),
        *_figures((
            ("in all", found.machines, ""),
            ("of which Ready", found.ready, ""),
            ("given away", given, ""),
            ("left", room, BAD if room < 0 else ""),
        )),
    ]  # fmt: skip
    yield from section(f"MACHINES OF {one.resource_name}", body)
    yield from section("WHO HAS THEM", _sharings(found.sharings, one.tenant_org), "used of given")


def _figures(told: Sequence[tuple[str, int, str]]) -> Iterator[Line]:
    laid = columns([(name, f"{number:,}") for name, number, _ in told], "<>")
    for (name, _, tone), cells in zip(told, laid, strict=True):
        yield line(f"type.{name}", f"  {cells[0]}  ", (cells[1], tone))


def _sharings(sharings: Sequence[Sharing], own: str) -> Iterator[Line]:
    shown = sharings[:SHOWN]
    laid = columns([(s.tenant_org, figure(s.instances), f"{s.allocated:,}") for s in shown], "<>>")
    for each, (org, used, given) in zip(shown, laid, strict=True):
        tone = HEAD if each.tenant_org == own else ""
        over = ("  OVER", BAD) if (each.instances or 0) > each.allocated else ""
        yield line(f"pool.{each.tenant_org}", (f"  {org}", tone), f"  {used} of {given}", over)
    yield from more("pool", len(sharings) - len(shown))


def _instances(found: NicoDetail) -> Iterator[Line]:
    shown = found.instances[:SHOWN]
    laid = columns([(each.name, each.machine) for each in shown], "<<")
    for each, (name, machine) in zip(shown, laid, strict=True):
        yield line(f"instance.{each.uuid}", f"  {name}  ", (machine.rstrip(), QUIET))
    yield from more("instance", len(found.instances) - len(shown))


# ---------------------------------------------------------------- addresses


def _addresses(found: NicoDetail, look: Look) -> Iterator[Line]:
    one, source = found.constraint, found.source
    if source is None or not found.pieces:
        return
    pieces = found.pieces
    yield from section(f"BLOCK {source.cidr}", picture(source.cidr, pieces, one.cidr, look),
                       source.routing)  # fmt: skip


def picture(
    cidr: str, pieces: Sequence[Piece], own: str, look: Look, most: int = SHOWN
) -> Iterator[Line]:
    """A block from its first address to its last, whose each part is, and its parts in order,
    `most` at most."""
    width = max(8, min(2 * BAR, look.width - 4))
    yield line("block.bar", "  ", *bars.parts(block_bar(cidr, pieces, own, width), look.glyphs))
    free = sum(not one.tenant_org for one in pieces)
    yield line("block.parts", (f"  {counted(len(pieces) - free, 'part')} given away,"
                               f" {counted(free, 'piece')} free", QUIET))  # fmt: skip
    shown = _around(pieces, own, most)
    told = [(one.cidr, one.tenant_org or "free", one.allocation_name) for one in shown]
    for one, (net, org, name) in zip(shown, columns(told, "<<<"), strict=True):
        tone = HEAD if one.cidr == own else "" if one.tenant_org else QUIET
        held = (f"  {one.held:,} in use", QUIET) if one.held else ""
        text = f"  {net}  {org}  {name}"
        yield line(f"piece.{one.cidr}", (text if held else text.rstrip(), tone), held)
    yield from more("piece", len(pieces) - len(shown))


def _around(pieces: Sequence[Piece], own: str, most: int) -> Sequence[Piece]:
    """As many as are shown, with the own part among them."""
    at = next((n for n, one in enumerate(pieces) if one.cidr == own), 0)
    start = max(0, min(at - most // 2, len(pieces) - most))
    return pieces[start : start + most]


def block_bar(cidr: str, pieces: Sequence[Piece], own: str, width: int) -> tuple[bars.Segment, ...]:
    """Exactly `width` cells on the scale of a block, at least one for the own part; what is given
    away is seen before what is free where both share a cell."""
    whole = ip_network(cidr)
    first, size = int(whole.network_address), whole.num_addresses
    rank = {bars.LEFT: 0, bars.TAKEN: 1, bars.USED: 2}
    cells = [bars.LEFT] * width
    for one in pieces:
        kind = bars.USED if one.cidr == own else bars.TAKEN if one.tenant_org else bars.LEFT
        if kind == bars.LEFT:
            continue
        net = ip_network(one.cidr)
        start = int(net.network_address) - first
        end = start + net.num_addresses
        for n in range(start * width // size, -(-end * width // size)):
            cells[n] = max(cells[n], kind, key=rank.__getitem__)
    return tuple(_runs(cells))


def _runs(cells: Sequence[str]) -> Iterator[bars.Segment]:
    start = 0
    for n in range(1, len(cells) + 1):
        if n == len(cells) or cells[n] != cells[start]:
            yield bars.Segment(cells[start], n - start)
            start = n


def more(key: str, count: int) -> Iterator[Line]:
    """That so many are not named."""
    if count > 0:
        yield line(f"{key}.more", (f"  and {count:,} more", QUIET))
