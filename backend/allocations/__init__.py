"""Allocations of all systems in one list."""
