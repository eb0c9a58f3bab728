"""The SQL of the projects room."""

from backend.projects.store.schema import NAMES, SCHEMA

__all__ = ["NAMES", "SCHEMA"]
