"""`bursar token`: who may present which token to a server, and what it opens."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from backend import contexts
from backend.core import principals
from backend.core.errors import Invalid
from backend.core.filter.values import age, span
from backend.core.identity import Actor, operator
from backend.core.principals import Known
from backend.core.runtime import micros, system_runtime
from tui.cli.columns import Field, Kind, of
from tui.cli.data import opened
from tui.cli.formats import WRITERS
from tui.cli.lists import selected
from tui.cli.output import DONE, say, write
from tui.cli.target import chosen, existing

if TYPE_CHECKING:
    from backend.core.database import Database


class Row:
    """A token in the list."""

    def __init__(self, known: Known) -> None:
        kind, _, name = known.principal.name.partition(":")
        self.name = name if kind == "token" else known.principal.name
        self.grants = known.principal.grants
        self.created, self.expires = known.created_at, known.principal.expires_at


FIELDS = (
    of("name"),
    Field(
        "grants",
        lambda row: list(map(str, row.grants)),
        Kind.DATA,
        lambda row, style: " ".join(map(str, row.grants)),
    ),
    of("created", Kind.MOMENT),
    of("expires", Kind.MOMENT),
)


def token(options: argparse.Namespace) -> int:
    """Add one, list them, or revoke one."""
    if options.what == "list":
        return _listed(options)
    if not options.name:
        raise contexts.usage(f"{options.what} which token?", "give it a name")
    return _added(options) if options.what == "add" else _revoked(options)


def _added(options: argparse.Namespace) -> int:
    """The token is shown this once: only its hash is kept."""
    if not options.grant:
        raise contexts.usage(
            "a token without grants opens nothing", "add --grant SYSTEM:ROLE, see --help"
        )
    try:
        grants = [principals.parse_grant(text) for text in options.grant]
        expires = _moment(options.expires) if options.expires else 0
    except Invalid as error:
        raise contexts.usage(error.message, error.hint) from error
    fresh = principals.fresh_token()
    sha256, name = principals.digest(fresh), options.name
    with _writable(options) as database:
        database.write(lambda tx: principals.add(tx, _actor(), name, grants, sha256, expires))
    write(f"{fresh}\n")
    say(f"token {name}: {', '.join(map(str, grants))}; it is not shown again")
    return DONE


def _moment(text: str) -> int:
    """`90d`, or a date: microseconds since the epoch. Raises Invalid."""
    now = micros(system_runtime().now())
    try:
        return now + age(text).length
    except ValueError:
        pass
    try:
        return span(text, now).low
    except ValueError as error:
        raise Invalid(f"--expires {text!r}: {error}", hint="such as 90d or 2027-03-31") from error


def _revoked(options: argparse.Namespace) -> int:
    name = options.name
    with _writable(options) as database:
        database.write(lambda tx: principals.revoke(tx, _actor(), name))
    say(f"token {name} opens nothing any more")
    return DONE


def _listed(options: argparse.Namespace) -> int:
    fields = selected(FIELDS, options)
    with opened(options) as database:
        found = database.read(principals.known)
    writer = WRITERS[options.format](fields, "raw")
    writer.page([Row(known) for known in found])
    writer.end()
    return DONE


@contextmanager
def _writable(options: argparse.Namespace) -> Iterator[Database]:
    """The chosen database, which is there already. Raises BursarError."""
    existing(chosen(options))
    with opened(options, read_only=False) as database:
        yield database


def _actor() -> Actor:
    from backend.embedded import user_name

    return operator(user_name())
