"""Consumers below each other: what each holds, and whose it is as far as there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from backend.placement.model import UNTYPED, ConsumerRow
from backend.placement.model.entities import PLACEHOLDER
from tui.format import ages, names
from tui.format.lines import QUIET, WARN, Line, Look, Part, columns, line, styled
from tui.format.units import UNKNOWN

HEADS = ("PROJECT", "TYPE", "USER", "AGE", "CONSUMER")
MOST = (20, 12, 22, 8, 36)
"""Cells of what is told of a consumer at most."""
UUID = 36

Held = Sequence[tuple[ConsumerRow, Sequence[str]]]


def type_of(consumer_type: str, known: bool = True) -> Part:
    """The type of a consumer; one that has none needs looking after."""
    if not known:
        return UNKNOWN, QUIET
    return ("untyped", WARN) if consumer_type == UNTYPED else consumer_type


def project_of(project: str, name: str, known: bool = True) -> Part:
    """A project by its name where it is known; `(none)` for the placeholder."""
    if not known:
        return UNKNOWN, QUIET
    return ("(none)", WARN) if project == PLACEHOLDER else name or project


def holders(heads: Sequence[str], align: str, held: Held, look: Look) -> Iterator[Line]:
    """The figures of each under their headings, then whose it is; the first column always, the
    others where they fit."""
    figures = columns([heads, *(cells for _, cells in held)], align)
    room = look.width - 4 - len("  ".join(figures[0]))
    rest = _whose([row for row, _ in held], room, look)
    yield line("holders", ("  " + "  ".join((*figures[0], *rest[0])), QUIET))
    for (row, _), cells, whose in zip(held, figures[1:], rest[1:], strict=True):
        yield line(f"holder.{row.uuid}", "  " + "  ".join((*cells, *whose)))


def _whose(rows: Sequence[ConsumerRow], room: int, look: Look) -> list[list[str]]:
    """Headings and one line for each, in as many columns as fit."""
    told = [HEADS, *(_about(row, look) for row in rows)]
    shown: list[list[str]] = []
    for n, most in enumerate(MOST):
        cells = [about[n] for about in told]
        if most == UUID > room:
            cells = [HEADS[n], *(names.identifier(row.uuid) for row in rows)]
        width = min(most, max(map(cell_len, cells)))
        width = width if shown else min(width, max(8, room))
        if width <= room or not shown:
            shown.append([names.fit(cell, width, look.glyphs) for cell in cells])
            room -= width + 2
    return [list(cells) for cells in zip(*shown, strict=True)]


def _about(row: ConsumerRow, look: Look) -> tuple[str, ...]:
    project, _ = styled(project_of(row.project, row.project_name, row.known))
    kind, _ = styled(type_of(row.consumer_type, row.known))
    user = (row.user_name or row.user) if row.known else UNKNOWN
    age = ages.age(row.created_at, look.now) if row.created_at else ""
    return project, kind, user, age, row.uuid
