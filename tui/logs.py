"""The log file: rotating, private, never on the screen."""

from __future__ import annotations

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

SIZE, KEPT = 1_000_000, 3


class _Private(RotatingFileHandler):
    """Creates its files readable by their owner only."""

    def _open(self) -> Any:
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        return super()._open()


def start(folder: Path) -> Path:
    """Log to `bursar.log` in `folder`, which is made; the file's path.

    Where it cannot be written, nothing is logged: a console is of use without a log.
    """
    path = folder / "bursar.log"
    root = logging.getLogger("bursar")
    root.propagate = False
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler: logging.Handler = _Private(path, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root.addHandler(handler)
    return path
