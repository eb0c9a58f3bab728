"""What a server answered: read up to a bound, decoded strictly, errors of any shape in words."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from backend.core.errors import BadReply, Invalid, OutcomeUnknown
from backend.core.text import display
from backend.decode import Path, decode, parse_json

T = TypeVar("T")

LARGEST = 8 << 20
"""Bytes of a decoded body."""
ENCODINGS = ("", "identity", "gzip", "deflate")
EXCERPT = 200

WORDS = ("message", "detail", "details", "error", "title", "description", "reason")


class Unread(BadReply):
    """An answer that came but whose body was not read to its end."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; `place` names the server, header names are in lower case."""

    place: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> object:
        """The body's value. Raises BadReply with its beginning when it is not JSON."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise self.bad(f"{display(kind) or 'something untyped'} instead of JSON")
        try:
            return parse_json(self.body, "the reply")
        except Invalid as error:
            raise self.bad(error.message) from None

    def bad(self, what: str) -> BadReply:
        """The error about an answer that cannot be understood."""
        excerpt = display(self.body[: EXCERPT * 4].decode("utf-8", "replace"), limit=EXCERPT)
        return BadReply(
            f"{self.place} answered {self.status} with {what}",
            hint="is the URL in the configuration that of this system's API?",
            data={"excerpt": excerpt},
        )

    @property
    def told(self) -> str:
        """What an error says in words, whatever its shape; `` when nothing."""
        try:
            value = self.json()
        except BadReply:
            return ""
        return display("; ".join(dict.fromkeys(_sentences(value))), limit=EXCERPT)

    @property
    def retry_after(self) -> float:
        """Seconds that the server asks to wait, 0 for none said; dates are not understood."""
        said = self.headers.get("retry-after", "").strip()
        return float(said[:9]) if said.isdecimal() else 0.0


def read(kind: type[T], reply: Reply, at: Path = ()) -> T:
    """The body as this kind. Raises BadReply naming field and value."""
    try:
        return decode(kind, reply.json(), at)
    except Invalid as error:
        raise reply.bad(error.message) from None


def made(reply: Reply, key: str) -> object:
    """What an answer to a write has under a key, None where it has no body or nothing there: much
    may be a success. Raises OutcomeUnknown for what is no JSON, which may be anybody's."""
    if not reply.body.strip():
        return None
    try:
        told = reply.json()
    except BadReply as error:
        hint = "whether it was done is not known; look before you repeat it"
        raise OutcomeUnknown(error.message, hint=hint) from None
    return told.get(key) if isinstance(told, Mapping) else None


def _sentences(value: object) -> Iterator[str]:
    """The texts of an error body: those under usual names, else all there are."""
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, list):
        for one in value:
            yield from _sentences(one)
    elif isinstance(value, Mapping):
        usual = [value[word] for word in WORDS if word in value]
        for one in usual or value.values():
            yield from _sentences(one)


async def bounded(
    raw: AsyncIterator[bytes], encoding: str, largest: int, place: str
) -> AsyncIterator[bytes]:
    """The decoded octets of a body. Raises Unread beyond `largest` of them, and for an
    encoding that is unknown or broken; a bomb is not inflated any further than that."""
    if encoding not in ENCODINGS:
        raise Unread(f"{place} answered with the encoding {display(encoding)!r}")
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding in ENCODINGS[2:] else None
    room = largest
    async for octets in raw:
        try:
            decoded = inflate.decompress(octets, room + 1) if inflate else octets
        except zlib.error:
            raise Unread(f"{place} answered with broken {encoding}") from None
        room -= len(decoded)
        if room < 0:
            raise Unread(
                f"{place} answered with more than {largest >> 20} MiB", hint="ask for less"
            )
        yield decoded
