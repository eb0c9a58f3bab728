"""The SQL of the projects room."""

from backend.projects.store.schema import SCHEMA

__all__ = ["SCHEMA"]
