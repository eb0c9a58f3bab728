"""What an error says on screen: what failed, what was not changed, what to press next."""

from __future__ import annotations

from backend.core.errors import BursarError, OutcomeUnknown
from backend.core.text import display
from tui.format.conflicts import refusing
from tui.format.lines import BAD, QUIET, Line, Look, line, wrapped


def failure(error: BursarError, width: int, keys: str = "") -> list[Line]:
    """The error in a few lines; `keys` names what the operator can press now."""
    told = f"{error.title}: {display(error.shown)}"
    first, *rest = wrapped("failure", told, width - 2, style=BAD)
    so = consequence(error)
    hint = "" if error.hint.lower() == so.lower() else display(error.hint)
    said = [word for word in (hint, so, keys) if word]
    last = " ".join([word if word[-1] in ".?!" else f"{word}." for word in said[:-1]] + said[-1:])
    return [
        line("failure.0", ("! " + first.text, BAD)),
        *(line(one.key, (f"  {one.text}", BAD)) for one in rest),
        *refusing(error.data, Look(width)),
        *wrapped("failure.then", last, width, style=QUIET),
    ]


def consequence(error: BursarError) -> str:
    """Whether anything was written."""
    if isinstance(error, OutcomeUnknown):
        return "It may or may not have happened: look at Audit before trying again"
    return "Nothing was changed"
