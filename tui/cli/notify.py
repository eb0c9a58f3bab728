"""`bursar notify`: sends notices where no console is open, and shows what waits."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend import contexts
from backend.contexts import Context
from backend.core.database import Database, Tx
from backend.core.errors import ReadOnly, StorageBusy, StorageFull
from backend.embedded import EmbeddedBackend
from backend.notices import service, store
from backend.notices.deliverer import SECONDS, Deliverer, Tally
from backend.notices.model import Notice, Sink, State
from backend.notices.rules import addressees
from tui.cli.columns import Field, Kind, of, rare
from tui.cli.formats import WRITERS
from tui.cli.lists import selected
from tui.cli.output import DONE, REFUSED, TERMINATED, say, told
from tui.cli.target import chosen, existing
from tui.format.ages import stamp_seconds


def _emails(notice: Notice, style: str) -> str:
    return " ".join(one.email for one in notice.recipients)


FIELDS = (
    of("seq", Kind.NUMBER),
    of("at", Kind.MOMENT),
    of("kind"),
    Field("recipients", addressees, Kind.DATA, _emails),
    of("subject"),
    rare("text"),
    rare("data", Kind.DATA),
    rare("id"),
)


def notify(options: argparse.Namespace) -> int:
    """Send what waits, until it is ended or once; 1 when something does not go out."""
    context, sink = _configured(options)
    with _opened(context, read_only=options.dry_run) as backend:
        if options.dry_run:
            return _listed(backend.database, sink, options)
        if options.skip_to is not None:
            return _skipped(backend, sink, options.skip_to)
        if options.once:
            return _once(backend.database, sink)
        return _sending(backend.database, sink)


def _configured(options: argparse.Namespace) -> tuple[Context, Sink]:
    """The chosen context and its sink; a database stands for the context that has it.

    Raises BursarError.
    """
    config = contexts.load()
    context = existing(chosen(options, config))
    if context not in config.contexts.values():
        same = [one for one in config.contexts.values() if one.notices and _same(one, context)]
        context = next(iter(same), context)
    if context.notices is None:
        name = context.name if context in config.contexts.values() else "NAME"
        hint = f"add [contexts.{name}.notices] to {config.file or contexts.location()}"
        raise contexts.usage(f"no notices are configured for {context.place}", hint)
    if context.read_only and not options.dry_run:
        raise ReadOnly(
            f"the context {context.name} is read-only", hint="--dry-run shows what waits"
        )
    return context, context.notices


def _same(one: Context, other: Context) -> bool:
    """Whether two contexts are one database."""
    if isinstance(one.database, Path) and isinstance(other.database, Path):
        return one.database.exists() and one.database.samefile(other.database)
    return one.database == other.database


@contextmanager
def _opened(context: Context, *, read_only: bool) -> Iterator[EmbeddedBackend]:
    backend = contexts.open_database(context, read_only=read_only)
    try:
        yield backend
    finally:
        backend.shut()


def _listed(database: Database, sink: Sink, options: argparse.Namespace) -> int:
    """What waits."""
    writer = WRITERS[options.format](selected(FIELDS, options), "raw")

    def read(tx: Tx) -> State | None:
        state = store.state(tx, sink.name)
        for notice in service.waiting(tx, state) if state else ():
            writer.page([notice])
        return state

    state = database.read(read)
    writer.end()
    _tell(state)
    return REFUSED if state and state.attempts else DONE


def _tell(state: State | None) -> None:
    """How a sink is."""
    if state is None:
        say("not begun: what is decided after bursar has next opened the database is sent")
    elif state.attempts:
        say(f"failing since {stamp_seconds(state.failed_at)}: {state.error}")
        say(f"{state.attempts} attempts, the next at {stamp_seconds(state.next_at)}")


def _skipped(backend: EmbeddedBackend, sink: Sink, seq: int) -> int:
    actor = backend.connection.actor
    count = backend.database.write(lambda tx: service.skip(tx, sink.name, seq, actor))
    say(f"{count} left out")
    return DONE


def _once(database: Database, sink: Sink) -> int:
    """Also what failed before and would be tried again later."""
    with _ended() as stop:
        tally = Deliverer(database, sink).deliver(stop, eager=True)
    _told(tally)
    if not tally.sent and not tally.error:
        say("nothing was sent")
    return REFUSED if tally.error else DONE


def _told(tally: Tally) -> None:
    if tally.sent:
        say(f"{tally.sent} sent")
    if tally.error:
        say(f"not sent: {tally.error}")


def _sending(database: Database, sink: Sink) -> int:
    """Go on until a signal ends it."""
    deliverer, said = Deliverer(database, sink), ""
    with _ended() as stop:
        say(f"sending notices to {sink.place}")
        while not stop.is_set():
            said = _tried(deliverer, stop, said)
            stop.wait(SECONDS)
    return TERMINATED


def _tried(deliverer: Deliverer, stop: threading.Event, said: str) -> str:
    """What is wrong with the database that may pass, said unless it was; `` for nothing."""
    try:
        _told(deliverer.deliver(stop))
    except (StorageBusy, StorageFull) as error:
        if error.message != said:
            told(error)
        return error.message
    return ""


@contextmanager
def _ended() -> Iterator[threading.Event]:
    """Set when this is to end: what is being sent is broken off and left to others."""
    stop = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before)
