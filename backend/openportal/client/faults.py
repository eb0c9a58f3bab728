"""What an OpenPortal server says when it refuses, as an error (spec openportal §3.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from backend.core.errors import BadReply, BursarError, Invalid, NotAllowed
from backend.core.text import display
from backend.http import STATUSES, Reply

KINDS: Mapping[int, type[BursarError]] = {
    **STATUSES,
    405: NotAllowed,
    415: Invalid,
    424: NotAllowed,
}
UNNAMED = frozenset({"detail", "error", "message", "non_field_errors"})
"""Keys that are no field's name."""
TAG = re.compile(r"<(script|style|title)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
LONGEST = 200


def failure(reply: Reply) -> BursarError | None:
    """The error of any envelope; None for statuses that are not a refusal."""
    if reply.status not in KINDS:
        return None
    words = said(reply).rstrip(".") or f"status {reply.status}"
    return KINDS[reply.status](f"{reply.place}: {words}", data={"status": reply.status})


def said(reply: Reply) -> str:
    """What an answer says: fields with their messages, a list, a text, or the beginning of what is
    no JSON."""
    try:
        value = reply.json()
    except BadReply:
        text = TAG.sub(" ", reply.body[: LONGEST * 40].decode("utf-8", "replace"))
        return display(" ".join(text.split()), limit=LONGEST)
    return display("; ".join(dict.fromkeys(_sentences(value, ""))), limit=LONGEST)


def _sentences(value: object, field: str) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield f"{field}: {value.strip()}" if field else value.strip()
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _sentences(one, field if name in UNNAMED else name)
    elif isinstance(value, list):
        for one in value:
            yield from _sentences(one, field)
