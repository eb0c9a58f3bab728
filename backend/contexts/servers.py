"""Contexts that are servers: what they are, and how a configuration says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.contexts import checks as check
from backend.contexts.checks import Check, Place
from backend.credentials import Source
from backend.keystone.login import NAMES
from backend.oidc.grants import CLIENT, GRANTS, PASSWORD


@dataclass(frozen=True, slots=True)
class Server:
    """A bursar server: its `url`, or a `socket` on this machine, and the token for it."""

    token: Source
    url: str = ""
    socket: Path | None = None


@dataclass(frozen=True, slots=True)
class Systems:
    """Other people's servers: an Astakos, the operator's token, and one of each service whose
    commissions and usage are to be seen."""

    token: Source
    url: str
    services: Mapping[str, Source] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpenPortal:
    """A Waldur with OpenPortal: its `url`, and the operator's token."""

    token: Source
    url: str


@dataclass(frozen=True, slots=True)
class Issuer:
    """Where an OpenID Connect issuer gives tokens: for which `grant`, to which client, and where
    the secret is kept (the client's, the user's password or a refresh token); `client_secret` is
    that of the client, where the secret is another one."""

    token_url: str
    client_id: str
    secret: Source
    grant: str = CLIENT
    username: str = ""
    scope: str = ""
    client_secret: Source = Source(kind="client_secret")


@dataclass(frozen=True, slots=True)
class Nico:
    """A NICo: its `url`, the organisation, what its API is called and how many rows a page has; and
    the operator's token, or who gives tokens."""

    token: Source
    url: str
    org: str
    api_name: str = "nico"
    api_version: str = "v2"
    page_size: int = 100
    oidc: Issuer | None = None


@dataclass(frozen=True, slots=True)
class Cloud:
    """A cloud of a clouds.yaml: of this file, or of the one that OpenStack's tools find."""

    name: str
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """A Keystone: `auth` by OpenStack's own names, and where the password is kept, or the secret
    of an application credential."""

    auth: Mapping[str, str]
    secret: Source
    region_name: str = ""
    interface: str = "public"
    cacert: Path | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """An OpenStack Placement: its `url`, or where the catalog says; and a token, or who gives
    tokens: a `cloud` or a `keystone`."""

    token: Source
    url: str = ""
    cloud: Cloud | None = None
    keystone: SignIn | None = None

    @property
    def place(self) -> str:
        """Where that is, as far as it is known before it is asked for."""
        if self.keystone is not None:
            return self.url or self.keystone.auth["auth_url"]
        return self.url or f"cloud {self.cloud.name if self.cloud else ''}"


def _source(place: Place, found: dict[str, Any], kind: str = "token") -> Source:
    """Where a token is kept, taken out of the settings."""
    check.one_token(place, found, kind)
    command, file = found.pop(f"{kind}_command", ()), found.pop(f"{kind}_file", None)
    return Source(command, found.pop(f"{kind}_env", ""), file, kind, place.key)


def bursar(place: Place, value: object) -> Server:
    """A bursar server. Raises Invalid."""
    found = check.table(place, check.section(place, value), _SERVER)
    source = _source(place, found)
    if ("url" in found) == ("socket" in found):
        raise place.wrong("either a url or a socket is needed", 'url = "https://HOST"')
    return Server(**found, token=source)


def astakos(place: Place, value: object) -> Systems:
    """An Astakos. Raises Invalid."""
    found = check.table(place, check.section(place, value), _SYSTEM)
    source = _source(place, found)
    if "url" not in found:
        raise place.wrong("there is no url in it", 'url = "https://HOST/astakos"')
    return Systems(**found, token=source)


def openportal(place: Place, value: object) -> OpenPortal:
    """A Waldur with OpenPortal. Raises Invalid."""
    found = check.table(place, check.section(place, value), _OPENPORTAL)
    source = _source(place, found)
    if "url" not in found:
        raise place.wrong("there is no url in it", 'url = "https://HOST"')
    return OpenPortal(**found, token=source)


def nico(place: Place, value: object) -> Nico:
    """A NICo. Raises Invalid."""
    found = check.table(place, check.section(place, value), _NICO)
    source = _source(place, found)
    for name, told in (("url", 'url = "https://HOST"'), ("org", 'org = "NAME"')):
        if name not in found:
            raise place.wrong(f"there is no {name} in it", told)
    if source.setting and "oidc" in found:
        raise place.at("oidc").wrong(f"there is {source.setting} already", "give one of them")
    return Nico(**found, token=source)


def _oidc(place: Place, value: object) -> Issuer:
    """Who gives tokens, and for what."""
    found = check.table(place, check.section(place, value), _OIDC)
    secret, client = _source(place, found, "secret"), _source(place, found, "client_secret")
    for name, told in (("token_url", 'token_url = "https://HOST/token"'), ("client_id", '"NAME"')):
        if name not in found:
            raise place.wrong(f"there is no {name} in it", told)
    if not secret.setting:
        raise place.wrong("there is no secret in it", 'secret_file = "/PATH"')
    if ("username" in found) != (found.get("grant") == PASSWORD):
        raise place.wrong("username and password go together", f'grant = "{PASSWORD}"')
    return Issuer(**found, secret=secret, client_secret=client)


def placement(place: Place, value: object) -> Placement:
    """A Placement. Raises Invalid."""
    found = check.table(place, check.section(place, value), _PLACEMENT)
    source = _source(place, found)
    ways = [source.setting] if source.setting else []
    ways += [name for name in ("cloud", "keystone") if name in found]
    if len(ways) > 1:
        raise place.at(ways[1]).wrong(f"there is {ways[0]} already", "give one of them")
    if "clouds_file" in found and "cloud" not in found:
        raise place.at("clouds_file").wrong("which cloud of it?", 'add cloud = "NAME"')
    file = found.pop("clouds_file", None)
    if "cloud" in found:
        found["cloud"] = Cloud(found["cloud"], file)
    if "url" not in found and not ({"cloud", "keystone"} & found.keys()):
        raise place.wrong("there is no url in it", 'url = "https://HOST/placement", or a cloud')
    return Placement(**found, token=source)


def _keystone(place: Place, value: object) -> SignIn:
    """Where to sign in, by OpenStack's own names; who is meant shows when it is done."""
    found = check.table(place, check.section(place, value), _KEYSTONE)
    source = _source(place, found, "secret")
    if "auth_url" not in found:
        raise place.wrong("there is no auth_url in it", 'auth_url = "https://HOST/v3"')
    if not source.setting:
        raise place.wrong("there is no secret in it", 'secret_file = "/PATH"')
    rest = {
        name: found.pop(name) for name in ("region_name", "interface", "cacert") if name in found
    }
    return SignIn(found, source, **rest)


def _services(place: Place, value: object) -> dict[str, Source]:
    return {
        name: _service(place.at(name), one) for name, one in check.section(place, value).items()
    }


def _service(place: Place, value: object) -> Source:
    source = _source(place, check.table(place, check.section(place, value), check.TOKENS))
    if not source.setting:
        raise place.wrong("there is no token in it", 'token_env = "VARIABLE"')
    return source


_SERVER: Mapping[str, Check] = {"url": check.base, "socket": check.file, **check.TOKENS}
_SYSTEM: Mapping[str, Check] = {"url": check.base, "services": _services, **check.TOKENS}
_OPENPORTAL: Mapping[str, Check] = {"url": check.base, **check.TOKENS}
_NICO: Mapping[str, Check] = {
    "url": check.base,
    "org": check.segment,
    "api_name": check.segment,
    "api_version": check.segment,
    "page_size": check.between(1, 100),
    **check.TOKENS,
    "oidc": _oidc,
}
_OIDC: Mapping[str, Check] = {
    "token_url": check.base,
    "client_id": check.word,
    "grant": check.choice(*GRANTS),
    "username": check.word,
    "scope": check.word,
    **check.SECRETS,
    **check.secrets("client_secret"),
}
_PLACEMENT: Mapping[str, Check] = {
    "url": check.base,
    **check.TOKENS,
    "cloud": check.word,
    "clouds_file": check.file,
    "keystone": _keystone,
}
_KEYSTONE: Mapping[str, Check] = {
    **dict.fromkeys(NAMES, check.word),
    "auth_url": check.base,
    **check.SECRETS,
    "region_name": check.word,
    "interface": check.choice("public", "internal", "admin"),
    "cacert": check.file,
}
