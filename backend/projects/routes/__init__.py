"""Astakos' calls about people, projects and memberships, and its identity service (§5)."""

from backend.projects.routes.table import ACCOUNT, IDENTITY

__all__ = ["ACCOUNT", "IDENTITY"]
