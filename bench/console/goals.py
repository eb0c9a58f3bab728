"""The goals as data, and whether what was measured reaches them.

Both sides of a goal are expressions over what was measured: `big`, `filtered`, `middle`, `small`,
`control`, `posting` and `harlequin` as the measuring tool sums programs up, and what the drivers
of this package return under the names of their modules.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

OPERATORS = {"<=": operator.le, "==": operator.eq, "!=": operator.ne}
OK, MISSED, NOT_RUN = "ok", "MISSED", "not run"


@dataclass(frozen=True, slots=True)
class Goal:
    """`left` compared with `right`; a `hard` one is free of noise and gates changes."""

    id: str
    what: str
    left: str
    test: str
    right: str
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a goal; figures as text, `why` it was not run."""

    goal: Goal
    outcome: str
    reached: str = ""
    bound: str = ""
    why: str = ""


class Figures(dict[str, Any]):
    """Nested figures whose names are written with dots."""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        return Figures(value) if isinstance(value, Mapping) else value

    __getattr__ = __getitem__


def _hard(id: str, what: str, left: str, test: str, right: str) -> Goal:
    return Goal(id, what, left, test, right, hard=True)


GOALS = (
    Goal("G1", "cold start, ms", "big.start.ready_ms", "<=", "1.15 * control.start.ready_ms"),
    Goal("G1", "... beside posting", "big.start.ready_ms", "<=", "0.55 * posting.start.ready_ms"),
    Goal("G1", "... beside harlequin", "big.start.ready_ms",
         "<=", "0.45 * harlequin.start.ready_ms"),
    Goal("G1", "cold start, CPU s", "big.start.cpu_s", "<=", "0.45 * posting.start.cpu_s"),
    Goal("G2", "a line down, p95 ms", "big.by_key.down.p95_ms",
         "<=", "0.8 * control.by_key.down.p95_ms"),
    Goal("G2", "a line down, CPU ms", "big.by_key.down.cpu_ms_per_key",
         "<=", "0.6 * harlequin.by_key.down.cpu_ms_per_key"),
    Goal("G3", "a page down, p50 ms", "big.by_key.pagedown.p50_ms",
         "<=", "0.4 * harlequin.by_key.pagedown.p50_ms"),
    Goal("G3", "to the end, p50 ms", "big.by_key.end.p50_ms",
         "<=", "1.5 * big.by_key.pagedown.p50_ms"),
    Goal("G4", "a held key in the list, ms", "big.by_key.held.p50_ms",
         "<=", "2 * big.by_key.alone.p50_ms + 17"),
    Goal("G4", "... until the detail, too", 'big.by_key["hold:up"].p50_ms',
         "<=", "2 * big.by_key.down.p50_ms + 17 + 120"),
    Goal("G5", "cold start, 1M : 1k, ms", "big.start.ready_ms", "<=", "1.1 * small.start.ready_ms"),
    Goal("G5", "a line down, 1M : 1k, ms", "big.by_key.down.p50_ms",
         "<=", "1.25 * small.by_key.down.p50_ms"),
    Goal("G5", "a page down, 1M : 1k, ms", "big.by_key.pagedown.p50_ms",
         "<=", "1.25 * small.by_key.pagedown.p50_ms"),
    _hard("G5", "memory, 1M : 1k, MiB", "big.mem.peak_mib", "<=", "small.mem.peak_mib + 20"),
    Goal("G5", "... after six filters", "filtered.mem.peak_mib", "<=", "small.mem.peak_mib + 20"),
    Goal("G6", "memory, MiB", "big.mem.peak_mib", "<=", "1.5 * control.mem.peak_mib"),
    Goal("G6", "... beside posting", "big.mem.peak_mib", "<=", "0.85 * posting.mem.peak_mib"),
    Goal("G6", "... beside harlequin", "big.mem.peak_mib", "<=", "0.35 * harlequin.mem.peak_mib"),
    _hard("G7", "idle in Projects, B/s", "idle.projects.bytes_s", "==", "0"),
    _hard("G7", "idle in Quotas, B/s", "idle.quotas.bytes_s", "==", "0"),
    _hard("G7", "idle in Commissions, B/s", "idle.commissions.bytes_s", "<=", "200"),
    _hard("G7", "idle, wake-ups/s", "idle.quotas.wakeups_s", "<=", "control.idle.wakeups_s + 6"),
    Goal("G7", "idle, CPU %", "idle.quotas.cpu_pct", "<=", "0.5"),
    Goal("G8", "commit to screen, p95 ms", "live.seen.p95_ms", "<=", "250 + 150"),
    Goal("G8", "... frames", "live.seen.frames", "<=", "3"),
    Goal("G8", "... bytes", "live.seen.bytes", "<=", "3000"),
    Goal("G8", "off screen, lines repainted", "live.unseen.lines", "==", "0"),
    _hard("G9", "a line down, bytes", "big.by_key.alone.bytes_per_key",
          "<=", "0.5 * control.by_key.down.bytes_per_key"),
    _hard("G9", "a page down, bytes", "big.by_key.pagedown.bytes_per_key",
          "<=", "control.by_key.pagedown.bytes_per_key"),
    _hard("G9", "another pane, bytes", "big.by_key.tabswitch.bytes_per_key",
          "<=", "0.7 * control.by_key.tabswitch.bytes_per_key"),
    _hard("G9", "another pane, frames", "big.by_key.tabswitch.frames_per_key", "<=", "3"),
    _hard("G9", "cold start, bytes", "big.start.bytes", "<=", "0.85 * control.start.bytes"),
    _hard("G9", "session, compressed bytes", "big.wire.zbytes", "<=", "0.1 * big.wire.bytes"),
    Goal("G10", "echo in a filter, p95 ms", "filtered.by_key.echo.p95_first_ms",
         "<=", "2 * big.by_key.down.p95_ms"),
    Goal("G10", "first rows of 1M, p95 ms", "filtered.by_key.rows.p95_ms", "<=", "350"),
    Goal("G10", "first rows of 100k, p95 ms", "middle.by_key.rows.p95_ms", "<=", "80"),
    _hard("G11", "left: exit status", "big.exit.status", "==", "0"),
    _hard("G11", "... modes left on", "big.exit.modes_left", "==", "[]"),
    _hard("G11", "... keyboard modes", "big.exit.kitty_left", "==", "0"),
    Goal("G11", "... ms", "big.exit.exit_ms", "<=", "1.1 * control.exit.exit_ms"),
    _hard("G11", "SIGTERM: exit status", "leaving.term.status", "==", "143"),
    _hard("G11", "... left switched on", "leaving.term.left", "==", "0"),
    _hard("G11", "SIGHUP: exit status", "leaving.hup.status", "==", "129"),
    _hard("G11", "... left switched on", "leaving.hup.left", "==", "0"),
    _hard("G11", "crash: exit status", "leaving.crash.status", "!=", "0"),
    _hard("G11", "... left switched on", "leaving.crash.left", "==", "0"),
    _hard("G12", "heavy imports", "imports.heavy", "==", "[]"),
    _hard("G12", "imports of what comes later", "imports.later", "==", "[]"),
    Goal("G12", "imports, CPU s", "imports.cpu_s", "<=", "1.15 * imports.textual_cpu_s"),
    # The goal is missed; this holds what is reached.
    _hard("G12", "... do not grow", "imports.cpu_s", "<=", "1.55 * imports.textual_cpu_s"),
    Goal("G13", "loop blocked by ids, ms", "loop.ids", "<=", "100"),
    Goal("G13", "... by a filter", "loop.filter", "<=", "100"),
    Goal("G13", "... by effective limits", "loop.limits", "<=", "100"),
    Goal("G14", "limits of a person, ms", "limits.user_ms", "<=", "0.2"),
    Goal("G14", "limits of 100 members, ms", "limits.members_ms", "<=", "1"),
    Goal("G14", "all limits, ms", "limits.all_ms", "<=", "1.3 * limits.sqlite_ms"),
)  # fmt: skip


def judged(
    goals: tuple[Goal, ...], figures: Mapping[str, Any], absent: Mapping[str, str]
) -> list[Verdict]:
    """What became of each goal; `absent` says why figures of a name are not there."""
    return [_judged(goal, Figures(figures), absent) for goal in goals]


def _judged(goal: Goal, figures: Figures, absent: Mapping[str, str]) -> Verdict:
    sides = re.sub(r'".*?"', "", f"{goal.left} {goal.right}")
    missing = [name for name in re.findall(r"(?<![\w.])[a-z]\w*", sides) if name not in figures]
    if missing:
        return Verdict(goal, NOT_RUN, why=absent.get(missing[0], f"{missing[0]} was not measured"))
    try:
        left, right = (eval(side, {}, figures) for side in (goal.left, goal.right))
    except KeyError as error:
        return Verdict(goal, NOT_RUN, why=f"there is no {error} in the figures")
    if left is None or right is None:
        return Verdict(goal, NOT_RUN, why="nothing came out of it")
    fine = OPERATORS[goal.test](left, right)
    return Verdict(goal, OK if fine else MISSED, figure(left), f"{goal.test} {figure(right)}")


def figure(value: Any) -> str:
    """A figure in as many digits as one cares for."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.3g}"


def table(verdicts: list[Verdict]) -> Iterator[str]:
    """The report, line by line."""
    yield f"{'goal':<5}{'what':<30}{'reached':>10}  {'bound':<10} {'':<8} {'':<9} measured as"
    for one in verdicts:
        goal = one.goal
        gate = "gate" if goal.hard else "reported"
        how = one.why or f"{goal.left} {goal.test} {goal.right}"
        figures = f"{one.reached:>10}  {one.bound:<10}"
        yield f"{goal.id:<5}{goal.what:<30}{figures} {one.outcome:<8} {gate:<9} {how}"
