"""Consent at the command line: what the confirm dialog asks for, typed or given as options."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from backend import contexts
from backend.core.errors import BursarError, Invalid
from backend.core.plan import Plan
from backend.core.text import MAX_CHARS, display
from tui.cli.output import narrate
from tui.dialogs.consent import Consent
from tui.format.impacts import tally


class Lacking(Invalid):
    """Consent that was not given, where nobody can be asked for it."""

    title = "Refused"


class Declined(BursarError):
    """Whoever was asked said no."""

    code, title = "declined", "Not confirmed"


@dataclass(frozen=True, slots=True)
class Demand:
    """The consent that one or several plans ask for together. More than one at a time that
    there is something to take back of is dangerous: its `phrase` is the verb and how many
    (ux-anchors §4.4); `grave` says what makes it so."""

    verb: str
    phrase: str
    needs_reason: bool
    grave: str

    @classmethod
    def of(cls, verb: str, plans: Sequence[Plan], production: bool) -> Demand:
        """What these plans ask for."""
        consent = Consent.to_all(plans, production)
        phrase = consent.target.strip() if consent.needs_name else ""
        return cls(verb, phrase, consent.needs_reason, _grave(plans))

    @property
    def options(self) -> str:
        """The options that give it: `--reason TEXT --yes-really climate.hpc`."""
        return f"--reason TEXT {self.consent}" if self.needs_reason else self.consent

    @property
    def consent(self) -> str:
        """The option that says yes to it."""
        return f"--yes-really {shlex.quote(display(self.phrase))}" if self.phrase else "--yes"

    def matches(self, typed: str) -> bool:
        """Signs that cannot be typed are accepted the way they are displayed."""
        return typed.strip() in (self.phrase, display(self.phrase).strip())


@dataclass(frozen=True, slots=True)
class Given:
    """What was given on the command line, and whether somebody can be asked for the rest."""

    reason: str
    yes: bool
    really: str | None
    asks: bool

    def lacks(self, demand: Demand) -> str:
        """The options that are still missing, `` when none is."""
        agrees = self.yes or self.really is not None
        if demand.phrase:
            agrees = self.really is not None and demand.matches(self.really)
        reason = "--reason TEXT" if demand.needs_reason and not self.reason.strip() else ""
        return f"{reason} {'' if agrees else demand.consent}".strip()

    def reason_for(self, demand: Demand) -> str:
        """The reason to journal, once there is consent.

        Raises Invalid for lacking options where nobody can be asked, and Declined.
        """
        reason = self.reason.strip()
        if self.really is not None and demand.phrase and not demand.matches(self.really):
            raise _lacking(f"--yes-really {display(self.really)!r} does not match", demand.options)
        if demand.needs_reason and not reason:
            reason = self._ask("Reason: ", "a reason is needed", demand.options)
        if len(reason) > MAX_CHARS:
            raise contexts.usage(f"the reason is longer than {MAX_CHARS}", "say it shorter")
        if self.really is None and demand.phrase:
            asked = f"Type {demand.phrase} to {demand.verb}: "
            typed = self._ask(asked, demand.grave, demand.consent)
            if not demand.matches(typed):
                raise Declined(f"{typed!r} is not {demand.phrase}")
        elif self.really is None and not self.yes:
            asked = f"{demand.verb.capitalize()}? [y/N] "
            answer = self._ask(asked, "nobody can be asked", demand.options)
            if answer.lower() not in ("y", "yes"):
                raise Declined("the answer was not y")
        return reason

    def _ask(self, prompt: str, why: str, takes: str) -> str:
        if not self.asks:
            raise _lacking(why, takes)
        drop_typed()
        narrate(display(prompt))
        answer = sys.stdin.readline()
        if not answer.strip():
            raise Declined("there was no answer")
        return answer.strip()


def somebody_there() -> bool:
    """True when there is a terminal to ask on."""
    streams = (sys.stdin, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


def _grave(plans: Sequence[Plan]) -> str:
    if len(plans) > 1:
        return f"{len(plans)} at once, and nothing takes them back in one step"
    if over := plans[0].going_over:
        return f"{tally(over)} {'goes' if len(over) == 1 else 'go'} over quota"
    return "the context is in production"


def _lacking(why: str, takes: str) -> Lacking:
    return Lacking(why, hint=f"nothing was changed; it takes {takes}", data={"usage": True})


def drop_typed() -> None:
    """What was typed before the question is no answer to it."""
    import termios

    termios.tcflush(sys.stdin, termios.TCIFLUSH)
