"""World files: a whole system as versioned JSON, in and out (docs/world-files.md)."""

from backend.world.dump import dump
from backend.world.load import load
from backend.world.model import Progress, Report, World
from backend.world.stream import pieces

__all__ = ["Progress", "Report", "World", "dump", "load", "pieces"]
