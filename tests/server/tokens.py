"""Issuers of signed tokens for tests, each with a key of its own."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import RSAAlgorithm

from backend.server.bearers import Issuer, Mapping

SSO, REALM = "https://sso.example.org", "https://realm.example.org"
MAPPINGS = (
    Mapping(org="acme", roles=("NICO_PROVIDER_ADMIN", "PROVIDER_VIEWER")),
    Mapping(org="t1", roles_at="access.roles"),
    Mapping(org="far", roles=("X_Y_PROVIDER_ADMIN",)),
    Mapping(org="robot", service_account=True),
    Mapping(org="meant", roles=("TENANT_ADMIN",), audiences=("special",)),
    Mapping(org_at="access.org", roles_at="access.roles"),
)


@dataclass
class Signer:
    """Someone who signs tokens as the issuer that he says he is."""

    private: Any = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    algorithm: str = "RS256"
    kid: str = "k1"

    def token(self, **claims: Any) -> str:
        """A token of SSO that is good for a while; None leaves a claim out."""
        usual = {"iss": SSO, "sub": "ada", "exp": int(time.time()) + 600, "aud": "nico"}
        told = {name: one for name, one in (usual | claims).items() if one is not None}
        return jwt.encode(told, self.private, self.algorithm, {"kid": self.kid})

    def jwks(self) -> str:
        """Its public key, among one that is no key for signing."""
        own = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        other = {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"}
        return json.dumps({"keys": [{**own, "kid": self.kid, "use": "sig"}, other]})

    def pem(self) -> bytes:
        """The same as a file of its own."""
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat
        found: bytes = self.private.public_key().public_bytes(encoding, form.SubjectPublicKeyInfo)
        return found


def issuers(folder: Path, signer: Signer) -> tuple[Issuer, ...]:
    """A custom issuer and a Keycloak, both with this signer's key in a file."""
    place = folder / "jwks.json"
    place.write_text(signer.jwks())
    custom = Issuer("sso", SSO, place, audiences=("nico", "metal"), mappings=MAPPINGS)
    custom = replace(custom, scopes=("nico.use",))
    return custom, Issuer("realm", REALM, place, "keycloak")


def others() -> list[Signer]:
    """Signers with keys of other kinds."""
    curve = ec.generate_private_key(ec.SECP256R1())
    return [Signer(curve, "ES256"), Signer(ed25519.Ed25519PrivateKey.generate(), "EdDSA")]
