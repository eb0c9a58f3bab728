"""The console."""

from backend.core.version import VERSION

__all__ = ["VERSION"]
