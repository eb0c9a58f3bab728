"""The HTTP client of every server: bounded, patient, and careful with tokens and with writes."""

from backend.http.client import Http, Patience
from backend.http.reply import LARGEST, Reply, read
from backend.http.signing import Token, bearer, x_auth_token

__all__ = ["LARGEST", "Http", "Patience", "Reply", "Token", "bearer", "read", "x_auth_token"]
