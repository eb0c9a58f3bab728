"""When a console under test is at rest: by what it still has to do, where Textual naps and guesses
from the time that the process takes."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from textual import _wait
from textual._context import active_app
from textual.app import App
from textual.screen import Screen
from textual.worker import Worker

STILL = 2
"""Turns of the event loop in which nobody else did anything."""

guessed = _wait.wait_for_idle


async def wait_for_idle(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Wait until nothing is left to do but what the operator, others and the time begin."""
    app: App[Any] = active_app.get()
    await _still()
    if waits_for_others(app):
        await guessed(min_sleep, max_sleep)
        await _still()
    end = time.monotonic() + max_sleep
    while unfinished(app) and time.monotonic() < end:
        if app._batch_count or app._resize_timer:
            await asyncio.sleep(0.001)
        else:
            app.screen._on_timer_update()
        await _still()


async def _still() -> None:
    """Let everybody have a turn until nobody takes it."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    turns = 0
    while turns < STILL:
        await asyncio.sleep(0)
        turns = 0 if ready else turns + 1


def unfinished(app: App[Any]) -> bool:
    """Whether Textual lays out or paints something in a few milliseconds."""
    if not app.is_running or app._exit or not app._screen_stack:
        return False
    due = app._batch_count or app._resize_timer
    return bool(due) or app.screen._update_timer._active.is_set()


def waits_for_others(app: App[Any]) -> bool:
    """Whether a thread or a server works for it, as far as one can know."""
    return any(not endless(one, app.screen) for one in app.workers if not one.is_finished)


def endless(worker: Worker[Any], shown: Screen[Any]) -> bool:
    """Whether it follows changes, or asked the operator something on another screen."""
    return worker.group == "live" or (worker.group == "change" and worker.node is not shown)
