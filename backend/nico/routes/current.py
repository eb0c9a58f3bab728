"""What the caller's organisation is; it becomes a provider or a tenant when that is first asked
for (spec nico §3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.responses import Response

from backend.core.database import Tx
from backend.core.errors import NotFound
from backend.core.usecase import execute
from backend.nico.model import NicoCommand, Provider, RegisterProvider, RegisterTenant, Tenant
from backend.nico.routes.dialect import ADMINS, Call, answer
from backend.nico.rules import values
from backend.nico.service import ROOM, api
from backend.nico.wire import encode

T = TypeVar("T", Provider, Tenant)


async def provider(call: Call) -> Response:
    """GET infrastructure-provider/current."""
    api.require(call.caller.roles, api.PROVIDERS)
    return answer(encode.provider(await _provider(call)))


async def tenant(call: Call) -> Response:
    """GET tenant/current."""
    return answer(encode.tenant(await _tenant(call)))


async def service_account(call: Call) -> Response:
    """GET service-account/current: of such an account it tells what its organisation is."""
    if not call.caller.service_account:
        return answer(encode.service_account(None, None))
    return answer(encode.service_account(await _provider(call), await _tenant(call)))


async def _provider(call: Call) -> Provider:
    """The provider that the organisation is; viewers make none. Raises NotFound."""
    if call.caller.roles & ADMINS:
        command = RegisterProvider(actor=call.admin(), org=call.org)
        return await _found(call, api.provider, command)
    found = await call.read(lambda tx: api.provider(tx, call.reader))
    if found is None:
        raise values.refusal(NotFound, "no_provider", "the organisation is no provider yet")
    return found


async def _tenant(call: Call) -> Tenant:
    command = RegisterTenant(actor=call.tenant(), org=call.org)
    return await _found(call, api.tenant, command)


async def _found(call: Call, read: Callable[[Tx, api.Reader], T | None], command: NicoCommand) -> T:
    """What the organisation is, by now."""
    found = await call.read(lambda tx: read(tx, call.reader))
    if found is not None:
        return found
    return await call.desk.database.awrite(lambda tx: _made(tx, call, read, command))


def _made(
    tx: Tx, call: Call, read: Callable[[Tx, api.Reader], T | None], command: NicoCommand
) -> T:
    found = read(tx, call.reader)
    if found is None:
        execute(tx, ROOM, command, "")
        found = read(tx, call.reader)
    assert found is not None  # noqa: S101
    return found
