"""`bursar approve`, `deny`, `accept`, `reject`: the console's decisions by the same plan and
apply. All are previewed before the first is carried out; the first failure ends it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from backend import contexts
from backend.backend import Backend
from backend.contexts import Config, Context
from backend.core.errors import BursarError, PreviewStale, ReadOnly
from backend.core.identity import Actor
from backend.core.plan import Command, Plan
from backend.core.text import display
from backend.projects.model import ApproveApplication, DenyApplication
from backend.quotas.model import AcceptCommission, RejectCommission
from tui import cases
from tui.cases import Case
from tui.cli.asking import Demand, Given, somebody_there
from tui.cli.output import DONE, REFUSED, code_of, flush, narrate, say, told, write
from tui.cli.target import chosen, connected

WIDTH = 100

VERBS: Mapping[str, Callable[[Actor, int], Command]] = {
    "approve": lambda actor, number: ApproveApplication(actor=actor, application=number),
    "deny": lambda actor, number: DenyApplication(actor=actor, application=number),
    "accept": lambda actor, number: AcceptCommission(actor=actor, serial=number),
    "reject": lambda actor, number: RejectCommission(actor=actor, serial=number),
}


def decided(options: argparse.Namespace) -> int:
    """Preview, ask, carry out."""
    config = contexts.load()
    context = chosen(options, config)
    if not options.dry_run and (options.read_only or context.read_only):
        why = "--read-only" if options.read_only else f"the context {context.name} is read-only"
        raise ReadOnly(why, hint="--dry-run shows what it would do")
    with connected(context, read_only=options.dry_run) as (backend, runner):
        if why := backend.connection.barred:
            raise ReadOnly(why, hint="--dry-run shows what it would do")
        return Decisions(backend, runner, context, config, options).run()


class Decisions:
    """Several decisions of one kind."""

    def __init__(
        self,
        backend: Backend,
        runner: asyncio.Runner,
        context: Context,
        config: Config,
        options: argparse.Namespace,
    ) -> None:
        self._backend, self._runner = backend, runner
        self._context, self._config, self._options = context, config, options
        self._cases = [Case(number, str(number)) for number in dict.fromkeys(options.numbers)]
        self._given = Given(
            options.reason,
            options.yes,
            options.yes_really,
            somebody_there() and not options.yes and options.yes_really is None,
        )

    def run(self) -> int:
        """The exit code. Raises BursarError where consent is lacking."""
        try:
            return self._run()
        finally:
            if self._options.format == "json":
                with suppress(BrokenPipeError):
                    write(self._document())

    def _run(self) -> int:
        for case in self._cases:
            self._preview(case)
        refused = [case.error for case in self._cases if case.error]
        if refused:
            if not self._options.dry_run:
                say("nothing was changed")
            return code_of(refused[0])
        if self._options.dry_run:
            return DONE
        reason = self._given.reason_for(self._demand(self._plans()))
        for case in self._cases:
            case.outcome = cases.UNTRIED
        return self._carry_out(reason)

    # --- looking

    def _preview(self, case: Case) -> None:
        command = VERBS[self._options.verb](self._backend.connection.actor, case.key)
        try:
            plan = self._runner.run(self._backend.plan(command))
        except BursarError as error:
            self._failed(case, error)
        else:
            case.planned(plan)
            self._show(plan)

    def _show(self, plan: Plan, before: Plan | None = None) -> None:
        """The preview is what a dry run is for; else it is narration. What differs from an
        earlier one is marked."""
        dry = self._options.dry_run
        if dry and self._options.format == "json":
            return
        needs = self._given.lacks(self._demand([plan]))
        old = before and self._worded(before)
        text = preview_text(self._worded(plan), self._config, needs, old)
        (write if dry else narrate)(text)

    def _worded(self, plan: Plan) -> Plan:
        """With the reason that was given."""
        from tui.format.requests import reasoned

        return replace(plan, request=reasoned(plan.request, self._given.reason.strip()))

    def _demand(self, plans: Sequence[Plan]) -> Demand:
        return Demand.of(self._options.verb, plans, self._context.production)

    def _plans(self) -> list[Plan]:
        return [case.plan for case in self._cases if case.plan is not None]

    # --- doing

    def _carry_out(self, reason: str) -> int:
        try:
            for case in self._cases:
                if not self._carried_out(case, reason):
                    break
                self._tell(case)
        except BrokenPipeError:  # what cannot be told is not gone on with
            return REFUSED
        finally:
            self._tell_rest()
        return next((code_of(case.error) for case in self._cases if case.error), DONE)

    def _carried_out(self, case: Case, reason: str) -> bool:
        while case.plan is not None and case.outcome == cases.UNTRIED:
            try:
                self._apply(case, case.plan, reason)
            except PreviewStale as stale:
                self._show(stale.plan, case.plan)
                case.plan = stale.plan
                if not self._given.asks:
                    self._failed(case, stale)
                    return False
                say(stale.message)
                asked = replace(self._given, reason=reason)
                reason = asked.reason_for(self._demand([stale.plan]))
            except BursarError as error:
                self._failed(case, error)
        return case.outcome == cases.DONE

    def _apply(self, case: Case, plan: Plan, reason: str) -> None:
        try:
            case.done(self._runner.run(self._backend.apply(plan, reason)))
        except KeyboardInterrupt:
            case.outcome = cases.UNKNOWN
            raise

    def _tell(self, case: Case) -> None:
        if case.receipt is not None and self._options.format == "text":
            write(f"{display(case.receipt.message)} (journal {case.receipt.seq})\n")
            flush()

    def _failed(self, case: Case, error: BursarError) -> None:
        case.failed(error)
        say(f"{self._options.verb} {case.label}:")
        told(error)

    def _tell_rest(self) -> None:
        """What was done and what was not, where that is not all of it."""
        outcomes = {case.outcome for case in self._cases}
        if outcomes == {cases.DONE} or len(self._cases) == 1 and cases.UNKNOWN not in outcomes:
            return
        for outcome in (cases.DONE, cases.REFUSED, cases.UNKNOWN, cases.UNTRIED):
            numbers = [case.label for case in self._cases if case.outcome == outcome]
            if numbers:
                say(f"{outcome}: {', '.join(numbers)}")
        if cases.UNKNOWN in outcomes:
            say("bursar journal says what became of the unknown one")

    def _document(self) -> str:
        from tui.cli.formats import to_json
        from tui.cli.receipts import result

        results = [
            result(
                case.key,
                case.outcome,
                case.plan and self._worded(case.plan),
                case.receipt,
                case.error,
            )
            for case in self._cases
        ]
        found = {"verb": self._options.verb, "dry_run": self._options.dry_run, "results": results}
        return to_json(found, indent=2) + "\n"


def preview_text(plan: Plan, config: Config, needs: str, before: Plan | None = None) -> str:
    """What the confirm dialog shows, as lines, and the options that consent still `needs`."""
    from tui.dialogs.preview import preview
    from tui.format.glyphs import choose
    from tui.format.lines import Look, compared
    from tui.session import system_clock

    look = Look(_width(), choose(config.glyphs), config.units, system_clock())
    lines = preview(plan, look)
    if before is not None:
        lines = compared(preview(before, look), lines)
    told = [line.text.rstrip() for line in lines]
    told += [f"Needs     {needs}"] if needs else []
    return "\n".join([*told, "", ""])


def _width() -> int:
    import shutil

    there = sys.stderr is not None and sys.stderr.isatty()
    return shutil.get_terminal_size((WIDTH, 24)).columns if there else WIDTH
