"""The HTTP client of every server: bounded, patient, and careful with tokens and with writes."""

from backend.http.client import STATUSES, Http, Patience
from backend.http.reply import LARGEST, Reply, made, read
from backend.http.signing import Token, bearer, x_auth_token
from backend.http.walk import Listed, Paging, walk

__all__ = [
    "LARGEST",
    "STATUSES",
    "Http",
    "Listed",
    "Paging",
    "Patience",
    "Reply",
    "Token",
    "bearer",
    "made",
    "read",
    "walk",
    "x_auth_token",
]
