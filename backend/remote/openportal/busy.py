"""When to look again at what is under way: often at first, then less, then with everything else
(spec openportal §2.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

STEPS = (1.0,) * 5 + (2.0,) * 5
REST = 5.0
GIVEN_UP = 60.0
"""Times the unit of seconds, as the steps are."""


@dataclass(slots=True)
class _Wait:
    """Since when something is looked at, when next, and how often that was done."""

    since: float
    due: float
    looks: int = 0


class Busy:
    """What is under way; all times are of one clock, in seconds, `unit` is the first pause."""

    def __init__(self, unit: float) -> None:
        self._unit = unit
        self._waits: dict[str, _Wait] = {}

    def note(self, found: Collection[str], now: float) -> None:
        """These are under way, and no others."""
        self._waits = {uuid: wait for uuid, wait in self._waits.items() if uuid in found}
        for uuid in found:
            if uuid not in self._waits:
                self._waits[uuid] = _Wait(now, now + self._unit * STEPS[0])

    def again(self, uuid: str, now: float) -> None:
        """Something else was asked for: look at it from the start."""
        self._waits.pop(uuid, None)
        self._waits[uuid] = _Wait(now, now + self._unit * STEPS[0])

    def looked(self, uuids: Iterable[str], now: float) -> None:
        """These were looked at; one that takes too long comes with everything else."""
        for uuid in uuids:
            if (wait := self._waits.get(uuid)) is not None:
                wait.looks += 1
                pause = STEPS[wait.looks] if wait.looks < len(STEPS) else REST
                late = now - wait.since >= GIVEN_UP * self._unit
                wait.due = float("inf") if late else now + pause * self._unit

    def due(self, now: float) -> list[str]:
        """What is to be looked at, what waits for longest first."""
        found = [(wait.due, uuid) for uuid, wait in self._waits.items() if wait.due <= now]
        return [uuid for _, uuid in sorted(found)]

    def next_at(self) -> float:
        """When something is due, infinity for never."""
        return min((wait.due for wait in self._waits.values()), default=float("inf"))
