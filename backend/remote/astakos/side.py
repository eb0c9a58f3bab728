"""An Astakos, with all that a console does on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from backend.core.runtime import Runtime
from backend.remote.astakos.export import read_all
from backend.remote.astakos.lacks import lacks
from backend.remote.astakos.mirror import AstakosMirror
from backend.remote.astakos.poller import AstakosPoller
from backend.remote.astakos.reader import Reader
from backend.remote.astakos.rooms import RemoteProjects, RemoteQuotas
from backend.remote.astakos.sender import AstakosSender
from backend.remote.astakos.settings import AstakosSettings
from backend.remote.poller import Pace
from backend.remote.side import Side
from backend.remote.trail import Trail


class AstakosSide(Side):
    """An Astakos as one system of a console; nothing is asked of it before it is read."""

    def __init__(
        self, settings: AstakosSettings, folder: Path, trail: Trail, runtime: Runtime, pace: Pace
    ) -> None:
        self._reader = reader = Reader(settings)
        self._copy = mirror = AstakosMirror(folder, self._ready, runtime)
        sender = AstakosSender(reader, mirror, trail, runtime, pace.looks)
        self._poller = AstakosPoller(reader, mirror, runtime, pace)
        super().__init__(reader, mirror, self._poller, sender)
        self._components = bool(settings.services)
        self.quotas = RemoteQuotas(self.database, self._poller.saw)
        self._acting = reader.actor
        self._projects = self._as_seen()

    @property
    def projects(self) -> RemoteProjects:
        """The projects room, as the token's user sees it."""
        if self._acting != self._reader.actor:
            self._acting = self._reader.actor
            self._projects = self._as_seen()
        return self._projects

    def _as_seen(self) -> RemoteProjects:
        reader = self._reader
        return RemoteProjects(self.database, self._acting, self._find, lambda: reader.actor)

    async def _find(self, name: str) -> None:
        """Read about somebody by address, or by uuid."""
        found = await self._reader.find(name)
        await self._copy.apply(found if found.names else await self._reader.named(name))

    def lacks(self) -> Mapping[str, str]:
        """What the API does not offer, and what the tokens do not let do."""
        admin = self.actor.is_admin or not self.actor.uuid
        return lacks(admin=admin, components=self._components)

    def warnings(self) -> Sequence[str]:
        """Whose tokens are refused."""
        return [
            f"{name}: its token is refused ({why}); its usage and commissions are not shown"
            for name, why in sorted(self._reader.refused.items())
        ]

    async def read_all(self) -> Sequence[str]:
        """Read all that is shown, figures that fit together."""
        return await read_all(self._reader, self._copy)

    async def close(self) -> None:
        """Let go of connections."""
        await self._reader.close()
