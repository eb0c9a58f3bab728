"""The use cases of the NICo room, each a function of a transaction."""

from backend.nico.service.room import ROOM

__all__ = ["ROOM"]
