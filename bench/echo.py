"""A bare Starlette that sends back what it is sent; `python -m bench.echo` prints its URL."""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def echo(request: Request) -> Response:
    """The same body."""
    return Response(await request.body(), media_type="application/json")


app = Starlette(routes=[Route("/{path:path}", echo, methods=["POST"])])

if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        print(f"listening on http://127.0.0.1:{sock.getsockname()[1]}", flush=True)
        config = uvicorn.Config(app, http="h11", lifespan="off", log_config=None, access_log=False)
        uvicorn.Server(config).run(sockets=[sock])
