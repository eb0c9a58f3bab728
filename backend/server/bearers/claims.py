"""What verified claims make of a caller (spec nico §2.1, §3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backend.core.errors import NotAllowed, NotSignedIn
from backend.core.text import UNSTORABLE
from backend.nico.routes import Caller, Person, no_member
from backend.nico.rules import roles
from backend.server.bearers import issuers
from backend.server.bearers.issuers import Issuer

Claims = Mapping[str, Any]

BOTH = frozenset({roles.PROVIDER_ADMIN, roles.TENANT_ADMIN})
"""What a custom issuer can make of somebody."""
EVERY = BOTH | {roles.PROVIDER_VIEWER}
SCOPES = ("scope", "scopes", "scp")


def caller(issuer: Issuer, claims: Claims, org: str) -> Caller:
    """Who a token says that he is, in an organisation. Raises NotSignedIn, NotAllowed."""
    lacking = {*issuer.scopes} - {*_scopes(claims)}
    if lacking:
        raise NotAllowed(f"the token lacks the scope {', '.join(sorted(lacking))}")
    found = _keycloak if issuer.kind == "keycloak" else _custom
    granted, is_service = found(issuer, claims, org)
    if not granted:
        raise NotAllowed(f"the token gives no role in organisation {org!r}")
    return Caller(_name(issuer, claims), granted, _person(claims), is_service)


def _custom(issuer: Issuer, claims: Claims, org: str) -> tuple[roles.Roles, bool]:
    """Roles by the mappings of an issuer, and whether one makes a service account."""
    here = [one for one in issuer.mappings if _org(one, claims) == org]
    if not here:
        raise NotSignedIn(f"tokens of {issuer.url} are not for organisation {org!r}")
    audience = {*_words(claims.get("aud"))}
    fitting = [one for one in here if not one.audiences or audience & {*one.audiences}]
    if not fitting:
        raise NotAllowed(f"the token is not meant for organisation {org!r}")
    if any(one.service_account for one in fitting):
        return BOTH, True
    told = [role for one in fitting for role in (*one.roles, *_words(_at(claims, one.roles_at)))]
    return _roles(told, BOTH), False


def _keycloak(issuer: Issuer, claims: Claims, org: str) -> tuple[roles.Roles, bool]:
    """Roles as Keycloak tells them, `org:ROLE`."""
    is_service = "client_id" in claims
    if is_service and not issuer.service_accounts:
        raise NotSignedIn("service accounts are not let in")
    pairs = [one.partition(":") for one in _words(_at(claims, "realm_access.roles"))]
    told = [role for name, _, role in pairs if name.lower() == org]
    if not told:
        raise no_member(org)
    return _roles(told, EVERY), is_service


def _org(mapping: issuers.Mapping, claims: Claims) -> str:
    told = _at(claims, mapping.org_at) if mapping.org_at else mapping.org
    return told.lower() if isinstance(told, str) else ""


def _roles(told: Iterable[str], known: roles.Roles) -> roles.Roles:
    return frozenset(one for one in known for role in told if roles.matches(role, one))


def _at(claims: Claims, path: str) -> Any:
    """What stands at a dotted path, None for nothing."""
    found: Any = claims
    for step in path.split(".") if path else (None,):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _words(told: Any) -> list[str]:
    """A list of texts, or a text of words."""
    if isinstance(told, str):
        return told.split()
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []


def _scopes(claims: Claims) -> Iterator[str]:
    for name in SCOPES:
        yield from _words(claims.get(name))


def _name(issuer: Issuer, claims: Claims) -> str:
    """What the journal calls him. Raises NotSignedIn."""
    told = next((claims[name] for name in ("oidc_id", "sub") if claims.get(name)), None)
    if not isinstance(told, str) or UNSTORABLE.search(told):
        raise NotSignedIn("the token does not say whose it is")
    return f"jwt:{issuer.name}/{told}"


def _person(claims: Claims) -> Person:
    told = (claims.get(name) for name in ("email", "given_name", "family_name"))
    return Person(*(one if isinstance(one, str) else "" for one in told))
