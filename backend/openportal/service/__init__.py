"""The use cases of the OpenPortal room, each a function of a transaction."""

from backend.openportal.service.people import standing
from backend.openportal.service.room import ROOM

__all__ = ["ROOM", "standing"]
