"""A waiting application on the operator's desk: what is asked, and what approving would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.core.plan import Impact
from backend.core.text import counted
from backend.projects.model import (
    ApplicationReview,
    ApplicationState,
    PolicyCheck,
)
from tui.format import ages, names
from tui.format.diffs import ABSENT, label, wished
from tui.format.grants import grants_of, limits, pool_bars
from tui.format.impacts import impact_texts, refusals, touched_lines
from tui.format.lines import (
    BAD,
    GOOD,
    HEAD,
    QUIET,
    WARN,
    Line,
    Look,
    Part,
    blank,
    line,
    section,
    wrapped,
)
from tui.format.units import amount

MEMBERS_SHOWN = 100
LABEL = 9


def single(review: ApplicationReview, look: Look) -> list[Line]:
    """Everything in one column, for narrow terminals."""
    return [
        *_head(review, look),
        *_limits(review, look, usage=True),
        *_refusal(review, look),
        *_affected(review, look),
        *_touched(review, look),
        *_checks(review, look),
        *_history(review, look),
        *_origin(look),
    ]


def left(review: ApplicationReview, look: Look) -> list[Line]:
    """What is asked for: the left column of wide terminals."""
    return [
        *_head(review, look),
        *_limits(review, look, usage=False),
        *_checks(review, look),
        *_history(review, look),
    ]


def right(review: ApplicationReview, look: Look) -> list[Line]:
    """What approving would do: the right column of wide terminals."""
    return [
        line("", ("AFTER APPROVAL", HEAD), ("  nothing has been changed yet", QUIET)),
        *_refusal(review, look),
        *section("PROJECT USAGE AND NEW LIMIT", pool_bars(grants_of(review), look)),
        *_affected(review, look),
        *_touched(review, look),
        *_origin(look),
    ]


def state_words(state: ApplicationState) -> str:
    """`Pending review`, `Denied`, ..."""
    return "Pending review" if state is ApplicationState.PENDING else state.value.capitalize()


def _head(review: ApplicationReview, look: Look) -> Iterator[Line]:
    asked = review.application
    pending = asked.state is ApplicationState.PENDING
    yield line(
        "state",
        (f"Application #{asked.id}", HEAD),
        (f"   {state_words(asked.state)}", WARN if pending else ""),
        (f"   {'new project' if review.is_new else 'change of a project'}", QUIET),
    )
    room = max(LABEL, *(len(label(change.field)) for change in review.changes), 0)
    for name, value in _facts(review, look).items():
        text = names.cut(value, look.width - room - 2, look.glyphs)
        yield line(f"fact.{name}", f"{name:<{room}}  {text}")
    if asked.response_at:
        answer = f"{ages.stamp(asked.response_at)} by {asked.response_actor}: {asked.response}"
        yield from _labelled("answer", state_words(asked.state), answer, look, room)
    yield from _fields(review, look, room)
    if comments := asked.comments.strip():
        yield from _labelled("comment", "Comment", comments, look, room)


def _facts(review: ApplicationReview, look: Look) -> dict[str, str]:
    asked, project = review.application, review.project
    owner = asked.applicant == project.owner
    role = "" if review.is_new else " (owner)" if owner else f" (owner is {review.owner_email})"
    waiting = asked.state is ApplicationState.PENDING
    age = f"   waiting {ages.age(asked.issued_at, look.now)}" if waiting else ""
    filed = f"{ages.stamp(asked.issued_at)}{age}" if asked.issued_at else "when is not shown"
    known = (
        "new" if review.is_new else f"{project.state.value}, {counted(review.members, 'member')}"
    )
    name = asked.name or project.realname
    return {
        "Project": f"{name} ({known})  {names.identifier(project.uuid)}",
        "Applicant": f"{review.applicant_email}{role}",
        "Submitted": filed,
    }


def _fields(review: ApplicationReview, look: Look, room: int) -> Iterator[Line]:
    known = {review.applicant_email, review.application.name, ABSENT} if review.is_new else set()
    for change in review.changes:
        cell, name = wished(change), label(change.field).capitalize()
        if cell.after in known:
            continue
        gone = passed(review, look.now) if change.field == "end_date" else ""
        key = f"field.{change.field}"
        short = len(cell.before) + len(cell.after) + 4 <= look.width - room - 2
        if review.is_new or cell.before == ABSENT:
            yield from _labelled(key, name, cell.after, look, room)
        elif short:
            yield line(key, f"{name:<{room}}  {cell.before} -> {cell.after}")
        else:
            yield from _labelled(f"{key}.-", name, f"- {cell.before}", look, room, QUIET)
            yield from _labelled(f"{key}.+", "", f"+ {cell.after}", look, room)
        if gone:
            yield from _labelled(f"{key}.passed", "", gone, look, room, WARN)


def passed(review: ApplicationReview, now: int) -> str:
    """`! passed 2 h ago` for the end date that is wished for, `` while it lies ahead or the
    application does not wait."""
    asked = review.application
    waits = asked.state is ApplicationState.PENDING
    if not waits or asked.end_date is None or asked.end_date > now:
        return ""
    return f"! passed {ages.age(asked.end_date, now)} ago"


def _labelled(
    key: str, name: str, text: str, look: Look, room: int, style: str = ""
) -> Iterator[Line]:
    """A text that may take several lines, all right of its name."""
    for n, one in enumerate(wrapped(key, text, look.width - room - 2)):
        yield line(one.key, f"{'' if n else name:<{room}}  ", (one.text, style))


def _limits(review: ApplicationReview, look: Look, usage: bool) -> list[Line]:
    found = limits(grants_of(review), look, usage)
    return [blank(), *found] if found else []


def _refusal(review: ApplicationReview, look: Look) -> list[Line]:
    if not review.refusal:
        return []
    text = f"It cannot be approved now: {review.refusal}"
    return section("! NOT POSSIBLE", wrapped("refusal", text, look.width, 2, BAD))


def _affected(review: ApplicationReview, look: Look) -> list[Line]:
    """Members whose effective limit moves, those who go over first."""
    impacts = review.approve.impacts if review.approve else ()
    moved = [one for one in impacts if one.holder and one.before != one.after]
    moved.sort(key=lambda one: (not one.goes_over, not one.over_by))
    over = [one for one in moved if one.goes_over]
    body = list(_members(moved[:MEMBERS_SHOWN], look))
    if len(moved) > MEMBERS_SHOWN:
        body.append(line("member.more", f"    and {len(moved) - MEMBERS_SHOWN:,} more"))
    if over:
        body += refusals(over, look)
    if not body and review.approve:
        return [blank(), line("member.none", ("Nobody's effective limit changes.", QUIET))]
    return section("MEMBERS AFFECTED", body, "effective limit, usage")


def _members(moved: Sequence[Impact], look: Look) -> Iterator[Line]:
    for one, text in zip(moved, impact_texts(moved, look), strict=True):
        sign, tone = ("! ", BAD) if one.goes_over else ("  ", WARN if one.over_by else "")
        yield line(f"member.{one.holder}.{one.resource}", (f"  {sign}{text}", tone))


def _touched(review: ApplicationReview, look: Look) -> list[Line]:
    found = review.approve.touched if review.approve else ()
    return section("PENDING COMMISSIONS", touched_lines(found, look))


def _checks(review: ApplicationReview, look: Look) -> list[Line]:
    waiting, most = review.pending_apps
    body = [line(f"check.{n}", *_check(check)) for n, check in enumerate(review.checks)]
    if waiting:
        text = f"the applicant has {waiting} of {amount(most)} applications waiting"
        body.append(line("check.pending", f"      {text}"))
    return section("POLICY CHECKS", body)


def _check(check: PolicyCheck) -> tuple[Part, Part]:
    return ("  ok  " if check.ok else "  !   ", GOOD if check.ok else WARN), check.text


def _history(review: ApplicationReview, look: Look) -> list[Line]:
    body: list[Line] = []
    for brief in review.history:
        when = ages.day(brief.answered_at or brief.issued_at)
        who = f" by {brief.actor}" if brief.actor else ""
        body.append(line(f"past.{brief.id}", f"  #{brief.id} {brief.state.value} {when}{who}"))
        if brief.response:
            body += wrapped(f"past.{brief.id}.why", f'"{brief.response}"', look.width, 6, QUIET)
    return section("HISTORY", body)


def _origin(look: Look) -> list[Line]:
    text = "Computed from the data as it is now, again for the preview, and checked when written."
    return [blank(), *wrapped("origin", text, look.width, style=QUIET)]
