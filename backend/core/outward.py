"""What strangers are told of an error: where a database is concerns nobody outside."""

from __future__ import annotations

import logging

from backend.core.errors import BursarError, StorageError

log = logging.getLogger("bursar.server")


def outward(error: BursarError) -> BursarError:
    """The error without what only the operator of a server is to know, which is logged."""
    if not isinstance(error, StorageError):
        return error
    log.error("%s", error)
    return type(error)(f"{error.title} at the server", hint="its log says more")
