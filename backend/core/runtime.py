"""Clock, ids and randomness, injected so that a run can be repeated exactly."""

from __future__ import annotations

import random
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
    """The outside world of a database: `now()`, fresh uuids, randomness."""

    now: Callable[[], datetime]
    rng: random.Random

    def uuid(self) -> str:
        """A fresh random uuid (version 4)."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))


def system_runtime() -> Runtime:
    """The real clock and the operating system's randomness."""
    return Runtime(_utc_now, random.SystemRandom())
