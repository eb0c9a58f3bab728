"""Awards between portals in lines: those made to us, which are reviewed, and those of ours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from backend.core.text import counted
from backend.openportal.model import (
    AwardReview,
    AwardRow,
    AwardState,
    RemoteProjectRow,
    RemoteState,
)
from tui.format import ages, names, portal
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
from tui.format.units import UNKNOWN

LABEL = 12
MEMBERS_SHOWN = 40
EMBARGO = "It may not be approved before {}; rejecting it is possible."
_REMOTE = {RemoteState.ERROR: BAD, RemoteState.STALE: WARN}


def state(row: AwardRow) -> Part:
    """Where an award stands; what may not be approved yet is said so."""
    if row.award.state is not AwardState.PENDING:
        return row.award.state.value, QUIET
    return ("embargoed", QUIET) if row.embargoed else (row.award.state.value, WARN)


def remote_state(row: RemoteProjectRow) -> tuple[str, str]:
    """Where an award of ours stands at the other portal."""
    found = row.remote_project.state
    return found.value, _REMOTE.get(found, "")


def place(destination: str) -> str:
    """The last part of a destination, which people know it by."""
    return destination.rpartition(".")[2]


def goes_to(row: RemoteProjectRow) -> str:
    """Where an award of ours goes, as allocations name it."""
    return row.service_name or place(row.remote_project.destination)


def single(review: AwardReview, look: Look) -> list[Line]:
    """Everything in one column."""
    effect = section("APPROVING IT", _effect(review, look)) if _waits_for_us(review) else ()
    return [*_head(review, look), *effect, *_became(review, look), *_asked(review, look)]


def _waits_for_us(review: AwardReview) -> bool:
    return review.row.award.state is AwardState.PENDING


def left(review: AwardReview, look: Look) -> list[Line]:
    """What the other portal asks for."""
    return [*_head(review, look), *_asked(review, look)]


def _asked(review: AwardReview, look: Look) -> list[Line]:
    return [
        *section("DESCRIPTION", _prose("about", review.description, look)),
        *section(f"MEMBERS ({len(review.members)})", _members(review)),
        *section("LINKS", _links(review.links)),
        *section("NOTES", _notes(review, look)),
    ]


def right(review: AwardReview, look: Look) -> list[Line]:
    """What approving it would do, or what there is of it."""
    if not _waits_for_us(review):
        return _became(review, look)
    head = line("", ("AFTER APPROVAL", HEAD), ("  nothing has been changed yet", QUIET))
    return [head, *_effect(review, look)]


def _became(review: AwardReview, look: Look) -> list[Line]:
    """The project of one that was decided."""
    if _waits_for_us(review):
        return []
    return [
        *section("ITS PROJECT", _project(review)),
        *section("WHAT THE PROJECT HAS", _has(review, look), "used this month of the limit"),
    ]


def _project(review: AwardReview) -> Iterator[Line]:
    if (found := review.project) is not None:
        owner = f"   {found.customer_name}" if found.customer_name else ""
        yield line("project", f"  {found.project.name}", (owner, QUIET))


def _prose(key: str, text: str, look: Look) -> list[Line]:
    return wrapped(key, text, look.width, 2) if text.strip() else []


def _head(review: AwardReview, look: Look) -> Iterator[Line]:
    row, award = review.row, review.row.award
    told, tone = styled(state(row))
    room = look.width - len(told) - 10
    yield line("state", (f"Award {names.shorten(award.identifier, room, look.glyphs)}", HEAD),
               (f"   {told}", tone))  # fmt: skip
    for name, text in _facts(review, look).items():
        yield line(f"fact.{name}", f"{name:<{LABEL}}", names.cut(text, look.width - LABEL,
                                                                 look.glyphs))  # fmt: skip
    if review.row.embargoed:
        yield from wrapped(
            "embargo", EMBARGO.format(ages.minutes(review.earliest_approve)), look.width, 0, WARN
        )
    if award.reviewed_at:
        by = f" by {award.reviewed_by}" if award.reviewed_by else ""
        text = f"{award.state.value} {ages.stamp(award.reviewed_at)}{by}: {award.comment}"
        yield from wrapped("answer", text.rstrip(": "), look.width)


def _facts(review: AwardReview, look: Look) -> dict[str, str]:
    row, award = review.row, review.row.award
    waits = award.state is AwardState.PENDING
    age = f"   waiting {ages.age(award.created_at, look.now)}" if waits else ""
    ends = ages.last_day(row.end_date) if row.end_date else look.glyphs.none
    facts = {
        "Name": row.name or UNKNOWN,
        "For": f"{place(award.destination)}   {award.destination}",
        "Amount": portal.awarded(row.allocation, look) or look.glyphs.none,
        "From": row.start_date or look.glyphs.none,
        "Last day": ends,
        "Submitted": f"{ages.stamp(award.created_at)}{age}",
    }
    return {**facts, "Template": award.template} if award.template else facts


def _members(review: AwardReview) -> Iterator[Line]:
    shown = review.members[:MEMBERS_SHOWN]
    for address, cells in zip(shown, columns(shown, "<<"), strict=True):
        yield line(f"member.{address[0]}", f"  {cells[0]}  ", (cells[1], QUIET))
    if len(review.members) > len(shown):
        yield line("member.more", (f"  and {len(review.members) - len(shown):,} more", QUIET))


def _links(links: Iterable[tuple[str, object]]) -> Iterator[Line]:
    for what, url in links:
        yield line(f"link.{what}", f"  {what}  ", (str(url), QUIET))


def _linked(text: str, look: Look) -> Iterator[Line]:
    """Links that are kept as JSON; what is none stays as it is."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        yield from _links(found.items())
    else:
        yield from _prose("links", text, look)


def _notes(review: AwardReview, look: Look) -> Iterator[Line]:
    for n, note in enumerate(review.notes):
        yield from wrapped(f"note.{n}", note, look.width, 2)


def _effect(review: AwardReview, look: Look) -> Iterator[Line]:
    """The service it goes to, the project it becomes or belongs to, what that has already."""
    service, project = review.service, review.project
    if service is None:
        text = f"No service here has the instance {review.row.award.destination}."
        yield from wrapped("service", text, look.width, 2, WARN)
    else:
        many = portal.awarded(review.row.allocation, look) or UNKNOWN
        told = f"  an allocation of {many} on {service.name}"
        tone = QUIET if service.state.value == "OK" else WARN
        yield line("service", told, (f"   {service.state.value}", tone))
    if project is None:
        yield line("project", f"  a new project {review.row.name}")
    else:
        owner = f"   {project.customer_name}" if project.customer_name else ""
        yield line("project", f"  for the project {project.project.name}", (owner, QUIET))
    named = counted(len(review.members), "member")
    yield from wrapped(
        "members", f"{named} named; who has an account here may use it", look.width, 2
    )
    yield from section("WHAT THE PROJECT HAS", _has(review, look), "used this month of the limit")


def _has(review: AwardReview, look: Look) -> Iterator[Line]:
    rows = review.allocations
    told = [(one.service_name, portal.of_limit(one.usage, one.node_limit, look), one.state.value)
            for one in rows]  # fmt: skip
    for one, cells in zip(rows, columns(told, "<><"), strict=True):
        yield line(f"has.{one.uuid}", f"    {cells[0]}  {cells[1]}  ", (cells[2], QUIET))


def remote_project(row: RemoteProjectRow, look: Look) -> Iterator[Line]:
    """An award of ours, and how it stands at the other portal."""
    one = row.remote_project
    told, tone = remote_state(row)
    room = look.width - len(told) - 2
    name = names.shorten(row.project_name or one.project, room, look.glyphs)
    yield line("name", (name, HEAD), "  ", (told, tone))
    yield from section("IT SAYS", _said(row, look))
    yield blank()
    for label, text in _terms(row, look).items():
        yield line(label, f"{label:<17}", names.cut(text, look.width - 17, look.glyphs))
    yield from section("WAITS FOR THE OTHER SIDE", _waits(row, look))
    yield from section("LINKS", _linked(one.links, look))
    yield from section("NOTES", _prose("notes", one.notes, look))


def _said(row: RemoteProjectRow, look: Look) -> Iterator[Line]:
    one = row.remote_project
    if one.error_message:
        tone = BAD if one.state is RemoteState.ERROR else QUIET
        yield from wrapped("error", one.error_message, look.width, 2, tone)


def _terms(row: RemoteProjectRow, look: Look) -> dict[str, str]:
    one, none = row.remote_project, look.glyphs.none
    contact = "never" if not one.last_contact_at else ages.stamp(one.last_contact_at)
    age = f"   {ages.age(one.last_contact_at, look.now)}" if one.last_contact_at else ""
    return {
        **({"Service": row.service_name} if row.service_name else {}),
        "Destination": one.destination,
        "Identifier": one.identifier or f"{none}   the other side has not answered yet",
        "Awarded": portal.awarded(one.current_allocation, look) or none,
        "Last contact": f"{contact}{age}",
        "Not before": one.earliest_approve or none,
        "Members": one.membership_control or none,
        "Domains": "all" if one.allowed_domains is None else one.allowed_domains or "none",
        "Created": ages.stamp(one.created_at),
    }


def _waits(row: RemoteProjectRow, look: Look) -> Iterator[Line]:
    one = row.remote_project
    if one.pending_allocation:
        age = ages.age(one.pending_since, look.now)
        many = portal.awarded(one.pending_allocation, look)
        yield line("pending", f"  {many}", (f"   for {age}", QUIET))
        text = "People may have to decide there, which takes days; it is no failure."
        yield from wrapped("patience", text, look.width, 2, QUIET)
