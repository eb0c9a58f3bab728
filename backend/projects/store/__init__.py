"""The SQL of the projects room."""

from backend.projects.store.schema import NAMES, SCHEMA, UNKNOWN

__all__ = ["NAMES", "SCHEMA", "UNKNOWN"]
