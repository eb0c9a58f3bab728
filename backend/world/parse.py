"""The text of a world file to its typed content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from backend.core.errors import Invalid
from backend.decode import decode, parse_json, path_text
from backend.world.format import WorldFile
from backend.world.model import VERSION

# A file without a version is a plain list of who and what there is.
PLAIN = frozenset({"services", "resources", "users"})


def read_file(source: TextIO | Mapping[str, object] | WorldFile) -> WorldFile:
    """The typed content of a world file. Raises Invalid."""
    if isinstance(source, WorldFile):
        return source
    body = source if isinstance(source, Mapping) else parse_json(_text(source), "the world file")
    if isinstance(body, Mapping):
        _check_version(body)
    return decode(WorldFile, dict(body) if isinstance(body, Mapping) else body)


def _text(source: TextIO) -> str:
    try:
        return source.read()
    except UnicodeDecodeError as error:
        message = f"the world file is not UTF-8: byte {error.start} cannot be read"
        raise Invalid(message, hint="save it as UTF-8") from None


def _check_version(body: Mapping[str, object]) -> None:
    version = body.get("bursar_world")
    if version is None and body.keys() - PLAIN and body.keys() & set(WorldFile.model_fields):
        raise Invalid(
            "bursar_world is missing", hint=f'add "bursar_world": {VERSION} as the first key'
        )
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise Invalid(
            f"bursar_world: {version} is newer than {VERSION}, all that this bursar reads",
            hint="upgrade bursar, or export from the older version",
            data={"path": path_text(("bursar_world",))},
        )
