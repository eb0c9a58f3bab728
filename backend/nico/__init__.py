"""NVIDIA NICo: allocations of machines and of address space, and their constraints (spec nico)."""
