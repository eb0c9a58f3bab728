"""Signed tokens: whose key, is it good, and what does it say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jwt

from backend.core.errors import NotSignedIn
from backend.nico.routes import Caller
from backend.server.bearers import claims
from backend.server.bearers.issuers import Issuer
from backend.server.bearers.keys import ALGORITHMS, Keys

NEEDED: Mapping[str, list[str]] = {"custom": ["iss", "exp", "sub"], "keycloak": ["iss", "exp"]}


class Expired(NotSignedIn):
    """A token that was good."""


class Bearers:
    """The issuers that are believed, by their URLs; any thread may ask."""

    def __init__(self, issuers: Sequence[Issuer]) -> None:
        self._issuers = {one.url: (one, Keys(one.keys)) for one in issuers}

    def knows(self, token: str) -> bool:
        """Whether something is a signed token, and any are believed."""
        return bool(self._issuers) and token.count(".") == 2

    def caller(self, token: str, org: str) -> Caller:
        """Who shows a token, and what he is in an organisation. Raises NotSignedIn, Expired,
        NotAllowed."""
        kid, told = _unverified(token)
        issuer, keys = self._issuers.get(told, (None, None))
        if issuer is None or keys is None:
            raise NotSignedIn("the token has no issuer that is known here")
        key = keys.find(kid)
        if key is None:
            raise NotSignedIn("the token is signed with a key that is not known here")
        return claims.caller(issuer, _verified(token, key, issuer), org)


def _unverified(token: str) -> tuple[str, str]:
    """Which key and issuer a token names. Raises NotSignedIn."""
    try:
        found = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise NotSignedIn("the token cannot be read") from None
    kid, issuer = found["header"].get("kid", ""), found["payload"].get("iss", "")
    texts = (one if isinstance(one, str) else "" for one in (kid, issuer))
    return next(texts), next(texts)


def _verified(token: str, key: Any, issuer: Issuer) -> Mapping[str, Any]:
    """The claims of a token that is good. Raises NotSignedIn, Expired."""
    try:
        return jwt.decode(
            token,
            key,
            ALGORITHMS,
            {"require": NEEDED[issuer.kind], "verify_aud": bool(issuer.audiences)},
            audience=issuer.audiences or None,
        )
    except jwt.ExpiredSignatureError:
        raise Expired("the token has expired") from None
    except jwt.InvalidAudienceError:
        raise NotSignedIn("the token is not meant for this server") from None
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
        raise NotSignedIn("the token is not valid") from None
