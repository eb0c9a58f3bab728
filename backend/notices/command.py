"""Delivery through a program: the notice on its standard input, its exit code as the answer."""

from __future__ import annotations

import json
import threading

from backend.core.text import display
from backend.notices.deliverer import Undelivered
from backend.notices.model import Notice, Sink
from backend.notices.rules import document
from backend.program import Failed, execute

OUTPUT_TOLD = 200


def run(sink: Sink, notice: Notice, stop: threading.Event) -> None:
    """Run the command for a notice. Raises Undelivered, Stopped."""
    body = json.dumps(document(notice)).encode()
    try:
        code, output = execute(sink.command, body, sink.timeout, stop)
    except Failed as error:
        raise Undelivered(str(error)) from error
    if code:
        how = f"exit {code}" if code > 0 else f"ended by signal {-code}"
        said = display(output.decode("utf-8", "replace").strip(), limit=OUTPUT_TOLD)
        raise Undelivered(f"{how}: {said}" if said else how)
