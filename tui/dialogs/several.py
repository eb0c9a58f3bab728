"""Several plans in words: what the dialog for all of them shows, and how far it got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from backend.core.plan import Impact, Plan, Tier
from backend.core.text import display
from tui import cases
from tui.cases import Case
from tui.dialogs.preview import HOLDERS_SHOWN
from tui.format import names
from tui.format.impacts import impact_texts, refusals
from tui.format.lines import (
    BAD,
    GOOD,
    HEAD,
    QUIET,
    WARN,
    Line,
    Look,
    blank,
    line,
    section,
    wrapped,
)
from tui.format.units import changes

REQUESTS_SHOWN = 3
_TONES = {cases.DONE: GOOD, cases.REFUSED: BAD, cases.UNKNOWN: BAD, cases.UNTRIED: QUIET}
_TIERS = {Tier.REVERSIBLE: "", Tier.HARMFUL: "", Tier.DANGEROUS: "dangerous"}


def plans_of(found: Sequence[Case]) -> list[Plan]:
    """The plans of those that can be done."""
    return [case.plan for case in found if case.plan is not None]


def title(found: Sequence[Case]) -> str:
    """What this is about, and how many of what was marked are left out."""
    plans = plans_of(found)
    verb = plans[0].verb if plans else "Nothing"
    out = len(found) - len(plans)
    return f"Confirm: {verb} {len(plans):,}" + (f", {out:,} left out" if out else "")


def several(found: Sequence[Case], look: Look) -> list[Line]:
    """What would be done to each, who goes over by all of it, and what is left out."""
    plans = plans_of(found)
    over = [impact for plan in plans for impact in plan.going_over]
    able = [case for case in found if case.plan is not None]
    return [
        *wrapped("how", _HOW, look.width, style=HEAD),
        *section(f"WHAT WILL BE DONE ({len(able):,})", (_line(case, look) for case in able)),
        *section("LEFT OUT, AND STILL MARKED", _left_out(found, look)),
        *section(f"WHO GOES OVER QUOTA ({len({_who(i) for i in over}):,})", _over(over, look)),
        *section("WARNINGS", _warnings(plans, look)),
        *_requests(plans, look),
    ]


_HOW = "One by one, each checked again when its turn comes; the first failure ends it."


def _line(case: Case, look: Look) -> Line:
    plan = case.plan
    assert plan is not None
    over = len({_who(impact) for impact in plan.going_over})
    settled = [f"{t.summary} {changes(t.change, look.units)}" for t in plan.touched if t.resolved]
    notes = [f"{over:,} over quota"] if over else settled
    notes += [word] if (word := _TIERS[plan.tier]) and not over else []
    told = "" if case.outcome == cases.PLANNED else f"{case.outcome:<10}"
    why = display(f"{case.error.title}: {case.error}" if case.error else "   ".join(notes))
    tone = QUIET if notes == settled and not case.error else BAD
    named = names.cut(plan.title, max(20, look.width - 6 - len(told + why)), look.glyphs)
    room = look.width - 5 - cell_len(told + named)
    outcome = (told, _TONES.get(case.outcome, ""))
    note = "   " + names.cut(why, room, look.glyphs) if why else ""
    return line(f"case.{case.key}", "  ", outcome, named, (note, tone))


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


def _warnings(plans: Sequence[Plan], look: Look) -> Iterator[Line]:
    for warning, count in Counter(w for plan in plans for w in plan.warnings).items():
        many = f" ({count:,} times)" if count > 1 else ""
        yield from wrapped(f"warning.{warning}", f"! {warning}{many}", look.width, 2, WARN)


def _requests(plans: Sequence[Plan], look: Look) -> list[Line]:
    told = [f"{plan.request.method} {plan.request.path}" for plan in plans[:REQUESTS_SHOWN]]
    rest = len(plans) - len(told)
    text = "; ".join(told) + (f"; and {rest:,} more" if rest else "")
    shown = names.cut(display(text), look.width - 10, look.glyphs)
    return [blank(), line("request", ("Requests  ", HEAD), (shown, QUIET))]
