"""`python -m tests.server.small_child DATABASE`: a server of few connections, which are still more
than the files that it may open at first."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from backend.embedded import open_embedded
from backend.server.app import create_app
from backend.server.run import Address, serve
from backend.server.settings import ServerSettings

CONNECTIONS = 60
FILES = 48

if __name__ == "__main__":
    backend = open_embedded(Path(sys.argv[1]))
    app = create_app(backend, ServerSettings(connections=CONNECTIONS))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))
    serve(app, Address(port=0), lambda url: print(f"listening on {url}", flush=True))
    backend.shut()
