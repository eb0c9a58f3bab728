"""`bursar` itself, and `bursar demo`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from backend import contexts
from backend.contexts import Config, Context
from tui.cli.arguments import THEMES
from tui.cli.opening import Opener
from tui.cli.output import CRASHED, DONE, TERMINATED, say, start_log
from tui.cli.target import chosen
from tui.signin import SignIn

if TYPE_CHECKING:
    from backend.backend import Backend

NO_TERMINAL = ("", "dumb", "unknown")
ELSE = "use a real terminal, or bursar projects, quotas ... which need none"
ESCAPE_DELAY = "500"
"""Milliseconds until an escape is a key of its own."""
FRAMES = "240"
"""Frames a second at most. Textual waits for one or two of them after each paint: of its own 60
they would be up to 33 ms until a letter typed while rows come is seen."""
TURN = 0.001
"""Seconds after which a thread that reads rows lets the keys have their turn."""


def console(options: argparse.Namespace) -> int:
    """The console on a context."""
    mind_the_line()
    config = contexts.load()
    context = chosen(options, config)
    check(config)
    typed = None if context in config.contexts.values() else context
    # The local context of who has configured nothing is made at the first start.
    looks = options.read_only or context.read_only  # which makes nothing
    if (typed or config.file) and not looks:
        from tui.cli.newfile import agreed

        agreed(context)
    ask_for_a_terminal()
    return show(Opener(config, options, refresh(config), typed), context)


def ask_for_a_terminal() -> None:
    """Raises Invalid where nothing can be drawn, or nobody types."""
    kind = os.environ.get("TERM", "")
    if kind in NO_TERMINAL:
        raise contexts.usage(f"the console cannot draw: TERM is {kind or 'not set'}", ELSE)
    for name, stream in (("standard input", sys.stdin), ("standard error", sys.stderr)):
        if stream is None or not stream.isatty():
            raise contexts.usage(f"the console needs a terminal: {name} is none", ELSE)


def mind_the_line() -> None:
    """Letters are seen at once, and over SSH, where the bytes of one key may arrive apart, an
    arrow does not become `escape` and letters. Has to be told before Textual is imported."""
    os.environ.setdefault("TEXTUAL_FPS", FRAMES)
    if over_ssh():
        os.environ.setdefault("ESCDELAY", ESCAPE_DELAY)
        os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")


def over_ssh() -> bool:
    """Whether the console is used over a network."""
    return "SSH_CONNECTION" in os.environ


def refresh(config: Config) -> float:
    """Seconds between two looks at ages and marks."""
    return config.refresh * (2 if over_ssh() else 1)


def check(config: Config) -> None:
    """What only the console understands of a configuration. Raises Invalid."""
    if config.keys:
        from tui.actions import ACTIONS
        from tui.keymap import remapped

        remapped(ACTIONS, config.keys)
    if config.theme and config.theme not in THEMES:
        hint = contexts.nearest(config.theme, THEMES)
        raise contexts.usage(f"{config.file}: theme: there is no {config.theme!r}", hint)


def show(opener: Opener, context: Context, backend: Backend | None = None) -> int:
    """Run the console until it is left, then close the backend; `backend` is one that is open
    already, and the only one there is."""
    import asyncio

    from tui.app import BursarApp

    log = start_log()
    sys.setswitchinterval(TURN)
    if backend is None:
        app = BursarApp(opener.opened(context), contexts=opener)
    else:
        app = BursarApp(opener.session(backend, context, SignIn()))

    async def lived() -> None:
        try:
            await app.run_async(mouse=opener.options.mouse)
        finally:
            app.session.keep()
            await app.session.backend.close()

    asyncio.run(lived())
    if app.crashed:
        say(f"details in {log}")
        return CRASHED
    if app.return_code == TERMINATED and app.session.drafts_kept:
        say("bursar: ended by SIGTERM; what was typed and not sent is kept as a draft")
    return app.return_code or DONE


def demo(options: argparse.Namespace) -> int:
    """The console on a demo world that is thrown away."""
    import tempfile

    from backend.core.runtime import system_runtime
    from backend.demo import Traffic, generate
    from backend.embedded import open_embedded
    from backend.world import load

    if options.database is not None or options.context is not None:
        raise contexts.usage("a demo brings its own world", "leave --database and --context out")
    mind_the_line()
    config = contexts.load(needed=False)
    check(config)
    ask_for_a_terminal()
    with tempfile.TemporaryDirectory(prefix="bursar-demo-") as folder:
        path = Path(folder) / "demo.db"
        backend = open_embedded(path)
        world = generate(options.seed, system_runtime().now(), options.scale)
        load(backend.database, world)
        backend.shut()
        backend = open_embedded(path, read_only=options.read_only)
        with Traffic(backend.database, options.seed):
            opener = Opener(config, options, refresh(config), remembers=False)
            return show(opener, Context("demo", path), backend)
