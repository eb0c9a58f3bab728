"""URLs that name things, in bodies and in answers (spec openportal §3.7)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

NO_MATCH = "Invalid hyperlink - No URL match."
WRONG_MATCH = "Invalid hyperlink - Incorrect URL match."
PLACE = "/api"
ALLOCATIONS = {False: "openportal-allocations", True: "openportal-remote-allocations"}
PROJECTS, SERVICES = "projects", "service-settings"
CUSTOMERS, USERS, USAGES = "customers", "users", "openportal-allocation-user-usage"
COLLECTIONS = frozenset({*ALLOCATIONS.values(), PROJECTS, SERVICES, CUSTOMERS, USERS, USAGES})
ALSO = {"project": PROJECTS}
"""How the documentation spells some of them."""

_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\Z", re.I)
_PATH = re.compile(rf"{PLACE}/([^/]+)/([^/.]+)/\Z")


class WrongLink(ValueError):
    """A text that is no URL of the wanted kind; the message is what the dialect says."""


def plain(text: str) -> str:
    """The 32 digits of a uuid in any form, `` for what is none."""
    return text.replace("-", "").lower() if _UUID.match(text) else ""


def uuid_of(value: object, collection: str) -> str:
    """The uuid that a URL or its path ends with, `` for what is no uuid. Raises WrongLink."""
    if not isinstance(value, str):
        told = f"Incorrect type. Expected URL string, received {type(value).__name__}."
        raise WrongLink(told)
    try:
        found = _PATH.match(urlsplit(value).path)
    except ValueError:
        found = None
    kind = ALSO.get(found[1], found[1]) if found else ""
    if found is None or kind not in COLLECTIONS:
        raise WrongLink(NO_MATCH)
    if kind != collection:
        raise WrongLink(WRONG_MATCH)
    return plain(found[2])
