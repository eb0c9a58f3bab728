"""Lines of text with meaning: what dialogs and detail views are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from backend.core.text import display
from tui.format import names
from tui.format.glyphs import UNICODE, Glyphs
from tui.format.units import Style

HEAD = "bold"
QUIET = "$text-muted"
GOOD = "$text-success"
WARN = "bold $text-warning"
BAD = "bold $text-error"

LONGEST = 20_000

_GAP = "   "

Part = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """How things are drawn here: the cells there are, the signs, the style of amounts, and
    what time it is in microseconds since the epoch."""

    width: int
    glyphs: Glyphs = UNICODE
    units: str = Style.AUTO
    now: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `key` says what it is about, the same before and after a change."""

    key: str
    content: Content

    @property
    def text(self) -> str:
        """Without styles."""
        return self.content.plain


Build = Callable[[Look], Iterable[Line]]


def line(key: str, *parts: Part) -> Line:
    """A line of texts or (text, style) pairs; made safe here, and nothing in them is markup."""
    return Line(key, Content.assemble(*(_safe(part) for part in parts)))


def styled(part: Part) -> tuple[str, str]:
    """A text with its style, `` for none."""
    return (part, "") if isinstance(part, str) else part


def named(key: str, label: str, name: Part, id: str, look: Look) -> Iterator[Line]:
    """A name after its label, its id (`` for none) beside it where there is room for both, else
    below it, in full if that fits."""
    text, tone = styled(name)
    room = look.width - cell_len(label)
    shown, brief = names.shorten(text, room, look.glyphs), id and names.identifier(id)
    beside = cell_len(f"{shown}  {brief}") <= room
    yield line(key, label, (shown, tone), (f"  {brief}" if id and beside else "", QUIET))
    if not beside and id:
        whole = cell_len(display(id)) <= room
        yield line(f"{key}.id", " " * cell_len(label), (id if whole else brief, QUIET))


def blank() -> Line:
    """An empty line."""
    return Line("", Content())


def section(title: str, body: Iterable[Line], note: str = "", width: int = 0) -> list[Line]:
    """A titled block with an empty line before it; nothing at all when the body is empty. Of the
    note those parts, between commas, that fit into the `width` if there is one."""
    inner = list(body)
    if not inner:
        return []
    while width and note and cell_len(title) + 2 + cell_len(note) > width:
        note = note.rpartition(", ")[0]
    return [blank(), line("", (title, HEAD), (f"  {note}" if note else "", QUIET)), *inner]


def wrapped(key: str, text: str, width: int, indent: int = 0, style: str = "") -> list[Line]:
    """Prose broken at words to `width` cells."""
    margin = " " * indent
    pieces = Content(display(text, limit=LONGEST, multiline=True)).wrap(max(8, width - indent))
    texts = [piece.plain.strip() for piece in pieces]
    return [line(f"{key}.{n}", margin, (shown, style)) for n, shown in enumerate(texts)]


def columns(rows: Sequence[Sequence[str]], align: str) -> list[list[str]]:
    """The cells padded to the widest of their column; `align` has `<` or `>` per column."""
    rows = [[display(cell) for cell in row] for row in rows]
    widths = [max((cell_len(row[n]) for row in rows), default=0) for n in range(len(align))]
    return [
        [_padded(cell, width, side) for cell, width, side in zip(row, widths, align, strict=True)]
        for row in rows
    ]


def fitting(parts: Iterable[tuple[str, str]], width: int, nothing: str = "-") -> list[Part]:
    """As many of the parts as fit beside each other, the first whatever its width; `nothing` for
    none."""
    found: list[Part] = []
    for text, tone in parts:
        taken = _size(found) + cell_len(text) + 2
        if found and taken > width:
            break
        found += ["  ", (text, tone)] if found else [(text, tone)]
    return found or [(nothing, QUIET)]


def titled(
    heads: Sequence[str], rows: Sequence[tuple[str, Sequence[Sequence[Part]]]], style: str = HEAD
) -> list[Line]:
    """Headings over rows of (key, groups of parts); a group is as wide in every row."""
    if not rows:
        return []
    groups = rows[0][1]
    widths = [max(cell_len(head), _size(one)) for head, one in zip(heads, groups, strict=True)]
    head = _GAP.join(f"{one:<{width}}" for one, width in zip(heads, widths, strict=True))
    return [line("", (head.rstrip(), style)), *(_row(*row, widths) for row in rows)]


def _row(key: str, groups: Sequence[Sequence[Part]], widths: Sequence[int]) -> Line:
    parts: list[Part] = []
    for group, width in zip(groups, widths, strict=True):
        parts += [*group, " " * (width - _size(group)) + _GAP]
    return line(key, *parts[:-1])


def _size(group: Iterable[Part]) -> int:
    return sum(cell_len(part if isinstance(part, str) else part[0]) for part in group)


def joined(lines: Iterable[Line]) -> Content:
    """All lines as one text."""
    return Content("\n").join(one.content for one in lines)


def compared(old: Sequence[Line], new: Sequence[Line]) -> list[Line]:
    """The new lines, those that differ from the old ones marked, vanished ones at the end."""
    before = {one.key: one.text.split() for one in old if one.key}
    marked = [_marked(one, before) for one in new]
    here = {one.key for one in new}
    gone = [one for one in old if one.key and one.key not in here]
    return [*marked, *section("NO LONGER", (line(one.key, (one.text, QUIET)) for one in gone))]


def _marked(one: Line, before: dict[str, list[str]]) -> Line:
    """Alignment follows the widest line and is no difference."""
    if not one.key or before.get(one.key) == one.text.split():
        return one
    text = one.content
    rest = text[1:] if one.text.startswith(" ") else text
    return Line(one.key, Content.assemble(("*", WARN), rest.stylize(WARN)))


def _safe(part: Part) -> Part:
    if isinstance(part, str):
        return display(part, limit=LONGEST)
    return display(part[0], limit=LONGEST), part[1]


def _padded(cell: str, width: int, side: str) -> str:
    fill = " " * (width - cell_len(cell))
    return cell + fill if side == "<" else fill + cell
