"""What a Waldur shows, in a mirror."""

from __future__ import annotations

from backend.core.database import Tx
from backend.remote.mirror import Mirror
from backend.remote.openportal import allocations, awards, places
from backend.remote.openportal.reading import Reading


class OpenPortalMirror(Mirror):
    """The copy of a Waldur."""

    async def apply(self, reading: Reading) -> bool:
        """Make the copy as the reading says; False when it was so already."""
        if reading.fresh:
            self.reads += 1
        return await self.write(lambda tx: _apply(tx, reading))


def _apply(tx: Tx, reading: Reading) -> None:
    if reading.projects is not None:
        places.put_projects(tx, reading.projects)
    if reading.services is not None:
        places.put_services(tx, reading.services)
    for remote, listed in reading.allocations.items():
        allocations.put_list(tx, listed, remote=remote)
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
