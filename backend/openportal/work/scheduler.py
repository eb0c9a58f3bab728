"""Operations go from scheduled to settled, each sent once whatever dies in between."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from backend.core.database import Database
from backend.core.database.engine import Claim
from backend.core.database.tx import Tx
from backend.core.errors import OutcomeUnknown, StorageError, StorageRefused, Unreachable
from backend.core.runtime import micros
from backend.openportal.model import Answer, Done, Failed, Order, Waiting
from backend.openportal.service import outcome, steps
from backend.openportal.work.resource import ResourceBackend

log = logging.getLogger("bursar")

T = TypeVar("T")

NAME = "openportal"
SECOND = 1_000_000
RETRY = 29 * 60 * SECOND
"""Microseconds after which another portal that did not answer is tried again (§2.3)."""
UNSURE = 30 * SECOND
"""Microseconds after which is asked for what may or may not have been sent."""
PUT_OFF = "This cannot be done here, and is tried again: {}"


def _never() -> bool:
    return False


class Scheduler:
    """Does what is due, when no other process is at it.

    Every step is a transaction of its own, and what lies between them can be repeated: a job
    that has begun is looked for at the resource backend before it is sent.
    """

    def __init__(
        self, database: Database, resource: ResourceBackend, *, retry: int = RETRY
    ) -> None:
        self._database = database
        self._resource = resource
        self._retry = retry

    def step(self, stopped: Callable[[], bool] = _never) -> bool:
        """Do all that is due; False when another process has it in hand, or took it. Raises
        StorageError."""
        claim = self._database.claim(NAME)
        if claim is None:
            return False
        try:
            while not stopped() and claim.holds and (order := self.take()):
                self._do(order, claim)
            if not stopped() and claim.holds and self._database.read(steps.stalls):
                self._database.write(steps.time_out)
            return claim.holds
        finally:
            claim.close()

    def _do(self, order: Order, claim: Claim) -> None:
        answer = self.carry_out(order, claim)
        self._alone(order.key, lambda: self.settle(order, answer))

    def take(self) -> Order | None:
        """The next order, begun; None when nothing is due."""
        while due := self._database.read(steps.due):
            key, has_begun = due
            order = self._alone(key, partial(self._begun, key, has_begun))
            if order is not None:
                return order
        return None

    def _begun(self, key: str, has_begun: bool) -> Order | None:
        if has_begun:
            return self._database.read(lambda tx: steps.resumed(tx, key))
        return self._database.write(lambda tx: steps.begin(tx, key))

    def _alone(self, key: str, step: Callable[[], T]) -> T | None:
        """What comes of a step of an order, None where it fails that order, so that others go on.
        Raises what fails whoever writes."""
        try:
            return step()
        except Exception as error:
            if _concerns_all(error):
                raise
            log.exception("order %s of OpenPortal fails", key)
            self._give_up(key, error)
            return None

    def _give_up(self, key: str, error: Exception) -> None:
        """Fail an order; one of which not even that can be written is put off."""
        failed, until = _failed(error), self._now() + self._retry
        try:
            self._database.write(lambda tx: steps.settle(tx, key, failed))
        except Exception as second:
            if _concerns_all(second):
                raise
            log.exception("order %s of OpenPortal is put off", key)
            why = PUT_OFF.format(_failed(second).message)
            self._database.write(lambda tx: steps.put_off(tx, key, until, why))

    def carry_out(self, order: Order, claim: Claim) -> Answer | None:
        """What the resource backend answers; None where the claim was lost before anything was
        sent."""
        try:
            answer = self._resource.find(order)
            if answer is not None:
                return answer
            return self._resource.send(order) if claim.holds else None
        except StorageError:
            raise
        except Unreachable as error:
            return Failed(str(error), unreachable=True)
        except OutcomeUnknown as error:
            return Waiting(self._now() + UNSURE, str(error), heard=False)
        except Exception as error:
            return _failed(error)

    def settle(self, order: Order, answer: Answer | None) -> None:
        """Write what came of an order."""
        if answer is None:
            return
        if isinstance(answer, Done) and (told := outcome.mismatch(order.allocation, answer)):
            log.warning("allocation %s: %s", order.allocation.uuid, told)
        again_at = self._now() + self._retry
        self._database.write(lambda tx: steps.settle(tx, order.key, answer, again_at=again_at))

    def pause(self, tx: Tx) -> float | None:
        """Seconds until there is something to do, None for until something is asked for."""
        at = steps.next_at(tx)
        return None if at is None else max(0, at - tx.now) / SECOND

    def _now(self) -> int:
        return micros(self._database.runtime.now())


def _concerns_all(error: Exception) -> bool:
    """Whether it is the database that fails, and no order."""
    if isinstance(error, StorageRefused):
        return False
    return isinstance(error, StorageError | OutcomeUnknown)


def _failed(error: Exception) -> Failed:
    """What is told of an error that nobody foresaw, while it is handled."""
    message = f"{type(error).__name__}: {error}"
    return Failed(_storable(message), _storable(traceback.format_exc()))


def _storable(text: str) -> str:
    """The text without what no database takes."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()
