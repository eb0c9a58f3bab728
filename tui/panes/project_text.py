"""A project in lines: the summary beside the list and on the whole screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from backend.backend import Backend
from backend.projects.model import Application, ProjectDetail
from backend.quotas.model import UNLIMITED, History, QuotaRow
from tui.format import ages, bars, names, sparks
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
from tui.format.units import UNKNOWN, amount, known, percent

Past = Mapping[int, History]
"""The usage of pools over the last day, by holding."""

EVENTS = 100
ROOMY = 65
"""Cells from which on facts stand beside each other."""


def summary(found: ProjectDetail, past: Past, look: Look, key: str) -> list[Line]:
    """Beside the list: what it is, how full it is and was, what waits; `key` reviews that."""
    row = found.row
    who = line("id", f"id {names.identifier(row.uuid)}   owner {names.brief_person(row.owner)}")
    waiting = _waiting(found, look, key)
    return [*head(found, look), who, *pools(found, look), *waiting, *_past(found, past, look)]


def everything(found: ProjectDetail, past: Past, look: Look, key: str) -> list[Line]:
    """On the whole screen, without the members, which are a table of their own."""
    return [
        *head(found, look),
        *_about(found, look),
        *pools(found, look),
        *_past(found, past, look),
        *_waiting(found, look, key),
        *section("APPLICATIONS", _applications(found, look)),
        *section("HISTORY", _history(found, look), "newest first"),
    ]


async def last_day(backend: Backend, found: ProjectDetail) -> Past:
    """The usage of its pools. Raises BursarError."""
    keys = [row.key for row in found.pool]
    return await backend.quotas.history(keys, sparks.DAY, sparks.STRETCHES)


def head(found: ProjectDetail, look: Look) -> Iterator[Line]:
    """Name, state, dates, policies, members."""
    row, project = found.row, found.project
    state = row.display_state
    yield line("name", (names.shorten(row.name, look.width - len(state) - 2), HEAD), "  ", state)
    yield blank()
    facts = [f"Start {ages.day(project.created_at)}"]
    if not row.is_base:
        ends = ages.days_until(project.end_date, look.now)
        facts.append(f"End   {ages.day(project.end_date)}{f'  ({ends})' if ends else ''}")
    facts.append(f"Join  {project.join_policy}   Leave {project.leave_policy}")
    members = known(row.members_known, f"{row.members:,}")
    facts.append(f"Members {members} of {amount(project.max_members)}")
    if look.width >= ROOMY:
        facts = ["   ".join(facts[:-2]), "   ".join(facts[-2:])]
    for n, fact in enumerate(facts):
        yield line(f"fact.{n}", fact)


def pools(found: ProjectDetail, look: Look) -> list[Line]:
    """Each resource of the pool with a bar."""
    used = [row for row in found.pool if row.limit or row.usage]
    body = [one for row in used for one in _pool(row, look)]
    return section("QUOTA OF THE PROJECT", body)


def _pool(row: QuotaRow, look: Look) -> Iterator[Line]:
    usage = amount(row.usage, row.unit, look.units)
    pending = f" ({amount(row.pending, row.unit, look.units)})" if row.pending else ""
    limit = amount(row.limit, row.unit, look.units)
    figures = f"{usage}{pending} of {limit}" if row.known else f"{UNKNOWN} of {limit}"
    barred = row.known and row.limit != UNLIMITED
    if look.width >= ROOMY:
        name = names.fit(row.resource, 24, look.glyphs)
        bar = _bar(row, look, look.width - 58) if barred else ()
        yield line(f"pool.{row.resource}", f"  {name} {figures:>22}  ", *bar)
        return
    room = max(8, look.width - len(figures) - 1)
    yield line(f"pool.{row.resource}", names.fit(row.resource, room, look.glyphs), " ", figures)
    if barred:
        yield line(f"bar.{row.resource}", "  ", *_bar(row, look, look.width - 10))


def _bar(row: QuotaRow, look: Look, room: int) -> Iterable[Part]:
    width = max(8, min(30, room))
    segments = bars.quota_bar(row.limit, row.usage, row.pending, row.limit, width)
    full = BAD if row.usage > row.limit else WARN if row.usage == row.limit else ""
    return [*bars.parts(segments, look.glyphs), (f" {percent(row.usage, row.limit):>5}", full)]


def _past(found: ProjectDetail, past: Past, look: Look) -> list[Line]:
    """The last day of each resource that was used in it."""
    body: list[Line] = []
    for row in found.pool:
        if row.key in past and past[row.key].most:
            name = names.shorten(row.resource.rpartition(".")[2], look.width // 4, look.glyphs)
            body += sparks.usage(row.resource, past[row.key], row.unit, row.limit, look, name)
    if body:
        body += sparks.unknown(next(iter(past.values())), look)
    return section("LAST 24 H (usage)", body)


def _waiting(found: ProjectDetail, look: Look, key: str) -> list[Line]:
    waiting = found.pending
    if waiting is None:
        return []
    since = f" {ages.age(waiting.issued_at, look.now)}" if waiting.issued_at else ""
    body = [*_wishes(waiting, found, look), line("review", (f"  {key}  reviews it", QUIET))]
    return section(f"APPLICATION #{waiting.id} WAITING{since}", body)


def _wishes(waiting: Application, found: ProjectDetail, look: Look) -> Iterator[Line]:
    limits = {row.resource: row.limit for row in found.pool}
    rows = []
    for resource, wish in waiting.grants.items():
        unit, now = found.units.get(resource, ""), limits.get(resource)
        before = "new" if now is None else amount(now, unit, look.units)
        rows.append([resource, before, "->", amount(wish.project, unit, look.units)])
    for cells in columns(rows, "<>>>"):
        yield line(f"wish.{cells[0]}", "  " + "  ".join(cells))
    if waiting.comments:
        yield from wrapped("comment", waiting.comments, look.width, 2, QUIET)


def _about(found: ProjectDetail, look: Look) -> Iterator[Line]:
    project = found.project
    if found.owner_email:
        yield line("owner", "Owner ", found.owner_email)
    yield line("uuid", "Id    ", project.uuid)
    if project.homepage:
        yield line("homepage", "Web   ", project.homepage)
    if project.description:
        yield from wrapped("description", project.description, look.width, 2, QUIET)


def _applications(found: ProjectDetail, look: Look) -> Iterator[Line]:
    for one in found.applications:
        when = ages.day(one.answered_at or one.issued_at)
        by = f" by {_actor(one.actor)}" if one.actor else ""
        tone = WARN if one.state == "pending" else ""
        yield line(f"app.{one.id}", f"  #{one.id} ", (str(one.state), tone), f" {when}{by}")
        if one.response:
            yield from wrapped(f"app.{one.id}.text", f"“{one.response}”", look.width, 4, QUIET)


def _history(found: ProjectDetail, look: Look) -> Iterator[Line]:
    for n, event in enumerate(found.history[:EVENTS]):
        key = f"event.{event.at}.{n}"
        yield line(
            key, f"  {ages.stamp(event.at)}  {event.what}", (f"  {_actor(event.actor)}", QUIET)
        )
        if event.reason:
            yield from wrapped(f"{key}.why", f"“{event.reason}”", look.width, 4, QUIET)


def _actor(name: str) -> str:
    return names.person(name.removeprefix("operator:"))
