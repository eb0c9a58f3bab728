"""The Backend port over other people's servers (docs/astakos.md)."""

from backend.remote.poller import Pace
from backend.remote.port import RemoteBackend
from backend.remote.settings import AstakosSettings

__all__ = ["AstakosSettings", "Pace", "RemoteBackend"]
