"""Operations go from scheduled to settled, each sent once whatever dies in between."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

from backend.core.database import Database
from backend.core.database.engine import Claim
from backend.core.database.tx import Tx
from backend.core.errors import OutcomeUnknown, StorageError, Unreachable
from backend.core.runtime import micros
from backend.openportal.model import Answer, Done, Failed, Order, Waiting
from backend.openportal.service import outcome, steps
from backend.openportal.work.resource import ResourceBackend

log = logging.getLogger("bursar")

NAME = "openportal"
SECOND = 1_000_000
RETRY = 29 * 60 * SECOND
"""Microseconds after which another portal that did not answer is tried again (§2.3)."""
UNSURE = 30 * SECOND
"""Microseconds after which is asked for what may or may not have been sent."""


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
        """Carry an order out; what cannot be written of it fails it, so that others go on."""
        answer = self.carry_out(order, claim)
        try:
            self.settle(order, answer)
        except StorageError:
            raise
        except Exception as error:
            log.exception("allocation %s fails", order.allocation.uuid)
            self.settle(order, _failed(error))

    def take(self) -> Order | None:
        """The next order, begun; None when nothing is due."""
        while due := self._database.read(steps.due):
            order = self._begun(*due)
            if order is not None:
                return order
        return None

    def _begun(self, id: int, has_begun: bool) -> Order | None:
        if has_begun:
            return self._database.read(lambda tx: steps.resumed(tx, id))
        return self._database.write(lambda tx: steps.begin(tx, id))

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
            return Waiting(self._now() + UNSURE, str(error))
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


def _failed(error: Exception) -> Failed:
    """What is told of an error that nobody foresaw, while it is handled."""
    return Failed(f"{type(error).__name__}: {error}", traceback.format_exc())
