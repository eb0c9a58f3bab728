"""A Waldur with OpenPortal as one side of the port."""
