"""Placement's JSON: what requests may say at each microversion, and both mappings."""
