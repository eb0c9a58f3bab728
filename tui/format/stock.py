"""What a provider has of a class and how much of it is used, in words, figures and bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backend.core.text import counted
from backend.placement.model import ConsumerRow, InventoryRow, ProviderDetail, Stock
from backend.placement.model.entities import MOST
from backend.quotas.model import BYTES
from tui.format import bars, names
from tui.format.holders import holders
from tui.format.lines import (
    BAD,
    HEAD,
    QUIET,
    WARN,
    Line,
    Look,
    blank,
    columns,
    line,
    section,
    wrapped,
)
from tui.format.units import Style, amount, percent

SIZES = {"MB": 1024**2, "GB": 1024**3}
"""What the names of classes are counted in, in bytes."""
CONSUMERS_SHOWN = 20
BAR = 24
"""Cells of a bar at most."""
SPACIOUS = 44
"""Cells from which on amounts are written with the whole names of their classes."""
ROOMY = 65
"""Cells from which on a bar stands beside its figures."""

Amounts = Iterable[tuple[str, int]]


def figure(number: int, look: Look) -> str:
    """A figure of an inventory."""
    return amount(number, style=look.units)


def fitting(number: int, look: Look) -> str:
    """The same in the cells there are, without its separators if need be."""
    text = figure(number, look)
    return text if len(text) <= look.width else str(number)


def amounts(found: Amounts, look: Look) -> str:
    """`VCPU 8 MEMORY_MB 32,768`."""
    return " ".join(f"{name} {figure(number, look)}" for name, number in found)


def amounts_fitting(found: Amounts, look: Look) -> str:
    """The same in a column that is not `SPACIOUS`: where amounts are for people,
    `VCPU 8 MEMORY 32G`."""
    if look.width >= SPACIOUS or look.units != Style.AUTO:
        return _cut(amounts(found, look), look)
    return _cut(" ".join(_short(name, number, look) for name, number in found), look)


def _cut(text: str, look: Look) -> str:
    """Where the cells end in a figure, it is left out whole: `1...` of `16G` looks like another."""
    shown, rest = text[: look.width - 1], text[look.width - 1 :]
    whole = shown[-1:].isalpha() and rest.startswith(" ")
    if len(text) <= look.width or whole or shown.rpartition(" ")[2][:1].isalpha():
        return text
    end = shown.rfind(" ")
    return shown[:end] + " " + look.glyphs.ellipsis if end > 0 else text


def _short(name: str, number: int, look: Look) -> str:
    head, _, suffix = name.rpartition("_")
    if not head or suffix not in SIZES:
        return f"{name} {figure(number, look)}"
    return f"{head} {amount(number * SIZES[suffix], BYTES, look.units)}"


def ratio(number: float) -> str:
    """`1.5`, `16`."""
    return f"{number:g}"


def verdict(row: InventoryRow, look: Look) -> tuple[str, str]:
    """`OVER by 4`, `FULL` or ``, and its style."""
    if row.over_by:
        return f"OVER by {figure(row.over_by, look)}", BAD
    return ("FULL", WARN) if row.capacity > 0 and not row.free else ("", "")


def taken(row: InventoryRow, asked: int, look: Look) -> str:
    """What is left before so much is asked of it, and how full that makes it."""
    shares = (percent(used, row.capacity) for used in (row.used, row.used + asked))
    return f"{row.resource_class} {figure(row.free, look)} left, {' -> '.join(shares)}"


def word(row: InventoryRow) -> tuple[str, str]:
    """The same without a figure."""
    return ("OVER", BAD) if row.over_by else verdict(row, Look(0))


def bar(row: InventoryRow, look: Look, width: int, own: int | None = None) -> list[tuple[str, str]]:
    """How full it is, and whose part of it that is."""
    mine = row.used if own is None else own
    return bars.parts(bars.share_bar(mine, row.used, row.capacity, width), look.glyphs)


def barred(
    key: str, name: str, row: InventoryRow, look: Look, own: int | None = None
) -> Iterator[Line]:
    """A class with its bar, beside the figures where there is room, else below them; `own` is
    what somebody has of it, whose share then stands before that of all, if others have any."""
    shared = own is not None and own != row.used
    mine = row.used if own is None else own
    figures = f"{figure(mine, look)} of {figure(row.capacity, look)}"
    told, tone = verdict(row, look)
    all = (told or percent(row.used, row.capacity), tone or QUIET)
    share = f"  {percent(mine, row.capacity)}" if shared else ""
    used = "  all " if shared and not told else "  "
    if look.width >= ROOMY:
        room = max(8, min(BAR, look.width - (58 if own is None else 64)))
        in_full = f"  all use {figure(row.used, look)}  "
        taken = 25 + room + len(figures) + len(share) + len(in_full) + len(all[0])
        used = in_full if shared and taken <= look.width else used
        head = f"  {names.fit(name, 20, look.glyphs)} "
        tail = f"  {figures}", (share, QUIET), (used, QUIET), all
        yield line(key, head, *bar(row, look, room, own), *tail)
        return
    room = max(8, look.width - 3 - len(figures))
    yield line(key, f"  {names.fit(name, room, look.glyphs)} {figures}")
    room = max(8, min(BAR, look.width - (16 if own is None else 21)))
    yield line(f"{key}.bar", "    ", *bar(row, look, room, own), (share + used, QUIET), all)


def units_allowed(stock: Stock, look: Look) -> str:
    """Which amounts one consumer may have."""
    least, most, step = (
        figure(one, look) for one in (stock.min_unit, stock.max_unit, stock.step_size)
    )
    if stock.min_unit > stock.max_unit:
        return f"none: at least {least}, at most {most}"
    steps = "" if stock.step_size == 1 else f", in steps of {step}"
    if stock.max_unit < MOST:
        return f"{least} to {most}{steps}"
    return f"{least} or more{steps}" if stock.min_unit > 1 else f"any amount{steps}"


def arithmetic(stock: Stock, look: Look) -> str:
    """`(16 total - 2 reserved) x 2`, in short where there is little room."""
    total, reserved = figure(stock.total, look), figure(stock.reserved, look)
    share = ratio(stock.allocation_ratio)
    if look.width < ROOMY:
        return f"({total} - {reserved}) x {share}"
    return f"({total} total - {reserved} reserved) x {share}"


def inventory(row: InventoryRow, found: ProviderDetail | None, look: Look) -> Iterator[Line]:
    """What a provider has of a class: the six fields, what they come to, who fills it."""
    told, tone = word(row)
    room = look.width - len(told) - 2
    yield line("name", (names.shorten(row.resource_class, room, look.glyphs), HEAD), "  ",
               (told, tone))  # fmt: skip
    yield line("of", f"of {row.provider_name}")
    yield blank()
    stock = row.stock
    left = [f"OVER by {figure(row.over_by, look)}", BAD] if row.over_by else ["", ""]
    facts = (
        ("Capacity", figure(row.capacity, look), arithmetic(stock, look)),
        ("Used", figure(row.used, look), left[0] or percent(row.used, row.capacity)),
        ("Left", figure(row.free, look), ""),
    )
    for (name, *_), cells in zip(facts, columns(facts, "<><"), strict=True):
        loud = left[1] if name == "Used" and row.over_by else QUIET
        yield line(f"fact.{name}", f"{cells[0]}  {cells[1]}", (f"   {cells[2]}".rstrip(), loud))
    yield line("bar", "  ", *bar(row, look, max(8, min(BAR, look.width - 4))))
    yield from section("SIX FIELDS", _fields(stock, look))
    yield from section("ONE CONSUMER MAY HAVE",
                       wrapped("units", units_allowed(stock, look), look.width, 2))  # fmt: skip
    if row.over_by:
        meaning = "What is allocated stays. It may shrink or stay as it is; all else is refused."
        yield from section("WHAT OVER MEANS", wrapped("meaning", meaning, look.width, 2))
    if found is not None:
        yield from _who(row, found, look)


def _fields(stock: Stock, look: Look) -> Iterator[Line]:
    figures = (
        ("total", figure(stock.total, look)),
        ("reserved", figure(stock.reserved, look)),
        ("min_unit", figure(stock.min_unit, look)),
        ("max_unit", figure(stock.max_unit, look)),
        ("step_size", figure(stock.step_size, look)),
        ("allocation_ratio", ratio(stock.allocation_ratio)),
    )
    for name, told in columns(figures, "<>"):
        yield line(f"field.{name}", f"  {name}  {told}")


def _who(row: InventoryRow, found: ProviderDetail, look: Look) -> list[Line]:
    holding = [
        (consumer, number)
        for consumer, held in found.consumers
        for name, number in held
        if name == row.resource_class
    ]
    holding.sort(key=lambda one: -one[1])
    note = f"largest first, share of the {figure(row.used, look)} used"
    return section("WHO FILLS IT", _holders(holding, row, look), note, look.width)


def _holders(
    holding: Sequence[tuple[ConsumerRow, int]], row: InventoryRow, look: Look
) -> Iterator[Line]:
    shown = [
        (consumer, (figure(number, look), percent(number, row.used)))
        for consumer, number in holding[:CONSUMERS_SHOWN]
    ]
    if shown:
        yield from holders(("USED", "SHARE"), ">>", shown, look)
    if len(holding) > len(shown):
        yield line("holder.more", (f"  and {len(holding) - len(shown):,} more", QUIET))


def provider(found: ProviderDetail, look: Look) -> Iterator[Line]:
    """A provider: its place in the tree, what it has, and who holds most of it."""
    row, one = found.row, found.row.provider
    over = f"{row.over} OVER" if row.over else ""
    yield line("name", (names.shorten(row.name, look.width - len(over) - 2, look.glyphs), HEAD),
               "  ", (over, BAD))  # fmt: skip
    yield line("uuid", one.uuid if look.width >= len(one.uuid) else names.identifier(one.uuid))
    yield blank()
    yield line("parent", "Below       ", row.parent_name or ("nothing: it is a root", QUIET))
    yield line("generation", f"Generation  {one.generation}")
    yield line("consumers", f"Held by     {counted(row.consumers, 'consumer')}")
    body = [
        drawn
        for each in found.inventories
        for drawn in barred(f"class.{each.resource_class}", each.resource_class, each, look)
    ]
    yield from section("INVENTORIES", body, "used of capacity")
    yield from section(f"CHILDREN ({len(found.children)})", _listed("child", found.children))
    yield from section("LARGEST CONSUMERS", _largest(found, look))
    yield from section(f"TRAITS ({len(found.traits)})", _words("trait", found.traits, look))
    yield from section(f"AGGREGATES ({len(found.aggregates)})",
                       _listed("aggregate", found.aggregates))  # fmt: skip


def _listed(key: str, texts: Sequence[str]) -> Iterator[Line]:
    for text in texts:
        yield line(f"{key}.{text}", f"  {text}")


def _words(key: str, texts: Sequence[str], look: Look) -> list[Line]:
    return wrapped(key, ", ".join(texts), look.width, 2) if texts else []


def _largest(found: ProviderDetail, look: Look) -> Iterator[Line]:
    shown = [(row, (amounts(held, look),)) for row, held in found.consumers[:CONSUMERS_SHOWN]]
    if shown:
        yield from holders(("AMOUNTS",), "<", shown, look)
