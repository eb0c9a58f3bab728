"""What a console on other people's servers is connected to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backend.remote.astakos.settings import AstakosSettings
from backend.remote.nico.settings import NicoSettings
from backend.remote.openportal.settings import OpenPortalSettings
from backend.remote.placement.settings import PlacementSettings


@dataclass(frozen=True, slots=True)
class RemoteSettings:
    """One server of each system at most, and at least one; and the private `folder` of the
    context, which keeps what was sent and what became of it. Without one nothing is kept."""

    astakos: AstakosSettings | None = None
    placement: PlacementSettings | None = None
    folder: Path | None = None
    read_only: bool = False
    openportal: OpenPortalSettings | None = None
    nico: NicoSettings | None = None
