"""What a NICo says when it refuses, as an error (spec nico §3): told by status and by the keys of
`data`, never by its words."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core.errors import BadReply, BursarError
from backend.core.text import display
from backend.decode import Body, Words
from backend.http import STATUSES, Reply, read

LONGEST = 200


class _Fault(Body):
    source: Words = ""
    message: Words = ""
    data: object = None


def failure(reply: Reply) -> BursarError | None:
    """The error of NICo's own envelope; None for others', which have any shape."""
    if reply.status not in STATUSES:
        return None
    try:
        fault = read(_Fault, reply)
    except BadReply:
        return None
    if not fault.message and not fault.source:
        return None
    fields = {
        display(str(name)): display(str(told))
        for name, told in (fault.data if isinstance(fault.data, Mapping) else {}).items()
    }
    said = [fault.message or f"status {reply.status}"]
    said += [f"{name}: {told}" for name, told in fields.items() if name != "id"]
    words = display("; ".join(said), limit=LONGEST)
    data = {"status": reply.status, **({"fields": fields} if fields else {})}
    return STATUSES[reply.status](f"{reply.place}: {words}", data=data)
