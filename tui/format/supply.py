"""What NICo has to give: instance types and blocks, and what tenants have of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_network

from backend.core.text import counted
from backend.nico.model import BlockDetail, BlockRow, ConstraintRow, Piece, TypeRow
from tui.format import bars, names, nico
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
    styled,
    wrapped,
)
from tui.format.units import UNKNOWN, percent

LABEL = 12
LARGE = 2**63 - 1
"""As many free addresses as are told, at most."""
PIECES = 2000
"""Parts of a block that its own screen has, at most."""


UNSHOWN = "No {} are shown with what others have of them."
"""Why there are none where somebody may not give any."""


# ---------------------------------------------------------------- instance types


def room(row: TypeRow) -> Part:
    """Machines that nobody was given."""
    return f"{row.room:,}", BAD if row.room < 0 else WARN if not row.room else ""


def usable(row: TypeRow) -> Part:
    """Those of them that are Ready."""
    if row.usable is None:
        return UNKNOWN, QUIET
    return f"{row.usable:,}", WARN if row.usable < row.room else ""


def statuses(row: TypeRow) -> str:
    """`8 Ready, 1 Error`, the most frequent first."""
    told = sorted(row.statuses, key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{count:,} {status}" for status, count in told) or UNKNOWN


def instance_type(row: TypeRow, given: Sequence[ConstraintRow], look: Look) -> Iterator[Line]:
    """An instance type: its machines by status, and who has how many of them, most first."""
    name = names.shorten(row.name, look.width - len(row.status) - 2, look.glyphs)
    yield line("name", (name, HEAD), "  ", (row.status, QUIET))
    yield blank()
    yield line("site", f"{'Site':<{LABEL}}{row.site_name}")
    width = max(8, min(nico.BAR, look.width - 10))
    bar = bars.share_bar(row.used or 0, row.allocated, row.assigned, width)
    drawn = bars.parts(bar, look.glyphs)
    body = [line("bar", "  ", *drawn, (f"  {percent(row.allocated, row.assigned)}", QUIET))]
    yield from section("MACHINES", [*body, *_figures(row)], "in use, given away, of all")
    yield from section("BY STATUS", _counts("status", row.statuses))
    yield from section("WHO HAS THEM", _holders(row, given), "used of given, of all")


def _figures(row: TypeRow) -> Iterator[Line]:
    told: list[tuple[str, Part]] = [
        ("in all", f"{row.assigned:,}"),
        ("given away", f"{row.allocated:,}"),
        ("in use", nico.used(row)),
        ("left", room(row)),
        ("of which Ready", usable(row)),
    ]
    cells = columns([(name, styled(part)[0]) for name, part in told], "<>")
    for (name, part), (label, figure) in zip(told, cells, strict=True):
        tone = styled(part)[1]
        yield line(f"figure.{name}", f"  {label}  ", (figure, tone))


def _counts(key: str, told: Iterable[tuple[str, int]]) -> Iterator[Line]:
    rows = sorted(told, key=lambda one: (-one[1], one[0]))
    for name, count in columns([(name, f"{count:,}") for name, count in rows], "<>"):
        yield line(f"{key}.{name}", f"  {name}  {count}")


def _holders(row: TypeRow, given: Sequence[ConstraintRow]) -> Iterator[Line]:
    """Each tenant with what it has by all its allocations, and those one by one."""
    shown = sorted(given, key=_largest)[: nico.SHOWN]
    tenants = {one.tenant: one for one in shown}
    told = [(one.tenant_org, nico.used(one), *_share(one, row)) for one in tenants.values()]
    for one, (org, used, pool, share) in zip(tenants.values(), columns(told, "<>>>"), strict=True):
        over = ("  OVER", BAD) if one.left is not None and one.left < 0 else ""
        yield line(
            f"tenant.{one.tenant}", f"  {org}  {used} of {pool}", (f"  {share}", QUIET), over
        )
        own = [(each.allocation_name, f"{each.value:,}") for each in shown
               if each.tenant == one.tenant]  # fmt: skip
        for name, value in columns(own, "<>"):
            yield line(f"given.{one.tenant}.{name}", (f"    {name}  {value}", QUIET))
    yield from nico.more("given", len(given) - len(shown))


def _largest(one: ConstraintRow) -> tuple[int, str]:
    return -(nico.held(one) or 0), one.tenant_org


def _share(one: ConstraintRow, row: TypeRow) -> tuple[str, str]:
    held = nico.held(one)
    return nico.pool(one), "" if held is None else percent(held, row.assigned)


# ---------------------------------------------------------------- blocks


def free(row: BlockRow) -> Part:
    """Addresses that nobody was given."""
    if not row.free:
        return "0", WARN
    return "> 2^62" if row.free >= LARGE else f"{row.free:,}"


def share(row: BlockRow) -> str:
    """How much of a block is given away."""
    size = 1 << (row.block.bits - row.block.length)
    if row.free >= LARGE:
        return "0%" if not row.taken else UNKNOWN
    return percent(size - row.free, size)


def largest(row: BlockRow) -> Part:
    """The largest free piece."""
    return row.largest or ("nothing free", WARN)


def block(found: BlockDetail, look: Look, most: int = nico.SHOWN) -> Iterator[Line]:
    """A block: what is free of it, its parts and who holds them; `most` parts at most."""
    row, one = found.row, found.row.block
    yield line("block", (one.cidr, HEAD), "  ", (one.status, QUIET))
    if found.description:
        yield from wrapped("about", found.description, look.width, style=QUIET)
    yield blank()
    told = {
        "Name": one.name,
        "Site": row.site_name,
        "Reachable": one.routing,
        "Given away": counted(row.taken, "part") + (", all of it at once" * one.full_grant),
    }
    for label, text in told.items():
        shown = names.shorten(text, max(8, look.width - LABEL), look.glyphs)
        yield line(f"fact.{label}", f"{label:<{LABEL}}{shown}")
    yield line("fact.free", f"{'Free':<{LABEL}}", free(row), " addresses")
    yield line("fact.largest", f"{'Largest':<{LABEL}}", largest(row))
    yield from section("FREE PIECES", _sizes(found.pieces), "the largest first")
    yield from section("PARTS", nico.picture(one.cidr, found.pieces, "", look, most))


def _sizes(pieces: Sequence[Piece]) -> Iterator[Line]:
    """How many free pieces there are of each size, and the first of them."""
    found: dict[int, list[str]] = {}
    for one in pieces:
        if not one.tenant_org:
            found.setdefault(ip_network(one.cidr).prefixlen, []).append(one.cidr)
    sizes = sorted(found.items())
    told = [(f"/{length}", f"{len(each):,}", each[0]) for length, each in sizes]
    for (_, each), (length, count, first) in zip(sizes, columns(told, ">><"), strict=True):
        rest = ", ..." if len(each) > 1 else ""
        yield line(f"size.{length}", f"  {length}  {count}  ", (f"{first.rstrip()}{rest}", QUIET))
