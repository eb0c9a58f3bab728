"""A Placement as one side of the port."""
