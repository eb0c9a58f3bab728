"""Which microversion a request means (spec placement §3.1)."""

from __future__ import annotations

import re

from backend.core.errors import BursarError, Invalid

HEADER = "OpenStack-API-Version"
SERVICE = "placement"
LATEST = 39
"""The second number of the newest; the first is 1."""

_NUMBERS = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")


class NotOffered(BursarError):
    """A microversion that there is not (406)."""

    code, status, title = "microversion", 406, "Not acceptable"


class Unversioned(Invalid):
    """A microversion that is none (400)."""


def minor_of(told: str) -> int:
    """The second number of the microversion that the header asks for, the last one counts; 0
    when it asks for none. Raises Unversioned, NotOffered."""
    for entry in reversed(told.split(",")):
        service, _, version = entry.strip().partition(" ")
        if version and service.lower() == SERVICE:
            return _minor(version.strip())
    return 0


def _minor(version: str) -> int:
    if version == "latest":
        return LATEST
    found = _NUMBERS.fullmatch(version)
    if found is None:
        raise Unversioned(f"Invalid microversion: invalid version string: {version}")
    major, minor = map(int, found.groups())
    if major != 1 or minor > LATEST:
        raise NotOffered(f"Invalid microversion: Unacceptable version header: {version}")
    return minor
