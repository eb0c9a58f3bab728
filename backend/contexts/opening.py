"""A server of the configuration as a Backend."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from backend.backend import Backend
from backend.contexts import Context, usage
from backend.contexts.servers import Issuer, Nico, OpenPortal, Placement, Server, Systems
from backend.core.signin import Ask
from backend.tokens import Tokens, keep, secret

if TYPE_CHECKING:
    from backend.keystone.login import Login
    from backend.oidc.grants import Grant
    from backend.remote import (
        AstakosSettings,
        NicoSettings,
        OpenPortalSettings,
        PlacementSettings,
    )

BY_SOCKET = "http://bursar"
"""What a server is called that is reached by a file."""


def opened(context: Context, ask: Ask | None) -> Backend:
    """The server of a context; it need not answer yet."""
    if context.bursar is not None:
        return _served(context, context.bursar, ask)
    if context.foreign:
        return _remote(context, ask)
    raise usage(f"{context.name} is no server", "name a database")


def _served(context: Context, server: Server, ask: Ask | None) -> Backend:
    from backend.http import Http
    from backend.outbox import Outbox
    from backend.served import wire
    from backend.served.client import ServedBackend

    token = Tokens(server.token, context.name, context.place, ask)
    url = server.url or BY_SOCKET
    http = Http(url, token=token, failure=wire.failure, socket=server.socket)
    return ServedBackend(http, Outbox(private(context) / "outbox.db"))


def _remote(context: Context, ask: Ask | None) -> Backend:
    from backend.remote import RemoteBackend, RemoteSettings

    astakos = _astakos(context, context.astakos, ask) if context.astakos else None
    placement = _placement(context, context.placement, ask) if context.placement else None
    openportal = _openportal(context, context.openportal, ask) if context.openportal else None
    nico = _nico(context, context.nico, ask) if context.nico else None
    folder, read_only = private(context), context.read_only
    return RemoteBackend(RemoteSettings(astakos, placement, folder, read_only, openportal, nico))


def _astakos(context: Context, systems: Systems, ask: Ask | None) -> AstakosSettings:
    """What a service's token hides is unknown while it is refused; nobody is asked for it."""
    from backend.remote import AstakosSettings

    token = Tokens(systems.token, context.name, systems.url, ask)
    services = {
        name: Tokens(source, context.name, f"{systems.url} ({name})")
        for name, source in systems.services.items()
    }
    return AstakosSettings(systems.url, token, services)


def _placement(context: Context, placement: Placement, ask: Ask | None) -> PlacementSettings:
    from backend.embedded import user_name
    from backend.keystone.session import Keystone
    from backend.remote import PlacementSettings

    who = user_name()
    if (read := _login(placement)) is not None:
        keystone = Keystone(read, known=placement.place)
        return PlacementSettings(placement.url, keystone, keystone, who)
    token = Tokens(placement.token, context.name, placement.url, ask)
    return PlacementSettings(placement.url, token, who=who)


def _openportal(context: Context, portal: OpenPortal, ask: Ask | None) -> OpenPortalSettings:
    from backend.remote import OpenPortalSettings

    return OpenPortalSettings(portal.url, Tokens(portal.token, context.name, portal.url, ask))


def _nico(context: Context, nico: Nico, ask: Ask | None) -> NicoSettings:
    from backend.oidc.session import Oidc
    from backend.remote import NicoSettings

    names = (nico.org, nico.api_name, nico.api_version, nico.page_size)
    if (issuer := nico.oidc) is not None:
        return NicoSettings(nico.url, Oidc(lambda: _grant(issuer)), *names)
    return NicoSettings(nico.url, Tokens(nico.token, context.name, nico.url, ask), *names)


def _grant(issuer: Issuer) -> Grant:
    """How a token is asked for, its secrets read anew."""
    from backend.oidc.grants import Grant

    client = secret(issuer.client_secret) if issuer.client_secret.setting else ""
    return Grant(
        issuer.token_url,
        issuer.grant,
        issuer.client_id,
        secret(issuer.secret),
        client,
        issuer.username,
        issuer.scope,
        partial(keep, issuer.secret),
    )


def _login(placement: Placement) -> Callable[[], Login] | None:
    """How to sign in, read anew each time; None where a token is kept or asked for."""
    from backend.keystone.clouds import cloud
    from backend.keystone.login import Login

    if (named := placement.cloud) is not None:
        return lambda: cloud(named.name, named.file)
    if (told := placement.keystone) is not None:
        rest = (told.region_name, told.interface, told.cacert)
        return lambda: Login(told.auth, secret(told.secret), *rest)
    return None


def private(context: Context) -> Path:
    """Where a console keeps what it sent to a server; two servers never share one."""
    from platformdirs import user_state_path

    digest = hashlib.sha256(f"{context.name}\0{context.place}".encode()).hexdigest()[:12]
    return user_state_path("bursar") / "servers" / f"{context.name}-{digest}"
