"""What a configuration may say about notices."""

from __future__ import annotations

from collections.abc import Mapping

from backend.contexts import checks as check
from backend.contexts import nearest, redacted
from backend.contexts.checks import Check, Place
from backend.notices.model import KINDS, Sink, Terms
from backend.notices.rules import addressable


def _kinds(place: Place, value: object) -> tuple[str, ...]:
    found = check.words(place, value)
    if wrong := next((one for one in found if one not in KINDS), ""):
        raise place.wrong(f"nobody is told of {redacted(wrong)!r}", nearest(wrong, KINDS))
    return found


def _addresses(place: Place, value: object) -> tuple[str, ...]:
    found = check.words(place, value)
    if wrong := next((one for one in found if not addressable(one)), ""):
        raise place.wrong(f"{redacted(wrong)!r} is no address", "name@host, each a text")
    return found


def sink(place: Place, value: object) -> Sink:
    """Where a context's notices go. Raises Invalid."""
    found = check.table(place, check.section(place, value), _NOTICES)
    if ("command" in found) == ("url" in found):
        raise place.wrong("either a command or a url is needed", 'command = ["program"]')
    tokens = check.one_token(place, found)
    if tokens and "command" in found:
        raise place.at(tokens[0]).wrong("a command is given no token", "leave it out")
    terms = Terms(found.pop("only", ()), found.pop("reviewers", ()))
    return Sink(terms=terms, **found)


_NOTICES: Mapping[str, Check] = {
    "name": check.word,
    "command": check.program,
    "url": check.url,
    **check.TOKENS,
    "only": _kinds,
    "reviewers": _addresses,
    "timeout": check.seconds,
}
