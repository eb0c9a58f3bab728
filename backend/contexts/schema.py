"""What a configuration may say: every setting by its name, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.contexts import (
    Config,
    Context,
    Server,
    Systems,
    database_place,
    local,
)
from backend.contexts import checks as check
from backend.contexts.checks import Check, Place
from backend.core.errors import Invalid
from backend.credentials import Source

if TYPE_CHECKING:
    from backend.notices.model import Sink

GLYPHS = ("auto", "unicode", "ascii")
UNITS = ("auto", "bytes", "raw")

_LATER = ("placement", "openportal", "nico")
_OF_A_SERVER = ("url", "socket", "token_command", "token_env", "token_file", "services")
_FORMS = ("database", "bursar", "astakos")
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


def _source(place: Place, found: dict[str, Any]) -> Source:
    """Where a token is kept, taken out of the settings."""
    check.one_token(place, found)
    command, file = found.pop("token_command", ()), found.pop("token_file", None)
    return Source(command, found.pop("token_env", ""), file)


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
            raise place.at(key).wrong("it belongs to a server", f"put it in [{place.key}.bursar]")
    checked = check.table(place, found, _CONTEXT)
    _one_form(place, name, checked)
    return Context(name, **checked)


def _one_form(place: Place, name: str, checked: Mapping[str, object]) -> None:
    forms = [form for form in _FORMS if form in checked]
    if not forms:
        raise place.wrong("there is no database in it", f'add database = "{name}.db", or a server')
    if len(forms) > 1:
        raise place.at(forms[1]).wrong(f"there is {forms[0]} already", "make two contexts of it")
    if "notices" in checked and forms != ["database"]:
        raise place.at("notices").wrong("a server sends its own", "configure them where it runs")


_SERVER: Mapping[str, Check] = {"url": check.base, "socket": check.file, **check.TOKENS}
_SYSTEM: Mapping[str, Check] = {"url": check.base, "services": _services, **check.TOKENS}
_CONTEXT: Mapping[str, Check] = {
    "database": _database,
    "bursar": _bursar,
    "astakos": _astakos,
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
