"""What a configuration may say: every setting by its name, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.contexts import (
    Cloud,
    Config,
    Context,
    Placement,
    Server,
    SignIn,
    Systems,
    database_place,
    local,
)
from backend.contexts import checks as check
from backend.contexts.checks import Check, Place
from backend.core.errors import Invalid
from backend.credentials import Source
from backend.keystone.login import NAMES

if TYPE_CHECKING:
    from backend.notices.model import Sink

GLYPHS = ("auto", "unicode", "ascii")
UNITS = ("auto", "bytes", "raw")

_LATER = ("openportal", "nico")
_OF_A_SERVER = ("url", "socket", "token_command", "token_env", "token_file", "services", "cloud")
_SYSTEMS = ("astakos", "placement")
_FORMS = ("database", "bursar", *_SYSTEMS)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def config(place: Place, values: Mapping[str, object]) -> Config:
    """A whole file. Raises Invalid."""
    checked = {"contexts": local(), **check.table(place, values, _TOP)}
    return Config(place.file, **checked)


def _database(place: Place, value: object) -> Path | str:
    text = check.word(place, value)
    try:
        return database_place(text)
    except Invalid as error:
        raise place.wrong(error.message, error.hint) from error


def _keys(place: Place, value: object) -> dict[str, str]:
    """Without quotes TOML makes tables of dotted names; both are the same here."""
    found: dict[str, str] = {}
    for name, key in check.section(place, value).items():
        if isinstance(key, dict):
            found |= {f"{name}.{rest}": text for rest, text in _keys(place.at(name), key).items()}
        else:
            found[name] = check.word(place.at(name), key)
    return found


def _notices(place: Place, value: object) -> Sink:
    from backend.contexts import sinks  # few contexts have one

    return sinks.sink(place, value)


# ---------------------------------------------------------------- servers


def _source(place: Place, found: dict[str, Any], kind: str = "token") -> Source:
    """Where a token is kept, taken out of the settings."""
    check.one_token(place, found, kind)
    command, file = found.pop(f"{kind}_command", ()), found.pop(f"{kind}_file", None)
    return Source(command, found.pop(f"{kind}_env", ""), file, kind)


def _bursar(place: Place, value: object) -> Server:
    found = check.table(place, check.section(place, value), _SERVER)
    source = _source(place, found)
    if ("url" in found) == ("socket" in found):
        raise place.wrong("either a url or a socket is needed", 'url = "https://HOST"')
    return Server(**found, token=source)


def _astakos(place: Place, value: object) -> Systems:
    found = check.table(place, check.section(place, value), _SYSTEM)
    source = _source(place, found)
    if "url" not in found:
        raise place.wrong("there is no url in it", 'url = "https://HOST/astakos"')
    return Systems(**found, token=source)


def _placement(place: Place, value: object) -> Placement:
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


# ---------------------------------------------------------------- contexts


def _contexts(place: Place, value: object) -> dict[str, Context]:
    settings = check.section(place, value)
    found = {name: _context(place.at(name), name, one) for name, one in settings.items()}
    return found or local()


def _context(place: Place, name: str, value: object) -> Context:
    if not _NAME.fullmatch(name):
        raise place.wrong("no name for a context", "letters, digits, dot, dash and underscore")
    found = check.section(place, value)
    for key in found:
        if key in _LATER:
            raise place.at(key).wrong(f"{key} is not supported by this version", "leave it out")
        if key in _OF_A_SERVER:
            whose = "placement" if key == "cloud" else "bursar"
            raise place.at(key).wrong("it belongs to a server", f"put it in [{place.key}.{whose}]")
    checked = check.table(place, found, _CONTEXT)
    _one_form(place, name, checked)
    return Context(name, **checked)


def _one_form(place: Place, name: str, checked: Mapping[str, object]) -> None:
    forms = [form for form in _FORMS if form in checked]
    if not forms:
        raise place.wrong("there is no database in it", f'add database = "{name}.db", or a server')
    if len(forms) > 1 and not set(forms) <= set(_SYSTEMS):
        raise place.at(forms[1]).wrong(f"there is {forms[0]} already", "make two contexts of it")
    if "notices" in checked and forms != ["database"]:
        raise place.at("notices").wrong("a server sends its own", "configure them where it runs")


_SERVER: Mapping[str, Check] = {"url": check.base, "socket": check.file, **check.TOKENS}
_SYSTEM: Mapping[str, Check] = {"url": check.base, "services": _services, **check.TOKENS}
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
_CONTEXT: Mapping[str, Check] = {
    "database": _database,
    "bursar": _bursar,
    "astakos": _astakos,
    "placement": _placement,
    "read_only": check.flag,
    "production": check.flag,
    "notices": _notices,
}
_TOP: Mapping[str, Check] = {
    "default": check.word,
    "theme": check.word,
    "glyphs": check.choice(*GLYPHS),
    "units": check.choice(*UNITS),
    "refresh": check.seconds,
    "keys": _keys,
    "contexts": _contexts,
}
