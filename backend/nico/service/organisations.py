"""Use cases of what organisations are: they become it when it is first asked for (spec nico §3)."""

from __future__ import annotations

from backend.core.database.tx import Tx
from backend.core.errors import Conflict
from backend.core.plan import Change, Plan, Tier
from backend.core.usecase import Decision, Write
from backend.nico.model import NicoCommand, Provider, RegisterProvider, RegisterTenant, Tenant
from backend.nico.rules import outbound, roles, values
from backend.nico.store import places


def register_provider(tx: Tx, command: RegisterProvider) -> Decision:
    """Have an organisation be a provider."""
    roles.require_provider(command.actor)
    org = _free(command, "provider", places.provider_of(tx, command.org.lower()))
    after = Provider(_uuid(tx), org, org, tx.now)
    return _decided(command, after, "provider", "infrastructure-provider")


def register_tenant(tx: Tx, command: RegisterTenant) -> Decision:
    """Have an organisation be a tenant."""
    roles.require_tenant(command.actor, command.org, command.org)
    org = _free(command, "tenant", places.tenant_of(tx, command.org.lower()))
    after = Tenant(_uuid(tx), org, org, tx.now)
    return _decided(command, after, "tenant", "tenant")


def _free(command: NicoCommand, kind: str, found: Provider | Tenant | None) -> str:
    """The organisation's name. Raises Invalid about none, Conflict when it is that already."""
    if not command.org:
        values.refuse({"org": "must be named"})
    if found is not None:
        raise values.refusal(Conflict, "name_taken", f"{found.org} is a {kind} already")
    return command.org.lower()


def _uuid(tx: Tx) -> str:
    return tx.runtime.uuid() if tx.writable else ""


def _decided(command: NicoCommand, after: Provider | Tenant, kind: str, path: str) -> Decision:
    plan = Plan(
        command,
        "Register",
        f"Register {after.org} as a {kind}",
        after.org,
        Tier.REVERSIBLE,
        outbound.current_request(after.org, path),
        changes=(Change(after.org, kind, None, "new"),),
    )
    message = f"{after.org} registered as a {kind}"
    return Decision(
        plan, f"nico_{kind}.create", after.target, message, [Write(None, after)], {kind: after.uuid}
    )
