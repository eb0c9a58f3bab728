"""The public keys of an issuer, read once and again when a token names one that is not known."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import jwt

from backend.core.errors import Invalid

ALGORITHMS = [
    *(f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)),
    "EdDSA",
]
"""Those with a public key; a shared secret signs for anybody who verifies."""
KINDS = ("RSA", "EC", "OKP")
AGAIN = 60.0
"""Seconds before keys are read again."""
PATIENCE = 5.0
PEM = "-----BEGIN"


class Keys:
    """Keys in a file or at a URL; any thread may ask. One at a time reads them again; only those
    who miss a key wait for that, and not for long."""

    def __init__(self, place: Path | str) -> None:
        self._place = place
        self._turn = Lock()
        self._read_at = time.monotonic()
        self._known: Mapping[str, Any] = self._read()

    def find(self, kid: str) -> Any:
        """The key of this name, or the only one of an issuer that names none; None for none."""
        found = self._one(kid)
        if found is not None:
            return found
        if self._turn.acquire(timeout=PATIENCE):
            try:
                self._look(kid)
            finally:
                self._turn.release()
        return self._one(kid)

    def _look(self, kid: str) -> None:
        """Read them again, unless somebody has just done so."""
        if self._one(kid) is None and time.monotonic() - self._read_at > AGAIN:
            self._read_at = time.monotonic()
            self._known = self._read_again()

    def _one(self, kid: str) -> Any:
        known = self._known
        if len(known) == 1 and (not kid or "" in known):
            return next(iter(known.values()))
        return known.get(kid)

    def _read_again(self) -> Mapping[str, Any]:
        """What can be read now, or what was known."""
        try:
            return self._read()
        except Invalid:
            return self._known

    def _read(self) -> Mapping[str, Any]:
        try:
            return dict(_keys(self._text()))
        except (
            OSError,
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
            jwt.PyJWTError,
        ) as error:
            told = f"the keys at {self._place} cannot be read: {error}"
            raise Invalid(told, hint="name a JWKS or a PEM file") from None

    def _text(self) -> str:
        if isinstance(self._place, Path):
            return self._place.read_text(encoding="utf-8")
        client = jwt.PyJWKClient(self._place, cache_jwk_set=False, timeout=PATIENCE)
        return json.dumps(client.fetch_data())


def _keys(text: str) -> Iterator[tuple[str, Any]]:
    """Keys by their names, `` for the one of a PEM file."""
    if text.lstrip().startswith(PEM):
        yield "", _public(text)
        return
    for one in json.loads(text)["keys"]:
        if one.get("kty") in KINDS and one.get("use", "sig") == "sig":
            yield str(one.get("kid", "")), jwt.PyJWK(one).key


def _public(text: str) -> Any:
    """A public key of whatever kind."""
    for name in ("RS256", "ES256", "EdDSA"):
        try:
            return jwt.get_algorithm_by_name(name).prepare_key(text)
        except (jwt.InvalidKeyError, ValueError, TypeError):
            continue
    raise ValueError("it has no public key")
