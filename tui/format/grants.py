"""What an application asks for per resource, next to what is used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.projects.model import ApplicationReview, Capacity
from backend.quotas.model import UNLIMITED, QuotaRow
from tui.format import bars
from tui.format.diffs import ABSENT
from tui.format.lines import BAD, GOOD, QUIET, WARN, Line, Look, Part, columns, line, titled
from tui.format.units import UNKNOWN, amount, delta, percent

LEAST_BAR, MOST_BAR = 8, 20
HEADS = ("RESOURCE", "PROJECT LIMIT", "MEMBER LIMIT", "USED", "AFTER")


@dataclass(frozen=True, slots=True)
class Grant:
    """A wish about one resource; `old` None when the project had no limit of it, `pool` None
    when nothing is counted yet."""

    resource: str
    unit: str
    old: Capacity | None
    new: Capacity
    pool: QuotaRow | None

    @property
    def over(self) -> bool:
        """True when the project is known to use more than it would get."""
        return self.pool is not None and self.pool.usage > max(0, self.new.project)

    def sides(self, kind: str) -> tuple[int | None, int]:
        """The `project` or `member` limit before and after."""
        before = None if self.old is None else getattr(self.old, kind)
        return before, getattr(self.new, kind)


def grants_of(review: ApplicationReview) -> list[Grant]:
    """The wishes of an application with the pools they are about."""
    pools = {row.resource: row for row in review.pool}
    return [Grant(*grant, pools.get(grant[0])) for grant in review.grants]


def limits(grants: Sequence[Grant], look: Look, usage: bool) -> list[Line]:
    """Project and member limits before and after; with `usage` what is used and how full,
    where there is room for it."""
    lines = _limits(grants, look, usage)
    fits = all(one.content.cell_length <= look.width for one in lines)
    return lines if fits or not usage else _limits(grants, look, usage=False)


def _limits(grants: Sequence[Grant], look: Look, usage: bool) -> list[Line]:
    rows = [[*_cells(grant, look), *_used(grant, look)[: 3 * usage]] for grant in grants]
    laid = columns(rows, "<" + ">><<" * 2 + "><>" * usage)
    keys = (f"grant.{grant.resource}" for grant in grants)
    groups = (list(_groups(*one)) for one in zip(grants, laid, strict=True))
    return titled(HEADS[: 5 if usage else 3], list(zip(keys, groups, strict=True)))


def pool_bars(grants: Sequence[Grant], look: Look) -> Iterator[Line]:
    """The project's usage on the scale of its new limit; the bars take the room there is."""
    counted = [(grant, grant.pool) for grant in grants if grant.pool and grant.pool.known]
    rows = columns([_usage(grant, pool, look) for grant, pool in counted], "<>>><")
    told = [
        (f"{name}  {used} of {of}  ", f"  {share}", f"  {rest}")
        for name, used, of, share, rest in rows
    ]
    taken = max((len("".join(texts)) for texts in told), default=0)
    width = max(LEAST_BAR, min(MOST_BAR, look.width - 2 - taken))
    for (grant, pool), (before, share, headroom) in zip(counted, told, strict=True):
        limit, tone = grant.new.project, BAD if grant.over else ""
        bar = bars.quota_bar(limit, pool.usage, pool.pending, limit, width)
        yield line(
            f"usage.{grant.resource}",
            ("! " if grant.over else "  ", tone),
            before,
            *bars.parts(bar, look.glyphs),
            (share, tone),
            (headroom, QUIET),
        )


def _cells(grant: Grant, look: Look) -> list[str]:
    cells = [grant.resource]
    for kind in ("project", "member"):
        before, after = grant.sides(kind)
        old = ["", ""] if before is None else [amount(before, grant.unit, look.units), "->"]
        change = delta(before, after, grant.unit, look.units)
        cells += [*old, amount(after, grant.unit, look.units), change]
    return cells


def _used(grant: Grant, look: Look) -> list[str]:
    pool = grant.pool
    if pool is None:
        return [ABSENT, "", ABSENT]
    if not pool.known:
        return [UNKNOWN, "", UNKNOWN]
    pending = f"({amount(pool.pending, pool.unit, look.units)} pend)" if pool.pending else ""
    share = "! OVER" if grant.over else percent(pool.usage, grant.new.project)
    return [amount(pool.usage, pool.unit, look.units), pending, share]


def _groups(grant: Grant, cells: Sequence[str]) -> Iterator[list[Part]]:
    """The cells of a row under their headings."""
    yield [f"  {cells[0]}"]
    for start, kind in ((1, "project"), (5, "member")):
        before, arrow, after, change = cells[start : start + 4]
        old = f"{before} {arrow} " if arrow else ""
        yield [old, (f"{after} {change}", _tone(*grant.sides(kind)))]
    if len(cells) > 9:
        yield [f"{cells[9]} {cells[10]}"]
        yield [(cells[11], BAD if grant.over else "")]


def _tone(before: int | None, after: int) -> str:
    if before is None or before == after:
        return QUIET if before == after else ""
    return WARN if after < before else GOOD


def _usage(grant: Grant, pool: QuotaRow, look: Look) -> list[str]:
    def shown(number: int) -> str:
        return amount(number, grant.unit, look.units)

    limit = grant.new.project
    return [
        grant.resource,
        shown(pool.usage),
        shown(limit),
        percent(pool.usage, limit),
        _headroom(pool, limit, look),
    ]


def _headroom(pool: QuotaRow, limit: int, look: Look) -> str:
    if pool.limit == limit:
        return "unchanged"
    before, after = (
        amount(UNLIMITED if one == UNLIMITED else one - pool.usage, pool.unit, look.units)
        for one in (pool.limit, limit)
    )
    return f"headroom {before} -> {after}"
