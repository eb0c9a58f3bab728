"""Who may present a token, and what it grants. Tokens themselves are never stored, only their
sha256."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.identity import Actor, Role
from backend.core.journal import Entry, to_json

if TYPE_CHECKING:
    from backend.core.database.tx import Tx

SELECT_TOKENS = "SELECT principal, sha256 FROM principal_token ORDER BY principal, sha256"
SELECT_PRINCIPAL = "SELECT principal, expires_at FROM principal_token WHERE sha256 = ?"
SELECT_KNOWN = """
SELECT principal, created_at, expires_at FROM principal_token ORDER BY principal, created_at"""
SELECT_OWN = "SELECT count(*) FROM principal_token WHERE principal = ?"
SELECT_GRANTS = """
SELECT system, role, scope FROM principal_grant WHERE principal = ? ORDER BY system, role, scope"""
INSERT_DIGEST = """
INSERT INTO principal_token (sha256, principal, created_at, expires_at) VALUES (?, ?, ?, ?)"""
INSERT_GRANT = "INSERT INTO principal_grant VALUES (?, ?, ?, ?)"
DELETE_TOKENS = "DELETE FROM principal_token WHERE principal = ?"
DELETE_GRANTS = "DELETE FROM principal_grant WHERE principal = ?"

SYSTEMS = ("astakos", "bursar", "nico", "openportal", "placement")
SCOPED = frozenset({Role.SERVICE, Role.USER})
CONSOLE = frozenset({Role.ADMIN, Role.APPROVER, Role.VIEWER})
RANDOM_BYTES = 32

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}\Z")


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in a system; `scope` is a component, a user's uuid or an organisation, or ``."""

    system: str
    role: Role
    scope: str = ""

    def __str__(self) -> str:
        return ":".join(filter(None, (self.system, self.role, self.scope)))


@dataclass(frozen=True, slots=True)
class Principal:
    """Who presents a token: `user:<uuid>`, `service:<name>` or `token:<name>`. `expires_at` is in
    microseconds since the epoch, 0 for never."""

    name: str
    grants: tuple[Grant, ...]
    expires_at: int = 0

    def granted(self, system: str) -> Mapping[Role, str]:
        """The scopes of its roles in a system."""
        return {grant.role: grant.scope for grant in self.grants if grant.system == system}


@dataclass(frozen=True, slots=True)
class Known:
    """A token as it is listed; times in microseconds since the epoch."""

    principal: Principal
    created_at: int


def digest(token: str) -> str:
    """The form in which tokens are kept and compared."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def fresh_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def parse_grant(text: str) -> Grant:
    """`SYSTEM:ROLE[:SCOPE]`. Raises Invalid."""
    system, _, rest = text.partition(":")
    role, _, scope = rest.partition(":")
    if system not in SYSTEMS:
        raise Invalid(f"{text!r} names no system", hint=f"begin with one of {', '.join(SYSTEMS)}")
    if role not in list(Role) or (system == "bursar" and Role(role) not in CONSOLE):
        roles = CONSOLE if system == "bursar" else Role
        raise Invalid(f"{text!r} names no role", hint=f"roles are {', '.join(sorted(roles))}")
    found = Grant(system, Role(role), scope)
    if (found.role in SCOPED) != bool(scope) and system != "nico":
        wanted = "a component" if found.role is Role.SERVICE else "a user's uuid"
        hint = f"add {wanted}: {system}:{role}:..." if found.role in SCOPED else "leave it out"
        raise Invalid(f"{text!r} has {'no' if found.role in SCOPED else 'a'} scope", hint=hint)
    return found


def find(tx: Tx, token: str) -> Principal | None:
    """Who presents this token; None when nobody does, or it has expired."""
    row = tx.one(SELECT_PRINCIPAL, (digest(token),))
    if row is None or 0 < row[1] <= tx.now:
        return None
    return Principal(row[0], _grants(tx, row[0]), row[1])


def has_expired(tx: Tx, token: str) -> bool:
    """Whether somebody had this token, and it is too late."""
    row = tx.one(SELECT_PRINCIPAL, (digest(token),))
    return row is not None and 0 < row[1] <= tx.now


def _grants(tx: Tx, principal: str) -> tuple[Grant, ...]:
    """What was granted; users and components of a world are themselves in Astakos."""
    kind, _, name = principal.partition(":")
    if kind != "token":
        return (Grant("astakos", Role(kind), name),)
    rows = tx.all(SELECT_GRANTS, (principal,))
    return tuple(Grant(system, Role(role), scope) for system, role, scope in rows)


def tokens(tx: Tx) -> Mapping[str, str]:
    """The sha256 of one token of every principal."""
    return dict(tx.all(SELECT_TOKENS))


def known(tx: Tx) -> list[Known]:
    """Every token by its principal."""
    return [
        Known(Principal(name, _grants(tx, name), expires), created)
        for name, created, expires in tx.all(SELECT_KNOWN)
    ]


def give(tx: Tx, digests: Iterable[tuple[str, str]]) -> None:
    """Let these principals, as (principal, sha256), present their tokens."""
    tx.many(INSERT_DIGEST, [(sha256, principal, tx.now, 0) for principal, sha256 in digests])


def add(
    tx: Tx, actor: Actor, name: str, grants: Sequence[Grant], sha256: str, expires_at: int
) -> None:
    """Give a new principal a token and its grants, journalled. Raises Invalid, Conflict."""
    if not _NAME.match(name):
        raise Invalid(f"{name!r} cannot name a token", hint="use letters, digits and . _ @ -")
    if not grants:
        raise Invalid("a token without grants opens nothing", hint="add a --grant SYSTEM:ROLE")
    if expires_at and expires_at <= tx.now:
        raise Invalid("the token would have expired already", hint="give a later time")
    told = dict.fromkeys(grants)
    kinds = [f"{grant.system}:{grant.role}" for grant in told if grant.system != "nico"]
    if twice := next((kind for kind in kinds if kinds.count(kind) > 1), ""):
        raise Invalid(f"a token cannot be two of {twice}", hint="add a token for each")
    principal = f"token:{name}"
    if tx.scalar(SELECT_OWN, (principal,)):
        raise Conflict(f"there is a token {name} already", hint=f"bursar token revoke {name}")
    tx.execute(INSERT_DIGEST, (sha256, principal, tx.now, expires_at))
    tx.many(INSERT_GRANT, [(principal, g.system, str(g.role), g.scope) for g in told])
    after = to_json({"grants": list(map(str, told)), "expires_at": expires_at})
    tx.record(Entry(actor.name, "token.add", principal, "{}", after))


def revoke(tx: Tx, actor: Actor, name: str) -> int:
    """Forget the tokens of a principal, journalled; how many. Raises NotFound."""
    principal = name if ":" in name else f"token:{name}"
    count = tx.execute(DELETE_TOKENS, (principal,))
    if not count:
        raise NotFound(f"there is no token {name}", hint="see bursar token list")
    tx.execute(DELETE_GRANTS, (principal,))
    tx.record(Entry(actor.name, "token.revoke", principal, to_json({"tokens": count})))
    return count
