"""The SQL of NICo."""
