"""Issuers of signed tokens, as a file names them."""

from __future__ import annotations

import ipaddress
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from backend.core.errors import Invalid
from backend.decode import Exact, Flag, Text, decode

Kind = Literal["custom", "keycloak"]


@dataclass(frozen=True, slots=True)
class Mapping:
    """What an organisation is by a token: `org` or where in the claims it stands, `roles` or where
    those stand; a service account is all that one can be. Paths are dotted."""

    org: str = ""
    org_at: str = ""
    roles: tuple[str, ...] = ()
    roles_at: str = ""
    service_account: bool = False
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose tokens are believed: `url` is their `iss`, `name` what the journal calls it; its keys
    are in a file (JWKS or PEM) or at a URL of this machine."""

    name: str
    url: str
    keys: Path | str
    kind: Kind = "custom"
    audiences: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    mappings: tuple[Mapping, ...] = ()
    service_accounts: bool = False


class _Mapping(Exact):
    """A mapping as the file has it."""

    org: Text = ""
    org_at: Text = ""
    roles: list[Text] = []
    roles_at: Text = ""
    service_account: Flag = False
    audiences: list[Text] = []


class _Issuer(Exact):
    """An issuer as the file has it."""

    name: Text
    url: Text
    keys: Text
    kind: Kind = "custom"
    audiences: list[Text] = []
    scopes: list[Text] = []
    mappings: list[_Mapping] = []
    service_accounts: Flag = False


class _File(Exact):
    """The whole file."""

    issuers: list[_Issuer]


def issuers(place: Path) -> tuple[Issuer, ...]:
    """The issuers of a TOML file. Raises Invalid."""
    try:
        told = tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid(f"{place} cannot be read: {error}", hint="name a TOML file") from None
    found = tuple(_issuer(one, place.parent) for one in decode(_File, told).issuers)
    for names in ([one.name for one in found], [one.url for one in found]):
        if len({*names}) < len(names):
            raise Invalid(f"{place}: two issuers have one name or URL", hint="change one")
    return found


def _issuer(told: _Issuer, folder: Path) -> Issuer:
    mappings = tuple(_mapping(one, told.name) for one in told.mappings)
    if (told.kind == "custom") != bool(mappings):
        wants = "needs a mapping" if told.kind == "custom" else "has its roles in the token"
        raise Invalid(f"issuer {told.name} {wants}", hint="see docs/nico.md")
    return Issuer(
        told.name,
        told.url,
        _keys(told.keys, folder),
        told.kind,
        tuple(told.audiences),
        tuple(told.scopes),
        mappings,
        told.service_accounts,
    )


def _mapping(told: _Mapping, issuer: str) -> Mapping:
    org, ways = bool(told.org) + bool(told.org_at), (told.roles, told.roles_at)
    if org != 1 or sum(map(bool, (*ways, told.service_account))) != 1:
        raise Invalid(
            f"a mapping of issuer {issuer} does not say which organisation and roles",
            hint="give org or org_at, and roles, roles_at or service_account",
        )
    if told.org_at and told.roles:
        told_of = f"a mapping of issuer {issuer} gives roles in whatever organisation"
        raise Invalid(told_of, hint="give roles_at with org_at")
    return Mapping(
        told.org.lower(),
        told.org_at,
        tuple(told.roles),
        told.roles_at,
        told.service_account,
        tuple(told.audiences),
    )


def _keys(told: str, folder: Path) -> Path | str:
    """A file, or a URL of this machine. Raises Invalid."""
    url = urlsplit(told)
    if url.scheme not in ("http", "https"):
        return folder / told
    try:
        here = ipaddress.ip_address(url.hostname or "").is_loopback
    except ValueError:
        here = url.hostname == "localhost"
    if not here:
        raise Invalid(f"keys at {told} are not of this machine", hint="name a file")
    return told
