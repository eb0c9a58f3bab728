"""The demo world: a believable research cloud, and services that keep using it."""

from backend.demo.generator import generate

__all__ = ["generate"]
