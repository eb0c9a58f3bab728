"""Astakos' calls about resources, quotas and commissions (spec astakos §5)."""

from backend.quotas.routes.table import ENDPOINTS

__all__ = ["ENDPOINTS"]
