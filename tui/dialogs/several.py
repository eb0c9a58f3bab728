"""Several plans in words: what the dialog for all of them shows, and how far it got."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.cells import cell_len
from textual.content import Content

from backend.core.plan import Impact, Plan, Tier, Touched
from backend.core.text import counted, display
from tui import cases
from tui.cases import Case
from tui.dialogs.preview import HOLDERS_SHOWN, changed, is_final
from tui.format import names
from tui.format.impacts import impact_texts, refusals, tally
from tui.format.lines import (
    BAD,
    GOOD,
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
from tui.format.units import changes

REQUESTS_SHOWN = 3
MARGIN = "  "
WARNED_SHOWN = 10
TITLE = 32
"""Signs of a title that no note takes away: what it is about stands there."""
LONG = 100
"""Cells of a list that has room for whole uuids."""
_TONES = {cases.DONE: GOOD, cases.REFUSED: BAD, cases.UNKNOWN: BAD, cases.UNTRIED: QUIET}


def plans_of(found: Sequence[Case]) -> list[Plan]:
    """The plans of those that can be done."""
    return [case.plan for case in found if case.plan is not None]


def title(found: Sequence[Case]) -> str:
    """What this is about, how many of what was marked are left out, and what it warns of."""
    plans = plans_of(found)
    verb = plans[0].verb if plans else "Nothing"
    out, warned = len(found) - len(plans), len({w for plan in plans for w in plan.warnings})
    notes = [f"{out:,} left out"] * bool(out)
    notes += [counted(warned, "warning")] * bool(warned)
    return ", ".join([f"Confirm: {verb} {len(plans):,}", *notes])


def several(found: Sequence[Case], look: Look, aside: int = 0) -> list[Line]:
    """Who goes over by all of it, what would be done to each, and what is left out; how many
    are not listed."""
    plans = plans_of(found)
    over = [impact for plan in plans for impact in plan.going_over]
    able = [case for case in found if case.plan is not None]
    some, named = any(plan.tier is not Tier.DANGEROUS for plan in plans), _named(able, look)
    doing = [
        one
        for case in able
        for one in (
            _head(case, named[case.key], look, tell_danger=some),
            *_changes(case, look),
        )
    ]
    never = any(plan.undo and is_final(plan) for plan in plans)
    planned = all(case.outcome == cases.PLANNED for case in able)
    heading = "WHAT WILL BE DONE" if planned else "WHAT BECAME OF IT"
    return [
        *wrapped("how", _HOW, look.width, style=HEAD),
        *(_undo(plans, look) if never else ()),
        *_aside(aside, look),
        *section(f"WHO GOES OVER QUOTA ({tally(over)})", _over(over, look)),
        *section("WARNINGS", _warnings(able, look)),
        *section("LEFT OUT, AND STILL MARKED", _left_out(found, look)),
        *section(f"{heading} ({len(able):,})", doing),
        *_requests(plans, look),
        *(() if never else _undo(plans, look)),
    ]


_HOW = "One by one, each checked again: what changed is left out, a failure ends it."


def _aside(count: int, look: Look) -> list[Line]:
    are = "is" if count == 1 else "are"
    told = f"! {count:,} of them {are} marked but not among the rows that are listed"
    return wrapped("aside", told, look.width, style=WARN) if count else []


def _named(able: Sequence[Case], look: Look) -> dict[int, str]:
    """What each is, by its key. A commission that is settled has its serial, amounts and holder
    first, below those of others where there is room; in a narrow terminal uuids are short, so
    that all else can be read."""
    found = {case.key: case.about or case.plan.title for case in able if case.plan}
    resolved = [(case.key, one) for case in able for one in _resolved(case)]
    cells = [[str(one.serial), changes(one.change, look.units), one.summary] for _, one in resolved]
    laid = columns(cells, "><<")
    if any(cell_len("  ".join(row).rstrip()) > look.width - 2 for row in laid):
        laid = cells
    found |= {key: "  ".join(row).rstrip() for (key, _), row in zip(resolved, laid, strict=True)}
    return {key: names.brief(text) if look.width < LONG else text for key, text in found.items()}


def _resolved(case: Case) -> list[Touched]:
    """The commissions that it settles."""
    return [one for one in case.plan.touched if one.resolved] if case.plan else []


def _head(case: Case, named: str, look: Look, *, tell_danger: bool) -> Line:
    """What it is and how far it got. Where all are dangerous none of them says so."""
    told = "" if case.outcome == cases.PLANNED else f"{case.outcome:<10}"
    note, tone = _note(case, tell_danger=tell_danger)
    room = max(TITLE, look.width - 6 - len(told + note)) if note else look.width - 2 - len(told)
    shown = names.cut(named, room, look.glyphs)
    rest = look.width - 5 - cell_len(told + shown)
    outcome = (told, _TONES.get(case.outcome, ""))
    noted = "   " + names.cut(note, rest, look.glyphs) if note else ""
    return line(f"case.{case.key}", "  ", outcome, shown, (noted, tone))


def _note(case: Case, *, tell_danger: bool) -> tuple[str, str]:
    """What went wrong, or how many go over, and how loud that is."""
    plan = case.plan
    assert plan is not None
    if case.error is not None:
        return display(f"{case.error.title}: {case.error}"), BAD
    over = len({_who(impact) for impact in plan.going_over})
    grave = tell_danger and plan.tier is Tier.DANGEROUS
    return f"{over:,} over quota" if over else "dangerous" * grave, BAD


def _changes(case: Case, look: Look) -> Iterator[Line]:
    """What would change of it as its own dialog tells it, unless it is settled commissions."""
    if case.plan is None or _resolved(case):
        return
    inner = replace(look, width=look.width - len(MARGIN))
    for one in changed(case.plan, inner, alike=False):
        yield Line(f"case.{case.key}.{one.key}", Content.assemble(MARGIN, one.content))


def _left_out(found: Sequence[Case], look: Look) -> Iterator[Line]:
    for case in found:
        if case.plan is None and case.error is not None:
            text = f"{display(case.label)}: {display(str(case.error))}"
            yield from wrapped(f"out.{case.key}", text, look.width, 4, WARN)


def _who(impact: Impact) -> tuple[str, str]:
    return impact.holder, impact.project


def _over(over: Sequence[Impact], look: Look) -> Iterator[Line]:
    shown = over[:HOLDERS_SHOWN]
    for number, text in enumerate(impact_texts(shown, look)):
        yield line(f"over.{number}", (f"  ! {text}", BAD))
    if len(over) > len(shown):
        yield line("over.more", f"    and {len(over) - len(shown):,} more")
    if over:
        yield from refusals(over, look)


def _warnings(able: Sequence[Case], look: Look) -> Iterator[Line]:
    """Each once, with those it is about, which need no names where it is about all."""
    warned: dict[str, list[str]] = {}
    plans = [(case.plan, case.label) for case in able if case.plan]
    told = [(text, who) for plan, who in plans for text in plan.told]
    figures = {text for plan, _ in plans for text in plan.figures}
    for warning, who in sorted(told, key=lambda one: one[0] in figures):
        warned.setdefault(warning, []).append(who)
    for warning, labels in warned.items():
        rest = len(labels) - WARNED_SHOWN
        named = ", ".join(labels[:WARNED_SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")
        about_all = len(labels) == len(able) > 1
        text = f"all {len(able):,}: {warning}" if about_all else f"{warning}: {named}"
        yield from wrapped(f"warning.{warning}", f"! {text}", look.width, 2, WARN)


def _requests(plans: Sequence[Plan], look: Look) -> list[Line]:
    told = [f"{plan.request.method} {plan.request.path}" for plan in plans[:REQUESTS_SHOWN]]
    rest = len(plans) - len(told)
    text = "; ".join(told) + (f"; and {rest:,} more" if rest else "")
    shown = names.cut(display(text), look.width - 10, look.glyphs)
    return [blank(), line("request", ("Requests  ", HEAD), (shown, QUIET))]


def _undo(plans: Sequence[Plan], look: Look) -> Iterator[Line]:
    """Nothing takes all of it back at once; what cannot be taken back at all says so."""
    never = dict.fromkeys(plan.undo for plan in plans if plan.undo and plan.inverse is None)
    steps = [] if all(plan.is_harmless for plan in plans) else ["not in one step"]
    told = "; ".join(map(display, [*steps, *never]))
    first, *rest = wrapped("undo", told, look.width - 10)
    yield line(first.key, ("Undo      ", HEAD), first.text)
    yield from (line(one.key, " " * 10 + one.text) for one in rest)
