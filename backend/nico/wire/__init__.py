"""Bodies of the NICo API."""
