"""What a configuration may say: every setting by its name, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from backend.contexts import Config, Context, database_place, local
from backend.contexts import checks as check
from backend.contexts.checks import Check, Place
from backend.core.errors import Invalid

if TYPE_CHECKING:
    from backend.contexts.servers import Nico, OpenPortal, Placement, Server, Systems
    from backend.notices.model import Sink

GLYPHS = ("auto", "unicode", "ascii")
UNITS = ("auto", "bytes", "raw")

_OF_A_SERVER = (
    "url",
    "socket",
    "token_command",
    "token_env",
    "token_file",
    "services",
    "cloud",
    "org",
)
_WHOSE = {"cloud": "placement", "org": "nico"}
_SYSTEMS = ("astakos", "placement", "openportal", "nico")
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


def _bursar(place: Place, value: object) -> Server:
    from backend.contexts import servers  # a database needs none of it

    return servers.bursar(place, value)


def _astakos(place: Place, value: object) -> Systems:
    from backend.contexts import servers

    return servers.astakos(place, value)


def _placement(place: Place, value: object) -> Placement:
    from backend.contexts import servers

    return servers.placement(place, value)


def _openportal(place: Place, value: object) -> OpenPortal:
    from backend.contexts import servers

    return servers.openportal(place, value)


def _nico(place: Place, value: object) -> Nico:
    from backend.contexts import servers

    return servers.nico(place, value)


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
        if key in _OF_A_SERVER:
            whose = _WHOSE.get(key, "bursar")
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


_CONTEXT: Mapping[str, Check] = {
    "database": _database,
    "bursar": _bursar,
    "astakos": _astakos,
    "placement": _placement,
    "openportal": _openportal,
    "nico": _nico,
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
