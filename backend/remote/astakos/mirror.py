"""What an Astakos shows, in a mirror: rows keep their keys, and only what differs is written."""

from __future__ import annotations

import asyncio
from pathlib import Path

from backend.core.database import Tx
from backend.core.runtime import Runtime
from backend.quotas.client import Figures, Key
from backend.remote.astakos import entities, holdings
from backend.remote.astakos.reading import OWN, Reading, project_of
from backend.remote.mirror import Mirror, Ready


class AstakosMirror(Mirror):
    """The copy of an Astakos."""

    def __init__(self, folder: Path, ready: Ready, runtime: Runtime) -> None:
        super().__init__(folder, ready, runtime)
        self._figures: dict[str, dict[Key, Figures]] = {}
        self._last: dict[tuple[bool, ...], Reading] = {}
        """The last readings of everything, by what was read."""

    async def apply(self, reading: Reading, *, admin: bool = False) -> bool:
        """Make the copy as the reading says; False when it was so already."""
        if await asyncio.to_thread(self._knows, reading):
            return False
        self._keep(reading)
        changed, _ = await self.write(lambda tx: self._apply(tx, reading, admin))
        return changed

    def _knows(self, reading: Reading) -> bool:
        """True for what was read in the same words the last time, and nothing else since."""
        if reading.scope is not None:
            self._last.clear()
            self.reads += 1
            return False
        parts = (reading.projects is not None, bool(reading.figures), bool(reading.commissions))
        known = self._last.get(parts) == reading
        self._last[parts] = reading
        return known

    def forget(self, source: str) -> None:
        """No figures are known from this source any more."""
        self._figures.pop(source, None)

    def _keep(self, reading: Reading) -> None:
        scope = reading.scope
        for source, told in reading.figures.items():
            kept = self._figures.get(source, {}) if scope is not None else {}
            left = {key: one for key, one in kept.items() if project_of(key) not in (scope or ())}
            self._figures[source] = left | dict(told)

    def _apply(self, tx: Tx, reading: Reading, admin: bool) -> None:
        scope = reading.scope
        entities.ensure_people(tx, reading.people() | reading.names.keys())
        entities.put_names(tx, reading.names)
        if reading.identity is not None:
            entities.put_identity(tx, reading.identity, admin=admin)
        if reading.resources is not None:
            entities.put_resources(tx, reading.resources)
        if reading.projects is not None:
            entities.put_projects(tx, reading.projects, scope)
        if reading.memberships is not None:
            entities.put_memberships(tx, reading.memberships, scope)
        for service, found in reading.commissions.items():
            holdings.put_commissions(tx, service, found)
        for service, ledger in self._figures.items():
            if service != OWN and service in reading.figures:
                entities.ensure_resources(tx, {key[2] for key in ledger}, service)
        if reading.figures or reading.projects is not None or reading.memberships is not None:
            ledgers = sorted(self._figures.items(), key=lambda one: one[0] != OWN)
            holdings.put_holdings(tx, [ledger for _, ledger in ledgers], scope)
