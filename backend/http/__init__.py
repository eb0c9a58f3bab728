"""The HTTP client of every server: bounded, patient, and careful with tokens and with writes."""

from backend.http.client import Http, Patience, Token, bearer, x_auth_token
from backend.http.reply import LARGEST, Reply, read

__all__ = ["LARGEST", "Http", "Patience", "Reply", "Token", "bearer", "read", "x_auth_token"]
