"""A consumer in lines: whose it is, and what it holds of each provider."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.text import counted
from backend.placement.model import ConsumerDetail, ConsumerRow, Share
from tui.format import ages, names
from tui.format.holders import project_of, type_of
from tui.format.lines import HEAD, QUIET, WARN, Line, Look, blank, line, named, section, styled
from tui.format.stock import barred, figure
from tui.format.units import UNKNOWN


def consumer(found: ConsumerDetail, look: Look) -> Iterator[Line]:
    """Everything about a consumer."""
    row = found.row
    kind, tone = styled(type_of(row.consumer_type, row.known))
    room = look.width - len(kind) - 2
    yield line("uuid", (names.shorten(row.uuid, room, look.glyphs), HEAD), "  ", (kind, tone))
    yield blank()
    yield from _facts(row, look)
    for share in found.shares:
        yield from section(*_share(share, look))


def _facts(row: ConsumerRow, look: Look) -> Iterator[Line]:
    project = project_of(row.project, row.project_name, row.known)
    user = (row.user_name or row.user) if row.known else UNKNOWN
    yield from named("project", "Project     ", project, row.project_name and row.project, look)
    yield from named("user", "User        ", user, row.user_name and row.user, look)
    generation = str(row.generation) if row.known else UNKNOWN
    yield line("generation", f"Generation  {generation}", ("   what changes expect", QUIET))
    if row.created_at:
        age = ages.age(row.created_at, look.now)
        yield line("created", f"Created     {ages.stamp(row.created_at)}", (f"  {age}", QUIET))
    yield line("providers", f"Holds from  {counted(row.providers, 'provider')}")
    signs = look.glyphs
    told = f"{signs.used} own  {signs.taken} others  {signs.left} left"
    yield line("bars", "Bars        ", (told, QUIET))


def _share(share: Share, look: Look) -> tuple[str, list[Line], str]:
    """What it holds of one provider: title, a bar for each class, the generation."""
    one, body = share.provider, []
    for name, number, row in share.amounts:
        key = f"share.{one.uuid}.{name}"
        if row is None:
            told = ("  no inventory of it any more", WARN)
            body.append(line(key, f"  {name}  {figure(number, look)}", told))
        else:
            body += barred(key, name, row, look, number)
    return one.name, body, f"generation {one.generation}"
