"""`python -m tests.server.patient DATABASE`: a server that counts no unknown tokens, for a client
that sends little else."""

from __future__ import annotations

import sys
from pathlib import Path

from backend.embedded import open_embedded
from backend.server.app import create_app
from backend.server.run import Address, serve
from backend.server.settings import ServerSettings

if __name__ == "__main__":
    backend = open_embedded(Path(sys.argv[1]))
    settings = ServerSettings(attempts=10**9, stream=0.2)
    app = create_app(backend, settings)
    serve(app, Address(port=0), lambda url: print(f"listening on {url}", flush=True))
    backend.shut()
