"""`bursar serve`: this database for other people's clients, services and consoles."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from backend import contexts
from backend.contexts import Context
from backend.core.errors import ReadOnly
from tui.cli.output import DONE, flush, write
from tui.cli.target import chosen, existing

if TYPE_CHECKING:
    from backend.server.access_log import Writer
    from backend.server.run import Address
    from backend.server.settings import ServerSettings

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
BIND = "127.0.0.1:8470"


def serve(options: argparse.Namespace) -> int:
    """Answer until SIGTERM or Ctrl-C."""
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise contexts.usage(
            "the server is not installed", "in bursar's sources: pip install '.[server]'"
        ) from error
    from backend.server.bearers import issuers
    from backend.server.run import Address
    from backend.server.settings import ServerSettings

    context = _context(options)
    host, port = _host_and_port(options.bind or BIND)
    address = Address(host, port, options.unix, options.tls_cert, options.tls_key)
    _check(options, host)
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR, format="%(name)s: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)  # whoever sends nonsense fills no log
    settings = ServerSettings(
        options.behind_proxy,
        options.unix is not None,
        issuers(options.nico_issuers) if options.nico_issuers else (),
        _nico_names(options.nico_names),
    )
    with _access_log(options) as log:
        _served(context, settings, address, log)
    return DONE


def _served(
    context: Context, settings: ServerSettings, address: Address, log: Writer | None
) -> None:
    from backend.server.app import create_app
    from backend.server.run import serve

    backend = contexts.open_database(context)
    try:
        if why := backend.connection.barred:
            raise ReadOnly(why, hint="serve one that can be written")
        ends = backend.watch(lambda seq: None)  # so that commissions expire and notices go out
        serve(create_app(backend, settings, log), address, _listening)
        ends()
    finally:
        backend.shut()


@contextmanager
def _access_log(options: argparse.Namespace) -> Iterator[Writer | None]:
    from backend.server.access_log import Lines

    if not options.access_log or sys.stderr is None:
        yield None
        return
    lines = Lines(sys.stderr)
    try:
        yield lines.write
    finally:
        lines.close()


def _listening(url: str) -> None:
    write(f"listening on {url}\n")
    flush()


def _context(options: argparse.Namespace) -> Context:
    context = existing(chosen(options))
    if context.read_only:
        raise ReadOnly(
            f"the context {context.name} is read-only", hint="serve one that can be written"
        )
    return context


def _nico_names(told: list[str]) -> tuple[str, ...]:
    """What an API is called as a part of a path. Raises Invalid."""
    for name in told:
        if not NAME.match(name):
            raise contexts.usage(f"--nico-name: {name!r} is no part of a path", "such as carbide")
    return tuple(told)


def _host_and_port(told: str) -> tuple[str, int]:
    """`HOST:PORT`, an IPv6 address in brackets. Raises Invalid."""
    host, found, port = told.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (found and host and port.isascii() and port.isdecimal() and int(port) < 65536):
        raise contexts.usage(f"--bind: {told!r} is no address", f"write it like {BIND}")
    return host, int(port)


def _check(options: argparse.Namespace, host: str) -> None:
    """Nothing leaves this machine in the clear. Raises Invalid."""
    if (options.tls_cert is None) != (options.tls_key is None):
        raise contexts.usage("--tls-cert and --tls-key belong together", "give both")
    if options.unix is not None and options.tls_cert is not None:
        raise contexts.usage("a Unix socket needs no TLS", "leave --tls-cert out")
    safe = options.tls_cert is not None or options.behind_proxy or options.unix is not None
    if not safe and not _is_loopback(host):
        raise contexts.usage(
            f"--bind {host} is reachable by others, who would see every token",
            "give --tls-cert and --tls-key, or --behind-proxy when a proxy has them",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
