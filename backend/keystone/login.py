"""How to sign in, and the request that does it (Keystone v3, POST /auth/tokens)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backend.core.errors import Invalid

VERSION = "/v3"
CREDENTIAL_ID, CREDENTIAL_NAME = "application_credential_id", "application_credential_name"
NAMES = (
    "auth_url",
    "username",
    "user_id",
    "user_domain_name",
    "user_domain_id",
    "project_name",
    "project_id",
    "project_domain_name",
    "project_domain_id",
    "domain_name",
    "domain_id",
    "system_scope",
    CREDENTIAL_ID,
    CREDENTIAL_NAME,
)
"""What `Login.auth` may say."""
Part = dict[str, object]


@dataclass(frozen=True, slots=True)
class Login:
    """Whom to sign in as, where: `auth` by OpenStack's own names (`NAMES`), and the `secret`, a
    password, an application credential's, or a token of before. `region` and `interface` choose
    among a service's endpoints; `cacert` is what to trust in place of the system's authorities."""

    auth: Mapping[str, str]
    secret: str = field(repr=False)
    region: str = ""
    interface: str = "public"
    cacert: Path | None = None

    @property
    def url(self) -> str:
        """The address of the API, whether or not its version is named."""
        base = self.auth["auth_url"].rstrip("/")
        return base if base.endswith(VERSION) else base + VERSION


def request(login: Login) -> Mapping[str, object]:
    """The body. Raises Invalid when it is not clear who is meant."""
    auth = login.auth
    if auth.get(CREDENTIAL_ID) or auth.get(CREDENTIAL_NAME):
        credential = {**_credential(auth), "secret": login.secret}
        return _asking("application_credential", credential)
    if auth.get("username") or auth.get("user_id"):
        user = {**_user(auth), "password": login.secret}
        return _asking("password", {"user": user}, _scope(auth))
    return _asking("token", {"id": login.secret}, _scope(auth))


def _asking(method: str, told: Part, scope: Part | None = None) -> Mapping[str, object]:
    identity = {"methods": [method], method: told}
    return {"auth": {"identity": identity, **({"scope": scope} if scope else {})}}


def _credential(auth: Mapping[str, str]) -> Part:
    """It is bound to a project of its own, so it is asked for without a scope."""
    if CREDENTIAL_ID in auth:
        return {"id": auth[CREDENTIAL_ID]}
    return {"name": auth[CREDENTIAL_NAME], "user": _user(auth)}


def _user(auth: Mapping[str, str]) -> Part:
    if "user_id" in auth:
        return {"id": auth["user_id"]}
    if "username" not in auth:
        hint = f"add username, or give {CREDENTIAL_ID}"
        raise Invalid("whose application credential is it?", hint=hint)
    return {"name": auth["username"], "domain": _domain(auth, "user_domain")}


def _scope(auth: Mapping[str, str]) -> Part | None:
    """What is acted on: a project, a domain, the whole system, or what Keystone thinks."""
    if auth.get("system_scope"):
        return {"system": {"all": True}}
    if "project_id" in auth:
        return {"project": {"id": auth["project_id"]}}
    if "project_name" in auth:
        return {
            "project": {"name": auth["project_name"], "domain": _domain(auth, "project_domain")}
        }
    if "domain_id" in auth or "domain_name" in auth:
        return {"domain": _domain(auth, "domain")}
    return None


def _domain(auth: Mapping[str, str], kind: str) -> Part:
    """By id or name; the one that every Keystone has, where none is named."""
    if name := auth.get(f"{kind}_name"):
        return {"name": name}
    return {"id": auth.get(f"{kind}_id", "default")}
