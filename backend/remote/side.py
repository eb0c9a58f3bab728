"""One system of a console on other people's servers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backend.core.identity import Actor
from backend.embedded.nico import EmbeddedNico
from backend.embedded.openportal import EmbeddedOpenPortal
from backend.embedded.placement import EmbeddedPlacement
from backend.embedded.projects import EmbeddedProjects
from backend.embedded.quotas import EmbeddedQuotas
from backend.remote.mirror import Mirror
from backend.remote.poller import Poller, Reader
from backend.remote.sender import Sender


class Side(ABC):
    """One server: its mirror, who keeps that fresh, and who changes things there. Rooms that are
    not this system's are empty."""

    def __init__(
        self,
        reader: Reader,
        mirror: Mirror,
        poller: Poller[Any],
        sender: Sender[Any, Any, Any],
    ) -> None:
        self._asks = reader
        self.mirror, self.poller, self.sender = mirror, poller, sender
        self.database = mirror.database
        poller.after = sender.settle
        self.quotas = EmbeddedQuotas(self.database)
        self.placement = EmbeddedPlacement(self.database)
        self.openportal = EmbeddedOpenPortal(self.database)
        self.nico = EmbeddedNico(self.database)
        self.saw: Callable[[Sequence[int]], None] = lambda keys: None
        """Hears which of its allocations are on screen, by the keys of its room."""
        self._empty: EmbeddedProjects | None = None

    @property
    def system(self) -> str:
        """Its name, such as `astakos`."""
        return self.sender.system

    @property
    def place(self) -> str:
        """Where it is, as far as that is known."""
        return self.poller.place

    @property
    def actor(self) -> Actor:
        """Whom the token stands for, as far as that is known."""
        return self._asks.actor

    @property
    def address(self) -> str:
        """The same in people's words, `` for none."""
        return self._asks.who

    async def _ready(self) -> None:
        await self.poller.ready()

    @property
    def projects(self) -> EmbeddedProjects:
        """The projects room, as the token's user sees it."""
        self._empty = self._empty or EmbeddedProjects(self.database, self.actor)
        return self._empty

    @abstractmethod
    def lacks(self) -> Mapping[str, str]:
        """Why commands cannot be done, by the names of their classes."""

    @abstractmethod
    def warnings(self) -> Sequence[str]:
        """What is wrong with what is seen."""

    @property
    def partial(self) -> Sequence[str]:
        """Counts for the chrome of which not all is read."""
        return ()

    @abstractmethod
    async def read_all(self) -> Sequence[str]:
        """Read all that can be seen; what that leaves out, in words. Raises BursarError."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of connections."""
