"""`bursar` itself, and `bursar demo`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from backend import contexts
from backend.contexts import Config, Context
from tui.cli.arguments import THEMES
from tui.cli.output import CRASHED, DONE, say, start_log, state_folder
from tui.cli.target import chosen

if TYPE_CHECKING:
    from backend.backend import Backend
    from tui.session import Session

ESCAPE_DELAY = "500"
"""Milliseconds until an escape is a key of its own."""


def console(options: argparse.Namespace) -> int:
    """The console on a context."""
    mind_the_line()
    config = contexts.load()
    context = chosen(options, config)
    check(config)
    backend = contexts.open_context(context, read_only=options.read_only)
    return show(backend, context, config, options)


def mind_the_line() -> None:
    """Over SSH the bytes of one key may arrive apart: an arrow must not become `escape` and
    letters. Has to be told before Textual is imported."""
    if over_ssh():
        os.environ.setdefault("ESCDELAY", ESCAPE_DELAY)
        os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")


def over_ssh() -> bool:
    """Whether the console is used over a network."""
    return "SSH_CONNECTION" in os.environ


def check(config: Config) -> None:
    """What only the console understands of a configuration. Raises Invalid."""
    if config.keys:
        from tui.actions import ACTIONS
        from tui.keymap import remapped

        remapped(ACTIONS, config.keys)
    if config.theme and config.theme not in THEMES:
        hint = contexts.nearest(config.theme, THEMES)
        raise contexts.usage(f"{config.file}: theme: there is no {config.theme!r}", hint)


def show(
    backend: Backend,
    context: Context,
    config: Config,
    options: argparse.Namespace,
    *,
    remembered: bool = True,
) -> int:
    """Run the console until it is left, then close the backend."""
    import asyncio

    from tui.app import BursarApp
    from tui.format.glyphs import choose
    from tui.format.units import Style
    from tui.session import Session, Settings

    log = start_log()
    settings = Settings(
        context=context.name,
        production=context.production,
        read_only=options.read_only or context.read_only,
        glyphs=choose(options.glyphs or config.glyphs),
        units=Style(config.units),
        refresh=config.refresh * (2 if over_ssh() else 1),
        theme=options.theme or config.theme,
        keys=config.keys,
        state=state_folder(),
    )
    session = Session(backend, settings)
    app = BursarApp(session)

    async def lived() -> None:
        try:
            await app.run_async(mouse=options.mouse)
        finally:
            await session.backend.close()

    with remembering(session) if remembered else nullcontext():
        asyncio.run(lived())
    if app.crashed:
        say(f"details in {log}")
        return CRASHED
    return app.return_code or DONE


@contextmanager
def remembering(session: Session) -> Iterator[None]:
    """Go on where the last console on this context ended, and write down where this one ends."""
    from tui import memory

    place = session.connection.place
    path = memory.path_for(state_folder(), session.settings.context, place)
    memory.recall(session, path)

    def keep() -> None:
        try:
            memory.keep(session, path)
        except OSError as error:
            session.tell(f"{path} cannot be written: {error.strerror}", "warn")

    session.keep = keep
    yield
    keep()


def demo(options: argparse.Namespace) -> int:
    """The console on a demo world that is thrown away."""
    import tempfile

    from backend.core.runtime import system_runtime
    from backend.demo import Traffic, generate
    from backend.embedded import open_embedded
    from backend.world import load

    mind_the_line()
    if options.database is not None or options.context is not None:
        raise contexts.usage("a demo brings its own world", "leave --database and --context out")
    config = contexts.load()
    check(config)
    with tempfile.TemporaryDirectory(prefix="bursar-demo-") as folder:
        path = Path(folder) / "demo.db"
        backend = open_embedded(path)
        world = generate(options.seed, system_runtime().now(), options.scale)
        load(backend.database, world)
        backend.shut()
        backend = open_embedded(path, read_only=options.read_only)
        with Traffic(backend.database, options.seed):
            return show(backend, Context("demo", path), config, options, remembered=False)
