"""An allocation of OpenPortal in lines: how it stands, this month, what went wrong, who uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backend.core.text import counted
from backend.openportal.model import (
    UNLIMITED,
    Account,
    Job,
    PortalDetail,
    PortalRow,
    RemoteProject,
    RemoteState,
    State,
    Usage,
)
from tui.format import ages, bars, names, portal
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
    named,
    section,
    styled,
    wrapped,
)
from tui.format.units import UNKNOWN

BAR = 24
DEEPEST = 24
"""Cells that a line of a traceback is indented at most."""
LABEL = 13
MONTHS_SHOWN, PEOPLE_SHOWN = 40, 40
PULLED = "as of {}, {} ago, when it was pulled last"
READ = "as this console read it at {}; there the record changed {}"
NEVER = "it was not pulled yet; the record changed {}"
NAMELESS = "Its project has no short name: {} gives it one."
UNMADE = "It is not tried again: {} deletes it, {} makes another one."
STALLED = (
    "Nothing takes as long. {} marks it ERRED, then it is pulled, or deleted by {}; {} forgets it "
    "here. What is under way may still happen."
)
GAVE = "The service gave {} last, not {}."
_AWARD_TONES = {RemoteState.ERROR: BAD, RemoteState.STALE: WARN}


def allocation(found: PortalDetail, look: Look, key: Callable[[str], str]) -> Iterator[Line]:
    """Everything about an allocation; `key` tells the key of an action."""
    row = found.row
    kind = "OPR" if row.remote else "OPL"
    told, tone = styled(portal.state(row))
    room = look.width - len(told) - len(kind) - 4
    name = names.shorten(row.name, room, look.glyphs)
    yield line("name", (f"{kind}  {name}", HEAD), "  ", (told, tone))
    if found.description:
        yield from wrapped("about", found.description, look.width, style=QUIET)
    yield from section(*_progress(found, look, key))
    yield from section("ERROR", _error(found, look, key), _noted(found, key("list.last")))
    yield from section("THIS MONTH", _month(found, look), "node-hours used since the 1st")
    yield blank()
    yield from _facts(found, look)
    yield from section(f"PROJECT CODE {row.code}", _shared(found, look), "one limit for all")
    yield from section("AWARD AT THE OTHER PORTAL", _award(found.remote_project, look))
    yield from section("CREDITS OF THE PROJECT", _account(found.account, look), "node-hours")
    yield from section("USED BY", _usages(found.usages, look), "node-hours by month")
    yield from section("ACCOUNTS", _people(found, look), "at the service")
    yield from section("MARKETPLACE", _marketplace(found))
    yield from section("TRACEBACK", _traceback(found, look), _after(row))


def end(row: PortalRow) -> str:
    """What became of an allocation that was so when it was there last."""
    if row.state in (State.DELETION_SCHEDULED, State.DELETING):
        return f"{row.name} is deleted"
    return f"{row.name} is not there any more"


def _after(row: PortalRow) -> str:
    """What failed once, and is said still, has no colour."""
    return "" if row.state is State.ERRED else "of before; the state is not ERRED"


def _noted(found: PortalDetail, end: str) -> str:
    below = f"{end}: its traceback" if found.error_traceback.strip() else ""
    return "   ".join(one for one in (_after(found.row), below) if one)


def _error(found: PortalDetail, look: Look, key: Callable[[str], str]) -> Iterator[Line]:
    row = found.row
    if row.error_message and row.error_message != row.waits:
        tone = BAD if row.state is State.ERRED else QUIET
        yield from wrapped("error", row.error_message, look.width, 2, tone)
    if row.state is State.ERRED and not row.backend_id:
        unknown = found.read_at and "short name" not in row.error_message
        if found.shortname is None and not unknown:
            yield from wrapped("name", NAMELESS.format(key("alloc.name")), look.width, 2)
        told = UNMADE.format(key("alloc.delete"), key("alloc.new"))
        yield from wrapped("unmade", told, look.width, 2)


def _traceback(found: PortalDetail, look: Look) -> Iterator[Line]:
    for n, text in enumerate(found.error_traceback.expandtabs(4).splitlines()):
        depth = min(len(text) - len(text.lstrip(" ")), DEEPEST)
        yield from wrapped(f"traceback.{n}", text, look.width, 2 + depth, QUIET)


# What is under way


def _progress(
    found: PortalDetail, look: Look, key: Callable[[str], str]
) -> tuple[str, Iterator[Line]]:
    row = found.row
    title = "WAITING" if row.waits else "STUCK" if portal.is_stuck(row, look.now) else "UNDER WAY"
    return title, _under_way(found, look, key) if row.state.busy or row.waits else iter(())


def _under_way(found: PortalDetail, look: Look, key: Callable[[str], str]) -> Iterator[Line]:
    row, since = found.row, portal.since(found.row)
    turns, verb = portal.spinner(row, look.now), portal.under_way(row)
    still = f"{verb}, still running after" if not turns and not row.waits else f"{verb} for"
    told = f"{turns} {still} {ages.age(since, look.now)}".lstrip()
    yield line("way", f"  {told}", (f"   since {ages.stamp_seconds(since)}", QUIET))
    if row.waits:
        text = f"{row.waits.rstrip('.')}. Nothing has failed."
        yield from wrapped("waits", text, look.width, 2)
    if found.job is not None:
        yield from _job(found.job, look)
    if portal.is_stuck(row, look.now):
        keys = map(key, ("alloc.erred", "alloc.delete", "alloc.unlink"))
        yield from wrapped("stuck", STALLED.format(*keys), look.width, 2, WARN)


def _job(job: Job, look: Look) -> Iterator[Line]:
    if job.begun_at:
        tries = f", {counted(job.attempts, 'attempt')}" if job.attempts > 1 else ""
        yield line("job", f"  begun {ages.stamp_seconds(job.begun_at)}{tries}")
    if job.due_at > look.now:
        wait = ages.age(look.now, job.due_at)
        yield line("due", f"  goes on in {wait}", (f"   {ages.stamp_seconds(job.due_at)}", QUIET))
    if job.told:
        yield from wrapped("told", f"It said: {job.told}", look.width, 2, QUIET)


# What it is


def _facts(found: PortalDetail, look: Look) -> Iterator[Line]:
    row = found.row
    service = f"  {found.service_state}" if found.service_state else ""
    label = "Remote id" if row.remote else "Group"
    yield from named("Project", f"{'Project':<{LABEL}}", row.project_name or UNKNOWN, row.project,
                     look)  # fmt: skip
    yield _fact("Organisation", portal.customer(row))
    yield line("Service", f"{'Service':<{LABEL}}", row.service_name or UNKNOWN,
               (service, "" if found.service_state == State.OK else WARN))  # fmt: skip
    if found.service_error:
        yield from wrapped("service.error", found.service_error, look.width, LABEL, WARN)
    yield _fact(label, row.counterpart or look.glyphs.none)
    yield _fact("Backend id", row.backend_id or look.glyphs.none)
    if row.counterpart and row.backend_id:
        yield _fact("Mapping", f"{row.backend_id}:{row.counterpart}")
    active = UNKNOWN if row.is_active is None else "yes" if row.is_active else "no"
    yield _fact("Active", active)
    if found.versions is not None and len({*found.versions}) > 1:
        ours, theirs = found.versions
        told = f"edit {theirs} of {ours} is confirmed by the other side"
        yield line("versions", f"{'Versions':<{LABEL}}", (told, WARN))
    yield _fact("Created", ages.stamp(row.created_at), ages.age(row.created_at, look.now))
    yield _fact("Modified", ages.stamp(row.modified_at), ages.age(row.modified_at, look.now))
    yield _fact("Uuid", row.uuid)


def _fact(name: str, told: str, more: str = "") -> Line:
    return line(name, f"{name:<{LABEL}}", told, (f"  {more}" if more else "", QUIET))


# How much


def _month(found: PortalDetail, look: Look) -> Iterator[Line]:
    row = found.row
    told, tone = portal.share(row.usage, row.node_limit, look)
    said = portal.sign_of(row.usage, row.node_limit)
    figures = portal.of_limit(row.usage, row.node_limit, look)
    yield line("used", f"  {figures}  ", (told, tone), (f" {said}" if said else "", tone))
    if row.usage is not None and row.node_limit is not None and row.node_limit > 0:
        most = row.node_limit * 100
        shown = min(row.usage, most)
        room = max(8, min(BAR, look.width - 4))
        bar = bars.parts(bars.share_bar(shown, shown, most, room), look.glyphs)
        yield line("bar", "  ", *bar)
    elif row.node_limit == UNLIMITED:
        yield line("bar", ("  no limit", QUIET))
    if portal.given_otherwise(row):
        told = GAVE.format(*(portal.limit(one, look) for one in (row.given_limit, row.node_limit)))
        yield from wrapped("given", told, look.width, 2, WARN)
    yield from wrapped("asof", _as_of(found, look), look.width, 2, QUIET)


def _as_of(found: PortalDetail, look: Look) -> str:
    """Since when the figures stand: the record changes for other reasons, too."""
    row, changed = found.row, ages.stamp(found.row.modified_at)
    if row.figures_at:
        age = ages.age(row.figures_at, look.now)
        return PULLED.format(ages.stamp(row.figures_at), age)
    if found.read_at:
        return READ.format(ages.stamp(found.read_at), changed)
    return NEVER.format(changed)


def _shared(found: PortalDetail, look: Look) -> Iterator[Line]:
    """The other allocations of the code, which have the same limit; their usage is their own."""
    others = [one for one in found.others if one.remote == found.row.remote]
    if not others or not found.row.code:
        return
    rows = (found.row, *others)
    where = ", ".join(sorted({one.service_name for one in others}))
    yield from wrapped("shared", f"shared with {where}", look.width, 2)
    told = [(one.service_name, portal.hours(one.usage, look), one.state.value) for one in rows]
    for one, cells in zip(rows, columns(told, "<><"), strict=True):
        yield line(f"shared.{one.uuid}", f"  {cells[0]}  {cells[1]}  ", (cells[2], QUIET))
    used = [one.usage for one in rows if one.usage is not None]
    limits = {one.node_limit for one in rows}
    if len(limits) > 1:
        text = "Their limits differ, so it is not told what they may use together."
        yield from wrapped("differ", text, look.width, 2, WARN)
        return
    most = limits.pop()
    together = portal.of_limit(sum(used), most, look)
    yield line("together", f"  together {together}  ", portal.share(sum(used), most, look))


def _award(award: RemoteProject | None, look: Look) -> Iterator[Line]:
    """Its state is another thing than that of the allocation, and both are named (§4.3)."""
    if award is None:
        return
    tone = _AWARD_TONES.get(award.state, "")
    yield line("award.state", "  Award state      ", (award.state.value, tone))
    if award.error_message:
        yield from wrapped("award.error", f"It says: {award.error_message}", look.width, 2, WARN)
    many = portal.awarded(award.current_allocation, look) or look.glyphs.none
    yield line("award.amount", f"  Awarded          {many}")
    if award.pending_allocation:
        age = ages.age(award.pending_since, look.now)
        wanted = portal.awarded(award.pending_allocation, look)
        yield line("award.pending", f"  Waits for        {wanted}",
                   (f"  for {age}", QUIET))  # fmt: skip
    contact = ages.stamp(award.last_contact_at)
    yield line("award.contact", f"  Last contact     {contact}")
    yield line("award.destination", f"  Destination      {award.destination}")


def _account(account: Account | None, look: Look) -> Iterator[Line]:
    if account is None:
        return
    used = account.spent + account.this_month
    figures = (
        ("Given", account.credits),
        ("Spent before", account.spent),
        ("This month", account.this_month),
        ("Left", account.credits - used),
    )
    for name, told in columns([(name, portal.hours(n, look)) for name, n in figures], "<>"):
        yield line(f"account.{name}", f"  {name}  {told}")
    if account.end_date:
        last = ages.last_day(account.end_date)
        yield line("account.end", f"  Last day    {last}", ("  access ends after it", QUIET))


# Who


def _usages(usages: tuple[Usage, ...], look: Look) -> Iterator[Line]:
    shown = usages[:MONTHS_SHOWN]
    told = [(f"{one.year}-{one.month:02}", one.username or UNKNOWN, one.full_name,
             portal.hours(one.usage, look)) for one in shown]  # fmt: skip
    for n, cells in enumerate(columns(told, "<<<>")):
        yield line(f"usage.{n}", f"  {cells[0]}  {cells[3]}  {cells[1]}  ", (cells[2], QUIET))
    if len(usages) > len(shown):
        yield line("usage.more", (f"  and {len(usages) - len(shown):,} more", QUIET))


def _people(found: PortalDetail, look: Look) -> Iterator[Line]:
    """Rows of which a server shows nothing are of others."""
    known = [one for one in found.associations
             if one.username or one.groupname or one.useridentifier]  # fmt: skip
    for n, one in enumerate(known[:PEOPLE_SHOWN]):
        told = (one.username or UNKNOWN, (f"  {one.groupname}  {one.useridentifier}", QUIET))
        yield line(f"person.{n}", "  ", *told)
    if len(known) > PEOPLE_SHOWN:
        yield line("person.more", (f"  and {len(known) - PEOPLE_SHOWN:,} more", QUIET))


def _marketplace(found: PortalDetail) -> Iterator[Line]:
    for name, value in found.marketplace.items():
        if value not in (None, ""):
            yield line(f"market.{name}", f"  {name}  {value}")
