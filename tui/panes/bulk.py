"""A decision about all marked rows of a table, or about the row under its cursor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from backend.core.errors import BursarError, NotFound
from backend.core.listing import MARKED, Query
from backend.core.plan import Command
from backend.core.text import counted
from tui import cases
from tui.cases import Case
from tui.messages import UNCHANGED, WARN
from tui.panes.pane import Pane
from tui.undoing import Last
from tui.widgets.rows import RowT
from tui.widgets.table import ResourceTable

Make = Callable[[RowT], Command]
"""The command for a row; raises Invalid with the reason why there is none."""


Label = Callable[[RowT], str]
"""A row in a few words."""
Judge = Callable[[Sequence[Case]], Awaitable[None]]
"""Leaves out what could be done by itself and cannot after those before it. Raises BursarError."""


def decide(
    pane: Pane,
    table: ResourceTable[RowT],
    make: Make[RowT],
    label: Label[RowT],
    about: Label[RowT] | None = None,
    judge: Judge | None = None,
) -> None:
    """Preview, ask for consent, carry out: the marked rows, else the one under the cursor. What
    `about` says of a row stands for the title of its plan in a list."""
    keys, unlisted = meant(table)
    row = table.source.get(keys[0]) if keys else table.cursor_row
    if len(keys) > 1 or (keys and row is None):
        found = partial(_cases, table, keys, make, label, about)
        work = pane.start(_decide, pane, table, found, unlisted, judge, group="change")
        pane.session.ahead.wait(work, pane)
    elif row is not None:

        def done() -> None:
            table.hold()
            table.mark(keys, on=False)

        try:
            pane.change(make(row), done=done)
        except BursarError as error:
            pane.session.told(error)


def meant(table: ResourceTable[RowT]) -> tuple[list[int], set[int]]:
    """The marked rows, and which of them are not listed: none where the filter speaks of
    marks, which are then about what is listed only."""
    unlisted = table.source.unlisted(table.marked)
    if MARKED in table.shows.text.lower():
        return [key for key in table.marked if key not in unlisted], set()
    return list(table.marked), unlisted


async def unmark_gone(pane: Pane, table: ResourceTable[RowT], everything: str) -> None:
    """Of the marks that are not listed take those of what is in no list any more, nor in the view
    that has `everything`: they mislead about how many there are. Raises BursarError."""
    absent = await table.source.missed(table.marked)
    if not absent:
        return
    query = Query(MARKED, view=everything, marked=tuple(sorted(absent)))
    there = set(await table.source.listing.keys(query))
    if gone := [key for key in absent if key not in there and key in table.marked]:
        table.mark(gone, on=False)
        pane.session.tell(f"no longer there, nor marked: {counted(len(gone), 'row')}", WARN)


async def _decide(
    pane: Pane,
    table: ResourceTable[RowT],
    cases_of: Callable[[], Awaitable[list[Case]]],
    unlisted: set[int],
    judge: Judge | None,
) -> None:
    from tui.dialogs.bulk import BulkScreen

    found = await cases_of()
    gone = [case for case in found if isinstance(case.error, NotFound) and case.command is None]
    if gone:
        table.mark([case.key for case in gone], on=False)
        pane.session.tell(f"no longer there: {counted(len(gone), 'marked row')}", WARN)
        found = [case for case in found if case not in gone]
    if not found:
        return
    with pane.unheard():
        await _preview(pane, found)
    if judge is not None:
        await judge(found)
    if not pane.is_here():
        return
    if not any(case.plan for case in found):
        why = next(case.error for case in found if case.error)
        pane.session.ahead.refused()
        pane.session.tell(f"none of {len(found):,} can be done: {why}", WARN)
        return
    aside = sum(case.plan is not None and case.key in unlisted for case in found)
    await pane.app.push_screen_wait(BulkScreen(pane.session, found, aside))
    _follow(pane, found)
    done = [case.key for case in found if case.outcome == cases.DONE]
    if done:
        table.hold()
        table.mark(done, on=False)
        rest = len(found) - len(done)
        stay = f", {rest:,} not and still marked" if rest else ""
        verb = next(case.plan.verb for case in found if case.plan)
        told = f"{verb}: {len(done):,} done"
        back = pane.session.replaced(Last(told))
        pane.session.tell(f"{told}{stay}; Audit has each of them{back}")
        await pane.session.read_again()


def _follow(pane: Pane, found: Sequence[Case]) -> None:
    """What was begun and takes its time."""
    for case in found:
        if case.plan is not None and case.receipt is not None:
            pane.session.settling.expect(case.plan, case.receipt, pane.session.now(), case.key)


async def _cases(
    table: ResourceTable[RowT],
    keys: Sequence[int],
    make: Make[RowT],
    label: Label[RowT],
    about: Label[RowT] | None,
) -> list[Case]:
    rows = await table.source.listing.rows(keys)
    return [_case(key, rows.get(key), make, label, about) for key in keys]


def _case(
    key: int,
    row: RowT | None,
    make: Make[RowT],
    label: Label[RowT],
    about: Label[RowT] | None,
) -> Case:
    if row is None:
        return Case(key, f"row {key}", error=NotFound("it is no longer there"))
    case = Case(key, label(row), about(row) if about else "")
    try:
        case.command = make(row)
    except BursarError as error:
        case.failed(error)
    return case


async def _preview(pane: Pane, found: Sequence[Case]) -> None:
    session = pane.session

    def stop() -> None:
        pane.workers.cancel_group(pane, "change")
        session.doing = ""
        session.tell(UNCHANGED, WARN)

    session.stop = stop
    try:
        for number, case in enumerate(found, start=1):
            session.doing = f"previewing {number:,} of {len(found):,}"
            session.redraw()
            await _plan(pane, case)
    finally:
        session.doing = ""
        session.redraw()


async def _plan(pane: Pane, case: Case) -> None:
    if case.command is None:
        return
    try:
        case.planned(await pane.session.plan(case.command))
    except BursarError as error:
        case.failed(error)
