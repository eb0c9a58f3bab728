"""What a Placement says when it refuses, as an error (spec placement §3.4)."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core.errors import (
    BadReply,
    BursarError,
    Conflict,
    GenerationConflict,
    NotAllowed,
)
from backend.core.text import display
from backend.decode import Body, Foreign
from backend.http import STATUSES, Reply, read

CONCURRENT = "placement.concurrent_update"
UNCODED = "generation conflict"
"""How it reads before 1.23, where there are no codes."""
SCHEMA = "Failed validating"
"""What a message goes on with that shows a whole schema."""
HINTS: Mapping[type[BursarError], str] = {
    GenerationConflict: "somebody else changed it; read it again",
    NotAllowed: "it takes an admin's token",
}


class _Fault(Body):
    title: Foreign = ""
    detail: Foreign = ""
    code: Foreign = ""
    request_id: Foreign = ""


class _Faults(Body):
    errors: list[_Fault]


def failure(reply: Reply) -> BursarError | None:
    """The error of Placement's own envelope; None for others', which have any shape."""
    if reply.status not in STATUSES:
        return None
    try:
        faults = read(_Faults, reply).errors
    except BadReply:
        return None
    if not faults:
        return None
    first = faults[0]
    words = said(first.detail) or first.title or f"status {reply.status}"
    kind = STATUSES[reply.status]
    if kind is Conflict and (first.code == CONCURRENT or _uncoded(first)):
        kind = GenerationConflict
    data = {"code": first.code, "detail": first.detail, "request_id": first.request_id}
    return kind(f"{reply.place}: {display(words)}", hint=HINTS.get(kind, ""), data=data)


def said(detail: str) -> str:
    """The message behind the generic sentence, without the schema it failed by."""
    return detail.partition(SCHEMA)[0].strip().rpartition("\n")[2].strip()


def _uncoded(fault: _Fault) -> bool:
    return not fault.code and UNCODED in fault.detail.lower()
