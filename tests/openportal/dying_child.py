"""A process that carries out what is due and is killed at a point: `begun`, `looked`, `sent`,
`settled` or `waited`."""

from __future__ import annotations

import os
import signal
from datetime import datetime
from random import Random

from backend.core.database import open_database
from backend.core.runtime import Runtime
from backend.openportal.model import Answer, Done, Order, Waiting
from backend.openportal.work.scheduler import Scheduler
from backend.openportal.work.simulator import Simulator
from backend.schema import STEPS
from tests.places import Place


def die() -> None:
    """As by kill -9."""
    os.kill(os.getpid(), signal.SIGKILL)


class Dying(Scheduler):
    """Lives until the point has come."""

    point = ""

    def take(self) -> Order | None:
        """Dies after an order has begun."""
        order = super().take()
        if self.point == "begun" and order is not None:
            die()
        return order

    def settle(self, order: Order, answer: Answer | None) -> None:
        """Dies before an answer is noted, or after it was."""
        if self.point == "sent":
            die()
        super().settle(order, answer)
        if self.point == "waited" and isinstance(answer, Waiting):
            die()
        if self.point == "settled" and isinstance(answer, Done):
            die()


class DyingSimulator(Simulator):
    """Dies after it was asked what nobody has sent yet."""

    point = ""

    def find(self, order: Order) -> Answer | None:
        """What has become of an order."""
        found = super().find(order)
        if self.point == "looked":
            die()
        return found


def main(place: Place, now: datetime, point: str) -> None:
    """Do what is due at a moment, until the point."""
    database = open_database(place, STEPS, Runtime(lambda: now, Random()))
    Dying.point = DyingSimulator.point = point
    Dying(database, DyingSimulator(database)).step()
