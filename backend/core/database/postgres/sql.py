"""The common SQL in PostgreSQL's words: `?` becomes `$1`, `$2` ..."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count

_PIECES = re.compile(r"""'[^']*'|"[^"]*"|\?""")
_INSERT = re.compile(r"\s*INSERT INTO (\w+)( \([^)?]+\))? VALUES \(\?(?:, ?\?)*\)\s*")


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
