"""The common SQL in PostgreSQL's words: `?` becomes `$1`, `$2` ..."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count

_PIECES = re.compile(r"""'[^']*'|"[^"]*"|\?""")
_INSERT = re.compile(r"\s*INSERT INTO (\w+)( \([^)?]+\))? VALUES \(\?(?:, ?\?)*\)\s*")

_UPDATE = re.compile(r"\s*UPDATE (\w+) SET (\w+ = \?(?:, \w+ = \?)*) WHERE (\w+) = \?\s*")
_DELETE = re.compile(r"\s*DELETE FROM (\w+) WHERE (\w+) = \?\s*")


@lru_cache(maxsize=2048)
def numbered(sql: str) -> bytes:
    """A statement with PostgreSQL's placeholders."""
    number = count(1)
    told = _PIECES.sub(lambda m: f"${next(number)}" if m[0] == "?" else m[0], sql)
    return told.encode()


@lru_cache(maxsize=256)
def as_copy(sql: str) -> bytes:
    """The COPY that does the same as an INSERT of nothing but parameters; empty for others."""
    found = _INSERT.fullmatch(sql)
    return f"COPY {found[1]}{found[2] or ''} FROM STDIN".encode() if found else b""


@lru_cache(maxsize=256)
def as_one(sql: str) -> bytes:
    """One statement on arrays of integers that does the same as an UPDATE or DELETE of the rows
    with these keys, each once; empty for others."""
    if found := _DELETE.fullmatch(sql):
        return f"DELETE FROM {found[1]} WHERE {found[2]} = ANY($1::int8[])".encode()
    if not (found := _UPDATE.fullmatch(sql)):
        return b""
    table, sets, key = found.groups()
    names = [part.partition(" ")[0] for part in sets.split(", ")]
    told = ", ".join(f"{name} = v.c{n}" for n, name in enumerate(names))
    arrays = ", ".join(f"${n + 1}::int8[]" for n in range(len(names) + 1))
    columns = ", ".join(f"c{n}" for n in range(len(names) + 1))
    where = f"WHERE {table}.{key} = v.c{len(names)}"
    return f"UPDATE {table} SET {told} FROM unnest({arrays}) AS v ({columns}) {where}".encode()
