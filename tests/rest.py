"""When a console under test is at rest: by what it still has to do, where Textual naps and guesses
from the time that the process takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import MethodType
from typing import Any

import pytest
from textual import _callback, _wait
from textual._context import active_app
from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import Worker

STILL = 2
"""Turns of the event loop in which nobody else did anything."""

PATIENCE = 30.0
"""Seconds after which what never ends is not waited for; a busy machine takes a few."""

guessed = _wait.wait_for_idle
_asked = Pilot._wait_for_screen
_count = _callback._count_parameters
_counted: dict[tuple[object, bool], int] = {}


def no_naps(patch: pytest.MonkeyPatch) -> None:
    """Have Textual find out in this way."""
    patch.setattr("textual._wait.SLEEP_GRANULARITY", 0.01)
    patch.setattr("textual._wait.SLEEP_IDLE", 0.001)
    patch.setattr("textual.app.wait_for_idle", wait_for_idle)
    patch.setattr("textual.pilot.wait_for_idle", wait_for_idle)
    patch.setattr(Pilot, "_wait_for_screen", wait_for_screen)
    patch.setattr("textual._callback._count_parameters", count_parameters)


async def wait_for_idle(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Wait until nothing is left to do but what the operator, others and the time begin."""
    app: App[Any] = active_app.get()
    await _still()
    if waits_for_others(app):
        await guessed(min_sleep, max_sleep)
        await _still()
    end = time.monotonic() + PATIENCE
    while unfinished(app) and time.monotonic() < end:
        if app._batch_count or app._resize_timer:
            await asyncio.sleep(0.001)
        else:
            app.screen._on_timer_update()
        await _still()


async def wait_for_screen(pilot: Pilot[Any], timeout: float = 30.0) -> bool:
    """Wait until no widget has a message or deals with one; as Textual does, which asks each of
    them, only while one is busy."""
    await _still()
    app = pilot.app
    lives = app.is_running and app._exception is None and app._screen_stack
    if lives and all(map(waits, (app, *app.screen.walk_children(with_self=True)))):
        return True
    return await _asked(pilot, timeout)


def waits(pump: MessagePump) -> bool:
    """Whether it has no message and deals with none."""
    arrived: asyncio.Event = pump._message_queue.ready_event
    return not pump.is_running or (not arrived.is_set() and bool(arrived._waiters))


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
    shown = app.screen
    asked = shown._layout_required or shown._scroll_required or shown._repaint_required
    due = app._batch_count or app._resize_timer or asked or shown._dirty_widgets
    return bool(due) or shown._update_timer._active.is_set()


def waits_for_others(app: App[Any]) -> bool:
    """Whether a thread or a server works for it, as far as one can know."""
    return any(not endless(one, app.screen) for one in app.workers if not one.is_finished)


def endless(worker: Worker[Any], shown: Screen[Any]) -> bool:
    """Whether it follows changes, or asked the operator something on another screen."""
    return worker.group == "live" or (worker.group == "change" and worker.node is not shown)


def count_parameters(function: Callable[..., Any]) -> int:
    """How many a function takes: Textual looks at the signature of each new partial and lambda,
    where that of the same code is the same."""
    code = getattr(function, "__code__", None)
    if code is None or hasattr(function, "__wrapped__"):
        return _count(function)
    key = code, isinstance(function, MethodType)
    if key not in _counted:
        _counted[key] = _count(function)
    return _counted[key]
