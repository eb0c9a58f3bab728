"""A NICo as one side of the port."""
