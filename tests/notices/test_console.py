"""A console delivers beside everything else, and nothing waits for it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from backend.core.database import Tx
from backend.core.errors import Conflict, StorageCorrupt
from backend.embedded import EmbeddedBackend, open_embedded
from backend.notices import store
from backend.notices.deliverer import Deliverer, Worker
from backend.notices.model import Fate
from backend.projects.model import ApproveApplication
from tests.notices.post import APPEND, Post, decide
from tests.places import sqlite_only
from tests.worlds import OPERATOR


@pytest.fixture
def backend(post: Post) -> Iterator[EmbeddedBackend]:
    """A console's backend whose command hangs once it has begun."""
    sink = post.sink(f"{APPEND}; sleep 600")
    opened = open_embedded(post.world.database.place, actor=OPERATOR, sink=sink)
    yield opened
    opened.shut()


def eventually(post: Post, many: int) -> None:
    """Wait until so many have arrived."""
    for _ in range(500):
        if len(post.file.read_text().splitlines() if post.file.exists() else ()) >= many:
            return
        time.sleep(0.02)
    raise AssertionError(f"never {many} notices")


def test_no_decision_waits_for_a_command_that_hangs(post: Post, backend: EmbeddedBackend) -> None:
    application = post.world.submit("O", name="phys.lab")[1]
    stop = backend.watch(lambda head: None)
    eventually(post, 1)

    async def approve() -> int:
        plan = await backend.plan(ApproveApplication(actor=OPERATOR, application=application))
        return (await backend.apply(plan, "fits")).seq

    seq = asyncio.run(approve())
    assert post.world.application(application).state == "approved"
    assert [one.fate for one in post.fates(seq)] == [Fate.WAITING]
    stop()
    backend.shut()
    assert post.state.holder == "", "the next one need not wait"
    assert post.state.attempts == 0
    assert post.deliver().sent == 2


def test_a_console_says_why_notices_fail(post: Post) -> None:
    sink = post.sink("exit 9")
    opened = open_embedded(post.world.database.place, actor=OPERATOR, sink=sink)
    assert asyncio.run(opened.badges()).failing == ""
    decide(post.world, 0)
    post.deliver("exit 9")
    assert asyncio.run(opened.badges()).failing == "exit 9"
    opened.shut()
    plain = open_embedded(post.world.database.place, actor=OPERATOR)
    assert asyncio.run(plain.badges()).failing == ""
    plain.shut()


def test_readers_send_nothing(post: Post) -> None:
    decide(post.world, 0)
    path = post.world.database.place
    reader = open_embedded(path, read_only=True, actor=OPERATOR, sink=post.sink())
    reader.watch(lambda head: None)()
    reader.shut()
    assert post.arrived == []
    assert len(post.waiting()) == 2


def test_the_thread_outlives_a_database_that_is_busy(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(post.world, 0)
    real, calls = Deliverer.deliver, iter(range(99))

    def busy_at_first(self: Deliverer, stop: threading.Event, *, eager: bool = False) -> object:
        if next(calls) == 0:
            raise Conflict("busy")
        return real(self, stop, eager=eager)

    monkeypatch.setattr(Deliverer, "deliver", busy_at_first)
    worker = Worker(post.world.database, post.sink(), 0.01)
    eventually(post, 2)
    worker.close()
    assert post.kinds == ["application.submit", "application.approve"]


def test_the_thread_outlives_an_error_of_our_own(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    decide(post.world, 0)
    real, calls = store.state, iter(range(99))

    def broken_at_first(tx: Tx, name: str) -> object:
        return 1 / 0 if next(calls) == 0 else real(tx, name)

    monkeypatch.setattr(store, "state", broken_at_first)
    worker = Worker(post.world.database, post.sink(), 0.01)
    eventually(post, 2)
    worker.close()
    assert "ZeroDivisionError" in caplog.text


@sqlite_only
@pytest.mark.parametrize(
    "terms", ["", "{", "[]", "{}", '{"only": 1}', "null", pytest.param("[" * 99_999, id="deep")]
)
def test_damaged_settings_are_a_damaged_database(post: Post, terms: str) -> None:
    opened = open_embedded(post.world.database.place, actor=OPERATOR, sink=post.sink())
    spoil = "UPDATE notice_sink SET terms = ?"
    post.world.database.write(lambda tx: tx.execute(spoil, (terms,)))
    for ask in (lambda: asyncio.run(opened.badges()), post.deliver):
        with pytest.raises(StorageCorrupt, match="'default' cannot be read"):
            ask()
    opened.shut()
