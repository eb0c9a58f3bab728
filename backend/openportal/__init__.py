"""Waldur OpenPortal: allocations of node-hours, here and at other portals (spec openportal)."""
