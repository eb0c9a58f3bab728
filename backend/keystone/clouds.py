"""clouds.yaml: the file in which OpenStack's own tools find out how to sign in."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from backend.core.errors import Invalid
from backend.keystone.login import NAMES, Login

VARIABLES = {"clouds": "OS_CLIENT_CONFIG_FILE", "secure": "OS_CLIENT_SECURE_FILE"}
ENDINGS = (".yaml", ".yml", ".json")
LARGEST = 1 << 20
SECRETS = ("password", "application_credential_secret", "token")
KINDS = ("password", "v3password", "v3applicationcredential", "token", "v3token")
INTERFACES = ("public", "internal", "admin")


def cloud(name: str, file: Path | None = None) -> Login:
    """How to sign in at a cloud of this name, from the file or from the first on OpenStack's search
    path; `secure.yaml` beside it, or on the path, may have the secrets. Raises Invalid."""
    place = file or _found("clouds")
    if place is None:
        searched = ", ".join(str(folder) for folder in _folders())
        raise _wrong(f"there is no clouds.yaml in {searched}", "name one as clouds_file")
    clouds = _clouds(place)
    if name not in clouds:
        raise _wrong(f"{place}: there is no cloud {name}", f"known: {', '.join(clouds) or 'none'}")
    hidden = _hidden(place) if file else _found("secure")
    told = _merged(clouds[name], _clouds(hidden).get(name, {}) if hidden else {})
    return _login(f"{place}: clouds.{name}", told)


def _login(where: str, told: Mapping[str, Any]) -> Login:
    kind = str(told.get("auth_type", KINDS[0]))
    if kind not in KINDS:
        raise _wrong(f"{where}.auth_type: {kind} is not supported", f"one of {', '.join(KINDS)}")
    if told.get("verify") is False or told.get("insecure"):
        raise _wrong(f"{where}: certificates are always verified", "name the authority as cacert")
    given = told.get("auth")
    auth = {k: str(v) for k, v in given.items() if v} if isinstance(given, Mapping) else {}
    if "auth_url" not in auth:
        raise _wrong(f"{where}.auth: there is no auth_url in it", "vendor profiles are not read")
    secret = next((auth[key] for key in SECRETS if key in auth), "")
    if not secret:
        raise _wrong(f"{where}.auth: there is no secret in it", f"add one of {', '.join(SECRETS)}")
    interface = str(told.get("interface", "public")).removesuffix("URL")
    if interface not in INTERFACES:
        raise _wrong(f"{where}.interface: {interface}", f"one of {', '.join(INTERFACES)}")
    cacert = told.get("cacert")
    return Login(
        {name: auth[name] for name in NAMES if name in auth},
        secret,
        str(told.get("region_name") or ""),
        interface,
        Path(str(cacert)).expanduser() if cacert else None,
    )


def _merged(told: Mapping[str, Any], hidden: Mapping[str, Any]) -> Mapping[str, Any]:
    """One laid over the other, inside of sections too."""
    found = dict(told)
    for key, value in hidden.items():
        old = found.get(key)
        inside = isinstance(old, Mapping) and isinstance(value, Mapping)
        found[key] = _merged(old, value) if inside else value  # type: ignore[arg-type]
    return found


# ---------------------------------------------------------------- files


def _folders() -> Iterator[Path]:
    """Where OpenStack's tools look, in their order."""
    yield Path.cwd()
    config = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    yield Path(config).expanduser() / "openstack"
    yield Path("/etc/openstack")


def _found(name: str) -> Path | None:
    """The first file of this name; what a variable names comes first."""
    if named := os.environ.get(VARIABLES[name], ""):
        return Path(named)
    places = (folder / f"{name}{ending}" for folder in _folders() for ending in ENDINGS)
    return next((place for place in places if place.is_file()), None)


def _hidden(place: Path) -> Path | None:
    found = (place.with_name(f"secure{ending}") for ending in ENDINGS)
    return next((one for one in found if one.is_file()), None)


def _clouds(place: Path) -> dict[str, Mapping[str, Any]]:
    """The clouds of a file, which is its owner's alone if it holds secrets."""
    value = _parsed(place)
    clouds = value.get("clouds") if isinstance(value, Mapping) else None
    if not isinstance(clouds, Mapping):
        raise _wrong(f"{place}: there is no section clouds in it", "clouds: {NAME: {auth: ...}}")
    found = {str(name): one for name, one in clouds.items() if isinstance(one, Mapping)}
    if any(_holds_secret(one) for one in found.values()) and _readable(place):
        raise _wrong(f"{place}: it holds a secret and others may read it", f"chmod 600 {place}")
    return found


def _holds_secret(told: Mapping[str, Any]) -> bool:
    auth = told.get("auth")
    return isinstance(auth, Mapping) and any(auth.get(key) for key in SECRETS)


def _readable(place: Path) -> bool:
    return os.name == "posix" and bool(stat.S_IMODE(place.stat().st_mode) & 0o077)


def _parsed(place: Path) -> object:
    try:
        import yaml
    except ImportError:
        told = f"{place}: reading it takes PyYAML, which is not installed"
        raise _wrong(told, "in bursar's sources: pip install '.[clouds]'") from None
    try:
        with place.open("rb") as file:
            return yaml.safe_load(file.read(LARGEST))
    except OSError as error:
        raise _wrong(f"{place}: {error.strerror}", "mend it, or name another file") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise _wrong(f"{place}: this is no YAML{line}", "correct the text there") from None


def _wrong(message: str, hint: str) -> Invalid:
    """An error in what is configured, rather than in data."""
    return Invalid(message, hint=hint, data={"usage": True})
