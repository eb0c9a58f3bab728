"""The demo world: a believable research cloud, and services that keep using it."""

from backend.demo.generator import generate
from backend.demo.traffic import Traffic

__all__ = ["Traffic", "generate"]
