"""Expiry of commissions that asked for it, also when nothing else happens."""

from __future__ import annotations

import threading

from backend.core.database import Database
from backend.core.errors import BursarError
from backend.quotas.expiry import SELECT_DUE, held

SECONDS = 5.0


class Sweeper:
    """A thread that looks for due commissions and lets the ledger reject them."""

    def __init__(self, database: Database, seconds: float = SECONDS) -> None:
        self._database = database
        self._seconds = seconds
        self._held = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="bursar-sweeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join()

    def sweep(self) -> bool:
        """Reject what is due now; False when nothing was, or the clock is in doubt."""
        due, reason = self._database.read(lambda tx: (tx.one(SELECT_DUE, (tx.now,)), held(tx)))
        if reason != self._held:
            self._held = reason
            self._database.announce()
        if due is None or reason:
            return False
        from backend.quotas import ledger

        self._database.write(lambda tx: ledger.run(tx, ()))
        return True

    def _loop(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self.sweep()
            except BursarError:
                continue  # a busy or full database is told to whoever writes; try again later
