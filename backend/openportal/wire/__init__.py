"""OpenPortal's JSON (spec openportal §1, §3)."""
