"""The use cases of the placement room, each a function of a transaction."""

from backend.placement.service import api
from backend.placement.service.room import ROOM

__all__ = ["ROOM", "api"]
