"""OpenStack Placement: providers, inventories, and what consumers hold of them (spec placement)."""
