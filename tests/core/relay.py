"""A wire between bursar and PostgreSQL that can be cut at the worst moment."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

NAME = ".s.PGSQL.5432"


class Relay:
    """Passes on what both sides say. `cut` tells what is done with the next COMMIT: `after` it
    was passed on the wire is cut before the answer, `before` it is cut instead; `dead` refuses
    everybody."""

    def __init__(self, server: Path, folder: Path) -> None:
        self.cut = ""
        self.dead = False
        self._server = str(server / NAME)
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / NAME))
        self._door.listen(64)
        self._thread = threading.Thread(target=self._welcome, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more connections."""
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(5)

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                if self.dead:
                    near.close()
                    continue
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._server)
                threading.Thread(target=self._there, args=(near, far), daemon=True).start()
                threading.Thread(target=self._back, args=(near, far), daemon=True).start()

    def _there(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                cut = self.cut if b"COMMIT" in data else ""
                if cut:
                    self.cut = ""
                    near.shutdown(socket.SHUT_RDWR)  # nobody hears an answer any more
                if cut == "before":
                    break
                far.sendall(data)
                if cut:
                    far.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            far.shutdown(socket.SHUT_WR)

    def _back(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                near.sendall(data)
        with suppress(OSError):
            near.shutdown(socket.SHUT_RDWR)
        while True:  # a transaction that nobody hears of still ends
            try:
                if not far.recv(65536):
                    break
            except OSError:
                break
        near.close()
        far.close()


@contextmanager
def relayed(url: str, folder: Path) -> Iterator[tuple[str, Relay]]:
    """A URL that leads to the same database through a relay."""
    server = parse_qs(urlsplit(url).query)["host"][0]
    relay = Relay(Path(server), folder)
    try:
        yield url.replace(server, str(folder)), relay
    finally:
        relay.close()
