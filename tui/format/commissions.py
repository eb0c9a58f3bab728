"""Commissions in lines: what they change, what accepting or rejecting comes to, the feed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len

from backend.quotas.model import CommissionDetail, FeedEvent, ProvisionRow
from tui.format import ages, names
from tui.format.lines import (
    BAD,
    GOOD,
    HEAD,
    QUIET,
    WARN,
    Line,
    Look,
    columns,
    line,
    section,
    wrapped,
)
from tui.format.units import amount, changes, signed

OVERDUE = 5 * ages.MINUTE
HEADS = ["", "", "NOW", "IF ACCEPTED", "IF REJECTED"]
_FIGURE = re.compile(r"\b(limit|usage|held) (\d+)\b")

Holders = Mapping[str, Sequence[ProvisionRow]]


def is_overdue(issued_at: int, now: int) -> bool:
    """True when a service should have settled it long ago."""
    return now - issued_at > OVERDUE


def detail(found: CommissionDetail, look: Look) -> list[Line]:
    """A pending commission: its provisions with their holdings now and either way after."""
    row = found.row
    late = is_overdue(row.issued_at, look.now)
    age = ages.age(row.issued_at, look.now)
    expiry = ages.stamp_seconds(row.expires_at) if row.expires_at else "never"
    return [
        line(
            "head",
            (f"Commission {row.key}", HEAD),
            (f"   {'overdue' if late else 'pending'} {age}", WARN if late else ""),
        ),
        line("by", f"Issued by   {row.clientkey}"),
        line("at", f"Issued at   {ages.stamp_seconds(row.issued_at)}"),
        line("name", f"Name        {row.name or '-'}"),
        line("expires", f"Expires     {expiry}"),
        *section("PROVISIONS", _provisions(found.provisions, look)),
        *section("MEANING", _meaning(look)),
    ]


def _provisions(rows: Sequence[ProvisionRow], look: Look) -> list[Line]:
    """Grouped by holder: a table where there is room for it, else one below the other."""
    holders: dict[str, list[ProvisionRow]] = {}
    for row in rows:
        where = f"{row.label} in {row.source_label}" if row.source else f"{row.label} (project)"
        holders.setdefault(where, []).append(row)
    table = list(_table(holders, look))
    return (
        table if all(cell_len(one.text) <= look.width for one in table) else _stack(holders, look)
    )


def _table(holders: Holders, look: Look) -> Iterator[Line]:
    cells = [_states(row, look) for found in holders.values() for row in found]
    laid = iter(columns([HEADS, *cells], "<><<<"))
    yield line("", (f"    {'   '.join(next(laid))}".rstrip(), QUIET))
    for where, found in holders.items():
        yield line(f"p.{where}", f"  {where}")
        for row in found:
            resource, change, *states = next(laid)
            told = f"   {'   '.join(states)}".rstrip()
            yield line(f"p.{row.holding}", f"    {resource}   ", (change, HEAD), told)


def _states(row: ProvisionRow, look: Look) -> list[str]:
    change = signed(row.quantity, row.unit, look.units)
    (_, usage, pending), *after = _outcomes(row)
    held = "".join(_held(row, usage, pending, look))
    return [
        row.resource,
        change,
        held,
        *(_after(row, used, rest, look) for _, used, rest in after),
    ]


def _after(row: ProvisionRow, usage: int, pending: int, look: Look) -> str:
    return amount(usage, row.unit, look.units) + _held(row, usage, pending, look)[1]


def _stack(holders: Holders, look: Look) -> list[Line]:
    found: list[Line] = []
    for where, rows in holders.items():
        name = names.shorten(where, look.width - 2, look.glyphs)
        found += [line(f"p.{where}", f"  {name}"), *_stacked(rows, look)]
    return found


def _stacked(rows: Sequence[ProvisionRow], look: Look) -> Iterator[Line]:
    for row in rows:
        change = signed(row.quantity, row.unit, look.units)
        yield line(f"p.{row.holding}.q", f"    {row.resource}  ", (change, HEAD))
        if not row.known:
            yield line(f"p.{row.holding}.unknown", ("    what is used is not shown", QUIET))
            continue
        for name, usage, pending in _outcomes(row):
            held, rest = _held(row, usage, pending, look)
            over = BAD if usage > row.limit else ""
            key = f"p.{row.holding}.{name}"
            yield line(key, f"    {name:<12}", (held, over), (rest, QUIET))


def _outcomes(row: ProvisionRow) -> tuple[tuple[str, int, int], ...]:
    """Usage and what stays pending: now, if accepted, if rejected. What is asked for is
    counted from the issue on, what is released only once accepted."""
    asked, released = max(0, row.quantity), max(0, -row.quantity)
    rest = row.pending - abs(row.quantity)
    return (
        ("NOW", row.usage, row.pending),
        ("IF ACCEPTED", row.usage - released, rest),
        ("IF REJECTED", row.usage - asked, rest),
    )


def _held(row: ProvisionRow, usage: int, pending: int, look: Look) -> tuple[str, str]:
    def shown(number: int) -> str:
        return amount(number, row.unit, look.units)

    rest = f" ({shown(pending)} pending)" if pending > 0 else ""
    return f"{shown(usage)} of {shown(row.limit)}", rest


def _meaning(look: Look) -> list[Line]:
    text = (
        "Accepting makes it final, rejecting takes it back. The service that issued it may be"
        " about to do either by itself."
    )
    return wrapped("meaning", text, look.width, 2, QUIET)


def feed_line(event: FeedEvent, look: Look) -> Line:
    """One event; narrow terminals get short names."""
    wide = look.width >= 100
    person = names.brief_person(event.holder) if wide else names.person(event.holder)
    refused = event.kind == "refused"
    kind = "REFUSED" if refused else event.kind
    figures = _figures(event, look)
    change = changes(event.change, look.units, full=wide)
    text = "  ".join(
        (
            f"{event.serial or '-':>7}",
            names.fit(person, 12 if wide else 8, look.glyphs),
            names.fit(names.place(event.project), 18 if wide else 12, look.glyphs),
            change,
        )
    )
    key = f"{event.at}.{event.kind}.{event.serial}.{event.holder}.{change}"
    return line(
        key,
        (f"  {ages.clock(event.at)} ", QUIET),
        (f"{kind:<8}", _TONES.get(event.kind, "")),
        text,
        (f"   {figures}" if figures else "", WARN if refused else QUIET),
    )


_TONES = {"accepted": GOOD, "charged": GOOD, "refused": BAD, "rejected": WARN, "expired": WARN}


def _figures(event: FeedEvent, look: Look) -> str:
    """The note, its figures in the unit of what was asked for."""
    units = {unit for _, unit, _ in event.change}
    unit = units.pop() if len(units) == 1 else ""

    def shown(found: re.Match[str]) -> str:
        return f"{found[1]} {amount(int(found[2]), unit, look.units)}"

    return _FIGURE.sub(shown, event.note)
