"""An Astakos as one side of the port."""
