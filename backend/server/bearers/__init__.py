"""Who shows a signed token (JWT) of an issuer that the server was told of (spec nico §3)."""

from backend.server.bearers.bearers import Bearers
from backend.server.bearers.issuers import Issuer, Mapping, issuers

__all__ = ["Bearers", "Issuer", "Mapping", "issuers"]
