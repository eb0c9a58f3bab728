"""The Backend port over other people's servers (docs/remote.md)."""

from backend.remote.astakos.settings import AstakosSettings
from backend.remote.nico.settings import NicoSettings
from backend.remote.openportal.settings import OpenPortalSettings
from backend.remote.placement.settings import PlacementSettings
from backend.remote.poller import Pace
from backend.remote.port import RemoteBackend
from backend.remote.settings import RemoteSettings

__all__ = [
    "AstakosSettings",
    "NicoSettings",
    "OpenPortalSettings",
    "Pace",
    "PlacementSettings",
    "RemoteBackend",
    "RemoteSettings",
]
