"""Notices delivered by real programs into a file, for tests."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.notices import service, store
from backend.notices.deliverer import Deliverer, Tally, begin
from backend.notices.model import Delivery, Notice, Sink, State, Terms
from backend.projects.model import ProjectAction
from tests.worlds import World

OPS = "ops@uni.example"
APPEND = 'cat >> "$0"; echo >> "$0"'


def program(file: Path, script: str = APPEND) -> tuple[str, ...]:
    """A shell script whose `$0` is the file."""
    return ("/bin/sh", "-c", script, str(file))


@dataclass(slots=True)
class Post:
    """A world, and the file that its notices go to."""

    world: World
    file: Path
    terms: Terms = field(default_factory=lambda: Terms(reviewers=(OPS,)))
    timeout: float = 20.0
    stop: threading.Event = field(default_factory=threading.Event)

    def sink(self, script: str = APPEND) -> Sink:
        """A command that does this, usually keep what it is given."""
        return Sink(command=program(self.file, script), timeout=self.timeout, terms=self.terms)

    def begun(self) -> Post:
        """The same from now on."""
        begin(self.world.database, self.sink())
        return self

    def deliver(self, script: str = APPEND, *, eager: bool = False) -> Tally:
        """Send what is due."""
        return Deliverer(self.world.database, self.sink(script)).deliver(self.stop, eager=eager)

    @property
    def arrived(self) -> list[Any]:
        """The documents in the file."""
        text = self.file.read_text() if self.file.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    @property
    def kinds(self) -> list[str]:
        """Their kinds."""
        return [one["kind"] for one in self.arrived]

    @property
    def state(self) -> State:
        """How far the sink is."""
        found = self.world.database.read(lambda tx: store.state(tx, "default"))
        assert found is not None
        return found

    def waiting(self) -> list[Notice]:
        """What is still to be sent."""
        state = self.state
        return self.world.database.read(lambda tx: list(service.waiting(tx, state)))

    def fates(self, seq: int) -> tuple[Delivery, ...]:
        """What became of an entry's."""
        return self.world.database.read(lambda tx: service.deliveries(tx, seq))


def decide(w: World, n: int = 3) -> list[str]:
    """Decisions that are told, and their kinds."""
    uuid = w.project("phys.lab")
    for turn in range(n):
        w.act(uuid, (ProjectAction.SUSPEND, ProjectAction.UNSUSPEND)[turn % 2])
    turns = ["project.suspend", "project.unsuspend"] * n
    return ["application.submit", "application.approve", *turns[:n]]
