"""What does the work: a cluster's own machinery, or another portal (spec openportal §2, §4)."""

from __future__ import annotations

from typing import Protocol

from backend.openportal.model import Answer, Order


class ResourceBackend(Protocol):
    """To drive real clusters, write this and hand it to the `Scheduler`.

    Calls are made one after the other, on a thread where waiting harms nobody, in one process at
    a time. After a crash `find` is called first, maybe by another process, and `send` only when
    it has never heard of the key: so a backend has to know a key, for good, from the moment that
    `send` may have had any effect. Both answer with what stands now; for `Waiting`, `find` is
    called again at the time it names.

    Raises Unreachable where nothing was done because nobody was there, OutcomeUnknown where it
    cannot be told; any other exception fails the operation, and its traceback is shown.
    """

    def find(self, order: Order) -> Answer | None:
        """What has become of an order, by its key; None when it never came."""
        ...

    def send(self, order: Order) -> Answer:
        """Take an order."""
        ...
