"""Delivery through a program: the notice on its standard input, its exit code as the answer."""

from __future__ import annotations

import json
import threading

from backend.notices.deliverer import Undelivered
from backend.notices.model import Notice, Sink
from backend.notices.rules import document
from backend.program import Failed, ending, execute, said


def run(sink: Sink, notice: Notice, stop: threading.Event) -> None:
    """Run the command for a notice. Raises Undelivered, Stopped."""
    body = json.dumps(document(notice)).encode()
    try:
        code, output = execute(sink.command, body, sink.timeout, stop)
    except Failed as error:
        raise Undelivered(str(error)) from error
    if code:
        raise Undelivered(": ".join(filter(None, (ending(code), said(output)))))
