"""Clock, ids and randomness, injected so that a run can be repeated exactly."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Aware datetime to microseconds since the epoch, the form times are stored in."""
    return (moment - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    """Microseconds since the epoch to an aware UTC datetime."""
    return EPOCH + timedelta(microseconds=value)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Runtime:
    """The outside world of a database: `now()`, fresh uuids, randomness. `ahead()` is how many
    seconds the clock has jumped ahead of time that has passed; below 0 it was set back."""

    now: Callable[[], datetime]
    rng: random.Random
    ahead: Callable[[], float] = float

    def uuid(self) -> str:
        """A fresh random uuid (version 4)."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))


def _steady() -> float:
    """Seconds that nobody sets; on Linux those go on while the machine sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def system_runtime() -> Runtime:
    """The real clock and the operating system's randomness."""
    began, steady = time.time(), _steady()
    return Runtime(
        _utc_now,
        random.SystemRandom(),
        lambda: (time.time() - began) - (_steady() - steady),
    )
