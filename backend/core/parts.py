"""Packages that offer the names of their parts, and import a part when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module


def offered(package: str, *parts: str) -> Callable[[str], object]:
    """The `__getattr__` of a package (PEP 562) for the public names of these modules of it,
    which are looked through in this order: those that need the least come first."""

    def find(name: str) -> object:
        for part in () if name.startswith("_") else parts:
            module = import_module(f"{package}.{part}")
            if part == name:
                return module
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find
