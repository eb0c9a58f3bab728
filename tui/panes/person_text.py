"""A person in lines: beside the list and on the whole screen."""

from __future__ import annotations

from collections.abc import Iterator

from backend.projects.model import PersonDetail, PlaceRow, ProjectState, UserState
from backend.quotas.model import QuotaRow, QuotaState
from tui.format import ages, names
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
from tui.format.units import amount, known

TONES = {QuotaState.OK: "", QuotaState.FULL: WARN, QuotaState.UNKNOWN: QUIET}
ROOMY = 46
"""Cells from which on a uuid stands in full."""
WAITS = {UserState.UNMODERATED: WARN, UserState.UNVERIFIED: WARN, UserState.ACTIVE: ""}
"""How a state looks; those that are over are quiet."""


def person(found: PersonDetail, look: Look) -> list[Line]:
    """Who it is, where in, what owned, how much of what, what applied for."""
    return [
        *_head(found, look),
        *section("PROJECTS OWNED", _owned(found)),
        *section("MEMBERSHIPS", _places(found)),
        *section("QUOTA", _quota(found, look), "used of what can be had"),
        *section("APPLICATIONS", _applications(found, look)),
    ]


def _head(found: PersonDetail, look: Look) -> Iterator[Line]:
    user, row = found.row.user, found.row
    state = str(row.state)
    room = look.width - len(state) - 2
    yield line(
        "email", (names.shorten(user.email, room), HEAD), "  ", (state, WAITS.get(row.state, QUIET))
    )
    yield blank()
    if user.name:
        yield from wrapped("name", user.name, look.width)
    yield line("uuid", "Id       ", _id(user.uuid, look))
    admin = "   project admin" if user.is_project_admin else ""
    if not user.known:
        yield line("unknown", ("Whether active, and the default project, are not shown.", QUIET))
        return
    yield line("in", f"Active   {_yes(user.is_active)}{admin}")
    yield line("seen", f"Verified {_yes(user.email_verified)}   moderated {_yes(user.moderated)}")
    yield line("default", "Default  ", row.default or "the own base project")
    if user.deactivated_at:
        yield line("gone", f"Deactivated {ages.stamp(user.deactivated_at)}")
        yield from wrapped("gone.why", user.deactivated_reason, look.width, 2, QUIET)


def _id(uuid: str, look: Look) -> str:
    return uuid if look.width >= ROOMY else names.identifier(uuid)


def _yes(on: bool) -> str:
    return "yes" if on else "no"


def _owned(found: PersonDetail) -> Iterator[Line]:
    for row in found.owned:
        tone = "" if row.state is ProjectState.ACTIVE else QUIET
        waits = f"  #{row.pending_app} waits" if row.pending_app else ""
        yield line(f"owned.{row.key}", f"  {row.name}  ", (row.display_state, tone), (waits, WARN))


def _places(found: PersonDetail) -> Iterator[Line]:
    for row in found.places:
        yield line(
            f"place.{row.key}",
            f"  {'(base)' if row.is_base else row.project}  ",
            (row.state.replace("_", " "), _tone(row)),
            (f"  {ages.day(row.since)}" if row.since else "", QUIET),
            (_lost(row), QUIET),
        )


def _tone(row: PlaceRow) -> str:
    if row.state in ("requested", "leave_requested"):
        return WARN
    return "" if row.state == "accepted" else QUIET


def _lost(row: PlaceRow) -> str:
    return "" if row.project_state is ProjectState.ACTIVE else f"  (project {row.project_state})"


def _quota(found: PersonDetail, look: Look) -> Iterator[Line]:
    rows = [row for row in found.holdings if row.usage or row.reach]
    told = columns([(row.resource, *_figures(row, look)) for row in rows], "<>>")
    project = None
    for row, (resource, used, reach) in zip(rows, told, strict=True):
        name = names.project(row)
        if name != project:
            project = name
            yield line(f"quota.{row.project_id}", f"  {name}")
        state = row.state
        tone = TONES.get(state, BAD)
        yield line(
            f"quota.{row.key}", f"    {resource}  {used} of {reach}", (f"  {state.value}", tone)
        )


def _figures(row: QuotaRow, look: Look) -> tuple[str, str]:
    used, reach = (amount(number, row.unit, look.units) for number in (row.usage, row.reach))
    return known(row.known, used), known(row.reach_known, reach)


def _applications(found: PersonDetail, look: Look) -> Iterator[Line]:
    for project, one in found.applications:
        when = ages.day(one.answered_at or one.issued_at)
        tone = WARN if one.state == "pending" else ""
        yield line(f"app.{one.id}", f"  #{one.id} {project}  ", (str(one.state), tone), f" {when}")
        if one.response:
            yield from wrapped(f"app.{one.id}.why", f"“{one.response}”", look.width, 4, QUIET)
