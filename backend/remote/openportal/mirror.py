"""What a Waldur shows, in a mirror."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from backend.core.database import Tx
from backend.core.runtime import Runtime
from backend.openportal.client import AllocationTold
from backend.remote.mirror import Mirror, Ready
from backend.remote.openportal import allocations, awards, places
from backend.remote.openportal.export import explain
from backend.remote.openportal.reading import Reading

Last = Mapping[bool, Mapping[str, AllocationTold]]
NOTHING: Last = {False: {}, True: {}}


class OpenPortalMirror(Mirror):
    """The copy of a Waldur."""

    def __init__(self, folder: Path, ready: Ready, runtime: Runtime) -> None:
        super().__init__(folder, ready, runtime)
        self.heard: Callable[[], None] = lambda: None
        """Called when what a decision or a closer look needs is not as it was listed."""
        self._last = NOTHING
        """What lists said last of those that are there, while nothing else did."""

    async def apply(self, reading: Reading) -> bool:
        """Make the copy as the reading says; False when it was so already."""
        if reading.fresh:
            self.reads += 1
        last, self._last = self._last, NOTHING  # who is cut off here has all of it written anew
        changed, self._last = await self.write(lambda tx: _apply(tx, reading, last))
        if changed and reading.fresh:
            self.heard()
        return changed

    async def explain(self) -> Sequence[str]:
        """Have it as a world file may say it, until it is read again; what that changes."""
        self._last = NOTHING
        return await self.database.awrite(explain)


def _apply(tx: Tx, reading: Reading, last: Last) -> Last:
    """Write a reading; what is known of lists with it. Long ones take a while to compare."""
    if reading.projects is not None:
        places.put_projects(tx, reading.projects)
    if reading.services is not None:
        places.put_services(tx, reading.services)
    for remote, listed in reading.allocations.items():
        news = [one for one in listed.rows if last[remote].get(one.uuid) != one]
        allocations.put(tx, news, remote=remote)
        if listed.whole:
            allocations.drop_others(tx, {one.uuid for one in listed.rows}, remote=remote)
    allocations.put_some(tx, reading.some)
    if reading.awards is not None:
        awards.put_awards(tx, reading.awards)
    awards.put_some(tx, reading.some_awards)
    if reading.remote_projects is not None:
        awards.put_remote_projects(tx, reading.remote_projects)
    places.put_names(tx, reading.names)
    allocations.put_associations(tx, reading.associations)
    allocations.put_usages(tx, reading.usages)
    if reading.me is not None:
        places.put_me(tx, reading.me)
    return _remembered(reading, last)


def _remembered(reading: Reading, last: Last) -> Last:
    found = dict(last)
    for remote, listed in reading.allocations.items():
        kept = {} if listed.whole else last[remote]
        found[remote] = {**kept, **{one.uuid: one for one in listed.rows}}
    for remote in {one.remote for one in reading.some.values()}:
        rest = found[remote].items()
        found[remote] = {uuid: one for uuid, one in rest if uuid not in reading.some}
    return found
